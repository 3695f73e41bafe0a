
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * tls -> send
 */

#include "http/net/client/ngx_http_webhook_client_int.h"
#include "http/net/peer/ngx_http_webhook_tls.h"


static void ngx_webhook_client_handshaking(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_handshake(ngx_webhook_client_t *x);


void
ngx_webhook_client_reached(ngx_webhook_client_t *x)
{
    ngx_connection_t    *c;
    ngx_webhook_peer_t  *peer;

    c = x->conn->connection;
    peer = x->exchange->peer;

    /* with the look-up, and with addresses that did not do */

    x->exchange->connect_usec = ngx_webhook_client_usec(x->begun);

    if (peer->ssl == NULL) {
        x->ready = ngx_webhook_clock_usec();
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_REQUEST);
        return;
    }

    x->opening = ngx_webhook_clock_usec();

    if (ngx_webhook_tls_connection(peer, c) != NGX_OK) {
        ngx_webhook_client_logged(x, "TLS cannot begin");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
        return;
    }

    ngx_webhook_client_step(x, ngx_webhook_client_handshaking,
                            "shaking hands by TLS",
                            x->exchange->timeout.connect);

    ngx_webhook_client_handshake(x);
}


static void
ngx_webhook_client_handshaking(ngx_webhook_client_t *x, ngx_event_t *ev)
{
    ngx_webhook_client_handshake(x);
}


static void
ngx_webhook_client_handshake(ngx_webhook_client_t *x)
{
    u_char                buf[NGX_WEBHOOK_CLIENT_ERROR];
    ngx_int_t             rc;
    ngx_str_t             reason;
    ngx_event_handler_pt  handler;
    ngx_connection_t     *c;
    ngx_webhook_peer_t   *peer;

    c = x->conn->connection;
    peer = x->exchange->peer;

    handler = c->read->handler;
    x->logged_len = 0;

    rc = ngx_ssl_handshake(c);

    /* its own handlers would not notice that the worker shuts down */

    c->read->handler = handler;
    c->write->handler = handler;

    if (rc == NGX_AGAIN) {
        return;
    }

    x->exchange->tls_usec = ngx_webhook_client_usec(x->opening);

    if (ngx_webhook_tls_verify(peer, c, buf, sizeof(buf), &reason) != NGX_OK) {
        ngx_webhook_client_error(x, "%V", &reason);

    } else if (rc == NGX_OK) {
        x->ready = ngx_webhook_clock_usec();
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_REQUEST);
        return;

    } else {
        ngx_webhook_client_logged(x, "no TLS");
    }

    /* a session that the peer does not like is not offered again */

    ngx_webhook_tls_forget(peer);

    ngx_webhook_client_failed(x, NGX_WEBHOOK_FAULT_TLS);
}
