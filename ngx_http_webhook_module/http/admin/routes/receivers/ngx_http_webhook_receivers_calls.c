
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * GET receivers/{id}/calls and calls/{call}, POST calls/{call}/replay.
 */

#include "http/admin/api/ngx_http_webhook_api_query.h"
#include "http/admin/api/ngx_http_webhook_api_wait.h"
#include "http/admin/routes/common/ngx_http_webhook_asked.h"
#include "http/admin/routes/shared/ngx_http_webhook_shared.h"
#include "http/admin/routes/receivers/ngx_http_webhook_receivers_int.h"
#include "store/view/webhook_view.h"


typedef struct {
    ngx_webhook_scope_thing_t   thing;
    webhook_id_t                id;
    webhook_op_t                fleet;      /* CALLS, as the cluster answered */
    webhook_str_t               node;       /* that has it, if it is not here */
    unsigned                    shared:1;   /* it is not */
    unsigned                    asked:1;    /* the cluster was asked */
    ngx_webhook_api_texts_t    *texts;
    ngx_int_t                 (*found)(ngx_webhook_api_t *api,
                                    webhook_op_t *op);
} ngx_webhook_receivers_call_t;


static ngx_int_t ngx_webhook_receivers_calls_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_calls_ask(ngx_webhook_api_t *api);
static void ngx_webhook_receivers_calls_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_receivers_calls_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_receivers_fleet_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_receivers_fleet_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_receivers_elsewhere(ngx_webhook_api_t *api);
static void ngx_webhook_receivers_elsewhere_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_receivers_elsewhere_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op);
static ngx_int_t ngx_webhook_receivers_one(ngx_webhook_api_t *api,
    ngx_int_t (*found)(ngx_webhook_api_t *api, webhook_op_t *op));
static ngx_int_t ngx_webhook_receivers_one_go(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_one_ask(ngx_webhook_api_t *api);
static ngx_int_t ngx_webhook_receivers_one_read(ngx_webhook_api_t *api,
    webhook_op_t *op);
static void ngx_webhook_receivers_call_seen(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_receivers_call_answer(ngx_webhook_api_t *api,
    webhook_op_t *op);
static ngx_int_t ngx_webhook_receivers_replay_go(ngx_webhook_api_t *api,
    webhook_op_t *op);
static json_t *ngx_webhook_receivers_call_brief(ngx_webhook_api_t *api,
    const void *one);
static json_t *ngx_webhook_receivers_fleet_brief(ngx_webhook_api_t *api,
    const void *one);
static json_t *ngx_webhook_receivers_call_brief_of(ngx_webhook_api_t *api,
    const webhook_call_t *one);
static json_t *ngx_webhook_receivers_call_view(ngx_webhook_api_t *api,
    const webhook_call_t *call);
static json_t *ngx_webhook_receivers_call_json(ngx_webhook_api_t *api,
    const webhook_call_t *call);


ngx_int_t
ngx_webhook_receivers_calls(ngx_webhook_api_t *api)
{
    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_calls_go);
}


/* The calls of one that was deleted stay to be seen. */

static ngx_int_t
ngx_webhook_receivers_calls_go(ngx_webhook_api_t *api)
{
    ngx_webhook_scope_thing_t  thing;

    return ngx_webhook_scope_receiver(api, &api->values[0], &thing)
           ? ngx_webhook_receivers_calls_ask(api)
           : ngx_webhook_scope_past(api, WEBHOOK_OBJECT_RECEIVER,
                                    &api->values[0], "receiver",
                                    ngx_webhook_receivers_calls_ask);
}


static ngx_int_t
ngx_webhook_receivers_calls_ask(ngx_webhook_api_t *api)
{
    ngx_int_t             rc;
    ngx_uint_t            from, shared;
    webhook_op_t          op;
    webhook_filter_t      filter;
    webhook_op_calls_t   *calls;
    webhook_cluster_op_t  ask;

    ngx_memzero(&ask, sizeof(webhook_cluster_op_t));

    rc = ngx_webhook_asked_query(api, &filter, NULL);

    if (rc == NGX_OK) {
        rc = ngx_webhook_shared_query(api, &shared, &ask.u.calls.node);
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_CALLS;
    calls = &op.u.calls;

    calls->receiver = webhook_id_name(ngx_webhook_str(&api->values[0]));
    calls->since = filter.since;
    calls->until = filter.until;
    calls->least = filter.least;
    calls->most = filter.most;

    rc = ngx_webhook_api_query_limit(api, &calls->max);

    if (rc == NGX_OK) {
        rc = ngx_webhook_api_query_cursor(api, calls->cursor,
                                          WEBHOOK_CURSOR_LEN, &from);
        calls->from = from ? 1 : 0;
    }

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_OK : NGX_ERROR;
    }

    ngx_webhook_access_whose(&api->who, &calls->company);

    ngx_webhook_scope(api)->data = ngx_webhook_api_page_texts(api);

    if (ngx_webhook_scope(api)->data == NULL) {
        return NGX_ERROR;
    }

    if (shared) {
        ask.type = WEBHOOK_CLUSTER_CALLS;
        ask.u.calls.filter = *calls;

        return ngx_webhook_shared_ask(api, &ask, NGX_WEBHOOK_LINK_READ,
                                      ngx_webhook_receivers_fleet_seen,
                                      ngx_webhook_receivers_fleet_read);
    }

    return ngx_webhook_api_store_see(api, &op,
                                     ngx_webhook_receivers_calls_seen,
                                     ngx_webhook_receivers_calls_read);
}


/* On a thread. */

static void
ngx_webhook_receivers_fleet_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_api_page_each(api, ngx_webhook_scope(api)->data,
                              op->u.calls.calls, op->u.calls.count,
                              sizeof(webhook_cluster_call_t),
                              ngx_webhook_receivers_fleet_brief);
}


