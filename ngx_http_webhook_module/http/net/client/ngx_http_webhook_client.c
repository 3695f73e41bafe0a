
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Exchanges: begun, cancelled, late; the table of their states.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"


#define NGX_WEBHOOK_CLIENT_STARVE  100          /* ms until the end is told */


static ngx_webhook_client_t *ngx_webhook_client_get(
    ngx_webhook_exchange_t *exchange);
static void ngx_webhook_client_starved_handler(ngx_event_t *ev);
static ngx_int_t ngx_webhook_client_feed(ngx_webhook_exchange_t *exchange);
static void ngx_webhook_client_timer_handler(ngx_event_t *ev);
static void ngx_webhook_client_late(ngx_webhook_client_t *x);
static void ngx_webhook_client_event_handler(ngx_event_t *ev);
static void ngx_webhook_client_shutdown(ngx_webhook_client_t *x);


/* What a step that ends may name: see ngx_webhook_client_state_e. */

static const ngx_webhook_client_state_pt
    ngx_webhook_client_states[] =
{
    ngx_webhook_client_connect,
    ngx_webhook_client_beyond,
    ngx_webhook_client_dial,
    ngx_webhook_client_tunnel,
    ngx_webhook_client_reached,
    ngx_webhook_client_request
};


ngx_int_t
ngx_webhook_client_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_memzero(&ngx_webhook_clients, sizeof(ngx_webhook_clients_t));

    ngx_queue_init(&ngx_webhook_clients.active);
    ngx_queue_init(&ngx_webhook_clients.spare);

    ngx_webhook_clients.starving.handler =
                                      ngx_webhook_client_starved_handler;
    ngx_webhook_clients.starving.data = &ngx_webhook_clients;
    ngx_webhook_clients.starving.log = cycle->log;

    ngx_webhook_pool_init(cycle);

    return NGX_OK;
}


void
ngx_webhook_client_exit(ngx_cycle_t *cycle)
{
    ngx_queue_t            *q;
    ngx_webhook_client_t   *x;
    ngx_webhook_clients_t  *clients;

    clients = &ngx_webhook_clients;

    if (clients->active.next == NULL) {
        return;                     /* init was not called */
    }

    while (!ngx_queue_empty(&clients->active)) {
        q = ngx_queue_head(&clients->active);
        x = ngx_queue_data(q, ngx_webhook_client_t, queue);

        ngx_webhook_client_cancel(x->exchange);
    }

    clients->starved = NULL;

    if (clients->starving.timer_set) {
        ngx_del_timer(&clients->starving);
    }

    while (!ngx_queue_empty(&clients->spare)) {
        q = ngx_queue_head(&clients->spare);
        x = ngx_queue_data(q, ngx_webhook_client_t, queue);

        ngx_queue_remove(q);
        ngx_webhook_client_free(x);
    }

    ngx_webhook_pool_exit();
}


ngx_uint_t
ngx_webhook_client_free_slots(void)
{
    ngx_uint_t  n, share, reserve;

    share = ngx_webhook_pool_share();

    if (ngx_webhook_clients.active_n >= share) {
        return 0;
    }

    n = share - ngx_webhook_clients.active_n;

    /* idle connections can be used, or closed to make room */

    reserve = ngx_cycle->connection_n / 8;
    share = ngx_webhook_pool_idle();

    if (ngx_cycle->free_connection_n > reserve) {
        share += ngx_cycle->free_connection_n - reserve;
    }

    return ngx_min(n, share);
}


