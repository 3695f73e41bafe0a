
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a call leaves in the store: the actions of a durable one, as an event
 * with one delivery to the receiver's API and a step for each action; and the
 * events that it emits.  The answer waits until all of that is kept.
 */


#include "http/inbound/action/ngx_http_webhook_act.h"
#include "http/inbound/action/ngx_http_webhook_action_key.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/outbound/render/ngx_http_webhook_render.h"
#include "http/inbound/call/ngx_http_webhook_await.h"
#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/call/ngx_http_webhook_say.h"
#include "http/inbound/intake/ngx_http_webhook_dedupe.h"


#define NGX_HTTP_WEBHOOK_DURABLE_REQUEST  4096  /* bytes of METHOD URI */
#define NGX_HTTP_WEBHOOK_DURABLE_ORDER    255
#define NGX_HTTP_WEBHOOK_EMIT_MAX         1048576   /* beside the payload */


/* Events that are kept, or not, after the call was answered. */

typedef struct {
    void                         *reservation;
    ngx_uint_t                    pending;
    unsigned                      unkept:1;
} ngx_http_webhook_durable_later_t;


static ngx_uint_t ngx_http_webhook_durable_actions(
    ngx_http_webhook_call_t *call, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_durable_form(ngx_http_webhook_act_t *act,
    ngx_http_webhook_form_t *form, ngx_str_t *error);
static ngx_int_t ngx_http_webhook_durable_chain(ngx_pool_t *pool,
    ngx_str_t *text, ngx_chain_t **chain);
static ngx_uint_t ngx_http_webhook_durable_order(
    ngx_http_webhook_call_t *call, ngx_str_t *order);
static void ngx_http_webhook_durable_answer(ngx_http_webhook_call_t *call,
    webhook_id_t *id);
static ngx_uint_t ngx_http_webhook_durable_emit(ngx_http_webhook_call_t *call,
    ngx_http_webhook_emit_t *emit, webhook_id_t *id, ngx_str_t *error);
static ngx_uint_t ngx_http_webhook_durable_behind(
    ngx_http_webhook_call_t *call, ngx_str_t *error);
static ngx_int_t ngx_http_webhook_durable_late(ngx_http_webhook_call_t *call);
static void ngx_http_webhook_durable_put(ngx_http_webhook_call_t *call,
    ngx_http_webhook_event_t *event);
static void ngx_http_webhook_durable_kept(ngx_http_webhook_event_t *event,
    webhook_store_result_e result);
static void ngx_http_webhook_durable_defer(ngx_http_webhook_call_t *call);
static void ngx_http_webhook_durable_kept_later(
    ngx_http_webhook_event_t *event, webhook_store_result_e result);
static ngx_uint_t ngx_http_webhook_durable_ok(ngx_http_webhook_event_t *event,
    webhook_store_result_e result);


ngx_int_t
ngx_http_webhook_receive_durable(ngx_http_webhook_call_t *call)
{
    ngx_str_t                     error;
    ngx_uint_t                    i, n;
    ngx_http_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    (void) ngx_http_webhook_call_set(call, NGX_HTTP_OK, NULL);

    if (receiver->mode == NGX_HTTP_WEBHOOK_MODE_TEST
        || (receiver->api == NULL && receiver->emits.nelts == 0))
    {
        return NGX_DONE;
    }

    call->status = 0;
    call->element = 0;

    n = receiver->emits.nelts + 1;

    call->events = ngx_pcalloc(call->pool,
                               n * sizeof(ngx_http_webhook_event_t *));
    call->ids = ngx_palloc(call->pool, n * sizeof(webhook_id_t));

    if (call->events == NULL || call->ids == NULL) {
        goto nomem;
    }

    ngx_http_webhook_call_on_end(call, NGX_HTTP_WEBHOOK_END_EVENTS,
                                 ngx_http_webhook_receive_durable_end);

    for (i = 0; i < n; i++) {
        if (ngx_http_webhook_event_id(&call->ids[i]) != NGX_OK) {
            goto nomem;
        }
    }

    return NGX_OK;

nomem:

    ngx_str_set(&error, "Out of memory");

    return ngx_http_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     &error);
}