static ngx_int_t
ngx_webhook_receivers_fleet_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_api_texts_t  *texts;

    texts = ngx_webhook_scope(api)->data;

    if (texts->failed) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_text(api, &texts->items,
                                     op->u.calls.filter.more
                                     ? op->u.calls.filter.cursor : NULL,
                                     WEBHOOK_CURSOR_LEN);
}


/* Any thread. */

static void
ngx_webhook_receivers_calls_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_api_page_each(api, ngx_webhook_scope(api)->data,
                              op->u.calls.calls, op->u.calls.count,
                              sizeof(webhook_call_t),
                              ngx_webhook_receivers_call_brief);
}


static ngx_int_t
ngx_webhook_receivers_calls_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_api_texts_t  *texts;

    texts = ngx_webhook_scope(api)->data;

    if (!texts->seen) {
        ngx_webhook_receivers_calls_seen(api, op);
    }

    if (texts->failed) {
        return NGX_ERROR;
    }

    return ngx_webhook_api_page_text(api, &texts->items,
                                     op->u.calls.more ? op->u.calls.cursor
                                                      : NULL,
                                     WEBHOOK_CURSOR_LEN);
}


ngx_int_t
ngx_webhook_receivers_call(ngx_webhook_api_t *api)
{
    return ngx_webhook_receivers_one(api, ngx_webhook_receivers_call_answer);
}


ngx_int_t
ngx_webhook_receivers_replay(ngx_webhook_api_t *api)
{
    return ngx_webhook_receivers_one(api, ngx_webhook_receivers_replay_go);
}


static ngx_int_t
ngx_webhook_receivers_one(ngx_webhook_api_t *api,
    ngx_int_t (*found)(ngx_webhook_api_t *api, webhook_op_t *op))
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_pcalloc(api->pool, sizeof(ngx_webhook_receivers_call_t));
    if (call == NULL) {
        return NGX_ERROR;
    }

    call->texts = ngx_webhook_api_page_texts(api);
    if (call->texts == NULL) {
        return NGX_ERROR;
    }

    call->found = found;
    api->data = call;

    return ngx_webhook_scope_begin(api, ngx_webhook_receivers_one_go);
}


static ngx_int_t
ngx_webhook_receivers_one_go(ngx_webhook_api_t *api)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    return ngx_webhook_scope_receiver(api, &api->values[0], &call->thing)
           ? ngx_webhook_receivers_one_ask(api)
           : ngx_webhook_scope_past(api, WEBHOOK_OBJECT_RECEIVER,
                                    &api->values[0], "receiver",
                                    ngx_webhook_receivers_one_ask);
}