void
ngx_webhook_client_send(ngx_webhook_exchange_t *exchange)
{
    ngx_webhook_conn_t    *conn;
    ngx_webhook_client_t  *x;
    ngx_webhook_peer_t    *peer;

    exchange->fault = NGX_WEBHOOK_FAULT_NONE;
    exchange->status = 0;
    ngx_str_null(&exchange->error);
    ngx_str_null(&exchange->address);
    ngx_str_null(&exchange->answer);
    exchange->retry_after = -1;
    exchange->connect_usec = 0;
    exchange->tls_usec = 0;
    exchange->first_byte_usec = 0;
    exchange->total_usec = 0;

    x = ngx_webhook_client_get(exchange);
    if (x == NULL) {
        ngx_webhook_client_starve(exchange);
        return;
    }

    x->within = 1;

    /* kept connections are no reason to prefer one of several servers */

    peer = exchange->peer;

    if (peer->servers.nelts > 1) {
        x->server = ngx_webhook_peer_next(peer, NULL, 0);
    }

    conn = ngx_webhook_pool_take(peer, x->server);

    if (conn) {
        x->reused = 1;
        x->ready = x->begun;

        ngx_webhook_client_attach(x, conn);
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_REQUEST);

    } else {
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_CONNECT);
    }

    x->within = 0;
}


void
ngx_webhook_client_cancel(ngx_webhook_exchange_t *exchange)
{
    ngx_webhook_client_t  *x;

    if (ngx_webhook_client_feed(exchange) == NGX_OK) {
        return;
    }

    x = exchange->state;

    if (x == NULL) {
        return;
    }

    exchange->state = NULL;

    ngx_str_null(&exchange->error);
    ngx_str_null(&exchange->address);
    ngx_str_null(&exchange->answer);

    ngx_webhook_client_release(x);

    if (x->wipe) {
        ngx_explicit_memzero(x->answer, x->answer_size);
    }

    ngx_webhook_client_put(x);
}


static ngx_webhook_client_t *
ngx_webhook_client_get(ngx_webhook_exchange_t *exchange)
{
    size_t                  size;
    ngx_queue_t            *q;
    ngx_webhook_client_t   *x;
    ngx_webhook_clients_t  *clients;

    clients = &ngx_webhook_clients;

    if (ngx_queue_empty(&clients->spare)) {
        x = ngx_calloc(sizeof(ngx_webhook_client_t), exchange->log);
        if (x == NULL) {
            return NULL;
        }

    } else {
        q = ngx_queue_head(&clients->spare);
        x = ngx_queue_data(q, ngx_webhook_client_t, queue);

        ngx_queue_remove(q);
        clients->spare_n--;
    }

    size = ngx_min(exchange->answer_max, NGX_WEBHOOK_CLIENT_ANSWER);

    if (size > x->answer_size) {

        if (x->answer) {
            ngx_free(x->answer);
        }

        x->answer_size = 0;

        x->answer = ngx_alloc(size, exchange->log);
        if (x->answer == NULL) {
            ngx_webhook_client_free(x);
            return NULL;
        }

        x->answer_size = size;
    }

    ngx_queue_insert_tail(&clients->active, &x->queue);
    clients->active_n++;

    x->exchange = exchange;
    exchange->state = x;

    x->conn = NULL;
    x->states = ngx_webhook_client_states;
    x->handler = ngx_webhook_client_event_handler;
    x->process = NULL;
    x->ident = -1;
    x->hop = exchange->peer;
    x->tunnel = 0;
    x->ctx = NULL;
    x->count = 0;
    x->valid = 0;
    x->tries = 0;
    x->server = NGX_ERROR;
    x->opening = 0;
    x->ready = 0;
    x->logged_len = 0;
    x->within = 0;
    x->ended = 0;
    x->reused = 0;
    x->sent = 0;
    x->send_failed = 0;
    x->wipe = (exchange->secret != 0);
    x->http.status = 0;

    x->begun = ngx_webhook_clock_usec();
    x->deadline = ngx_current_msec + exchange->timeout.total;

    ngx_webhook_client_log(x);

    ngx_memzero(&x->event, sizeof(ngx_event_t));

    x->event.handler = ngx_webhook_client_timer_handler;
    x->event.data = x;
    x->event.log = &x->log;

    return x;
}


void
ngx_webhook_client_starve(ngx_webhook_exchange_t *exchange)
{
    ngx_webhook_clients_t  *clients;

    clients = &ngx_webhook_clients;

    exchange->state = clients->starved;
    clients->starved = exchange;

    /* not at once, lest one who tries again and again gets nowhere for ever */

    if (!clients->starving.timer_set) {
        ngx_add_timer(&clients->starving, NGX_WEBHOOK_CLIENT_STARVE);
    }
}


