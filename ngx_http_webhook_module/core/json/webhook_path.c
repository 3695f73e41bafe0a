
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/json/webhook_path.h"

#include <stdlib.h>


#define WEBHOOK_PATH_NO_INDEX  UINT32_MAX


typedef struct {
    webhook_str_t         text;
    uint32_t              index;        /* or WEBHOOK_PATH_NO_INDEX */
    unsigned              quoted:1;
    unsigned              each:1;       /* it ends in "[]" */
} webhook_path_step_t;


struct webhook_path_s {
    webhook_str_t         text;         /* behind the steps, and behind that */
    uint32_t              n;            /*   the keys with dots between */
    webhook_path_step_t   steps[];
};


/* What is read, and where its keys go. */

typedef struct {
    const webhook_str_t  *text;
    unsigned char        *p;
    unsigned char        *last;
    unsigned char        *dst;
} webhook_path_text_t;


static int webhook_path_read(webhook_path_t *path, unsigned char *keys,
    webhook_error_t *err);
static int webhook_path_bare(webhook_path_text_t *t, webhook_error_t *err);
static int webhook_path_key(webhook_path_text_t *t, webhook_error_t *err);
static int webhook_path_fault(const webhook_path_text_t *t, size_t len,
    const char *what, webhook_error_t *err);
static uint32_t webhook_path_number(const webhook_path_step_t *step);
static int webhook_path_follow(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *in, webhook_path_walk_t *w);
static int webhook_path_elements(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *list, webhook_path_walk_t *w);
static int webhook_path_behind(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *v, webhook_path_walk_t *w);
static int webhook_path_member(const webhook_path_step_t *step,
    const webhook_str_t *key, const webhook_json_value_t *in,
    webhook_path_walk_t *w, webhook_json_value_t *v);


webhook_path_t *
webhook_path_compile(const webhook_str_t *text, webhook_error_t *err)
{
    size_t                i, n, size;
    webhook_path_t       *path;

    if (text->len == 0) {
        webhook_error_set(err, "a path is empty");
        return NULL;
    }

    /* an upper bound: dots in quotes are counted too */

    n = 1;

    for (i = 0; i < text->len; i++) {
        n += (text->data[i] == '.');
    }

    if (n > WEBHOOK_PATH_MAX_STEPS) {
        n = WEBHOOK_PATH_MAX_STEPS;
    }

    size = sizeof(webhook_path_t) + n * sizeof(webhook_path_step_t);

    path = malloc(size + 2 * text->len);
    if (path == NULL) {
        webhook_error_set(err, "out of memory");
        return NULL;
    }

    path->text.data = (unsigned char *) path + size;
    path->text.len = text->len;
    path->n = 0;

    memcpy(path->text.data, text->data, text->len);

    if (webhook_path_read(path, path->text.data + text->len, err)
        != WEBHOOK_OK)
    {
        free(path);
        return NULL;
    }

    return path;
}


static int
webhook_path_read(webhook_path_t *path, unsigned char *keys,
    webhook_error_t *err)
{
    int                   rc;
    webhook_path_text_t   t;
    webhook_path_step_t  *step;

    t.text = &path->text;
    t.p = path->text.data;
    t.last = t.p + path->text.len;
    t.dst = keys;

    for ( ;; ) {

        if (path->n == WEBHOOK_PATH_MAX_STEPS) {
            rc = (int) (t.p - 1 - path->text.data);

            webhook_error_set(err, "path \"%.*s...\" has more than %d "
                              "steps", rc < 100 ? rc : 100, path->text.data,
                              WEBHOOK_PATH_MAX_STEPS);
            return WEBHOOK_ERROR;
        }

        step = &path->steps[path->n++];

        step->quoted = (t.p < t.last && (*t.p == '"' || *t.p == '\''));
        step->text.data = t.dst;

        rc = step->quoted ? webhook_path_key(&t, err)
                          : webhook_path_bare(&t, err);

        if (rc != WEBHOOK_OK) {
            return WEBHOOK_ERROR;
        }

        step->text.len = t.dst - step->text.data;

        if (step->text.len == 0) {
            return webhook_path_fault(&t, path->text.len, "has an empty step",
                                      err);
        }

        step->index = webhook_path_number(step);
        step->each = (!step->quoted && step->text.len > 2
                      && memcmp(t.dst - 2, "[]", 2) == 0);

        if (t.p == t.last) {
            return WEBHOOK_OK;
        }

        *t.dst++ = *t.p++;
    }
}


