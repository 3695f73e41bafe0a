
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What all steps of an exchange need: one begins, the next is named, and the
 * exchange ends.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"


ngx_webhook_clients_t  ngx_webhook_clients;


void
ngx_webhook_client_release(ngx_webhook_client_t *x)
{
    if (x->ctx) {
        ngx_resolve_name_done(x->ctx);
        x->ctx = NULL;
    }

    if (x->conn) {
        ngx_webhook_pool_close(x->conn);
        x->conn = NULL;
    }

    if (x->event.timer_set) {
        ngx_del_timer(&x->event);
    }

    if (x->event.posted) {
        ngx_delete_posted_event(&x->event);
    }

    ngx_queue_remove(&x->queue);
    ngx_webhook_clients.active_n--;
}


void
ngx_webhook_client_put(ngx_webhook_client_t *x)
{
    ngx_webhook_clients_t  *clients;

    clients = &ngx_webhook_clients;

    if (clients->spare_n >= NGX_WEBHOOK_CLIENT_SPARE
        || x->answer_size > NGX_WEBHOOK_CLIENT_BUFFER)
    {
        ngx_webhook_client_free(x);
        return;
    }

    ngx_queue_insert_head(&clients->spare, &x->queue);
    clients->spare_n++;
}


void
ngx_webhook_client_free(ngx_webhook_client_t *x)
{
    if (x->addresses) {
        ngx_free(x->addresses);
    }

    if (x->answer) {
        ngx_free(x->answer);
    }

    ngx_free(x);
}


void
ngx_webhook_client_end(ngx_webhook_client_t *x, ngx_webhook_fault_e fault)
{
    ngx_webhook_exchange_t  *exchange;

    exchange = x->exchange;

    exchange->fault = fault;
    exchange->total_usec = ngx_webhook_client_usec(x->begun);

    if (x->conn) {
        ngx_webhook_pool_close(x->conn);
        x->conn = NULL;
    }

    x->process = NULL;

    if (!x->within) {
        ngx_webhook_client_done(x);
        return;
    }

    if (x->event.timer_set) {
        ngx_del_timer(&x->event);
    }

    x->ended = 1;

    ngx_post_event(&x->event, &ngx_posted_events);
}


void
ngx_webhook_client_done(ngx_webhook_client_t *x)
{
    ngx_webhook_exchange_t  *exchange;

    exchange = x->exchange;
    exchange->state = NULL;

    ngx_webhook_client_release(x);

    /* The handler may free the exchange, or begin it again; the texts in the
       state last until it returns. */

    exchange->handler(exchange);

    if (x->wipe) {
        ngx_explicit_memzero(x->answer, x->answer_size);
    }

    ngx_webhook_client_put(x);
}


void
ngx_webhook_client_step(ngx_webhook_client_t *x, ngx_webhook_client_pt process,
    char *action, ngx_msec_t timeout)
{
    ngx_msec_int_t  left;

    x->process = process;
    x->log.action = action;
    x->step = timeout;

    left = (ngx_msec_int_t) (x->deadline - ngx_current_msec);

    if (left < 0) {
        left = 0;
    }

    /* deleted first: a timer that is set may stay as it is */

    if (x->event.timer_set) {
        ngx_del_timer(&x->event);
    }

    ngx_add_timer(&x->event, ngx_min(timeout, (ngx_msec_t) left));
}


void
ngx_webhook_client_next(ngx_webhook_client_t *x,
    ngx_webhook_client_state_e state)
{
    x->states[state](x);
}


void
ngx_webhook_client_attach(ngx_webhook_client_t *x, ngx_webhook_conn_t *conn)
{
    ngx_connection_t  *c;

    x->conn = conn;
    conn->exchange = x;

    c = conn->connection;

    x->log.connection = c->number;

    c->log = &x->log;
    c->read->log = &x->log;
    c->write->log = &x->log;
    c->pool->log = &x->log;

    c->read->handler = x->handler;
    c->write->handler = x->handler;

    ngx_webhook_client_address(x, &conn->address);
}


uint32_t
ngx_webhook_client_usec(uint64_t since)
{
    return (uint32_t) ngx_min(ngx_webhook_clock_usec() - since,
                              (uint64_t) NGX_MAX_UINT32_VALUE);
}
