
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * resolve -> connect
 *
 * The addresses are the peer's servers or what the resolver gave; each is
 * tried once, until one takes the connection.
 */

#include "http/net/client/ngx_http_webhook_client_int.h"
#include "http/net/peer/ngx_http_webhook_egress.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


static void ngx_webhook_client_resolve(ngx_webhook_client_t *x);
static void ngx_webhook_client_resolve_handler(ngx_resolver_ctx_t *ctx);
static void ngx_webhook_client_try(ngx_webhook_client_t *x,
    ngx_webhook_fault_e fault);
static ngx_int_t ngx_webhook_client_peer(ngx_webhook_client_t *x,
    ngx_peer_connection_t *pc, ngx_str_t *name, u_char *text,
    ngx_webhook_fault_e *fault);
static ngx_int_t ngx_webhook_client_open(ngx_webhook_client_t *x,
    ngx_peer_connection_t *pc, ngx_webhook_fault_e *fault);
static ngx_webhook_fault_e ngx_webhook_client_blame(ngx_webhook_client_t *x,
    struct sockaddr *sa, ngx_err_t err);
static void ngx_webhook_client_waiting(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_connecting(ngx_webhook_client_t *x,
    ngx_event_t *ev);
static void ngx_webhook_client_connected(ngx_webhook_client_t *x);


void
ngx_webhook_client_connect(ngx_webhook_client_t *x)
{
    ngx_webhook_peer_t  *peer;

    peer = x->exchange->peer;

    x->ready = 0;
    x->tries = 0;
    x->tunnel = 0;
    x->beyond.socklen = 0;
    x->beyond_server = NGX_ERROR;

    x->hop = peer->by_name ? peer->proxy : peer;

    if (x->hop == peer && peer->proxy && peer->resolver == NULL) {
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_BEYOND);
        return;
    }

    ngx_webhook_client_dial(x);
}


void
ngx_webhook_client_dial(ngx_webhook_client_t *x)
{
    x->tries = 0;

    if (x->hop->resolver) {
        ngx_webhook_client_resolve(x);
        return;
    }

    ngx_webhook_client_try(x, NGX_WEBHOOK_FAULT_CONNECT);
}


static void
ngx_webhook_client_resolve(ngx_webhook_client_t *x)
{
    ngx_msec_int_t       left;
    ngx_resolver_ctx_t  *ctx, temp;
    ngx_webhook_peer_t  *peer;

    peer = x->hop;

    ngx_memzero(&temp, sizeof(ngx_resolver_ctx_t));
    temp.name = peer->name;

    ctx = ngx_resolve_start(peer->resolver, &temp);

    if (ctx == NULL || ctx == NGX_NO_RESOLVER) {
        ngx_webhook_client_error(x, "no memory to look up \"%V\"",
                                 &peer->name);
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
        return;
    }

    ngx_webhook_client_step(x, ngx_webhook_client_waiting, "looking up a name",
                            x->exchange->timeout.connect);

    left = (ngx_msec_int_t) (x->deadline - ngx_current_msec);

    ctx->name = peer->name;
    ctx->handler = ngx_webhook_client_resolve_handler;
    ctx->data = x;
    ctx->timeout = ngx_min(peer->resolver_timeout,
                           (ngx_msec_t) ngx_max(left, 1));

    x->ctx = ctx;

    /* the handler may be called from within, and the exchange be over then */

    if (ngx_resolve_name(ctx) != NGX_OK) {
        x->ctx = NULL;

        ngx_webhook_client_error(x, "no memory to look up \"%V\"",
                                 &peer->name);
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
    }
}


