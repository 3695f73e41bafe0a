
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/cluster/ngx_http_webhook_cluster.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "store/view/webhook_view.h"

#include <sys/random.h>


typedef struct {
    ngx_webhook_link_call_t    call;
    ngx_webhook_link_wait_t    wait;
    ngx_webhook_api_t         *api;
    void                     (*seen)(ngx_webhook_api_t *api,
                                     webhook_cluster_op_t *op);
    ngx_int_t                (*done)(ngx_webhook_api_t *api,
                                     webhook_cluster_op_t *op);
    ngx_webhook_api_pt         next;
} ngx_webhook_shared_t;


static ngx_webhook_shared_t *ngx_webhook_shared_create(
    ngx_webhook_api_t *api, const webhook_cluster_op_t *op,
    ngx_webhook_link_lane_e lane);
static void ngx_webhook_shared_free(void *data);
static void ngx_webhook_shared_seen(ngx_webhook_link_call_t *call);
static void ngx_webhook_shared_answered(ngx_webhook_link_call_t *call);
static ngx_int_t ngx_webhook_shared_result(ngx_webhook_shared_t *shared);
static void ngx_webhook_shared_here(ngx_webhook_link_wait_t *wait);


ngx_int_t
ngx_webhook_shared_ask(ngx_webhook_api_t *api, const webhook_cluster_op_t *op,
    ngx_webhook_link_lane_e lane,
    void (*seen)(ngx_webhook_api_t *api, webhook_cluster_op_t *op),
    ngx_int_t (*done)(ngx_webhook_api_t *api, webhook_cluster_op_t *op))
{
    ngx_webhook_shared_t  *shared;

    shared = ngx_webhook_shared_create(api, op, lane);
    if (shared == NULL) {
        return NGX_ERROR;
    }

    shared->seen = seen;
    shared->done = done;

    if (seen) {
        shared->call.seen = ngx_webhook_shared_seen;
    }

    ngx_webhook_link_post(&shared->call);

    return ngx_webhook_api_hold(api);
}


static ngx_webhook_shared_t *
ngx_webhook_shared_create(ngx_webhook_api_t *api,
    const webhook_cluster_op_t *op, ngx_webhook_link_lane_e lane)
{
    ngx_pool_cleanup_t    *cln;
    ngx_webhook_shared_t  *shared;

    cln = ngx_pool_cleanup_add(api->pool, sizeof(ngx_webhook_shared_t));
    if (cln == NULL) {
        return NULL;
    }

    shared = cln->data;
    cln->handler = ngx_webhook_shared_free;

    ngx_memzero(shared, sizeof(ngx_webhook_shared_t));

    shared->api = api;
    shared->call.op = *op;
    shared->call.lane = lane;
    shared->call.handler = ngx_webhook_shared_answered;
    shared->call.data = shared;

    return shared;
}


static void
ngx_webhook_shared_free(void *data)
{
    ngx_webhook_shared_t *shared = data;

    webhook_cluster_op_free(&shared->call.op);
}


ngx_int_t
ngx_webhook_shared(ngx_webhook_api_t *api,
    const webhook_cluster_object_t *object, ngx_webhook_api_pt next)
{
    webhook_cluster_op_t   op;
    ngx_webhook_shared_t  *shared;

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_OBJECT;
    op.u.object = *object;
    op.u.object.wall = ngx_webhook_clock_wall();

    if (getrandom(op.u.object.token.bytes, WEBHOOK_ID_LEN, GRND_NONBLOCK)
        != WEBHOOK_ID_LEN)
    {
        return NGX_ERROR;
    }

    shared = ngx_webhook_shared_create(api, &op, NGX_WEBHOOK_LINK_CHANGE);
    if (shared == NULL) {
        return NGX_ERROR;
    }

    shared->next = next;

    ngx_webhook_link_post(&shared->call);

    return ngx_webhook_api_hold(api);
}


