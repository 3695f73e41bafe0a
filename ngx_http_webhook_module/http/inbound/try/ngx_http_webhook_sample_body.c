
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A body that has what a receiver asks for.  What the values should be nobody
 * knows: they are for people to replace.
 */

#include "http/inbound/try/ngx_http_webhook_sample_int.h"
#include "http/inbound/try/ngx_http_webhook_try_int.h"

#include <jansson.h>


#define NGX_WEBHOOK_SAMPLE_TEXT  "example"


typedef struct {
    ngx_webhook_receiver_t  *receiver;
    json_t                  *payload;
    json_t                  *element;       /* what most paths are of: with
                                               for_each one of a list */
} ngx_webhook_sample_body_t;


static int ngx_webhook_sample_visit(void *data, const webhook_path_t *path);
static ngx_uint_t ngx_webhook_sample_captured(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path);
static int ngx_webhook_sample_put(json_t *object, const webhook_path_t *path,
    uint32_t first);
static json_t *ngx_webhook_sample_value(const webhook_str_t *name);
static json_t *ngx_webhook_sample_lists(ngx_webhook_sample_body_t *b);
static ngx_int_t ngx_webhook_sample_write(ngx_webhook_sample_t *s,
    json_t *payload);
static ngx_int_t ngx_webhook_sample_form(ngx_webhook_sample_t *s,
    json_t *payload);


ngx_int_t
ngx_webhook_sample_body(ngx_webhook_sample_t *s)
{
    ngx_int_t                   rc;
    json_t                     *payload;
    ngx_str_t                  *model, *models;
    ngx_webhook_sample_body_t   b;

    if (s->kind == NGX_WEBHOOK_ACCEPT_XML || s->kind == 0) {
        ngx_str_set(s->error, "the receiver reads no JSON and no form: give a "
                              "\"body\" for the sample");
        return NGX_DECLINED;
    }

    b.receiver = s->receiver;
    b.element = json_object();
    b.payload = s->receiver->for_each ? json_object() : json_incref(b.element);

    if (b.element == NULL || b.payload == NULL
        || ngx_webhook_try_paths(s->receiver, ngx_webhook_sample_visit, &b)
           != 0)
    {
        json_decref(b.payload);
        json_decref(b.element);
        return NGX_ERROR;
    }

    models = s->receiver->models.elts;
    model = s->receiver->model.len ? &s->receiver->model
                                   : s->receiver->models.nelts ? &models[0]
                                                               : NULL;

    if (model && json_object_get(b.element, "_model")) {
        (void) json_object_set_new(b.element, "_model",
                                   json_stringn((char *) model->data,
                                                model->len));
    }

    payload = s->receiver->for_each ? ngx_webhook_sample_lists(&b)
                                    : json_incref(b.payload);

    rc = payload ? ngx_webhook_sample_write(s, payload) : NGX_ERROR;

    json_decref(payload);
    json_decref(b.payload);
    json_decref(b.element);

    return rc;
}


/* 0, or not where there is no memory. */

static int
ngx_webhook_sample_visit(void *data, const webhook_path_t *path)
{
    ngx_webhook_sample_body_t *b = data;

    ngx_uint_t            i;
    const webhook_str_t  *root;

    static const webhook_str_t  whole = webhook_str("payload");
    static const webhook_str_t  top = webhook_str("root");
    static const webhook_str_t  others[] = {
        webhook_str("response"), webhook_str("parent"), webhook_str("index"),
        webhook_str("event"), webhook_str("now"), webhook_str("status"),
        webhook_str("error")
    };

    root = webhook_path_root(path);

    if (webhook_str_eq(root, &whole) || webhook_str_eq(root, &top)) {
        return webhook_path_steps(path) > 1
               ? ngx_webhook_sample_put(b->payload, path, 1) : 0;
    }

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (webhook_str_eq(root, &others[i])) {
            return 0;
        }
    }

    if (ngx_webhook_sample_captured(b->receiver, path)) {
        return 0;
    }

    return ngx_webhook_sample_put(b->element, path, 0);
}


/* 1 if it is a value of an earlier answer. */

static ngx_uint_t
ngx_webhook_sample_captured(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path)
{
    ngx_str_t   *name;
    ngx_uint_t   i;

    name = receiver->captures.elts;

    for (i = 0; i < receiver->captures.nelts; i++) {
        if (webhook_path_steps(path) == 1
            && webhook_str_eq(webhook_path_root(path),
                              ngx_webhook_str(&name[i])))
        {
            return 1;
        }
    }

    return 0;
}


/* Puts a value at the steps from the first on, unless something is there; what
   is an index stands for an element of a list, as its only one. */