static void
ngx_webhook_client_resolve_handler(ngx_resolver_ctx_t *ctx)
{
    size_t                  size;
    ngx_uint_t              i;
    ngx_webhook_client_t   *x;
    ngx_webhook_peer_t     *peer;
    ngx_webhook_address_t  *address;

    x = ctx->data;
    peer = x->hop;

    if (ctx->state) {
        ngx_webhook_client_error(x, "\"%V\" could not be looked up "
                                 "(%i: %s)", &peer->name, ctx->state,
                                 ngx_resolver_strerror(ctx->state));
        goto failed;
    }

    if (x->addresses == NULL) {
        size = NGX_WEBHOOK_PEER_TRIES
               * sizeof(ngx_webhook_address_t);

        x->addresses = ngx_alloc(size, x->exchange->log);

        if (x->addresses == NULL) {
            ngx_resolve_name_done(ctx);
            x->ctx = NULL;

            ngx_webhook_client_error(x, "no memory for addresses");
            ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
            return;
        }
    }

    x->count = 0;

    for (i = 0; i < ctx->naddrs; i++) {

        if (x->count == NGX_WEBHOOK_PEER_TRIES) {
            break;
        }

        if (ctx->addrs[i].socklen > (socklen_t) sizeof(ngx_sockaddr_t)) {
            continue;
        }

        address = &x->addresses[x->count++];

        ngx_memcpy(&address->sockaddr, ctx->addrs[i].sockaddr,
                   ctx->addrs[i].socklen);

        address->socklen = ctx->addrs[i].socklen;

        ngx_inet_set_port(&address->sockaddr.sockaddr, peer->port);
    }

    if (x->count == 0) {
        ngx_webhook_client_error(x, "\"%V\" has no address", &peer->name);
        goto failed;
    }

    /* behind a proxy there may be two names */

    if (ctx->valid && (x->valid == 0 || ctx->valid < x->valid)) {
        x->valid = ctx->valid;
    }

    ngx_resolve_name_done(ctx);
    x->ctx = NULL;

    if (peer->proxy) {
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_BEYOND);

    } else {
        ngx_webhook_client_try(x, NGX_WEBHOOK_FAULT_CONNECT);
    }

    return;

failed:

    ngx_resolve_name_done(ctx);
    x->ctx = NULL;

    ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_RESOLVE);
}


/* Without a connection there are no events; the timer ends the wait. */

static void
ngx_webhook_client_waiting(ngx_webhook_client_t *x, ngx_event_t *ev)
{
}


/* Tries address after address; "fault" is what the last one came to. */

