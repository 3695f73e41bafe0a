
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_path.h"

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
