
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Actions are repeated one after the other, by the client of deliveries.
 * Nobody waits for it, and its answers change nothing: they are counted and
 * logged.
 */


#include "http/inbound/handover/ngx_http_webhook_shadow.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/net/client/ngx_http_webhook_client.h"
#include "http/inbound/call/ngx_http_webhook_reply.h"
#include "http/inbound/action/ngx_http_webhook_act.h"


#define NGX_WEBHOOK_SHADOWS      64             /* calls at a time, a worker */
#define NGX_WEBHOOK_SHADOW_MAX   4194304        /* bytes of one */
#define NGX_WEBHOOK_SHADOW_READ  512            /* bytes of an answer */


typedef struct {
    ngx_str_t                      head;
    ngx_str_t                      body;
    ngx_str_t                      what;        /* METHOD URI, for logs */
} ngx_webhook_shadowed_t;


/* In one block of memory, with all that it sends. */

typedef struct {
    ngx_webhook_exchange_t    exchange;
    ngx_str_t                 name;             /* the receiver's */
    ngx_uint_t                n;
    ngx_uint_t                current;
    ngx_webhook_shadowed_t    requests[];
} ngx_webhook_shadow_t;


static ngx_uint_t ngx_webhook_shadow_wanted(ngx_webhook_act_t *act);
static size_t ngx_webhook_shadow_size(ngx_webhook_act_t *act);
static u_char *ngx_webhook_shadow_make(ngx_webhook_act_t *act, ngx_str_t *id,
    ngx_webhook_shadowed_t *request, u_char *p);
static void ngx_webhook_shadow_next(ngx_webhook_shadow_t *shadow);
static void ngx_webhook_shadow_done(ngx_webhook_exchange_t *x);
static void ngx_webhook_shadow_free(ngx_webhook_shadow_t *shadow);


/* of this process */
static ngx_uint_t  ngx_webhook_shadows;


ngx_int_t
ngx_webhook_shadow_send(ngx_webhook_call_t *call)
{
    size_t                 size;
    u_char                *p;
    ngx_str_t              id;
    ngx_uint_t             i, n;
    ngx_webhook_shadow_t  *shadow;

    if (call->receiver == NULL || call->receiver->shadow == NULL
        || !call->ran || call->dry_run)
    {
        return NGX_OK;
    }

    size = sizeof(ngx_webhook_shadow_t) + call->receiver->name.len;
    n = 0;

    for (i = call->nlookups; i < call->nacts; i++) {
        if (ngx_webhook_shadow_wanted(&call->acts[i])) {
            size += ngx_webhook_shadow_size(&call->acts[i]);
            n++;
        }
    }

    if (n == 0) {
        return NGX_OK;
    }

    shadow = NULL;

    if (size <= NGX_WEBHOOK_SHADOW_MAX
        && ngx_webhook_shadows < NGX_WEBHOOK_SHADOWS)
    {
        shadow = ngx_alloc(size, call->request->connection->log);
    }

    if (shadow == NULL) {

        ngx_webhook_count(NGX_WEBHOOK_SHADOWS_DROPPED, n);

        ngx_log_error(NGX_LOG_INFO, call->request->connection->log, 0,
                      "webhook receiver \"%V\": its shadow is skipped",
                      &call->receiver->name);
        return NGX_OK;
    }

    ngx_memzero(shadow, sizeof(ngx_webhook_shadow_t));

    ngx_webhook_reply_id(call->request, &id);

    p = (u_char *) &shadow->requests[n];

    for (i = call->nlookups; i < call->nacts; i++) {
        if (ngx_webhook_shadow_wanted(&call->acts[i])) {
            p = ngx_webhook_shadow_make(&call->acts[i], &id,
                                       &shadow->requests[shadow->n++], p);
        }
    }

    shadow->name.data = p;
    shadow->name.len = call->receiver->name.len;
    ngx_memcpy(p, call->receiver->name.data, shadow->name.len);

    shadow->exchange.peer = call->receiver->shadow;
    shadow->exchange.timeout.connect = 5000;
    shadow->exchange.timeout.send = 5000;
    shadow->exchange.timeout.read = 15000;
    shadow->exchange.timeout.total = 15000;
    shadow->exchange.answer_max = NGX_WEBHOOK_SHADOW_READ;
    shadow->exchange.handler = ngx_webhook_shadow_done;
    shadow->exchange.data = shadow;
    shadow->exchange.log = ngx_cycle->log;

    ngx_webhook_shadows++;

    ngx_webhook_shadow_next(shadow);

    return NGX_OK;
}


/* What was called, or is kept to be; in mode "test" what would have been. */

