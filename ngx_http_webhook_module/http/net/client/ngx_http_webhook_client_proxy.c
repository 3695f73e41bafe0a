
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * connect -> CONNECT -> tls
 *
 * Whatever the scheme of the URL, a proxy is asked for a tunnel, so that it
 * sees neither the request nor its credentials more than it must, and so that
 * its own answers are never taken for an endpoint's: they have no status that
 * counts, no Retry-After and no body.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"


#define NGX_WEBHOOK_CLIENT_PROXY  2048          /* bytes read at once */


static ngx_int_t ngx_webhook_client_ask(ngx_webhook_client_t *x, ngx_buf_t *b);
static void ngx_webhook_client_wipe(void *data);
static void ngx_webhook_client_tunnelling(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_tunnel_write(ngx_webhook_client_t *x);
static void ngx_webhook_client_tunnel_read(ngx_webhook_client_t *x);
static void ngx_webhook_client_tunnel_answer(ngx_webhook_client_t *x,
    ngx_uint_t more);
static void ngx_webhook_client_tunnel_failed(ngx_webhook_client_t *x);


void
ngx_webhook_client_beyond(ngx_webhook_client_t *x)
{
    u_char               text[NGX_SOCKADDR_STRLEN];
    ngx_str_t            name;
    socklen_t            socklen;
    struct sockaddr     *sockaddr;
    ngx_webhook_fault_e  fault;
    ngx_webhook_peer_t  *peer;

    peer = x->exchange->peer;
    fault = NGX_WEBHOOK_FAULT_RESOLVE;

    x->tries = 0;

    if (ngx_webhook_client_address_next(x, peer, &sockaddr, &socklen, &name,
                                        text, &fault)
        != NGX_OK)
    {
        if (x->exchange->error.len == 0) {
            ngx_webhook_client_error(x, "no address to connect to");
        }

        ngx_webhook_client_end(x, fault);
        return;
    }

    /* the addresses make room for those of the proxy */

    ngx_memcpy(&x->beyond.sockaddr, sockaddr,
               ngx_min(socklen, (socklen_t) sizeof(ngx_sockaddr_t)));
    x->beyond.socklen = socklen;

    if (peer->resolver == NULL) {
        x->beyond_server = x->tried[x->tries - 1];
    }

    x->hop = peer->proxy;

    ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_DIAL);
}


void
ngx_webhook_client_tunnel(ngx_webhook_client_t *x)
{
    ngx_memzero(&x->bufs[0], sizeof(ngx_buf_t));

    if (ngx_webhook_client_ask(x, &x->bufs[0]) != NGX_OK) {
        ngx_webhook_client_error(x, "no memory to ask a proxy");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
        return;
    }

    webhook_http_init(&x->http, NULL, 0, 1);

    ngx_webhook_client_step(x, ngx_webhook_client_tunnelling,
                            "asking a proxy for a tunnel",
                            x->exchange->timeout.connect);

    ngx_webhook_client_tunnel_write(x);
}


/* Makes the request for a tunnel, in the connection's memory. */

static ngx_int_t
ngx_webhook_client_ask(ngx_webhook_client_t *x, ngx_buf_t *b)
{
    u_char               text[NGX_SOCKADDR_STRLEN];
    size_t               len;
    ngx_str_t            host, port, *auth;
    ngx_pool_t          *pool;
    ngx_pool_cleanup_t  *cln;
    ngx_webhook_peer_t  *peer;
    u_char               number[sizeof(":65535") - 1];

    peer = x->exchange->peer;
    pool = x->conn->connection->pool;
    auth = &peer->proxy_auth;

    ngx_str_null(&port);

    if (x->beyond.socklen) {
        host.data = text;
        host.len = ngx_sock_ntop(&x->beyond.sockaddr.sockaddr,
                                 x->beyond.socklen, text,
                                 NGX_SOCKADDR_STRLEN, 1);

    } else {
        host = peer->name;

        port.data = number;
        port.len = ngx_sprintf(number, ":%ui", (ngx_uint_t) peer->port)
                   - number;
    }

    len = sizeof("CONNECT  HTTP/1.1" CRLF "Host: " CRLF
                 "User-Agent: ngx_http_webhook/" NGX_WEBHOOK_VERSION CRLF
                 "Proxy-Authorization: " CRLF CRLF) - 1
          + 2 * (host.len + port.len) + auth->len;

    cln = ngx_pool_cleanup_add(pool, sizeof(ngx_str_t));
    if (cln == NULL) {
        return NGX_ERROR;
    }

    b->start = ngx_pnalloc(pool, len);
    if (b->start == NULL) {
        return NGX_ERROR;
    }

    ((ngx_str_t *) cln->data)->data = b->start;
    ((ngx_str_t *) cln->data)->len = len;

    cln->handler = ngx_webhook_client_wipe;

    b->pos = b->start;
    b->last = ngx_sprintf(b->start, "CONNECT %V%V HTTP/1.1" CRLF
                          "Host: %V%V" CRLF
                          "User-Agent: ngx_http_webhook/"
                          NGX_WEBHOOK_VERSION CRLF,
                          &host, &port, &host, &port);

    if (auth->len) {
        b->last = ngx_sprintf(b->last, "Proxy-Authorization: %V" CRLF, auth);
    }

    *b->last++ = CR; *b->last++ = LF;

    return NGX_OK;
}