static ngx_int_t
ngx_webhook_receivers_one_ask(ngx_webhook_api_t *api)
{
    webhook_op_t                   op;
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    if (webhook_id_parse(ngx_webhook_str(&api->values[1]), &call->id)
        != WEBHOOK_OK)
    {
        return ngx_webhook_api_not_found(api, "call", &api->values[1]);
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.id = &call->id;
    op.u.calls.max = 1;

    ngx_webhook_access_whose(&api->who, &op.u.calls.company);

    return ngx_webhook_api_store_see(api, &op,
                         call->found == ngx_webhook_receivers_call_answer
                         ? ngx_webhook_receivers_call_seen : NULL,
                         ngx_webhook_receivers_one_read);
}


static ngx_int_t
ngx_webhook_receivers_one_read(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    if (api->wmcf->cluster && !call->asked
        && (op->result != WEBHOOK_STORE_OK || op->u.calls.count == 0))
    {
        return ngx_webhook_receivers_elsewhere(api);
    }

    if (op->result != WEBHOOK_STORE_OK || op->u.calls.count == 0
        || op->u.calls.calls[0].receiver
           != webhook_id_name(ngx_webhook_str(&api->values[0]))
        || !ngx_webhook_access_sees(&api->who, &op->u.calls.calls[0].company))
    {
        return ngx_webhook_api_not_found(api, "call", &api->values[1]);
    }

    return call->found(api, op);
}


/* What is not here may be another node's. */

static ngx_int_t
ngx_webhook_receivers_elsewhere(ngx_webhook_api_t *api)
{
    webhook_cluster_op_t           op;
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    call->asked = 1;

    ngx_memzero(&op, sizeof(webhook_cluster_op_t));

    op.type = WEBHOOK_CLUSTER_CALLS;
    op.u.calls.filter.id = &call->id;
    op.u.calls.filter.max = 1;

    ngx_webhook_access_whose(&api->who, &op.u.calls.filter.company);

    return ngx_webhook_shared_ask(api, &op, NGX_WEBHOOK_LINK_READ,
                                  ngx_webhook_receivers_elsewhere_seen,
                                  ngx_webhook_receivers_elsewhere_read);
}


/* On a thread: as the store would have answered. */

static void
ngx_webhook_receivers_elsewhere_seen(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    if (op->u.calls.count == 0) {
        return;
    }

    call->shared = 1;
    call->node = op->u.calls.calls[0].node;

    call->fleet.u.calls.calls = &op->u.calls.calls[0].call;
    call->fleet.u.calls.count = 1;

    if (call->found == ngx_webhook_receivers_call_answer) {
        ngx_webhook_receivers_call_seen(api, &call->fleet);
    }
}


static ngx_int_t
ngx_webhook_receivers_elsewhere_read(ngx_webhook_api_t *api,
    webhook_cluster_op_t *op)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    call->fleet.type = WEBHOOK_OP_CALLS;
    call->fleet.result = op->result == WEBHOOK_CLUSTER_OK
                         ? WEBHOOK_STORE_OK : WEBHOOK_STORE_NOT_FOUND;

    return ngx_webhook_receivers_one_read(api, &call->fleet);
}


/* Whether the caller sees it is looked at behind that.  Any thread. */

static void
ngx_webhook_receivers_call_seen(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    if (op->u.calls.count) {
        call->texts->seen = 1;

        ngx_webhook_api_page_add(call->texts, ngx_webhook_shared_node(api,
                   ngx_webhook_receivers_call_json(api, op->u.calls.calls),
                   call->shared ? &call->node : NULL));
    }
}


static ngx_int_t
ngx_webhook_receivers_call_answer(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;

    if (!call->texts->seen) {
        ngx_webhook_receivers_call_seen(api, op);
    }

    return call->texts->failed ? NGX_ERROR
                               : ngx_webhook_api_page_one(api,
                                                       &call->texts->items);
}


/* What it is made of stays where the store put it. */