ngx_int_t
ngx_http_webhook_receive_make(ngx_http_webhook_call_t *call)
{
    ngx_str_t                     error;
    ngx_uint_t                    i, status;
    ngx_http_webhook_emit_t      *emit;
    ngx_http_webhook_receiver_t  *receiver;

    receiver = call->receiver;
    status = 0;

    if (receiver->api) {
        status = ngx_http_webhook_durable_actions(call, &error);
    }

    emit = receiver->emits.elts;

    for (i = 0; status == 0 && i < receiver->emits.nelts; i++) {
        call->whole = 1;
        status = ngx_http_webhook_durable_emit(call, &emit[i],
                                               &call->ids[i + 1], &error);
        call->whole = 0;
    }

    if (status) {
        ngx_http_webhook_receive_durable_end(call);
        return ngx_http_webhook_call_set(call, status, &error);
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_webhook_receive_put(ngx_http_webhook_call_t *call)
{
    size_t                      size;
    ngx_str_t                   error;
    ngx_uint_t                  i, n, status;
    ngx_http_webhook_event_t  **events;

    events = call->events;
    n = call->nevents;
    size = 0;

    for (i = 0; i < n; i++) {
        size += events[i]->size;
    }

    if (n == 0) {
        return ngx_http_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    if (ngx_http_webhook_courier_behind(size)) {
        status = ngx_http_webhook_durable_behind(call, &error);

        ngx_http_webhook_receive_durable_end(call);

        return ngx_http_webhook_call_set(call, status, &error);
    }

    call->put = 1;
    call->pending = n;

    for (i = 0; i < n; i++) {
        ngx_http_webhook_courier_put(events[i]);
    }

    ngx_http_webhook_await(call, ngx_http_webhook_durable_late);

    return NGX_AGAIN;
}


ngx_int_t
ngx_http_webhook_receive_room(ngx_http_webhook_call_t *call)
{
    ngx_str_t                     error;
    ngx_http_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    if (receiver->mode == NGX_HTTP_WEBHOOK_MODE_TEST
        || (receiver->api == NULL && receiver->emits.nelts == 0)
        || !ngx_http_webhook_courier_behind(call->body_len))
    {
        return NGX_OK;
    }

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_BEHIND, 1);

    ngx_str_set(&error, "Too much waits for the store; nothing was done");

    return ngx_http_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     &error);
}


static ngx_uint_t
ngx_http_webhook_durable_behind(ngx_http_webhook_call_t *call,
    ngx_str_t *error)
{
    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_CALLS_BEHIND, 1);

    if (call->receiver->emits.nelts == 0) {
        ngx_str_set(error, "Too much waits for the store; nothing was done");

    } else {
        ngx_str_set(error, "Too much waits for the store; an event of the "
                           "call is lost");

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_EVENTS_FAILED,
                               call->nevents);
    }

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


/* What was put goes on without the call. */

static ngx_int_t
ngx_http_webhook_durable_late(ngx_http_webhook_call_t *call)
{
    ngx_str_t  error;

    ngx_http_webhook_durable_defer(call);
    ngx_http_webhook_receive_durable_end(call);

    ngx_str_null(&call->answer);

    if (call->receiver->api) {
        ngx_str_set(&error, "The store has not answered in time; the call may "
                            "be made later");

    } else {
        ngx_str_set(&error, "The store has not answered in time; an event of "
                            "the call may come later");
    }

    return ngx_http_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     &error);
}


/* A repeat may not act before it is known what became of them. */

static void
ngx_http_webhook_durable_defer(ngx_http_webhook_call_t *call)
{
    void                              *reservation;
    ngx_uint_t                         i;
    ngx_http_webhook_durable_later_t  *later;

    if (call->reserved == 0) {
        return;
    }

    reservation = ngx_http_webhook_dedupe_defer(call, call->receiver->api
                                                      ? NGX_HTTP_ACCEPTED
                                                      : NGX_HTTP_OK);
    if (reservation == NULL) {
        return;
    }

    later = ngx_calloc(sizeof(ngx_http_webhook_durable_later_t),
                       ngx_cycle->log);

    if (later == NULL) {

        /* what is under way will be kept, as likely as not */

        ngx_http_webhook_dedupe_deferred(reservation, 1);
        return;
    }

    later->reservation = reservation;
    later->pending = call->pending;
    later->unkept = call->unkept;

    for (i = 0; i < call->nevents; i++) {
        if (call->events[i]) {
            call->events[i]->handler = ngx_http_webhook_durable_kept_later;
            call->events[i]->data = later;
            call->events[i] = NULL;
        }
    }
}


