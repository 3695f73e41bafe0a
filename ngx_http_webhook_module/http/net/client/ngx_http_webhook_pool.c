
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/net/client/ngx_http_webhook_pool.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_POOL_MEMORY  512            /* bytes, of a connection */


typedef struct {
    ngx_queue_t    idle;            /* of all peers: last used first */
    ngx_uint_t     idle_n;
    ngx_uint_t     open_n;          /* idle or not */
    ngx_uint_t     share;
    ngx_event_t    sweep;
    void          *dummy[3];        /* event ident is behind 3 pointers */
    ngx_int_t      ident;
} ngx_webhook_pool_t;


static ngx_uint_t ngx_webhook_pool_over(ngx_webhook_conn_t *conn);
static void ngx_webhook_pool_remove(ngx_webhook_conn_t *conn);
static void ngx_webhook_pool_read_handler(ngx_event_t *ev);
static void ngx_webhook_pool_write_handler(ngx_event_t *ev);
static void ngx_webhook_pool_sweep(ngx_event_t *ev);


static ngx_webhook_pool_t  ngx_webhook_pool;


void
ngx_webhook_pool_init(ngx_cycle_t *cycle)
{
    ngx_webhook_pool_t  *pool;

    pool = &ngx_webhook_pool;

    ngx_memzero(pool, sizeof(ngx_webhook_pool_t));

    ngx_queue_init(&pool->idle);

    pool->ident = -1;

    pool->sweep.handler = ngx_webhook_pool_sweep;
    pool->sweep.data = pool->dummy;
    pool->sweep.log = cycle->log;
    pool->sweep.cancelable = 1;

    /* proxied requests take two each: half of all is left to them */

    pool->share = ngx_max(cycle->connection_n / 2, 1);
}


void
ngx_webhook_pool_exit(void)
{
    ngx_queue_t         *q;
    ngx_webhook_conn_t  *conn;
    ngx_webhook_pool_t  *pool;

    pool = &ngx_webhook_pool;

    while (!ngx_queue_empty(&pool->idle)) {
        q = ngx_queue_head(&pool->idle);
        conn = ngx_queue_data(q, ngx_webhook_conn_t, all);

        ngx_webhook_pool_remove(conn);
        ngx_webhook_pool_close(conn);
    }

    if (pool->sweep.timer_set) {
        ngx_del_timer(&pool->sweep);
    }
}


ngx_webhook_conn_t *
ngx_webhook_pool_take(ngx_webhook_peer_t *peer, ngx_int_t server)
{
    ngx_queue_t         *q, *next;
    ngx_connection_t    *c;
    ngx_webhook_conn_t  *conn;

    for (q = ngx_queue_head(&peer->idle); q != ngx_queue_sentinel(&peer->idle);
         q = next)
    {
        next = ngx_queue_next(q);
        conn = ngx_queue_data(q, ngx_webhook_conn_t, queue);

        if (server != NGX_ERROR && conn->server != server) {
            continue;
        }

        ngx_webhook_pool_remove(conn);

        if (ngx_webhook_pool_over(conn)) {
            ngx_webhook_pool_close(conn);
            continue;
        }

        c = conn->connection;

        c->idle = 0;
        c->sent = 0;

        ngx_webhook_count(NGX_WEBHOOK_CONNECTIONS_REUSED, 1);

        return conn;
    }

    return NULL;
}


void
ngx_webhook_pool_forget(ngx_webhook_peer_t *peer)
{
    ngx_queue_t         *q;
    ngx_webhook_conn_t  *conn;

    while (!ngx_queue_empty(&peer->idle)) {
        q = ngx_queue_head(&peer->idle);
        conn = ngx_queue_data(q, ngx_webhook_conn_t, queue);

        ngx_webhook_pool_remove(conn);
        ngx_webhook_pool_close(conn);
    }
}


ngx_int_t
ngx_webhook_pool_room(void)
{
    ngx_queue_t         *q;
    ngx_webhook_conn_t  *conn;
    ngx_webhook_pool_t  *pool;

    pool = &ngx_webhook_pool;

    for ( ;; ) {

        /* below a sixteenth the core closes its clients' idle connections */

        if (pool->open_n < pool->share
            && ngx_cycle->free_connection_n > ngx_cycle->connection_n / 16)
        {
            return NGX_OK;
        }

        if (ngx_queue_empty(&pool->idle)) {
            return NGX_DECLINED;
        }

        q = ngx_queue_last(&pool->idle);
        conn = ngx_queue_data(q, ngx_webhook_conn_t, all);

        ngx_webhook_pool_remove(conn);
        ngx_webhook_pool_close(conn);
    }
}


ngx_webhook_conn_t *
ngx_webhook_pool_add(ngx_webhook_peer_t *peer, ngx_int_t server,
    ngx_connection_t *c, ngx_str_t *address, time_t valid, ngx_log_t *log)
{
    size_t               len;
    ngx_webhook_conn_t  *conn;

    c->pool = ngx_create_pool(NGX_WEBHOOK_POOL_MEMORY, log);

    if (c->pool == NULL) {
        ngx_close_connection(c);
        return NULL;
    }

    conn = ngx_palloc(c->pool, sizeof(ngx_webhook_conn_t));

    if (conn == NULL) {
        ngx_destroy_pool(c->pool);
        ngx_close_connection(c);
        return NULL;
    }

    conn->peer = peer;
    conn->until = 0;
    conn->connection = c;
    conn->exchange = NULL;
    conn->server = server;
    conn->opened = ngx_current_msec;
    conn->expires = 0;
    conn->valid = valid
                  ? ngx_max(valid, ngx_time() + NGX_WEBHOOK_POOL_VALID)
                  : 0;

    len = ngx_min(address->len, sizeof(conn->text));

    ngx_memcpy(conn->text, address->data, len);
    conn->address.data = conn->text;
    conn->address.len = len;

    c->data = conn;

    ngx_webhook_pool.open_n++;

    return conn;
}


