
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The paths and values of webhook_template.h.
 */

#include "core/template/webhook_template.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>


#define WEBHOOK_PATH_NO_INDEX  UINT32_MAX


typedef struct {
    webhook_str_t         text;
    uint32_t              index;        /* or WEBHOOK_PATH_NO_INDEX */
} webhook_path_step_t;


struct webhook_path_s {
    webhook_str_t         text;         /* behind the steps */
    uint32_t              n;
    webhook_path_step_t   steps[];
};


static int webhook_path_check(const webhook_str_t *text, uint32_t *n,
    webhook_error_t *err);
static uint32_t webhook_path_index(const webhook_str_t *step);


void
webhook_error_set(webhook_error_t *err, const char *fmt, ...)
{
    int             n;
    size_t          i, len;
    va_list         args;
    unsigned char  *p;

    if (err == NULL) {
        return;
    }

    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof(err->text), fmt, args);
    va_end(args);

    if (n < 0) {
        err->text[0] = '\0';
        return;
    }

    p = (unsigned char *) err->text;
    len = (size_t) n;

    if (len >= sizeof(err->text)) {
        len = sizeof(err->text) - sizeof("...");

        while (len && (p[len] & 0xc0) == 0x80) {
            len--;
        }

        memcpy(p + len, "...", sizeof("..."));
    }

    for (i = 0; i < len; i++) {
        if (p[i] < 0x20 || p[i] == 0x7f) {
            p[i] = '?';
        }
    }
}