static ngx_int_t
ngx_webhook_receivers_replay_go(ngx_webhook_api_t *api, webhook_op_t *op)
{
    ngx_int_t                      rc;
    webhook_call_t                *kept;
    ngx_webhook_try_t             *t;
    ngx_webhook_receivers_call_t  *call;

    call = ngx_webhook_scope(api)->data;
    kept = op->u.calls.calls;

    if (api->begun.data) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "A request with this Idempotency-Key "
                                       "was begun before and interrupted: it "
                                       "is not known whether the call was "
                                       "made. The receiver's calls may show "
                                       "it; to make it again, use a new key");
    }

    if (call->shared) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The call is kept by the node \"%V\": it "
                                       "can be made again there",
                                       ngx_webhook_nstr(&call->node));
    }

    if (call->thing.id.len == 0) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT,
                                       "The receiver was deleted: its calls "
                                       "can only be viewed");
    }

    t = ngx_pcalloc(api->pool, sizeof(ngx_webhook_try_t));

    if (t == NULL || ngx_webhook_scope_keep(api, op) != NGX_OK) {
        return NGX_ERROR;
    }

    t->receiver = call->thing.receiver;

    rc = ngx_webhook_try_kept(t, kept);

    if (rc == NGX_DECLINED) {
        return ngx_webhook_api_problem(api, NGX_HTTP_CONFLICT, "%V",
                                       &t->error);
    }

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    t->replayed = api->values[1];

    return ngx_webhook_receivers_try(api, t, &call->thing, "call.replay");
}


static json_t *
ngx_webhook_receivers_fleet_brief(ngx_webhook_api_t *api, const void *one)
{
    const webhook_cluster_call_t *c = one;

    return ngx_webhook_shared_node(api,
               ngx_webhook_receivers_call_brief_of(api, &c->call), &c->node);
}


static json_t *
ngx_webhook_receivers_call_brief(ngx_webhook_api_t *api, const void *one)
{
    return ngx_webhook_shared_node(api,
               ngx_webhook_receivers_call_brief_of(api, one), NULL);
}


static json_t *
ngx_webhook_receivers_call_brief_of(ngx_webhook_api_t *api,
    const webhook_call_t *one)
{
    ngx_uint_t  i;
    json_t     *json;

    static const char  *large[] = {
        "headers", "headers_base64", "body", "body_base64", "answer",
        "answer_base64", "actions", NULL
    };

    json = ngx_webhook_receivers_call_view(api, one);

    for (i = 0; json && large[i]; i++) {
        (void) json_object_del(json, large[i]);
    }

    return json;
}


/*
 * Who sees no payloads is told why a call failed in our own words.  Of calls
 * that an older version kept these are not known.
 */

static json_t *
ngx_webhook_receivers_call_view(ngx_webhook_api_t *api,
    const webhook_call_t *call)
{
    webhook_call_t  shown;

    if ((api->who.may & NGX_WEBHOOK_MAY_PAYLOAD)
        || (call->known && call->outline.len == 0))
    {
        return webhook_view_call(call);
    }

    shown = *call;
    shown.error = shown.outline;

    return webhook_view_call(&shown);
}


/* What came in, what was sent on, and what came back are payloads. */

static json_t *
ngx_webhook_receivers_call_json(ngx_webhook_api_t *api,
    const webhook_call_t *call)
{
    size_t       i;
    json_t      *json, *action;
    ngx_uint_t   k;

    static const char  *shown[] = { "headers", "body", "answer", NULL };
    static const char  *hidden[] = {
        "headers_base64", "body_base64", "answer_base64", NULL
    };

    json = ngx_webhook_receivers_call_view(api, call);

    if (json == NULL || (api->who.may & NGX_WEBHOOK_MAY_PAYLOAD)) {
        return json;
    }

    for (k = 0; hidden[k]; k++) {
        (void) json_object_del(json, hidden[k]);
        (void) json_object_set_new(json, shown[k], json_null());
    }

    json_array_foreach(json_object_get(json, "actions"), i, action) {
        (void) json_object_del(action, "body_base64");
        (void) json_object_del(action, "uri_base64");
        (void) json_object_set_new(action, "body", json_null());
        (void) json_object_set_new(action, "uri", json_null());
    }

    return json;
}