static ngx_uint_t
ngx_webhook_shadow_wanted(ngx_webhook_act_t *act)
{
    if (!act->rendered || act->skipped || act->uri.len == 0) {
        return 0;
    }

    switch (act->call->receiver->mode) {

    case NGX_WEBHOOK_MODE_TEST:
        return 1;

    case NGX_WEBHOOK_MODE_DURABLE:
        return act->call->status == NGX_HTTP_ACCEPTED && !act->call->repeated;

    default:
        return act->begun != 0;
    }
}


static size_t
ngx_webhook_shadow_size(ngx_webhook_act_t *act)
{
    ngx_webhook_receiver_t  *receiver;

    receiver = act->call->receiver;

    return sizeof(ngx_webhook_shadowed_t)
           + 2 * (act->method_name.len + 1 + receiver->shadow_uri.len)
           + act->uri.len + act->redacted_uri.len
           + ngx_webhook_peer_host(receiver->shadow)->len
           + sizeof(" HTTP/1.1" CRLF "Host: " CRLF
                    "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                    "X-Request-ID: " CRLF "X-Webhook-Shadow: 1" CRLF
                    "Content-Type: application/json" CRLF
                    "Content-Length: " CRLF CRLF)
           + 64 + NGX_SIZE_T_LEN + act->body.len;
}


static u_char *
ngx_webhook_shadow_make(ngx_webhook_act_t *act, ngx_str_t *id,
    ngx_webhook_shadowed_t *request, u_char *p)
{
    ngx_str_t                short_id;
    ngx_webhook_receiver_t  *receiver;

    receiver = act->call->receiver;

    short_id = *id;

    if (short_id.len > 64) {
        short_id.len = 64;
    }

    request->what.data = p;
    p = ngx_sprintf(p, "%V %V%V", &act->method_name, &receiver->shadow_uri,
                    &act->redacted_uri);
    request->what.len = p - request->what.data;

    request->head.data = p;
    p = ngx_sprintf(p, "%V %V%V HTTP/1.1" CRLF "Host: %V" CRLF
                    "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                    "X-Request-ID: %V" CRLF "X-Webhook-Shadow: 1" CRLF,
                    &act->method_name, &receiver->shadow_uri, &act->uri,
                    ngx_webhook_peer_host(receiver->shadow), &short_id);

    if (act->has_body) {
        p = ngx_sprintf(p, "Content-Type: application/json" CRLF);
    }

    if (act->has_body
        || !(act->method & (NGX_HTTP_GET|NGX_HTTP_HEAD|NGX_HTTP_DELETE
                            |NGX_HTTP_OPTIONS)))
    {
        p = ngx_sprintf(p, "Content-Length: %uz" CRLF, act->body.len);
    }

    *p++ = CR; *p++ = LF;

    request->head.len = p - request->head.data;

    request->body.data = p;
    request->body.len = act->body.len;

    if (act->body.len) {
        p = ngx_cpymem(p, act->body.data, act->body.len);
    }

    return p;
}


static void
ngx_webhook_shadow_next(ngx_webhook_shadow_t *shadow)
{
    if (ngx_webhook_client_free_slots() == 0) {

        ngx_webhook_count(NGX_WEBHOOK_SHADOWS_DROPPED,
                          shadow->n - shadow->current);

        ngx_webhook_shadow_free(shadow);
        return;
    }

    shadow->exchange.head = shadow->requests[shadow->current].head;
    shadow->exchange.body = shadow->requests[shadow->current].body;

    ngx_webhook_client_send(&shadow->exchange);
}


static void
ngx_webhook_shadow_done(ngx_webhook_exchange_t *x)
{
    ngx_str_t               *what;
    ngx_webhook_redacted_t   redacted, error;
    ngx_webhook_shadow_t    *shadow;

    shadow = x->data;
    what = &shadow->requests[shadow->current].what;

    if (x->status) {

        ngx_webhook_count(x->status < 300
                          ? NGX_WEBHOOK_SHADOWS_OK
                          : NGX_WEBHOOK_SHADOWS_FAILED, 1);

        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": its shadow answered %ui to "
                      "%V", &shadow->name, x->status,
                      ngx_webhook_redacted(&redacted, what->data, what->len));

    } else {

        ngx_webhook_count(NGX_WEBHOOK_SHADOWS_FAILED, 1);

        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": its shadow did not answer %V: "
                      "%V", &shadow->name,
                      ngx_webhook_redacted(&redacted, what->data, what->len),
                      ngx_webhook_redacted(&error, x->error.data,
                                           x->error.len));
    }

    if (++shadow->current == shadow->n
        || x->fault == NGX_WEBHOOK_FAULT_SHUTDOWN)
    {
        ngx_webhook_shadow_free(shadow);
        return;
    }

    ngx_webhook_shadow_next(shadow);
}


static void
ngx_webhook_shadow_free(ngx_webhook_shadow_t *shadow)
{
    ngx_webhook_shadows--;
    ngx_free(shadow);
}
