
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * send -> read
 *
 * The answer may come before the request is wholly sent; it is taken then,
 * and the connection is not kept.  Once the answer's head is complete its
 * status counts, whatever becomes of its body.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"


#define NGX_WEBHOOK_CLIENT_READ  16384


static void ngx_webhook_client_sending(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_write(ngx_webhook_client_t *x);
static void ngx_webhook_client_write_failed(ngx_webhook_client_t *x);
static void ngx_webhook_client_reading(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_read(ngx_webhook_client_t *x);
static ngx_int_t ngx_webhook_client_parse(ngx_webhook_client_t *x, size_t len);
static void ngx_webhook_client_closed(ngx_webhook_client_t *x,
    ngx_uint_t reset);
static ngx_uint_t ngx_webhook_client_stale(ngx_webhook_client_t *x,
    ngx_uint_t reset);
static void ngx_webhook_client_renew(ngx_webhook_client_t *x);
static time_t ngx_webhook_client_retry_after(webhook_str_t *value);


/* What is read is used up at once: one buffer does for all. */

static u_char  ngx_webhook_client_buffer[NGX_WEBHOOK_CLIENT_READ];


void
ngx_webhook_client_request(ngx_webhook_client_t *x)
{
    size_t                   size;
    ngx_str_t               *part;
    ngx_uint_t               i, n;
    ngx_webhook_exchange_t  *exchange;

    exchange = x->exchange;

    size = ngx_min(exchange->answer_max, x->answer_size);

    webhook_http_init(&x->http, x->answer, size,
                      exchange->head.len > 5
                      && ngx_strncmp(exchange->head.data, "HEAD ", 5) == 0);

    n = exchange->body.len ? 2 : 1;
    part = &exchange->head;

    ngx_memzero(x->bufs, sizeof(x->bufs));

    for (i = 0; i < n; i++) {
        x->bufs[i].pos = part->data;
        x->bufs[i].last = part->data + part->len;
        x->bufs[i].memory = 1;

        x->chain[i].buf = &x->bufs[i];
        x->chain[i].next = NULL;

        part = &exchange->body;
    }

    if (n == 2) {
        x->chain[0].next = &x->chain[1];
    }

    /* TLS gathers both in one record, and is told to let go here */

    x->bufs[n - 1].last_buf = 1;

    x->out = x->chain;
    x->sent = 0;
    x->send_failed = 0;
    x->step = 0;
    x->logged_len = 0;

    x->process = ngx_webhook_client_sending;
    x->log.action = "sending a request";

    ngx_webhook_client_write(x);
}


static void
ngx_webhook_client_sending(ngx_webhook_client_t *x, ngx_event_t *ev)
{
    if (ev->write) {
        ngx_webhook_client_write(x);

    } else {
        ngx_webhook_client_read(x);
    }
}


static void
ngx_webhook_client_write(ngx_webhook_client_t *x)
{
    off_t              sent;
    ngx_chain_t       *out;
    ngx_connection_t  *c;

    c = x->conn->connection;
    sent = c->sent;

    out = c->send_chain(c, x->out, 0);

    if (out == NGX_CHAIN_ERROR) {
        ngx_webhook_client_write_failed(x);
        return;
    }

    x->out = out;

    if (out || c->buffered) {

        if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
            ngx_webhook_client_error(x, "no event for a connection");
            ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_SEND);
            return;
        }

        /* the time-out is between two successful writes, as in proxy_send */

        if (c->sent != sent || x->step == 0) {
            ngx_webhook_client_step(x, ngx_webhook_client_sending,
                                    "sending a request",
                                    x->exchange->timeout.send);
        }

    } else {
        x->sent = 1;

        if (c->ssl) {
            ngx_ssl_free_buffer(c);
        }

        ngx_webhook_client_step(x, ngx_webhook_client_reading,
                                "reading an answer",
                                x->exchange->timeout.read);
    }

    if (c->read->ready) {
        ngx_webhook_client_read(x);
    }
}


static void
ngx_webhook_client_write_failed(ngx_webhook_client_t *x)
{
    ngx_connection_t  *c;

    if (ngx_webhook_client_stale(x, 1)) {
        ngx_webhook_client_renew(x);
        return;
    }

    /* the peer may have answered before it closed */

    ngx_webhook_client_logged(x, "the request could not be sent");

    x->send_failed = 1;

    c = x->conn->connection;

    c->read->ready = 1;
    c->read->available = -1;

    ngx_webhook_client_read(x);
}


static void
ngx_webhook_client_reading(ngx_webhook_client_t *x, ngx_event_t *ev)
{
    if (!ev->write) {
        ngx_webhook_client_read(x);
        return;
    }

    if (ngx_handle_write_event(ev, 0) != NGX_OK) {
        ngx_webhook_client_error(x, "no event for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_READ);
    }
}


static void
ngx_webhook_client_read(ngx_webhook_client_t *x)
{
    ssize_t            n;
    ngx_uint_t         came;
    ngx_connection_t  *c;

    c = x->conn->connection;
    came = 0;

    do {
        x->logged_len = 0;

        n = c->recv(c, ngx_webhook_client_buffer, NGX_WEBHOOK_CLIENT_READ);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR || n == 0) {
            ngx_webhook_client_closed(x, n == NGX_ERROR);
            return;
        }

        came = 1;

        if (ngx_webhook_client_parse(x, n) != NGX_AGAIN) {
            return;
        }

    } while (c->read->ready);

    if (x->send_failed) {
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_SEND);
        return;
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_webhook_client_error(x, "no event for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_READ);
        return;
    }

    if (came && x->sent) {
        ngx_webhook_client_step(x, ngx_webhook_client_reading,
                                "reading an answer",
                                x->exchange->timeout.read);
    }
}


