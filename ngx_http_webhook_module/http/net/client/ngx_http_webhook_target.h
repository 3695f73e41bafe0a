
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the client knows about whom it connects to: the addresses behind a
 * URL, which of them comes next, and TLS.  Endpoints whose URLs and settings
 * make no difference between connections share one target.
 *
 * This room calls nobody but egress, a room behind it.  Targets are made while
 * the configuration is read; what is marked so below belongs to one worker and
 * is used on its event loop.
 */

#ifndef NGX_HTTP_WEBHOOK_TARGET_H
#define NGX_HTTP_WEBHOOK_TARGET_H

#include "http/net/client/ngx_http_webhook_client.h"


#define NGX_HTTP_WEBHOOK_TARGET_TRIES  8        /* addresses an exchange */
#define NGX_HTTP_WEBHOOK_TARGET_REST   10000    /* ms an address that could
                                                   not be connected to is
                                                   passed over, if another
                                                   is at hand */


typedef struct {
    struct sockaddr             *sockaddr;
    socklen_t                    socklen;
    ngx_str_t                    name;      /* as text */
    ngx_int_t                    weight;
    unsigned                     backup:1;

    /* the worker's */

    ngx_int_t                    current;   /* of smooth round robin */
    ngx_msec_t                   rested;    /* when its rest ends */
    unsigned                     resting:1;
} ngx_http_webhook_server_t;


struct ngx_http_webhook_target_s {
    ngx_str_t                    key;       /* all that makes connections
                                               differ */
    ngx_str_t                    name;      /* host: lower case, NUL behind */
    ngx_str_t                    host;      /* value of the Host header */
    ngx_str_t                    authority; /* as written: host:port or
                                               unix:PATH */
    in_port_t                    port;
    ngx_http_webhook_place_t     place;

    const webhook_address_rules_t  *rules;  /* NULL: any address will do */
    ngx_http_webhook_target_t   *proxy;     /* NULL: none */
    ngx_str_t                    proxy_auth;    /* its Proxy-Authorization,
                                                   or empty */
    ngx_http_webhook_proxy_t    *proxy_conf;    /* as configured, or NULL */

    ngx_array_t                  servers;   /* ..._server_t; none: resolver,
                                               or by_name */
    ngx_resolver_t              *resolver;
    ngx_msec_t                   resolver_timeout;

    ngx_http_webhook_tls_t       tls;       /* with full file names */
    ngx_ssl_t                   *ssl;       /* NULL: plain */
    ngx_str_t                    sni;       /* NUL behind; empty: none */

    unsigned                     secure:1;  /* https */
    unsigned                     local:1;   /* unix: */
    unsigned                     no_port:1; /* none was written */
    unsigned                     literal:1; /* an address, or unix: */
    unsigned                     by_name:1; /* the proxy is told the name,
                                               which is not looked up here */
    unsigned                     ready:1;   /* init was done */

    /* the worker's */

    ngx_queue_t                  idle;      /* the pool's: last used first */
    ngx_uint_t                   idle_n;
    ngx_ssl_session_t           *session;   /* the last one, or NULL */
    time_t                       session_until; /* the end of its peer's
                                                   certificates */
    unsigned                     worked:1;  /* some connect() succeeded */
};


/*
 * The server to try next, by weight and state, but none of those tried (their
 * indexes); NGX_ERROR if none is left.  Event loop.
 */
ngx_int_t ngx_http_webhook_target_next(ngx_http_webhook_target_t *target,
    ngx_uint_t *tried, ngx_uint_t n);

/* Tells what became of connecting to a server. */
void ngx_http_webhook_target_failed(ngx_http_webhook_target_t *target,
    ngx_uint_t server);
void ngx_http_webhook_target_worked(ngx_http_webhook_target_t *target,
    ngx_uint_t server);


/* TLS (ngx_http_webhook_tls.c). */

/*
 * Makes the context of a target whose tls is filled in; the certificates of
 * an authority that another of the targets has loaded are shared.  Errors are
 * logged with target->place.
 */
ngx_int_t ngx_http_webhook_tls_create(ngx_conf_t *cf,
    ngx_http_webhook_target_t *target, ngx_array_t *targets);

/* What c->data has to begin with. */

typedef struct {
    ngx_http_webhook_target_t   *target;
    time_t                       until;     /* see session_until */
} ngx_http_webhook_tls_peer_t;

/* Prepares c (which has a pool) for a handshake: SNI, a kept session. */
ngx_int_t ngx_http_webhook_tls_connection(ngx_http_webhook_target_t *target,
    ngx_connection_t *c);

/*
 * Why a handshake that is over is not good enough, as text in buf (returns
 * NGX_DECLINED), or NGX_OK.
 */
ngx_int_t ngx_http_webhook_tls_verify(ngx_http_webhook_target_t *target,
    ngx_connection_t *c, u_char *buf, size_t size, ngx_str_t *why);

/* Drops the target's kept session. */
void ngx_http_webhook_tls_forget(ngx_http_webhook_target_t *target);


#endif /* NGX_HTTP_WEBHOOK_TARGET_H */
