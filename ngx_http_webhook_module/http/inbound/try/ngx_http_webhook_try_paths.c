
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a receiver looks at in a call.
 */

#include "http/inbound/try/ngx_http_webhook_try_int.h"


static int ngx_webhook_try_list(ngx_array_t *paths,
    int (*visit)(void *data, const webhook_path_t *path), void *data);
static int ngx_webhook_try_filters(ngx_array_t *filters,
    int (*visit)(void *data, const webhook_path_t *path), void *data);
static int ngx_webhook_try_action(ngx_webhook_action_t *action,
    int (*visit)(void *data, const webhook_path_t *path), void *data);
static int ngx_webhook_try_other(void *data, const webhook_path_t *path);


int
ngx_webhook_try_paths(ngx_webhook_receiver_t *receiver,
    int (*visit)(void *data, const webhook_path_t *path), void *data)
{
    int                     rc;
    ngx_uint_t              i;
    ngx_webhook_emit_t     *emit;
    ngx_webhook_action_t   *action;

    rc = ngx_webhook_try_list(&receiver->require, visit, data);

    if (rc == 0) {
        rc = ngx_webhook_try_filters(&receiver->skips, visit, data);
    }

    if (rc == 0) {
        rc = ngx_webhook_try_filters(&receiver->filters, visit, data);
    }

    if (rc == 0 && receiver->target_id) {
        rc = webhook_template_paths(receiver->target_id, visit, data);
    }

    if (rc == 0 && receiver->target_model) {
        rc = webhook_template_paths(receiver->target_model, visit, data);
    }

    if (rc == 0 && receiver->lookup) {
        rc = ngx_webhook_try_action(receiver->lookup, visit, data);
    }

    action = receiver->actions.elts;

    for (i = 0; rc == 0 && i < receiver->actions.nelts; i++) {
        rc = ngx_webhook_try_action(&action[i], visit, data);
    }

    emit = receiver->emits.elts;

    for (i = 0; rc == 0 && i < receiver->emits.nelts; i++) {

        if (emit[i].body) {
            rc = webhook_template_paths(emit[i].body, visit, data);
        }

        if (rc == 0 && emit[i].when) {
            rc = webhook_condition_paths(emit[i].when, visit, data);
        }
    }

    if (rc == 0 && receiver->order_by) {
        rc = visit(data, receiver->order_by);
    }

    return rc;
}


static int
ngx_webhook_try_list(ngx_array_t *paths,
    int (*visit)(void *data, const webhook_path_t *path), void *data)
{
    int               rc;
    ngx_uint_t        i;
    webhook_path_t  **path;

    path = paths->elts;

    for (i = 0; i < paths->nelts; i++) {
        rc = visit(data, path[i]);

        if (rc) {
            return rc;
        }
    }

    return 0;
}


static int
ngx_webhook_try_filters(ngx_array_t *filters,
    int (*visit)(void *data, const webhook_path_t *path), void *data)
{
    int                    rc;
    ngx_uint_t             i;
    ngx_webhook_filter_t  *filter;

    filter = filters->elts;

    for (i = 0; i < filters->nelts; i++) {
        rc = webhook_condition_paths(filter[i].condition, visit, data);

        if (rc) {
            return rc;
        }
    }

    return 0;
}


static int
ngx_webhook_try_action(ngx_webhook_action_t *action,
    int (*visit)(void *data, const webhook_path_t *path), void *data)
{
    int  rc;

    rc = webhook_template_paths(action->uri, visit, data);

    if (rc == 0 && action->body) {
        rc = webhook_template_paths(action->body, visit, data);
    }

    if (rc == 0 && action->when) {
        rc = webhook_condition_paths(action->when, visit, data);
    }

    return rc;
}


ngx_uint_t
ngx_webhook_try_asks(ngx_webhook_receiver_t *receiver)
{
    return ngx_webhook_try_paths(receiver, ngx_webhook_try_other, NULL) != 0;
}


static int
ngx_webhook_try_other(void *data, const webhook_path_t *path)
{
    ngx_uint_t            i;
    const webhook_str_t  *root;

    static const webhook_str_t  roots[] = {
        webhook_str("header"),
        webhook_str("query"),
        webhook_str("var")
    };

    if (webhook_path_steps(path) < 2) {
        return 0;
    }

    root = webhook_path_root(path);

    for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (webhook_str_eq(root, &roots[i])) {
            return 1;
        }
    }

    return 0;
}