/* A step up to the next dot. */

static int
webhook_path_bare(webhook_path_text_t *t, webhook_error_t *err)
{
    unsigned char  c;

    for ( /* void */ ; t->p < t->last && *t->p != '.'; t->p++) {
        c = *t->p;

        if (c <= ' ' || c == 0x7f || strchr("\"'\\${}|=!<>~&", c) != NULL) {
            return webhook_path_fault(t, t->p + 1 - t->text->data,
                                      "has a character that no path has", err);
        }

        *t->dst++ = c;
    }

    return WEBHOOK_OK;
}


/* A step in quotes, with the dot or the end that has to follow. */

static int
webhook_path_key(webhook_path_text_t *t, webhook_error_t *err)
{
    size_t          len;
    unsigned char  *end;

    len = webhook_path_quoted(t->p, t->last);

    if (len == 0) {
        return webhook_path_fault(t, t->text->len, "has a quote without an "
                                  "end", err);
    }

    end = t->p + len - 1;

    for (t->p++; t->p < end; t->p++) {

        if (*t->p == '\\' && strchr("\"'\\", t->p[1]) != NULL && t->p[1]) {
            t->p++;
        }

        if (*t->p < ' ' || *t->p == 0x7f) {
            return webhook_path_fault(t, t->p - t->text->data,
                                      "has a control character in quotes",
                                      err);
        }

        *t->dst++ = *t->p;
    }

    t->p++;

    if (t->p < t->last && *t->p != '.') {
        return webhook_path_fault(t, t->p + 1 - t->text->data,
                                  "has no dot behind a quote", err);
    }

    return WEBHOOK_OK;
}


static int
webhook_path_fault(const webhook_path_text_t *t, size_t len,
    const char *what, webhook_error_t *err)
{
    webhook_error_set(err, "path \"%.*s\" %s", (int) (len < 100 ? len : 100),
                      t->text->data, what);

    return WEBHOOK_ERROR;
}


size_t
webhook_path_quoted(const unsigned char *p, const unsigned char *last)
{
    const unsigned char  *start;

    if (p == last || (*p != '"' && *p != '\'')) {
        return 0;
    }

    start = p;

    for (p++; p < last; p++) {

        if (*p == *start) {
            return p + 1 - start;
        }

        if (*p == '\\' && last - p > 1
            && (p[1] == '"' || p[1] == '\'' || p[1] == '\\'))
        {
            p++;
        }
    }

    return 0;
}


/* The index that a bare step is, written as JSON would write a number. */