/* On a thread. */

static void
ngx_webhook_shared_seen(ngx_webhook_link_call_t *call)
{
    ngx_webhook_shared_t  *shared;

    shared = call->data;
    shared->seen(shared->api, &call->op);
}


static void
ngx_webhook_shared_answered(ngx_webhook_link_call_t *call)
{
    ngx_webhook_shared_t  *shared;

    shared = call->data;

    if (shared->next && call->op.result == WEBHOOK_CLUSTER_OK) {
        shared->wait.change = call->op.u.object.change;
        shared->wait.handler = ngx_webhook_shared_here;
        shared->wait.data = shared;

        ngx_webhook_link_await(&shared->wait);
        return;
    }

    ngx_webhook_api_resume(shared->api, ngx_webhook_shared_result(shared));
}


static ngx_int_t
ngx_webhook_shared_result(ngx_webhook_shared_t *shared)
{
    webhook_cluster_result_e   result;
    ngx_webhook_link_call_t   *call;

    call = &shared->call;
    result = call->op.result;

    if (shared->done && result < WEBHOOK_CLUSTER_FENCED) {
        return shared->done(shared->api, &call->op);
    }

    if (!call->apart) {
        ngx_log_error(NGX_LOG_ERR, shared->api->request->connection->log, 0,
                      "webhook cluster: the API could not be answered: %*s",
                      call->error_len, call->error);
    }

    return result == WEBHOOK_CLUSTER_UNKNOWN
           ? ngx_webhook_api_not_known(shared->api)
           : ngx_webhook_api_away(shared->api);
}


static void
ngx_webhook_shared_here(ngx_webhook_link_wait_t *wait)
{
    ngx_webhook_shared_t  *shared;

    shared = wait->data;

    ngx_webhook_api_resume(shared->api,
                           wait->late ? ngx_webhook_api_late(shared->api)
                                      : shared->next(shared->api));
}


ngx_int_t
ngx_webhook_shared_query(ngx_webhook_api_t *api, ngx_uint_t *shared,
    webhook_str_t *node)
{
    ngx_str_t    value;
    const char  *error;

    *shared = 0;
    ngx_memzero(node, sizeof(webhook_str_t));

    if (!ngx_webhook_api_query(api, NGX_WEBHOOK_SHARED_QUERY, &value)) {
        return NGX_OK;
    }

    if (api->wmcf->cluster == NULL) {
        error = "nginx.conf has no \"webhook_cluster\"";

    } else if (value.len == 0 || value.len > WEBHOOK_CLUSTER_NODE_MAX) {
        error = "it is the name of a node, or \"" NGX_WEBHOOK_SHARED_ALL "\"";

    } else {
        *shared = 1;

        if (value.len != sizeof(NGX_WEBHOOK_SHARED_ALL) - 1
            || ngx_strncmp(value.data, NGX_WEBHOOK_SHARED_ALL, value.len) != 0)
        {
            *node = *ngx_webhook_str(&value);
        }

        return NGX_OK;
    }

    return ngx_webhook_api_problem(api, NGX_HTTP_BAD_REQUEST,
                                   "\"" NGX_WEBHOOK_SHARED_QUERY "\" of the "
                                   "query: %s", error)
           == NGX_OK ? NGX_DECLINED : NGX_ERROR;
}


json_t *
ngx_webhook_shared_node(ngx_webhook_api_t *api, json_t *json,
    const webhook_str_t *node)
{
    json_t  *name;

    if (json == NULL || api->wmcf->cluster == NULL) {
        return json;
    }

    if (node == NULL) {
        node = ngx_webhook_str(&api->wmcf->cluster->node);
    }

    /* what nobody has is taken by some node soon */

    name = node->len ? webhook_view_text(node) : json_null();

    if (json_object_set_new(json, "node", name) != 0) {
        json_decref(json);
        return NULL;
    }

    return json;
}
