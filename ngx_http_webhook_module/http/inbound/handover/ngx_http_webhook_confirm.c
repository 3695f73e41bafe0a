
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A subscription is confirmed by one GET, at the host that the configuration
 * names.  The sender was answered before; what came of it is logged.  If it
 * fails, the subscription stays as it was, and can be asked for again.
 */


#include "http/inbound/handover/ngx_http_webhook_confirm.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/net/client/ngx_http_webhook_client.h"


#define NGX_WEBHOOK_CONFIRMS        16          /* at a time, a worker */
#define NGX_WEBHOOK_CONFIRM_READ    512         /* bytes of an answer */


/* In one block of memory, with all that it sends. */

typedef struct {
    ngx_webhook_exchange_t    exchange;
    ngx_queue_t               queue;
    ngx_str_t                 name;             /* the receiver's */
    ngx_str_t                 what;             /* the note of the call */
    size_t                    size;             /* of the block */
} ngx_webhook_confirm_t;


static ngx_webhook_confirm_t *ngx_webhook_confirm_make(
    ngx_webhook_call_t *call);
static void ngx_webhook_confirm_done(ngx_webhook_exchange_t *x);


/* of this process, under way; "next" is NULL before the first one */
static ngx_queue_t  ngx_webhook_confirms;
static ngx_uint_t   ngx_webhook_confirms_count;


ngx_int_t
ngx_webhook_confirm_send(ngx_webhook_call_t *call)
{
    ngx_log_t              *log;
    ngx_webhook_confirm_t  *confirm;

    if (!call->handshake || call->detail.len == 0 || call->dry_run) {
        return NGX_OK;
    }

    log = call->request->connection->log;

    ngx_log_error(NGX_LOG_NOTICE, log, 0, "webhook receiver \"%V\": %V",
                  &call->receiver->name, &call->detail);

    if (call->confirm.len == 0) {
        return NGX_OK;
    }

    confirm = NULL;

    if (ngx_webhook_confirms_count < NGX_WEBHOOK_CONFIRMS
        && ngx_webhook_client_free_slots())
    {
        confirm = ngx_webhook_confirm_make(call);
    }

    ngx_explicit_memzero(call->confirm.data, call->confirm.len);
    ngx_str_null(&call->confirm);

    if (confirm == NULL) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "webhook receiver \"%V\": a subscription is not "
                      "confirmed, because there is no memory or no "
                      "connection: request it again", &call->receiver->name);
        return NGX_OK;
    }

    if (ngx_webhook_confirms.next == NULL) {
        ngx_queue_init(&ngx_webhook_confirms);
    }

    ngx_queue_insert_tail(&ngx_webhook_confirms, &confirm->queue);
    ngx_webhook_confirms_count++;

    ngx_webhook_client_send(&confirm->exchange);

    return NGX_OK;
}


static ngx_webhook_confirm_t *
ngx_webhook_confirm_make(ngx_webhook_call_t *call)
{
    u_char                   *p;
    size_t                    size;
    ngx_str_t                *host;
    ngx_webhook_confirm_t    *confirm;
    ngx_webhook_handshake_t  *handshake;

    handshake = call->receiver->handshake;
    host = ngx_webhook_peer_host(handshake->service);

    size = sizeof(ngx_webhook_confirm_t)
           + call->receiver->name.len + call->detail.len
           + sizeof("GET  HTTP/1.1" CRLF "Host: " CRLF
                    "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                    CRLF) - 1
           + handshake->service_uri.len + call->confirm.len + host->len;

    confirm = ngx_alloc(size, call->request->connection->log);
    if (confirm == NULL) {
        return NULL;
    }

    ngx_memzero(confirm, sizeof(ngx_webhook_confirm_t));

    confirm->size = size;

    p = (u_char *) (confirm + 1);

    confirm->name.data = p;
    confirm->name.len = call->receiver->name.len;
    p = ngx_cpymem(p, call->receiver->name.data, confirm->name.len);

    confirm->what.data = p;
    confirm->what.len = call->detail.len;
    p = ngx_cpymem(p, call->detail.data, confirm->what.len);

    confirm->exchange.head.data = p;
    p = ngx_sprintf(p, "GET %V%V HTTP/1.1" CRLF "Host: %V" CRLF
                    "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                    CRLF,
                    &handshake->service_uri, &call->confirm, host);
    confirm->exchange.head.len = p - confirm->exchange.head.data;

    confirm->exchange.peer = handshake->service;
    confirm->exchange.timeout.connect = 5000;
    confirm->exchange.timeout.send = 5000;
    confirm->exchange.timeout.read = 15000;
    confirm->exchange.timeout.total = 15000;
    confirm->exchange.answer_max = NGX_WEBHOOK_CONFIRM_READ;
    confirm->exchange.handler = ngx_webhook_confirm_done;
    confirm->exchange.data = confirm;
    confirm->exchange.log = ngx_cycle->log;

    return confirm;
}


void
ngx_webhook_confirm_exit(void)
{
    ngx_queue_t            *q;
    ngx_webhook_confirm_t  *confirm;

    if (ngx_webhook_confirms.next == NULL) {
        return;
    }

    for (q = ngx_queue_head(&ngx_webhook_confirms);
         q != ngx_queue_sentinel(&ngx_webhook_confirms);
         q = ngx_queue_next(q))
    {
        confirm = ngx_queue_data(q, ngx_webhook_confirm_t, queue);

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": %V: the worker exits before "
                      "it is known to be; request it again unless it is",
                      &confirm->name, &confirm->what);
    }
}


/* The answer is not shown: it may hold what the request did. */

static void
ngx_webhook_confirm_done(ngx_webhook_exchange_t *x)
{
    ngx_webhook_redacted_t   error;
    ngx_webhook_confirm_t   *confirm;

    confirm = x->data;

    if (x->status >= 200 && x->status < 300) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": %V: done", &confirm->name,
                      &confirm->what);

    } else if (x->status) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": %V: it is not, the answer was "
                      "%ui; request it again", &confirm->name, &confirm->what,
                      x->status);

    } else {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "webhook receiver \"%V\": %V: it is not: %V; request it "
                      "again", &confirm->name, &confirm->what,
                      ngx_webhook_redacted(&error, x->error.data,
                                           x->error.len));
    }

    ngx_queue_remove(&confirm->queue);
    ngx_webhook_confirms_count--;

    ngx_explicit_memzero(confirm, confirm->size);
    ngx_free(confirm);
}