static void
ngx_webhook_client_wipe(void *data)
{
    ngx_str_t  *s = data;

    ngx_explicit_memzero(s->data, s->len);
}


static void
ngx_webhook_client_tunnelling(ngx_webhook_client_t *x, ngx_event_t *ev)
{
    if (ev->write) {
        ngx_webhook_client_tunnel_write(x);

    } else {
        ngx_webhook_client_tunnel_read(x);
    }
}


static void
ngx_webhook_client_tunnel_write(ngx_webhook_client_t *x)
{
    ssize_t            n;
    ngx_buf_t         *b;
    ngx_connection_t  *c;

    c = x->conn->connection;
    b = &x->bufs[0];

    x->logged_len = 0;

    while (b->pos < b->last) {

        n = c->send(c, b->pos, b->last - b->pos);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n <= 0) {
            ngx_webhook_client_logged(x, "the proxy cannot be asked");
            ngx_webhook_client_tunnel_failed(x);
            return;
        }

        b->pos += n;
    }

    if (ngx_handle_write_event(c->write, 0) != NGX_OK) {
        ngx_webhook_client_error(x, "no event for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
        return;
    }

    if (c->read->ready) {
        ngx_webhook_client_tunnel_read(x);
    }
}


static void
ngx_webhook_client_tunnel_read(ngx_webhook_client_t *x)
{
    u_char                  buf[NGX_WEBHOOK_CLIENT_PROXY];
    size_t                  used;
    ssize_t                 n;
    ngx_connection_t       *c;
    webhook_http_result_e   rc;

    c = x->conn->connection;

    do {
        x->logged_len = 0;

        n = c->recv(c, buf, NGX_WEBHOOK_CLIENT_PROXY);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == 0) {
            ngx_webhook_client_error(x, "the proxy closed the "
                                     "connection without an answer");
            ngx_webhook_client_tunnel_failed(x);
            return;
        }

        if (n < 0) {
            ngx_webhook_client_logged(x, "no answer of the proxy");
            ngx_webhook_client_tunnel_failed(x);
            return;
        }

        rc = webhook_http_feed(&x->http, buf, n, &used);

        if (rc == WEBHOOK_HTTP_BAD) {
            ngx_webhook_client_error(x, "of the proxy: %s", x->http.error);
            ngx_webhook_client_tunnel_failed(x);
            return;
        }

        if (rc == WEBHOOK_HTTP_DONE) {
            ngx_webhook_client_tunnel_answer(x, used < (size_t) n);
            return;
        }

    } while (c->read->ready);

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_webhook_client_error(x, "no event for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
    }
}


static void
ngx_webhook_client_tunnel_answer(ngx_webhook_client_t *x, ngx_uint_t more)
{
    ngx_buf_t           *b;
    ngx_uint_t           status;
    ngx_webhook_peer_t  *peer;

    b = &x->bufs[0];
    peer = x->exchange->peer;
    status = x->http.status;

    /* it is not the answer to the request */

    webhook_http_init(&x->http, NULL, 0, 0);

    if (status < 200 || status > 299) {
        ngx_webhook_client_error(x, "the proxy refused to connect: its "
                                 "status is %ui%s", status,
                                 status == 407 ? " (it asks for other "
                                                      "credentials)" : "");

        /* of several servers the next send takes another */

        if (status >= 500 && x->beyond_server != NGX_ERROR) {
            ngx_webhook_peer_failed(peer, x->beyond_server);
        }

        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_PROXY);
        return;
    }

    /* whom we want to reach does not speak first */

    if (more) {
        ngx_webhook_client_error(x, "the proxy sent more than an answer");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_PROXY);
        return;
    }

    /* nor is there any use of a tunnel that was not wholly asked for */

    if (b->pos < b->last) {
        ngx_webhook_client_error(x, "the proxy answered too early");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_PROXY);
        return;
    }

    /* the connection may be kept for long */

    ngx_explicit_memzero(b->start, b->last - b->start);

    if (x->beyond_server != NGX_ERROR) {
        ngx_webhook_peer_worked(peer, x->beyond_server);
    }

    x->tunnel = 1;

    ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_REACHED);
}


/* Another of the proxy's addresses may do: nothing of the request went out. */

static void
ngx_webhook_client_tunnel_failed(ngx_webhook_client_t *x)
{
    webhook_http_init(&x->http, NULL, 0, 0);

    ngx_webhook_client_failed(x, NGX_WEBHOOK_FAULT_PROXY);
}