static void
ngx_http_webhook_durable_kept_later(ngx_http_webhook_event_t *event,
    webhook_store_result_e result)
{
    ngx_http_webhook_durable_later_t *later = event->data;

    if (!ngx_http_webhook_durable_ok(event, result)) {
        later->unkept = 1;
    }

    if (--later->pending == 0) {
        ngx_http_webhook_dedupe_deferred(later->reservation, !later->unkept);
        ngx_free(later);
    }
}


static ngx_uint_t
ngx_http_webhook_durable_ok(ngx_http_webhook_event_t *event,
    webhook_store_result_e result)
{
    if (result == WEBHOOK_STORE_OK || result == WEBHOOK_STORE_DUPLICATE) {
        return 1;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "a webhook receiver's event \"%V\" was not kept: %s",
                  ngx_http_webhook_nstr(&event->hold.job.op.u.put_event.type),
                  webhook_store_result_text(result));
    return 0;
}


static ngx_uint_t
ngx_http_webhook_durable_actions(ngx_http_webhook_call_t *call,
    ngx_str_t *error)
{
    ngx_uint_t                    i, n, status;
    ngx_http_webhook_form_t      *forms;
    ngx_http_webhook_event_t     *event;
    ngx_http_webhook_delivery_t   delivery;

    n = call->nacts - call->nlookups;

    if (n == 0) {
        /* no condition holds */
        return 0;
    }

    ngx_memzero(&delivery, sizeof(ngx_http_webhook_delivery_t));

    forms = ngx_pcalloc(call->pool, n * sizeof(ngx_http_webhook_form_t));

    if (forms == NULL) {
        goto nomem;
    }

    for (i = 0; i < n; i++) {
        status = ngx_http_webhook_durable_form(
                                           &call->acts[call->nlookups + i],
                                           &forms[i], error);
        if (status) {
            return status;
        }
    }

    delivery.endpoint = call->receiver->api->id;
    delivery.steps = n;

    if (call->receiver->order_by
        && ngx_http_webhook_durable_order(call, &delivery.order) != NGX_OK)
    {
        goto nomem;
    }

    event = ngx_http_webhook_event_create(call->ids, call->wall,
                                          &call->receiver->api->name, forms,
                                          n, &delivery, 1, call->log);
    if (event == NULL) {
        goto nomem;
    }

    ngx_http_webhook_durable_put(call, event);
    ngx_http_webhook_durable_answer(call, call->ids);

    return 0;

nomem:

    ngx_str_set(error, "Out of memory; nothing was done");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


/* An action as it will be sent. */

static ngx_uint_t
ngx_http_webhook_durable_form(ngx_http_webhook_act_t *act,
    ngx_http_webhook_form_t *form, ngx_str_t *error)
{
    size_t                    len;
    u_char                   *p;
    ngx_str_t                 id, value, *prefix, *name;
    ngx_pool_t               *pool;
    ngx_http_webhook_call_t  *call;

    call = act->call;
    pool = call->pool;
    prefix = &call->receiver->api_uri;

    len = act->method_name.len + 1 + prefix->len + act->uri.len;

    if (len > NGX_HTTP_WEBHOOK_DURABLE_REQUEST) {
        ngx_http_webhook_say(call, error,
                             "The URI of action %ui is longer than %d "
                             "bytes", act->number,
                             NGX_HTTP_WEBHOOK_DURABLE_REQUEST);
        return NGX_HTTP_WEBHOOK_UNPROCESSABLE;
    }

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        goto nomem;
    }

    form->request.data = p;
    form->request.len = ngx_sprintf(p, "%V %V%V", &act->method_name, prefix,
                                    &act->uri)
                        - p;

    ngx_http_webhook_reply_id(call->request, &id);
    ngx_str_null(&value);

    name = &act->action->idempotency;

    if (name->len
        && ngx_http_webhook_action_key(act, &value) != NGX_OK)
    {
        goto nomem;
    }

    p = ngx_pnalloc(pool, sizeof("X-Request-ID: " CRLF) - 1 + id.len
                          + name->len + sizeof(": " CRLF) - 1 + value.len);
    if (p == NULL) {
        goto nomem;
    }

    form->headers.data = p;

    if (id.len) {
        p = ngx_sprintf(p, "X-Request-ID: %V" CRLF, &id);
    }

    if (value.len) {
        p = ngx_sprintf(p, "%V: %V" CRLF, name, &value);
    }

    form->headers.len = p - form->headers.data;

    if (!act->has_body) {
        return 0;
    }

    ngx_str_set(&form->content_type, "application/json");

    if (ngx_http_webhook_durable_chain(pool, &act->body, &form->body)
        != NGX_OK)
    {
        goto nomem;
    }

    form->body_len = act->body.len;

    return 0;

nomem:

    ngx_str_set(error, "Out of memory; nothing was done");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


static ngx_int_t
ngx_http_webhook_durable_chain(ngx_pool_t *pool, ngx_str_t *text,
    ngx_chain_t **chain)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_calloc_buf(pool);
    cl = ngx_alloc_chain_link(pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->pos = text->data;
    b->last = text->data + text->len;
    b->memory = 1;

    cl->buf = b;
    cl->next = NULL;

    *chain = cl;

    return NGX_OK;
}


/* The value of order_by; a long one is told by its hash. */

static ngx_uint_t
ngx_http_webhook_durable_order(ngx_http_webhook_call_t *call,
    ngx_str_t *order)
{
    int               rc;
    u_char           *p;
    webhook_id_t      id;
    webhook_buf_t     buf;
    webhook_str_t     text;
    webhook_value_t   v;

    call->whole = 1;
    rc = ngx_http_webhook_call_lookup(call, call->receiver->order_by, &v);
    call->whole = 0;

    if (rc != WEBHOOK_OK) {
        return NGX_ERROR;
    }

    webhook_buf_init(&buf, 0);

    if (webhook_value_view(&v, &buf, &text) != WEBHOOK_OK) {
        webhook_buf_free(&buf);
        return NGX_ERROR;
    }

    if (text.len == 0) {
        webhook_buf_free(&buf);
        return NGX_OK;
    }

    order->len = text.len > NGX_HTTP_WEBHOOK_DURABLE_ORDER
                 ? WEBHOOK_ID_TEXT_LEN : text.len;

    p = ngx_pnalloc(call->pool, order->len);
    if (p == NULL) {
        webhook_buf_free(&buf);
        return NGX_ERROR;
    }

    if (text.len > NGX_HTTP_WEBHOOK_DURABLE_ORDER) {
        webhook_id_hash(&text, 1, &id);
        webhook_id_text(&id, p);

    } else {
        ngx_memcpy(p, text.data, text.len);
    }

    order->data = p;

    webhook_buf_free(&buf);

    return NGX_OK;
}


static void
ngx_http_webhook_durable_answer(ngx_http_webhook_call_t *call,
    webhook_id_t *id)
{
    u_char  *p;

    if (call->receiver->profile != NGX_HTTP_WEBHOOK_PROFILE_STRICT) {
        return;
    }

    p = ngx_pnalloc(call->pool,
                    sizeof("{\"status\": \"ok\", \"id\": \"\"}") - 1
                    + WEBHOOK_ID_TEXT_LEN);
    if (p == NULL) {
        return;
    }

    call->answer.data = p;

    p = ngx_cpymem(p, "{\"status\": \"ok\", \"id\": \"",
                   sizeof("{\"status\": \"ok\", \"id\": \"") - 1);

    webhook_id_text(id, p);
    p += WEBHOOK_ID_TEXT_LEN;

    *p++ = '"';
    *p++ = '}';

    call->answer.len = p - call->answer.data;
}


static ngx_uint_t
ngx_http_webhook_durable_emit(ngx_http_webhook_call_t *call,
    ngx_http_webhook_emit_t *emit, webhook_id_t *id, ngx_str_t *error)
{
    u_char                       *text;
    ngx_int_t                     rc;
    ngx_str_t                     body, type, id_text;
    ngx_uint_t                    status;
    const char                   *why;
    ngx_chain_t                  *chain;
    webhook_error_t               err;
    ngx_http_webhook_event_t     *event;
    ngx_http_webhook_render_t     render;
    ngx_http_webhook_document_t   document;

    if (emit->when
        && webhook_condition_eval(emit->when, ngx_http_webhook_call_lookup,
                                  call)
           != 1)
    {
        return 0;
    }

    body = call->payload;

    if (emit->body) {
        status = ngx_http_webhook_call_lookup_text(call, emit->body,
                                                   call->payload.len
                                                   + NGX_HTTP_WEBHOOK_EMIT_MAX,
                                                   &body, &err);
        if (status) {
            ngx_http_webhook_say(call, error, "The event '%V' could "
                                 "not be made: %s", &emit->type_name,
                                 err.text);
            return status;
        }
    }

    text = ngx_pnalloc(call->pool, WEBHOOK_ID_TEXT_LEN);

    if (text == NULL
        || ngx_http_webhook_durable_chain(call->pool, &body, &chain) != NGX_OK)
    {
        ngx_str_set(error, "Out of memory");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    webhook_id_text(id, text);
    id_text.data = text;
    id_text.len = WEBHOOK_ID_TEXT_LEN;

    ngx_str_set(&type, "application/json");

    ngx_http_webhook_document_init(&document, call->pool, chain, body.len,
                                   &type);

    ngx_memzero(&render, sizeof(ngx_http_webhook_render_t));

    why = NULL;

    render.pool = call->pool;
    render.log = call->log;
    render.wmcf = ngx_http_get_module_main_conf(call->request,
                                                ngx_http_webhook_module);
    render.id = id;
    render.id_text = &id_text;
    render.wall = call->wall;
    render.type = &emit->type->name;
    render.payload = &document;
    render.max = body.len + NGX_HTTP_WEBHOOK_EMIT_MAX;
    render.endpoints = &emit->type->endpoints;
    render.lookup = ngx_http_webhook_call_lookup;
    render.ctx = call;
    render.why = &why;

    rc = ngx_http_webhook_render(&render, &event, &why);

    ngx_http_webhook_document_free(&document);

    if (rc == NGX_DECLINED) {
        /* nobody asks for it */
        return 0;
    }

    if (rc != NGX_OK) {
        ngx_http_webhook_say(call, error, "The event '%V' could not "
                             "be made: %s", &emit->type_name,
                             why ? why : "no memory");
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    ngx_http_webhook_durable_put(call, event);

    return 0;
}


static void
ngx_http_webhook_durable_put(ngx_http_webhook_call_t *call,
    ngx_http_webhook_event_t *event)
{
    event->handler = ngx_http_webhook_durable_kept;
    event->data = call;

    call->events[call->nevents++] = event;
}


static void
ngx_http_webhook_durable_kept(ngx_http_webhook_event_t *event,
    webhook_store_result_e result)
{
    ngx_int_t                 rc;
    ngx_str_t                 error;
    ngx_uint_t                i;
    ngx_connection_t         *c;
    ngx_http_webhook_call_t  *call;

    call = event->data;

    if (!ngx_http_webhook_durable_ok(event, result) && call) {
        call->unkept = 1;
    }

    if (call == NULL) {
        return;
    }

    for (i = 0; i < call->nevents; i++) {
        if (call->events[i] == event) {
            call->events[i] = NULL;
        }
    }

    if (--call->pending || ngx_http_webhook_batch_closing()) {
        return;
    }

    ngx_http_webhook_await_end(call);

    c = call->request->connection;
    ngx_http_set_log_request(c->log, call->request);

    if (call->unkept) {

        ngx_str_null(&call->answer);

        if (call->receiver->api) {
            ngx_str_set(&error, "The store is unavailable; nothing was done");

        } else {
            ngx_str_set(&error, "The store is unavailable; an event of the "
                                "call is lost");
        }

        rc = ngx_http_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                       &error);

    } else {
        rc = ngx_http_webhook_call_set(call, call->receiver->api
                                             ? NGX_HTTP_ACCEPTED
                                             : NGX_HTTP_OK, NULL);
    }

    ngx_http_webhook_call_resume(call, rc);

    ngx_http_run_posted_requests(c);
}


void
ngx_http_webhook_receive_durable_end(ngx_http_webhook_call_t *call)
{
    ngx_uint_t  i;

    /* all or none are put, and what was put goes on without the call */

    for (i = 0; i < call->nevents; i++) {

        if (call->events[i] == NULL) {
            continue;
        }

        if (call->put) {
            call->events[i]->data = NULL;

        } else {
            ngx_http_webhook_event_free(call->events[i]);
        }

        call->events[i] = NULL;
    }

    call->nevents = 0;
}