static uint32_t
webhook_path_number(const webhook_path_step_t *step)
{
    size_t                i;
    uint64_t              n;
    const unsigned char  *p;

    p = step->text.data;

    if (step->quoted || step->text.len > 9
        || (p[0] == '0' && step->text.len > 1))
    {
        return WEBHOOK_PATH_NO_INDEX;
    }

    n = 0;

    for (i = 0; i < step->text.len; i++) {

        if (p[i] < '0' || p[i] > '9') {
            return WEBHOOK_PATH_NO_INDEX;
        }

        n = n * 10 + (p[i] - '0');
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


const webhook_str_t *
webhook_path_root(const webhook_path_t *path)
{
    static const webhook_str_t  none = webhook_str("");

    return path->steps[0].quoted ? &none : &path->steps[0].text;
}


int
webhook_path_is_key(const webhook_path_t *path, uint32_t i)
{
    return path->steps[i].quoted;
}


int
webhook_path_index(const webhook_path_t *path, uint32_t i, uint32_t *index)
{
    *index = path->steps[i].index;

    return *index != WEBHOOK_PATH_NO_INDEX;
}


void
webhook_path_rest(const webhook_path_t *path, uint32_t i,
    webhook_str_t *rest)
{
    const webhook_str_t  *last;

    last = &path->steps[path->n - 1].text;

    rest->data = path->steps[i].text.data;
    rest->len = last->data + last->len - rest->data;
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


int
webhook_path_each(const webhook_path_t *path, uint32_t i, webhook_str_t *name)
{
    *name = path->steps[i].text;

    if (path->steps[i].each) {
        name->len -= 2;
        return 1;
    }

    return 0;
}


int
webhook_path_walk(const webhook_path_t *path, uint32_t skip,
    const webhook_json_value_t *from, webhook_path_walk_t *w)
{
    webhook_json_value_t  root;

    w->nouter = 0;

    if (from == NULL) {
        webhook_json_root(w->doc, &root);
        from = &root;
    }

    return (skip && skip < path->n && path->steps[skip - 1].each)
           ? webhook_path_elements(path, skip, from, w)
           : webhook_path_follow(path, skip, from, w);
}


/* As deep as there are steps. */

static int
webhook_path_follow(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *in, webhook_path_walk_t *w)
{
    int                         rc, found;
    webhook_str_t               key;
    webhook_json_value_t        v;
    const webhook_path_step_t  *step;

    if (i == path->n) {
        return w->visit(w, in);
    }

    step = &path->steps[i];
    rc = 0;

    key = step->text;
    key.len -= step->each ? 2 : 0;

    found = webhook_path_member(step, &key, in, w, &v);

    if (found) {
        rc = webhook_path_behind(path, i, &v, w);
    }

    if (step->each && rc == 0 && (!found || w->strict)
        && webhook_path_member(step, &step->text, in, w, &v))
    {
        rc = webhook_path_behind(path, i, &v, w);
    }

    return rc;
}


/* What is behind the i-th step, whose value is v. */

static int
webhook_path_behind(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *v, webhook_path_walk_t *w)
{
    return (path->steps[i].each && i + 1 < path->n)
           ? webhook_path_elements(path, i + 1, v, w)
           : webhook_path_follow(path, i + 1, v, w);
}


static int
webhook_path_elements(const webhook_path_t *path, uint32_t i,
    const webhook_json_value_t *list, webhook_path_walk_t *w)
{
    int                    rc;
    uint32_t               iter;
    webhook_json_value_t  *element;

    if (list->type == WEBHOOK_JSON_NULL) {
        return 0;
    }

    element = &w->outer[w->nouter++];

    if (list->type != WEBHOOK_JSON_ARRAY) {
        *element = *list;
        rc = webhook_path_follow(path, i, element, w);
        w->nouter--;

        return rc;
    }

    rc = 0;
    iter = 0;

    while (rc == 0
           && webhook_json_next(w->doc, list, &iter, NULL, element)
              == WEBHOOK_OK)
    {
        rc = webhook_path_follow(path, i, element, w);
    }

    w->nouter--;

    return rc;
}


/* 1 if it is there. */

static int
webhook_path_member(const webhook_path_step_t *step, const webhook_str_t *key,
    const webhook_json_value_t *in, webhook_path_walk_t *w,
    webhook_json_value_t *v)
{
    if (in->type == WEBHOOK_JSON_ARRAY) {
        return step->index != WEBHOOK_PATH_NO_INDEX
               && webhook_json_element(w->doc, in, step->index, v)
                  == WEBHOOK_OK;
    }

    if (webhook_json_member(w->doc, in, key, v) != WEBHOOK_OK) {
        return 0;
    }

    if (w->strict && webhook_json_times(w->doc, in, key) > 1) {
        w->twice = 1;
    }

    return 1;
}