static void
ngx_webhook_client_try(ngx_webhook_client_t *x, ngx_webhook_fault_e fault)
{
    u_char                 text[NGX_SOCKADDR_STRLEN];
    ngx_int_t              rc;
    ngx_str_t              name;
    ngx_connection_t      *c;
    ngx_peer_connection_t  pc;
    ngx_webhook_conn_t    *conn;
    ngx_webhook_peer_t    *peer;

    for ( ;; ) {

        if (ngx_webhook_client_peer(x, &pc, &name, text, &fault) != NGX_OK) {

            if (x->exchange->error.len == 0) {
                ngx_webhook_client_error(x, "no address to connect to");
            }

            ngx_webhook_client_end(x, fault);
            return;
        }

        rc = ngx_webhook_client_open(x, &pc, &fault);

        if (rc == NGX_OK || rc == NGX_AGAIN) {
            break;
        }

        if (rc == NGX_ERROR) {
            ngx_webhook_client_end(x, fault);
            return;
        }

        /* NGX_DECLINED: the next */
    }

    c = pc.connection;

    peer = x->exchange->peer;

    conn = ngx_webhook_pool_add(peer, peer->proxy
                                             ? x->beyond_server
                                             : (ngx_int_t)
                                               x->tried[x->tries - 1],
                                c, &name, x->valid, &x->log);

    if (conn == NULL) {
        ngx_webhook_client_error(x, "no memory for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
        return;
    }

    ngx_webhook_client_attach(x, conn);

    if (rc == NGX_AGAIN) {
        ngx_webhook_client_step(x, ngx_webhook_client_connecting, "connecting",
                                x->exchange->timeout.connect);
        return;
    }

    ngx_webhook_client_connected(x);
}


/* Fills in the next address. */

static ngx_int_t
ngx_webhook_client_peer(ngx_webhook_client_t *x, ngx_peer_connection_t *pc,
    ngx_str_t *name, u_char *text, ngx_webhook_fault_e *fault)
{
    ngx_memzero(pc, sizeof(ngx_peer_connection_t));

    if (ngx_webhook_client_address_next(x, x->hop, &pc->sockaddr, &pc->socklen,
                                        name, text, fault) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    pc->name = name;
    pc->get = ngx_event_get_peer;
    pc->log = &x->log;
    pc->log_error = NGX_ERROR_INFO;

    ngx_webhook_client_address(x, name);

    return NGX_OK;
}


ngx_int_t
ngx_webhook_client_address_next(ngx_webhook_client_t *x,
    ngx_webhook_peer_t *peer, struct sockaddr **sockaddr, socklen_t *socklen,
    ngx_str_t *name, u_char *text, ngx_webhook_fault_e *fault)
{
    u_char                  bare[NGX_SOCKADDR_STRLEN];
    size_t                  len;
    ngx_int_t               i;
    const char             *reason;
    ngx_webhook_server_t   *server;
    ngx_webhook_address_t  *address;

    while (x->tries < NGX_WEBHOOK_PEER_TRIES) {

        if (peer->resolver) {

            if (x->tries == x->count) {
                return NGX_DECLINED;
            }

            i = x->tries;
            address = &x->addresses[i];

            *sockaddr = &address->sockaddr.sockaddr;
            *socklen = address->socklen;

            name->data = text;
            name->len = ngx_sock_ntop(*sockaddr, *socklen, text,
                                      NGX_SOCKADDR_STRLEN, 1);

        } else {
            i = x->server;
            x->server = NGX_ERROR;

            if (i == NGX_ERROR) {
                i = ngx_webhook_peer_next(peer, x->tried, x->tries);
            }

            if (i == NGX_ERROR) {
                return NGX_DECLINED;
            }

            server = peer->servers.elts;

            *sockaddr = server[i].sockaddr;
            *socklen = server[i].socklen;
            *name = server[i].name;
        }

        x->tried[x->tries++] = i;

        if (ngx_webhook_egress_allows(peer, *sockaddr, *socklen, &reason)
            == NGX_OK)
        {
            return NGX_OK;
        }

        len = ngx_sock_ntop(*sockaddr, *socklen, bare, NGX_SOCKADDR_STRLEN, 0);

        ngx_webhook_client_error(x, "address %*s of %V is not allowed: "
                                 "%s", len, bare, &peer->name, reason);

        *fault = NGX_WEBHOOK_FAULT_ADDRESS;

        ngx_webhook_count(NGX_WEBHOOK_ADDRESSES_REFUSED, 1);
    }

    return NGX_DECLINED;
}


/*
 * Begins to connect.  NGX_OK, NGX_AGAIN, NGX_DECLINED (the next may do) or
 * NGX_ERROR (none will, and it is our own fault).
 */

static ngx_int_t
ngx_webhook_client_open(ngx_webhook_client_t *x, ngx_peer_connection_t *pc,
    ngx_webhook_fault_e *fault)
{
    ngx_int_t  rc;
    ngx_err_t  err;

    if (ngx_webhook_pool_room() != NGX_OK) {
        *fault = NGX_WEBHOOK_FAULT_LOCAL;

        ngx_webhook_client_error(x, "worker_connections are not enough");
        return NGX_ERROR;
    }

    x->opening = ngx_webhook_clock_usec();
    x->log.action = "connecting";
    x->log.connection = 0;
    x->logged_len = 0;

    ngx_set_socket_errno(0);

    rc = ngx_event_connect_peer(pc);

    err = ngx_socket_errno;

    if (rc == NGX_OK || rc == NGX_AGAIN) {
        return rc;
    }

    ngx_webhook_client_logged(x, "no connection");

    if (rc == NGX_ERROR && err != EAFNOSUPPORT) {
        *fault = NGX_WEBHOOK_FAULT_LOCAL;
        return NGX_ERROR;
    }

    *fault = ngx_webhook_client_blame(x, pc->sockaddr, err);

    if (!x->hop->resolver) {
        ngx_webhook_peer_failed(x->hop, x->tried[x->tries - 1]);
    }

    return NGX_DECLINED;
}


/* Whose fault is it that connect() failed? */

static ngx_webhook_fault_e
ngx_webhook_client_blame(ngx_webhook_client_t *x, struct sockaddr *sa,
    ngx_err_t err)
{
    switch (err) {

    case NGX_ENOMEM:
    case NGX_EMFILE:
    case NGX_ENFILE:
    case ENOBUFS:
        return NGX_WEBHOOK_FAULT_LOCAL;

    case NGX_EAGAIN:

        /* of a unix socket it means that the peer's backlog is full */

        if (sa->sa_family != AF_UNIX) {
            return NGX_WEBHOOK_FAULT_LOCAL;
        }

        break;

    case EADDRNOTAVAIL:

        /*
         * No local port is free; or, of IPv6, there is no such address on
         * this machine and never was.
         */

        if (sa->sa_family == AF_INET || x->hop->worked) {
            return NGX_WEBHOOK_FAULT_LOCAL;
        }

        break;
    }

    return NGX_WEBHOOK_FAULT_CONNECT;
}


static void
ngx_webhook_client_connecting(ngx_webhook_client_t *x, ngx_event_t *ev)
{
    int                err;
    socklen_t          len;
    ngx_connection_t  *c;

    c = x->conn->connection;

    err = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &err, &len) == -1) {
        err = ngx_socket_errno;
    }

    if (err) {
        x->logged_len = 0;
        (void) ngx_connection_error(c, err, "connect() failed");

        ngx_webhook_client_logged(x, "no connection");
        ngx_webhook_client_failed(x, NGX_WEBHOOK_FAULT_CONNECT);
        return;
    }

    if (c->write->ready) {
        ngx_webhook_client_connected(x);
        return;
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK
        || ngx_handle_write_event(c->write, 0) != NGX_OK)
    {
        ngx_webhook_client_error(x, "no event for a connection");
        ngx_webhook_client_end(x, NGX_WEBHOOK_FAULT_LOCAL);
    }
}