webhook_path_t *
webhook_path_compile(const webhook_str_t *text, webhook_error_t *err)
{
    size_t                i, size;
    uint32_t              n;
    unsigned char        *p;
    webhook_path_t       *path;
    webhook_path_step_t  *step;

    if (webhook_path_check(text, &n, err) != WEBHOOK_OK) {
        return NULL;
    }

    size = sizeof(webhook_path_t) + n * sizeof(webhook_path_step_t);

    path = malloc(size + text->len);
    if (path == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    p = (unsigned char *) path + size;
    memcpy(p, text->data, text->len);

    path->text.data = p;
    path->text.len = text->len;
    path->n = n;

    step = path->steps;
    step->text.data = p;

    for (i = 0; i < text->len; i++) {

        if (p[i] != '.') {
            continue;
        }

        step->text.len = p + i - step->text.data;
        step++;
        step->text.data = p + i + 1;
    }

    step->text.len = p + text->len - step->text.data;

    for (i = 0; i < n; i++) {
        path->steps[i].index = webhook_path_index(&path->steps[i].text);
    }

    return path;
}


/* Makes sure that the text is a path, and counts its steps. */

static int
webhook_path_check(const webhook_str_t *text, uint32_t *n,
    webhook_error_t *err)
{
    size_t         i;
    unsigned char  c, prev;

    if (text->len == 0) {
        webhook_error_set(err, "a path is empty");
        return WEBHOOK_ERROR;
    }

    *n = 1;
    prev = '.';

    for (i = 0; i < text->len; i++) {
        c = text->data[i];

        if (c == '.') {

            if (prev == '.') {
                break;
            }

            if (++*n > WEBHOOK_PATH_MAX_STEPS) {
                webhook_error_set(err, "path \"%.*s...\" has more than %d "
                                  "steps", (int) (i < 100 ? i : 100),
                                  text->data, WEBHOOK_PATH_MAX_STEPS);
                return WEBHOOK_ERROR;
            }

        } else if (c <= ' ' || c == 0x7f
                   || strchr("\"'\\${}|=!<>~&", c) != NULL)
        {
            webhook_error_set(err, "path \"%.*s\" has a character that no "
                              "path has",
                              (int) (i < 100 ? i + 1 : 100), text->data);
            return WEBHOOK_ERROR;
        }

        prev = c;
    }

    if (prev == '.') {
        webhook_error_set(err, "path \"%.*s\" has an empty step",
                          (int) (text->len < 100 ? text->len : 100),
                          text->data);
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


/* The index that a step is, written as JSON would write a number. */

static uint32_t
webhook_path_index(const webhook_str_t *step)
{
    size_t    i;
    uint64_t  n;

    if (step->len > 9 || (step->data[0] == '0' && step->len > 1)) {
        return WEBHOOK_PATH_NO_INDEX;
    }

    n = 0;

    for (i = 0; i < step->len; i++) {

        if (step->data[i] < '0' || step->data[i] > '9') {
            return WEBHOOK_PATH_NO_INDEX;
        }

        n = n * 10 + (step->data[i] - '0');
    }

    return (uint32_t) n;
}


void
webhook_path_free(webhook_path_t *path)
{
    free(path);
}


uint32_t
webhook_path_steps(const webhook_path_t *path)
{
    return path->n;
}


const webhook_str_t *
webhook_path_step(const webhook_path_t *path, uint32_t i)
{
    return &path->steps[i].text;
}


const webhook_str_t *
webhook_path_text(const webhook_path_t *path)
{
    return &path->text;
}


int
webhook_path_find(const webhook_path_t *path, uint32_t skip,
    const webhook_json_doc_t *doc, const webhook_json_value_t *from,
    webhook_json_value_t *v)
{
    int                         rc;
    uint32_t                    i;
    webhook_json_value_t        in;
    const webhook_path_step_t  *step;

    if (from) {
        in = *from;

    } else {
        webhook_json_root(doc, &in);
    }

    for (i = skip; i < path->n; i++) {
        step = &path->steps[i];

        if (in.type == WEBHOOK_JSON_OBJECT) {
            rc = webhook_json_member(doc, &in, &step->text, v);

        } else if (in.type == WEBHOOK_JSON_ARRAY
                   && step->index != WEBHOOK_PATH_NO_INDEX)
        {
            rc = webhook_json_element(doc, &in, step->index, v);

        } else {
            rc = WEBHOOK_ERROR;
        }

        if (rc != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        in = *v;
    }

    *v = in;

    return WEBHOOK_OK;
}


void
webhook_value_from_json(webhook_value_t *v, const webhook_json_value_t *from)
{
    memset(v, 0, sizeof(webhook_value_t));

    if (from == NULL) {
        v->missing = 1;
        return;
    }

    v->type = from->type;
    v->span = from->span;
}


int
webhook_value_text(const webhook_value_t *v, webhook_buf_t *out)
{
    if (v->missing) {
        return out->failed;
    }

    if (!v->is_text) {

        if (v->type == WEBHOOK_JSON_STRING) {
            return webhook_json_decode(&v->span, out);
        }

        if (v->type == WEBHOOK_JSON_NULL) {
            return out->failed;
        }
    }

    return webhook_buf_add(out, v->span.data, v->span.len);
}


int
webhook_value_view(const webhook_value_t *v, webhook_buf_t *scratch,
    webhook_str_t *text)
{
    int  rc;

    scratch->len = 0;

    text->len = 0;
    text->data = NULL;

    if (v->missing) {
        return WEBHOOK_OK;
    }

    *text = v->span;

    if (v->is_text) {
        return WEBHOOK_OK;
    }

    if (v->type == WEBHOOK_JSON_NULL) {
        text->len = 0;
        return WEBHOOK_OK;
    }

    if (v->type != WEBHOOK_JSON_STRING) {
        return WEBHOOK_OK;
    }

    if (text->len < 2) {
        return WEBHOOK_ERROR;
    }

    if (memchr(text->data, '\\', text->len) == NULL) {
        text->data++;
        text->len -= 2;
        return WEBHOOK_OK;
    }

    rc = webhook_json_decode(&v->span, scratch);

    text->data = scratch->data;
    text->len = scratch->len;

    return rc;
}


int
webhook_value_empty(const webhook_value_t *v)
{
    size_t         i;
    unsigned char  c;

    if (v->missing) {
        return 1;
    }

    if (v->is_text) {
        return v->span.len == 0;
    }

    switch (v->type) {

    case WEBHOOK_JSON_NULL:
        return 1;

    case WEBHOOK_JSON_STRING:
        return v->span.len == 2;

    case WEBHOOK_JSON_ARRAY:
    case WEBHOOK_JSON_OBJECT:

        for (i = 1; i + 1 < v->span.len; i++) {
            c = v->span.data[i];

            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
                return 0;
            }
        }

        return 1;

    default:
        return 0;
    }
}