void
ngx_webhook_pool_keep(ngx_webhook_conn_t *conn, ngx_uint_t seconds)
{
    ngx_msec_t          idle, age;
    ngx_connection_t   *c;
    ngx_webhook_pool_t *pool;
    ngx_webhook_peer_t *peer;

    pool = &ngx_webhook_pool;
    peer = conn->peer;
    c = conn->connection;

    conn->exchange = NULL;

    idle = NGX_WEBHOOK_POOL_IDLE;

    /* a second off what the peer told: it counts from earlier than we do */

    if (seconds && seconds * 1000 < idle) {
        idle = (seconds - 1) * 1000;
    }

    age = ngx_current_msec - conn->opened;

    if (idle == 0
        || age > NGX_WEBHOOK_POOL_LIFE
        || (conn->valid && ngx_time() >= conn->valid)
        || ngx_exiting || ngx_terminate || ngx_quit
        || c->close || c->error || c->buffered
        || c->read->eof || c->read->error || c->write->error
        || peer->idle_n >= NGX_WEBHOOK_POOL_PEER
        || ngx_cycle->free_connection_n <= ngx_cycle->connection_n / 16
        || ngx_handle_read_event(c->read, 0) != NGX_OK)
    {
        ngx_webhook_pool_close(conn);
        return;
    }

    conn->expires = ngx_current_msec + idle;

    c->read->handler = ngx_webhook_pool_read_handler;
    c->write->handler = ngx_webhook_pool_write_handler;

    c->idle = 1;
    c->log = ngx_cycle->log;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;
    c->pool->log = ngx_cycle->log;

    ngx_queue_insert_head(&peer->idle, &conn->queue);
    ngx_queue_insert_head(&pool->idle, &conn->all);

    peer->idle_n++;
    pool->idle_n++;

    if (c->read->ready) {
        ngx_webhook_pool_read_handler(c->read);
    }

    if (pool->idle_n && !pool->sweep.timer_set) {
        ngx_add_timer(&pool->sweep, NGX_WEBHOOK_POOL_SWEEP);
    }
}


/* True for an idle one that is to be used no more. */

static ngx_uint_t
ngx_webhook_pool_over(ngx_webhook_conn_t *conn)
{
    return (ngx_msec_int_t) (ngx_current_msec - conn->expires) >= 0
           || (conn->valid && ngx_time() >= conn->valid);
}


static void
ngx_webhook_pool_remove(ngx_webhook_conn_t *conn)
{
    ngx_queue_remove(&conn->queue);
    ngx_queue_remove(&conn->all);

    conn->peer->idle_n--;
    ngx_webhook_pool.idle_n--;
}


void
ngx_webhook_pool_close(ngx_webhook_conn_t *conn)
{
    ngx_pool_t        *pool;
    ngx_connection_t  *c;

    c = conn->connection;

    if (c->ssl) {

        /* "close notify" if it can be sent at once, and no wait for theirs */

        c->ssl->no_wait_shutdown = 1;

        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {
            c->ssl->no_send_shutdown = 1;
            (void) ngx_ssl_shutdown(c);
        }
    }

    pool = c->pool;

    ngx_close_connection(c);
    ngx_destroy_pool(pool);

    ngx_webhook_pool.open_n--;
}


/*
 * Something came on an idle connection.  Only TLS has messages of its own
 * (session tickets), which reading yields no byte of.
 */

static void
ngx_webhook_pool_read_handler(ngx_event_t *ev)
{
    u_char               buf[1];
    ngx_connection_t    *c;
    ngx_webhook_conn_t  *conn;

    c = ev->data;
    conn = c->data;

    if (!c->close
        && c->recv(c, buf, 1) == NGX_AGAIN
        && ngx_handle_read_event(c->read, 0) == NGX_OK)
    {
        return;
    }

    ngx_webhook_pool_remove(conn);
    ngx_webhook_pool_close(conn);
}


static void
ngx_webhook_pool_write_handler(ngx_event_t *ev)
{
    ngx_log_debug0(NGX_LOG_DEBUG_HTTP, ev->log, 0,
                   "webhook idle connection is writable");
}


static void
ngx_webhook_pool_sweep(ngx_event_t *ev)
{
    ngx_queue_t         *q, *prev;
    ngx_webhook_conn_t  *conn;
    ngx_webhook_pool_t  *pool;

    pool = &ngx_webhook_pool;

    for (q = ngx_queue_last(&pool->idle);
         q != ngx_queue_sentinel(&pool->idle);
         q = prev)
    {
        prev = ngx_queue_prev(q);
        conn = ngx_queue_data(q, ngx_webhook_conn_t, all);

        if (ngx_webhook_pool_over(conn)) {
            ngx_webhook_pool_remove(conn);
            ngx_webhook_pool_close(conn);
        }
    }

    if (pool->idle_n && !ngx_exiting) {
        ngx_add_timer(ev, NGX_WEBHOOK_POOL_SWEEP);
    }
}


ngx_uint_t
ngx_webhook_pool_share(void)
{
    return ngx_webhook_pool.share;
}


ngx_uint_t
ngx_webhook_pool_idle(void)
{
    return ngx_webhook_pool.idle_n;
}