static void
ngx_webhook_client_connected(ngx_webhook_client_t *x)
{
    ngx_webhook_peer_t  *hop;

    hop = x->hop;

    ngx_webhook_count(NGX_WEBHOOK_CONNECTIONS_OPENED, 1);

    if (hop->resolver) {
        hop->worked = 1;

    } else {
        ngx_webhook_peer_worked(hop, x->tried[x->tries - 1]);
    }

    /* a failure costs time alone */

    (void) ngx_tcp_nodelay(x->conn->connection);

    if (x->exchange->peer->proxy) {
        ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_TUNNEL);
        return;
    }

    ngx_webhook_client_next(x, NGX_WEBHOOK_CLIENT_REACHED);
}


void
ngx_webhook_client_connect_late(ngx_webhook_client_t *x)
{
    ngx_webhook_client_failed(x, NGX_WEBHOOK_FAULT_TIMEOUT);
}


void
ngx_webhook_client_failed(ngx_webhook_client_t *x, ngx_webhook_fault_e fault)
{
    /* what is behind the tunnel is no matter of the proxy's */

    if (x->tunnel) {
        ngx_webhook_client_end(x, fault);
        return;
    }

    if (!x->hop->resolver) {
        ngx_webhook_peer_failed(x->hop, x->tried[x->tries - 1]);
    }

    ngx_webhook_pool_close(x->conn);
    x->conn = NULL;

    ngx_webhook_client_try(x, fault);
}