static int
ngx_webhook_sample_put(json_t *object, const webhook_path_t *path,
    uint32_t first)
{
    uint32_t        i, n;
    json_t         *next, *list;
    webhook_str_t   name;

    n = webhook_path_steps(path);

    for (i = first; i < n; i++) {

        (void) webhook_path_each(path, i, &name);

        next = json_object_getn(object, (char *) name.data, name.len);

        if (i + 1 == n) {

            if (next) {
                return 0;
            }

            return json_object_setn_new(object, (char *) name.data, name.len,
                                        ngx_webhook_sample_value(&name));
        }

        if (next == NULL || !(json_is_object(next) || json_is_array(next))) {

            next = json_object();
            list = next;

            if (webhook_path_each(path, i, &name)) {
                list = json_array();

                if (json_array_append_new(list, next) != 0) {
                    json_decref(list);
                    return -1;
                }
            }

            if (json_object_setn_new(object, (char *) name.data, name.len,
                                     list)
                != 0)
            {
                return -1;
            }
        }

        object = json_is_array(next) ? json_array_get(next, 0) : next;

        if (!json_is_object(object)) {
            return 0;
        }
    }

    return 0;
}


static json_t *
ngx_webhook_sample_value(const webhook_str_t *name)
{
    if (name->len >= 2
        && (name->len == 2 || name->data[name->len - 3] == '_')
        && ngx_strncasecmp(name->data + name->len - 2, (u_char *) "id", 2)
           == 0)
    {
        return json_integer(1);
    }

    return json_string(NGX_WEBHOOK_SAMPLE_TEXT);
}


/* The payload, with the element where for_each looks for it; NULL where there
   is no memory. */

static json_t *
ngx_webhook_sample_lists(ngx_webhook_sample_body_t *b)
{
    uint32_t               i, first;
    json_t                *value, *outer;
    webhook_str_t          name;
    const webhook_path_t  *path;

    path = b->receiver->for_each;
    first = b->receiver->for_each_root == NGX_WEBHOOK_FOR_EACH_FIELD ? 0 : 1;

    value = json_pack("[O]", b->element);

    for (i = webhook_path_steps(path); value && i > first; i--) {

        (void) webhook_path_each(path, i - 1, &name);

        outer = json_object();

        if (outer == NULL
            || json_object_setn_new(outer, (char *) name.data, name.len, value)
               != 0)
        {
            json_decref(outer);
            return NULL;
        }

        value = outer;

        /* a list around it, but for the first */

        if (i - 1 > first && webhook_path_each(path, i - 2, &name)) {
            value = json_pack("[o]", value);
        }
    }

    if (json_is_object(value)) {
        (void) json_object_update_missing(value, b->payload);
    }

    return value;
}


static ngx_int_t
ngx_webhook_sample_write(ngx_webhook_sample_t *s, json_t *payload)
{
    size_t  flags;

    if (s->kind & (NGX_WEBHOOK_ACCEPT_FORM|NGX_WEBHOOK_ACCEPT_QUERY)) {
        return ngx_webhook_sample_form(s, payload);
    }

    flags = JSON_ENCODE_ANY;

    s->body.len = json_dumpb(payload, NULL, 0, flags);
    if (s->body.len == 0) {
        return NGX_ERROR;
    }

    s->body.data = ngx_pnalloc(s->pool, s->body.len);
    if (s->body.data == NULL) {
        return NGX_ERROR;
    }

    (void) json_dumpb(payload, (char *) s->body.data, s->body.len, flags);

    return NGX_OK;
}


/* Fields of a form are those of the first level. */

static ngx_int_t
ngx_webhook_sample_form(ngx_webhook_sample_t *s, json_t *payload)
{
    u_char      *p;
    size_t       len, n;
    json_t      *value;
    const char  *key;

    len = sizeof("hook=" NGX_WEBHOOK_SAMPLE_TEXT) - 1;

    json_object_foreach(payload, key, value) {
        len += 3 * ngx_strlen(key)
               + sizeof("&=" NGX_WEBHOOK_SAMPLE_TEXT) - 1;
    }

    p = ngx_pnalloc(s->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    s->body.data = p;

    json_object_foreach(payload, key, value) {

        if (p != s->body.data) {
            *p++ = '&';
        }

        n = ngx_strlen(key);

        p = (u_char *) ngx_escape_uri(p, (u_char *) key, n,
                                      NGX_ESCAPE_URI_COMPONENT);
        *p++ = '=';

        p = json_is_integer(value)
            ? ngx_cpymem(p, "1", 1)
            : ngx_cpymem(p, NGX_WEBHOOK_SAMPLE_TEXT,
                         sizeof(NGX_WEBHOOK_SAMPLE_TEXT) - 1);
    }

    /* a query that is empty would be no call */

    if (p == s->body.data) {
        p = ngx_cpymem(p, "hook=" NGX_WEBHOOK_SAMPLE_TEXT,
                       sizeof("hook=" NGX_WEBHOOK_SAMPLE_TEXT) - 1);
    }

    s->body.len = p - s->body.data;

    return NGX_OK;
}