static void
ngx_webhook_client_starved_handler(ngx_event_t *ev)
{
    ngx_uint_t               n;
    ngx_webhook_exchange_t  *exchange;
    ngx_webhook_clients_t   *clients;

    clients = &ngx_webhook_clients;

    n = 0;

    for (exchange = clients->starved; exchange; exchange = exchange->state) {
        n++;
    }

    while (n-- && clients->starved) {
        exchange = clients->starved;
        clients->starved = exchange->state;

        exchange->state = NULL;
        exchange->fault = NGX_WEBHOOK_FAULT_LOCAL;
        ngx_str_set(&exchange->error, "no memory");

        exchange->handler(exchange);
    }
}


/* NGX_OK if the exchange was among those without a state: not any more. */

static ngx_int_t
ngx_webhook_client_feed(ngx_webhook_exchange_t *exchange)
{
    ngx_webhook_exchange_t  *e, *prev;
    ngx_webhook_clients_t   *clients;

    clients = &ngx_webhook_clients;
    prev = NULL;

    for (e = clients->starved; e; e = e->state) {

        if (e == exchange) {

            if (prev) {
                prev->state = e->state;

            } else {
                clients->starved = e->state;
            }

            e->state = NULL;

            return NGX_OK;
        }

        prev = e;
    }

    return NGX_DECLINED;
}


static void
ngx_webhook_client_timer_handler(ngx_event_t *ev)
{
    ngx_webhook_client_t  *x;

    x = ev->data;

    if (x->ended) {
        ngx_webhook_client_done(x);
        return;
    }

    ev->timedout = 0;

    ngx_webhook_client_late(x);
}


static void
ngx_webhook_client_late(ngx_webhook_client_t *x)
{
    ngx_uint_t  total;

    total = ((ngx_msec_int_t) (x->deadline - ngx_current_msec) <= 0);

    if (total) {
        ngx_webhook_client_error(x, "timed out after %M ms in total "
                                 "while %s", x->exchange->timeout.total,
                                 x->log.action);

    } else {
        ngx_webhook_client_error(x, "timed out after %M ms while %s", x->step,
                                 x->log.action);
    }

    if (x->conn) {
        x->conn->connection->timedout = 1;
    }

    if (x->http.status) {
        ngx_webhook_client_answered(x, 0);
        return;
    }

    if (!total && x->ready == 0 && x->ctx == NULL) {
        ngx_webhook_client_connect_late(x);
        return;
    }

    ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_TIMEOUT);
}


static void
ngx_webhook_client_event_handler(ngx_event_t *ev)
{
    ngx_connection_t      *c;
    ngx_webhook_conn_t    *conn;
    ngx_webhook_client_t  *x;

    c = ev->data;
    conn = c->data;
    x = conn->exchange;

    if (c->close) {
        ngx_webhook_client_shutdown(x);
        return;
    }

    x->process(x, ev);
}


/*
 * worker_shutdown_timeout is over.  The core closes connections; those who
 * wait for a name have none, so that they end together with the first that
 * has one.
 */

static void
ngx_webhook_client_shutdown(ngx_webhook_client_t *x)
{
    ngx_queue_t           *q, *next;
    ngx_webhook_client_t  *other;

    for (q = ngx_queue_head(&ngx_webhook_clients.active);
         q != ngx_queue_sentinel(&ngx_webhook_clients.active);
         q = next)
    {
        next = ngx_queue_next(q);
        other = ngx_queue_data(q, ngx_webhook_client_t, queue);

        if (other->ctx && other != x) {
            ngx_resolve_name_done(other->ctx);
            other->ctx = NULL;

            ngx_webhook_client_error(other, "the worker shuts down");

            /* later, since handlers may begin and end others */

            other->within = 1;
            ngx_webhook_client_end(other, NGX_WEBHOOK_FAULT_SHUTDOWN);
        }
    }

    ngx_webhook_client_error(x, "the worker shuts down while %s",
                             x->log.action);

    if (x->http.status) {
        ngx_webhook_client_answered(x, 0);
        return;
    }

    ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_SHUTDOWN);
}