/* NGX_AGAIN, or NGX_OK if the exchange is over. */

static ngx_int_t
ngx_webhook_client_parse(ngx_webhook_client_t *x, size_t len)
{
    size_t                 used;
    webhook_http_result_e  rc;

    if (!x->http.begun) {
        x->exchange->first_byte_usec = ngx_webhook_client_usec(x->ready);
    }

    rc = webhook_http_feed(&x->http, ngx_webhook_client_buffer, len, &used);

    if (x->wipe) {
        ngx_explicit_memzero(ngx_webhook_client_buffer, len);
    }

    if (rc == WEBHOOK_HTTP_MORE) {
        return NGX_AGAIN;
    }

    if (rc == WEBHOOK_HTTP_DONE) {

        /* an answer is no reason to tell that the rest could not be sent */

        ngx_str_null(&x->exchange->error);

        ngx_webhook_client_answered(x, x->http.keep && used == len);

        return NGX_OK;
    }

    ngx_webhook_client_error(x, "%s", x->http.error);

    if (x->http.status) {
        ngx_webhook_client_answered(x, 0);

    } else {
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_ANSWER);
    }

    return NGX_OK;
}


static void
ngx_webhook_client_closed(ngx_webhook_client_t *x, ngx_uint_t reset)
{
    webhook_http_result_e  rc;

    if (ngx_webhook_client_stale(x, reset)) {
        ngx_webhook_client_renew(x);
        return;
    }

    rc = webhook_http_eof(&x->http);

    if (x->http.status) {

        if (rc == WEBHOOK_HTTP_DONE && !reset) {
            ngx_str_null(&x->exchange->error);

        } else {
            ngx_webhook_client_error(x, "the answer's body was cut "
                                        "short");
        }

        ngx_webhook_client_answered(x, 0);
        return;
    }

    if (x->send_failed) {
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_SEND);
        return;
    }

    if (reset) {
        ngx_webhook_client_logged(x, x->http.begun
                                     ? "the answer's head was cut short"
                                     : "no answer");

    } else {
        ngx_webhook_client_error(x, "%s", x->http.error);
    }

    ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_READ);
}


/*
 * Was this a kept connection that the peer had closed before the request
 * came?  A reset says so: the peer did not read what it got.  (It may be seen
 * as an end of file, if that came first.)  With an orderly close it depends:
 * what the peer's system acknowledged before, the peer had.
 */

static ngx_uint_t
ngx_webhook_client_stale(ngx_webhook_client_t *x, ngx_uint_t reset)
{
#if (NGX_HAVE_TCP_INFO)
    socklen_t         len;
    struct tcp_info   ti;
#endif

    if (!x->reused || x->http.begun) {
        return 0;
    }

    if (reset || !x->sent) {
        return 1;
    }

#if (NGX_HAVE_TCP_INFO)

    len = sizeof(struct tcp_info);

    if (getsockopt(x->conn->connection->fd, IPPROTO_TCP, TCP_INFO, &ti, &len)
        == 0)
    {
        return ti.tcpi_state != TCP_CLOSE_WAIT || ti.tcpi_unacked != 0;
    }

#endif

    /* a unix socket resets if there is something unread */

    return 0;
}


/* Takes a new connection instead, which is not stale. */

static void
ngx_webhook_client_renew(ngx_webhook_client_t *x)
{
    ngx_webhook_pool_close(x->conn);

    x->conn = NULL;
    x->reused = 0;

    ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_CONNECT);
}


void
ngx_webhook_client_answered(ngx_webhook_client_t *x, ngx_uint_t keep)
{
    ngx_webhook_conn_t      *conn;
    ngx_webhook_exchange_t  *exchange;

    exchange = x->exchange;

    exchange->status = x->http.status;
    exchange->answer.data = x->http.body;
    exchange->answer.len = x->http.body_len;
    exchange->retry_after =
                   ngx_webhook_client_retry_after(&x->http.retry_after);

    if (keep && x->sent) {

        /* before the handler is called, which may want one */

        conn = x->conn;
        x->conn = NULL;

        ngx_webhook_pool_keep(conn, x->http.keep_alive);
    }

    ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_NONE);
}


/* Seconds, or a date. */

static time_t
ngx_webhook_client_retry_after(webhook_str_t *value)
{
    time_t     seconds;
    ngx_int_t  n;

    if (value->len == 0) {
        return -1;
    }

    if (value->data[0] >= '0' && value->data[0] <= '9') {

        n = ngx_atoi(value->data, value->len);

        /* digits that overflow are a long wait, other things none */

        if (n == NGX_ERROR) {
            for (n = 0; (size_t) n < value->len; n++) {
                if (value->data[n] < '0' || value->data[n] > '9') {
                    return -1;
                }
            }

            n = NGX_WEBHOOK_CLIENT_RETRY;
        }

        seconds = n;

    } else {

        seconds = ngx_parse_http_time(value->data, value->len);

        if (seconds == NGX_ERROR) {
            return -1;
        }

        seconds = ngx_max(seconds - ngx_time(), 0);
    }

    return ngx_min(seconds, NGX_WEBHOOK_CLIENT_RETRY);
}
