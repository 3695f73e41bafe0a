
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The list of for_each, or all lists that a path through lists leads to.  What
 * is there and no list is its only element: XML and forms have no other way to
 * say a list of one.
 */

#include "http/inbound/intake/ngx_http_webhook_elements.h"
#include "http/inbound/call/ngx_http_webhook_message.h"


typedef struct {
    ngx_webhook_call_t  *call;
    ngx_uint_t           lists;         /* that were found */
    ngx_uint_t           n;             /* elements in them */
} ngx_webhook_elements_t;


static void ngx_webhook_elements_walk(ngx_webhook_elements_t *elements,
    int (*visit)(webhook_path_walk_t *w, const webhook_json_value_t *v));
static int ngx_webhook_elements_count(webhook_path_walk_t *w,
    const webhook_json_value_t *list);
static int ngx_webhook_elements_take(webhook_path_walk_t *w,
    const webhook_json_value_t *list);
static void ngx_webhook_elements_add(ngx_webhook_elements_t *elements,
    webhook_path_walk_t *w, const webhook_json_value_t *v);


ngx_uint_t
ngx_webhook_elements(ngx_webhook_call_t *call, ngx_str_t *error)
{
    ngx_uint_t               levels;
    const webhook_str_t     *name;
    ngx_webhook_elements_t   elements;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    levels = receiver->for_each_levels;

    ngx_memzero(&elements, sizeof(ngx_webhook_elements_t));

    elements.call = call;

    ngx_webhook_elements_walk(&elements, ngx_webhook_elements_count);

    if (elements.lists == 0) {
        name = webhook_path_text(receiver->for_each);

        ngx_webhook_message(call, error,
                            "The payload has no list '%*s'",
                            name->len, name->data);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    if (elements.n > receiver->for_each_max) {
        ngx_webhook_message(call, error,
                            "The list%s %ui elements; a call may "
                            "have %ui", levels > 1 ? "s have" : " has",
                            elements.n, receiver->for_each_max);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    call->nelements = elements.n;

    call->elements = ngx_palloc(call->pool,
                                (elements.n + 1)
                                * levels * sizeof(webhook_json_value_t));
    if (call->elements == NULL) {
        ngx_str_set(error, "Out of memory; nothing was done");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    call->outer = call->elements + elements.n + 1;

    /* templates may name all of the payload for each of them */

    call->cost = ngx_max(call->cost,
                         call->payload.len * (call->nelements / 4));

    elements.n = 0;

    ngx_webhook_elements_walk(&elements, ngx_webhook_elements_take);

    return 0;
}


/* "payload" is a field of that name, or else all of the payload, as "root"
   always is. */

static void
ngx_webhook_elements_walk(ngx_webhook_elements_t *elements,
    int (*visit)(webhook_path_walk_t *w, const webhook_json_value_t *v))
{
    uint32_t                 skip;
    webhook_str_t            name;
    webhook_path_t          *path;
    webhook_path_walk_t      w;
    webhook_json_value_t     root, found;
    ngx_webhook_receiver_t  *receiver;

    receiver = elements->call->receiver;
    path = receiver->for_each;

    w.doc = elements->call->doc;
    w.visit = visit;
    w.ctx = elements;
    w.strict = 0;

    skip = 0;

    if (receiver->for_each_root == NGX_WEBHOOK_FOR_EACH_ROOT) {
        skip = 1;

    } else if (receiver->for_each_root == NGX_WEBHOOK_FOR_EACH_PAYLOAD) {

        (void) webhook_path_each(path, 0, &name);

        webhook_json_root(w.doc, &root);

        skip = (webhook_json_member(w.doc, &root, &name, &found)
                != WEBHOOK_OK);
    }

    (void) webhook_path_walk(path, skip, NULL, &w);
}


static int
ngx_webhook_elements_count(webhook_path_walk_t *w,
    const webhook_json_value_t *list)
{
    ngx_webhook_elements_t *elements = w->ctx;

    if (list->type == WEBHOOK_JSON_NULL) {
        return 0;
    }

    elements->lists++;
    elements->n += (list->type == WEBHOOK_JSON_ARRAY)
                   ? webhook_json_count(w->doc, list) : 1;

    return 0;
}


static int
ngx_webhook_elements_take(webhook_path_walk_t *w,
    const webhook_json_value_t *list)
{
    ngx_webhook_elements_t *elements = w->ctx;

    uint32_t              iter;
    webhook_json_value_t  v;

    if (list->type == WEBHOOK_JSON_NULL) {
        return 0;
    }

    if (list->type != WEBHOOK_JSON_ARRAY) {
        ngx_webhook_elements_add(elements, w, list);
        return 0;
    }

    iter = 0;

    while (webhook_json_next(w->doc, list, &iter, NULL, &v) == WEBHOOK_OK) {
        ngx_webhook_elements_add(elements, w, &v);
    }

    return 0;
}


/* One, and the elements around it, the innermost first. */

static void
ngx_webhook_elements_add(ngx_webhook_elements_t *elements,
    webhook_path_walk_t *w, const webhook_json_value_t *v)
{
    ngx_uint_t             i, n;
    ngx_webhook_call_t    *call;
    webhook_json_value_t  *outer;

    call = elements->call;
    n = call->receiver->for_each_levels - 1;

    call->elements[elements->n] = *v;

    outer = call->outer + elements->n * n;

    for (i = 0; i < n; i++) {
        outer[i] = w->outer[w->nouter - 1 - i];
    }

    elements->n++;
}
