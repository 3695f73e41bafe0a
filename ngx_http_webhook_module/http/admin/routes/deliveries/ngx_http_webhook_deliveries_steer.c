
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * POST deliveries/{id}/retry, cancel and replay: one delivery.  Of another node
 * what is over can be sent again, by whichever node takes it; what it has open it
 * is asked to retry or cancel.
 */

#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_record.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/admin/routes/deliveries/ngx_http_webhook_deliveries_int.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"


static ngx_int_t ngx_webhook_deliveries_retry_go(ngx_webhook_api_t *api,
    webhook_op_t *shown);
static ngx_int_t ngx_webhook_deliveries_cancel_go(ngx_webhook_api_t *api,
    webhook_op_t *shown);
static ngx_int_t ngx_webhook_deliveries_steer(ngx_webhook_api_t *api,
    webhook_op_e type);
static ngx_int_t ngx_webhook_deliveries_steer_shared(ngx_webhook_api_t *api,
    webhook_op_e type);
static ngx_int_t ngx_webhook_deliveries_ask_retry(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_ask_cancel(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_ask(ngx_webhook_api_t *api,
    ngx_uint_t cancel);
static ngx_int_t ngx_webhook_deliveries_was_asked(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_deliveries_theirs(ngx_webhook_api_t *api,
    const char *what);
static ngx_int_t ngx_webhook_deliveries_nothing(ngx_webhook_api_t *api,
    const char *what);
static ngx_int_t ngx_webhook_deliveries_retry_shared(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_retried_shared(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_deliveries_gone(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_steered(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_refused(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_over(ngx_webhook_api_t *api,
    uint32_t backlog);
static ngx_int_t ngx_webhook_deliveries_replay_go(ngx_webhook_api_t *api,
    webhook_op_t *shown);
static ngx_int_t ngx_webhook_deliveries_replay_again(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_deliveries_replayed(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_deliveries_made(ngx_webhook_api_t *api,
    webhook_op_t *op);


ngx_int_t
ngx_webhook_deliveries_retry(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_retry_go);
}


ngx_int_t
ngx_webhook_deliveries_cancel(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_cancel_go);
}


ngx_int_t
ngx_webhook_deliveries_replay(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_read(api, ngx_webhook_deliveries_replay_go);
}


static ngx_int_t
ngx_webhook_deliveries_retry_go(ngx_webhook_api_t *api, webhook_op_t *shown)
{
    return ngx_webhook_deliveries_steer(api, WEBHOOK_OP_RETRY);
}


static ngx_int_t
ngx_webhook_deliveries_cancel_go(ngx_webhook_api_t *api, webhook_op_t *shown)
{
    return ngx_webhook_deliveries_steer(api, WEBHOOK_OP_CANCEL);
}


static ngx_int_t
ngx_webhook_deliveries_steer(ngx_webhook_api_t *api, webhook_op_e type)
{
    webhook_op_t                   op;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    if (route->gone) {
        return ngx_webhook_deliveries_gone(api);
    }

    if (route->shared) {
        return ngx_webhook_deliveries_steer_shared(api, type);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = type;
    op.u.delivery.event = route->event;
    op.u.delivery.endpoint = route->endpoint;

    if (api->wmcf->registry) {
        op.u.delivery.backlog = (uint32_t) api->wmcf->registry->backlog;
    }

    if (ngx_webhook_record_with(api, &op, type == WEBHOOK_OP_RETRY
                                          ? "delivery.retry"
                                          : "delivery.cancel",
                                &api->values[0], &route->company, NULL)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_deliveries_steered);
}


static ngx_int_t
ngx_webhook_deliveries_steer_shared(ngx_webhook_api_t *api, webhook_op_e type)
{
    ngx_webhook_api_pt             next;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    switch (route->state) {

    case WEBHOOK_PENDING:
    case WEBHOOK_SENDING:
        next = type == WEBHOOK_OP_CANCEL ? ngx_webhook_deliveries_ask_cancel
                                         : ngx_webhook_deliveries_ask_retry;
        break;

    case WEBHOOK_DELIVERED:
        next = NULL;
        break;

    default:

        /* one that is dead and blocks its key is open */

        next = type == WEBHOOK_OP_RETRY ? ngx_webhook_deliveries_retry_shared
                                        : ngx_webhook_deliveries_ask_cancel;
    }

    if (next == NULL) {
        return ngx_webhook_deliveries_nothing(api, type == WEBHOOK_OP_RETRY
                                                   ? "retry" : "cancel");
    }

    return ngx_webhook_record(api, type == WEBHOOK_OP_RETRY
                                   ? "delivery.retry" : "delivery.cancel",
                              &api->values[0], &route->company, NULL, NULL,
                              next);
}


/* The node that has it is asked, and does it when it looks next. */

static ngx_int_t
ngx_webhook_deliveries_ask_retry(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_ask(api, 0);
}


static ngx_int_t
ngx_webhook_deliveries_ask_cancel(ngx_webhook_api_t *api)
{
    return ngx_webhook_deliveries_ask(api, 1);
}


static ngx_int_t
ngx_webhook_deliveries_ask(ngx_webhook_api_t *api, ngx_uint_t cancel)
{
    webhook_cluster_op_t           op;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_STEER;
    op.u.steer.event = route->event;
    op.u.steer.endpoint = route->endpoint;
    op.u.steer.cancel = cancel ? 1 : 0;

    ngx_webhook_access_whose(&api->who, &op.u.steer.company);

    return ngx_webhook_shared_ask(api, &op, NGX_WEBHOOK_LINK_CHANGE, NULL,
                                  ngx_webhook_deliveries_was_asked);
}


static ngx_int_t
ngx_webhook_deliveries_was_asked(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    const char  *what;

    what = op->u.steer.cancel ? "cancel" : "retry";

    switch (op->result) {

    case WEBHOOK_CLUSTER_OK:
        return ngx_webhook_api_json(api, NGX_HTTP_ACCEPTED,
                   json_pack("{s:o, s:o, s:s}",
                             "id", ngx_webhook_api_string(
                                       ngx_webhook_str(&api->values[0])),
                             "node", ngx_webhook_api_string(&op->u.steer.node),
                             "asked", what));

    case WEBHOOK_CLUSTER_DUPLICATE:
        return ngx_webhook_deliveries_nothing(api, what);

    case WEBHOOK_CLUSTER_CONFLICT:
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The node that had the delivery is dead, "
                                       "or is asked for too much: ask again "
                                       "once another one has it");

    default:
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }
}


static ngx_int_t
ngx_webhook_deliveries_theirs(ngx_webhook_api_t *api, const char *what)
{
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "The delivery is kept by the node \"%V\": "
                                   "it can be %s there",
                                   ngx_webhook_nstr(&route->node), what);
}


/* It is recorded: it becomes nobody's in the cluster, and some node takes it. */

static ngx_int_t
ngx_webhook_deliveries_retry_shared(ngx_webhook_api_t *api)
{
    webhook_cluster_op_t           op;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_RETRY;
    op.u.retry.event = route->event;
    op.u.retry.endpoint = route->endpoint;

    ngx_webhook_access_whose(&api->who, &op.u.retry.company);

    return ngx_webhook_shared_ask(api, &op, NGX_WEBHOOK_LINK_CHANGE, NULL,
                                  ngx_webhook_deliveries_retried_shared);
}


static ngx_int_t
ngx_webhook_deliveries_retried_shared(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    if (op->result == WEBHOOK_CLUSTER_DUPLICATE
        && ngx_webhook_delivery_route(api)->state == WEBHOOK_DEAD)
    {
        /* it is open, since it blocks its key */

        return ngx_webhook_deliveries_ask_retry(api);
    }

    if (op->result == WEBHOOK_CLUSTER_NOT_FOUND) {
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }

    /* somebody was faster: it is sent again all the same */

    return ngx_webhook_deliveries_again(api, ngx_webhook_deliveries_answer);
}


static ngx_int_t
ngx_webhook_deliveries_gone(ngx_webhook_api_t *api)
{
    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "The endpoint was deleted: what was sent "
                                   "to it can only be viewed");
}


static ngx_int_t
ngx_webhook_deliveries_steered(ngx_webhook_api_t *api, webhook_op_t *op)
{
    if (op->result == WEBHOOK_STORE_STALE && op->u.delivery.moved) {

        /* since it was read: now it is looked for there */

        return ngx_webhook_deliveries_again(api, op->type == WEBHOOK_OP_RETRY
                                        ? ngx_webhook_deliveries_retry_go
                                        : ngx_webhook_deliveries_cancel_go);
    }

    if (op->result != WEBHOOK_STORE_OK) {
        return ngx_webhook_deliveries_refused(api, op);
    }

    return ngx_webhook_deliveries_again(api, ngx_webhook_deliveries_answer);
}


static ngx_int_t
ngx_webhook_deliveries_refused(ngx_webhook_api_t *api, webhook_op_t *op)
{
    const char  *what;

    what = op->type == WEBHOOK_OP_RETRY ? "retry" : "cancel";

    switch (op->result) {

    case WEBHOOK_STORE_STALE:
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The delivery is being sent at this "
                                       "moment: wait for its outcome");

    case WEBHOOK_STORE_DUPLICATE:
        return ngx_webhook_deliveries_nothing(api, what);

    case WEBHOOK_STORE_FULL:

        if (op->type == WEBHOOK_OP_CANCEL) {
            return ngx_webhook_api_full(api);
        }

        if (op->u.delivery.over) {
            return ngx_webhook_deliveries_over(api, op->u.delivery.backlog);
        }

        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "The store is full: nothing that is over "
                                       "can be sent again until there is room");

    default:
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }
}


static ngx_int_t
ngx_webhook_deliveries_nothing(ngx_webhook_api_t *api, const char *what)
{
    const char  *state;

    state = webhook_state_name(ngx_webhook_delivery_route(api)->state);

    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "There is nothing to %s: the delivery is "
                                   "%s. A new one is made by its \"replay\"",
                                   what, state);
}


static ngx_int_t
ngx_webhook_deliveries_over(ngx_webhook_api_t *api, uint32_t backlog)
{
    return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                   "The company has %uD deliveries waiting, "
                                   "which is as many as it may have: this one "
                                   "can be sent again once fewer wait",
                                   backlog);
}


static ngx_int_t
ngx_webhook_deliveries_replay_go(ngx_webhook_api_t *api, webhook_op_t *shown)
{
    u_char                         text[WEBHOOK_ID_TEXT_LEN];
    json_t                        *more;
    ngx_str_t                      id;
    webhook_op_t                   op;
    ngx_webhook_delivery_route_t  *route;

    if (api->begun.data) {
        return ngx_webhook_deliveries_replay_again(api);
    }

    route = ngx_webhook_delivery_route(api);

    if (route->gone) {
        return ngx_webhook_deliveries_gone(api);
    }

    if (route->shared) {
        return ngx_webhook_deliveries_theirs(api, "replayed");
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_COPY;
    op.u.copy.event = route->event;
    op.u.copy.endpoint = route->endpoint;

    if (api->wmcf->registry) {
        op.u.copy.backlog = (uint32_t) api->wmcf->registry->backlog;
    }

    if (ngx_webhook_event_id(&op.u.copy.id) != NGX_OK) {
        return NGX_ERROR;
    }

    webhook_id_text(&op.u.copy.id, text);

    id.data = text;
    id.len = WEBHOOK_ID_TEXT_LEN;

    more = json_pack("{s:o}", "event",
                     ngx_webhook_api_string(ngx_webhook_str(&id)));

    if (more == NULL
        || ngx_webhook_record_with(api, &op, "delivery.replay",
                                   &api->values[0], &route->company, more)
           != NGX_OK
        || ngx_webhook_api_begun(api, api->pool, &id, &op.recorded->once)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_api_store(api, &op, ngx_webhook_deliveries_replayed);
}


/* The event is there since a request that came to no answer. */

static ngx_int_t
ngx_webhook_deliveries_replay_again(ngx_webhook_api_t *api)
{
    if (webhook_id_parse(ngx_webhook_str(&api->begun),
                         &ngx_webhook_delivery_route(api)->event)
        != WEBHOOK_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webhook_deliveries_again(api, ngx_webhook_deliveries_made);
}


static ngx_int_t
ngx_webhook_deliveries_replayed(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    if (op->recorded->once.known) {
        return ngx_webhook_api_known(api, &op->recorded->once);
    }

    if (op->result == WEBHOOK_STORE_FULL && op->u.copy.over) {
        return ngx_webhook_deliveries_over(api, op->u.copy.backlog);
    }

    if (op->result == WEBHOOK_STORE_FULL) {
        return ngx_webhook_api_problem(api, NGX_HTTP_INSUFFICIENT_STORAGE,
                                       "The store is full: nothing new is taken "
                                       "until there is room");
    }

    if (op->result != WEBHOOK_STORE_OK
        && op->result != WEBHOOK_STORE_DUPLICATE)
    {
        return ngx_webhook_api_not_found(api, "delivery", &api->values[0]);
    }

    route->event = op->u.copy.id;

    return ngx_webhook_deliveries_again(api, ngx_webhook_deliveries_made);
}


/* The new one, and where it is: its id may be text that has to be escaped. */

static ngx_int_t
ngx_webhook_deliveries_made(ngx_webhook_api_t *api, webhook_op_t *op)
{
    u_char                        *p;
    json_t                        *json;
    size_t                         escaped;
    ngx_str_t                      path;
    ngx_webhook_delivery_route_t  *route;

    route = ngx_webhook_delivery_route(api);

    json = ngx_webhook_deliveries_json(api, op);
    if (json == NULL) {
        return NGX_ERROR;
    }

    escaped = 2 * ngx_escape_uri(NULL, route->name.data, route->name.len,
                                 NGX_ESCAPE_URI_COMPONENT);

    path.len = sizeof("deliveries/.") - 1 + WEBHOOK_ID_TEXT_LEN
               + route->name.len + escaped;
    path.data = ngx_pnalloc(api->pool, path.len);

    if (path.data == NULL) {
        json_decref(json);
        return NGX_ERROR;
    }

    p = ngx_cpymem(path.data, "deliveries/", sizeof("deliveries/") - 1);
    webhook_id_text(&route->event, p);
    p += WEBHOOK_ID_TEXT_LEN;
    *p++ = '.';
    (void) ngx_escape_uri(p, route->name.data, route->name.len,
                          NGX_ESCAPE_URI_COMPONENT);

    return ngx_webhook_api_created(api, &path, json);
}
