
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/handover/ngx_http_webhook_durable.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/call/ngx_http_webhook_message.h"
#include "http/inbound/action/ngx_http_webhook_act.h"
#include "http/inbound/action/ngx_http_webhook_action_key.h"
#include "http/outbound/payload/ngx_http_webhook_traceparent.h"
#include "http/runtime/ngx_http_webhook_hops.h"


#define NGX_WEBHOOK_DURABLE_REQUEST  4096       /* bytes of METHOD URI */
#define NGX_WEBHOOK_DURABLE_ORDER    255


static ngx_uint_t ngx_webhook_durable_form(ngx_webhook_act_t *act,
    ngx_webhook_rendition_t *rendition, ngx_str_t *error);
static ngx_int_t ngx_webhook_durable_headers(ngx_webhook_act_t *act,
    ngx_webhook_rendition_t *rendition);
static ngx_uint_t ngx_webhook_durable_order(ngx_webhook_call_t *call,
    ngx_str_t *order);
static void ngx_webhook_durable_answer(ngx_webhook_call_t *call,
    webhook_id_t *id);


ngx_uint_t
ngx_webhook_durable_make(ngx_webhook_call_t *call, ngx_webhook_event_t **event,
    ngx_str_t *error)
{
    ngx_uint_t                 i, n, status;
    webhook_op_t              *op;
    ngx_webhook_rendition_t   *renditions;
    ngx_webhook_delivery_t     delivery;

    n = call->nacts - call->nlookups;

    *event = NULL;

    if (n == 0) {
        /* no condition holds */
        return 0;
    }

    ngx_memzero(&delivery, sizeof(ngx_webhook_delivery_t));

    renditions = ngx_pcalloc(call->pool, n * sizeof(ngx_webhook_rendition_t));

    if (renditions == NULL) {
        goto nomem;
    }

    for (i = 0; i < n; i++) {
        status = ngx_webhook_durable_form(
                                           &call->acts[call->nlookups + i],
                                           &renditions[i], error);
        if (status) {
            return status;
        }
    }

    delivery.endpoint = call->receiver->api->id;
    delivery.steps = n;
    delivery.quota = call->receiver->bounds && call->receiver->company.len;

    if (call->receiver->order_by
        && ngx_webhook_durable_order(call, &delivery.order) != NGX_OK)
    {
        goto nomem;
    }

    *event = ngx_webhook_event_create(call->ids, call->wall,
                                      &call->receiver->api->name,
                                      &call->receiver->company, renditions, n,
                                      &delivery, 1, call->log);
    if (*event == NULL) {
        goto nomem;
    }

    if (delivery.quota) {
        op = &(*event)->shared.job.op;
        op->u.put_event.backlog = (uint32_t) call->receiver->bounds->backlog;
        op->u.put_event.refuse = 1;
    }

    ngx_webhook_durable_answer(call, call->ids);

    return 0;

nomem:

    ngx_str_set(error, "Out of memory; nothing was done");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


ngx_int_t
ngx_webhook_durable_test(ngx_webhook_call_t *call)
{
    ngx_str_t     error;
    webhook_id_t  id;

    if (call->nacts == call->nlookups) {
        return ngx_webhook_call_set(call, NGX_HTTP_OK, NULL);
    }

    if (ngx_webhook_event_id(&id) != NGX_OK) {
        ngx_str_set(&error, "Out of memory; nothing was done");
        return ngx_webhook_call_set(call, NGX_HTTP_SERVICE_UNAVAILABLE,
                                    &error);
    }

    ngx_webhook_durable_answer(call, &id);

    return ngx_webhook_call_set(call, NGX_HTTP_ACCEPTED, NULL);
}


/* An action as it will be sent. */

static ngx_uint_t
ngx_webhook_durable_form(ngx_webhook_act_t *act,
    ngx_webhook_rendition_t *rendition, ngx_str_t *error)
{
    size_t               len;
    u_char              *p;
    ngx_str_t           *prefix;
    ngx_pool_t          *pool;
    ngx_webhook_call_t  *call;

    call = act->call;
    pool = call->pool;
    prefix = &call->receiver->api_uri;

    len = act->method_name.len + 1 + prefix->len + act->uri.len;

    if (len > NGX_WEBHOOK_DURABLE_REQUEST) {
        ngx_webhook_message(call, error,
                            "The URI of action %ui is longer than %d "
                            "bytes", act->number, NGX_WEBHOOK_DURABLE_REQUEST);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    p = ngx_pnalloc(pool, len);
    if (p == NULL) {
        goto nomem;
    }

    rendition->request.data = p;
    rendition->request.len = ngx_sprintf(p, "%V %V%V", &act->method_name,
                                         prefix, &act->uri)
                        - p;

    if (ngx_webhook_durable_headers(act, rendition) != NGX_OK) {
        goto nomem;
    }

    if (!act->has_body) {
        return 0;
    }

    ngx_str_set(&rendition->content_type, "application/json");

    if (ngx_webhook_event_chain(pool, &act->body, &rendition->body)
        != NGX_OK)
    {
        goto nomem;
    }

    rendition->body_len = act->body.len;

    return 0;

nomem:

    ngx_str_set(error, "Out of memory; nothing was done");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


static ngx_int_t
ngx_webhook_durable_headers(ngx_webhook_act_t *act,
    ngx_webhook_rendition_t *rendition)
{
    u_char              *p;
    ngx_str_t            id, value, header, company, *name;
    webhook_trace_t      trace;
    ngx_webhook_call_t  *call;

    call = act->call;

    ngx_webhook_reply_id(call->request, &id);
    ngx_str_null(&value);

    name = &act->action->idempotency;

    if (name->len
        && ngx_webhook_action_key(act, &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_null(&header);
    ngx_str_null(&company);

    if (act->bound && act->bound->company.len) {
        header = act->bound->company;
        company = call->receiver->company;
    }

    p = ngx_pnalloc(call->pool,
                    sizeof("X-Request-ID: " CRLF) - 1 + id.len
                    + name->len + sizeof(": " CRLF) - 1 + value.len
                    + header.len + sizeof(": " CRLF) - 1 + company.len
                    + sizeof("X-Webhook-Replay: " CRLF) - 1
                    + call->replayed.len
                    + sizeof(NGX_WEBHOOK_HOPS_LINE CRLF) - 1 + NGX_INT_T_LEN
                    + WEBHOOK_TRACE_LINE_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    rendition->headers.data = p;

    /* these two first of all, in this order: see trace.h and hops.h */

    if (ngx_webhook_traceparent(call->request, &trace)) {
        p = ngx_cpymem(p, WEBHOOK_TRACE_LINE, sizeof(WEBHOOK_TRACE_LINE) - 1);
        webhook_trace_text(&trace, p);
        p += WEBHOOK_TRACE_TEXT_LEN;
        *p++ = CR; *p++ = LF;
    }

    if (call->hops) {
        p = ngx_sprintf(p, NGX_WEBHOOK_HOPS_LINE "%ui" CRLF, call->hops + 1);
    }

    if (company.len) {
        p = ngx_sprintf(p, "%V: %V" CRLF, &header, &company);
    }

    if (call->replayed.len) {
        p = ngx_sprintf(p, "X-Webhook-Replay: %V" CRLF, &call->replayed);
    }

    if (id.len) {
        p = ngx_sprintf(p, "X-Request-ID: %V" CRLF, &id);
    }

    if (value.len) {
        p = ngx_sprintf(p, "%V: %V" CRLF, name, &value);
    }

    rendition->headers.len = p - rendition->headers.data;

    return NGX_OK;
}


/* The value of order_by; a long one is told by its hash. */

static ngx_uint_t
ngx_webhook_durable_order(ngx_webhook_call_t *call, ngx_str_t *order)
{
    int               rc;
    u_char           *p;
    webhook_id_t      id;
    webhook_buf_t     buf;
    webhook_str_t     text;
    webhook_value_t   v;

    call->whole = 1;
    rc = ngx_webhook_call_lookup(call, call->receiver->order_by, &v);
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

    order->len = text.len > NGX_WEBHOOK_DURABLE_ORDER
                 ? WEBHOOK_ID_TEXT_LEN : text.len;

    p = ngx_pnalloc(call->pool, order->len);
    if (p == NULL) {
        webhook_buf_free(&buf);
        return NGX_ERROR;
    }

    if (text.len > NGX_WEBHOOK_DURABLE_ORDER) {
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
ngx_webhook_durable_answer(ngx_webhook_call_t *call, webhook_id_t *id)
{
    u_char  *p;

    if (call->receiver->profile != NGX_WEBHOOK_PROFILE_STRICT) {
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
