
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the client knows about whom it connects to: the addresses behind a
 * URL, which of them comes next, and TLS.  Endpoints whose URLs and settings
 * make no difference between connections share one peer.
 *
 * Targets are made while the configuration is read; what is marked so below
 * belongs to one worker and is used on its event loop.
 */

#ifndef NGX_WEBHOOK_PEER_H
#define NGX_WEBHOOK_PEER_H

#include "http/model/ngx_http_webhook_build.h"


#define NGX_WEBHOOK_PEER_TRIES  8               /* addresses an exchange */
#define NGX_WEBHOOK_PEER_REST   10000           /* ms an address that could
                                                   not be connected to is
                                                   passed over, if another
                                                   is at hand */


/*
 * Whom to connect to: made once from a URL and settings.  Everything that
 * makes two connections differ is in its key: scheme, host, port, SNI,
 * verification, CA, client certificate, rules of addresses, proxy.
 *
 * The host may be a name (looked up by nginx's resolver at run time, or at
 * load where none is configured), an address, unix:PATH, or the name of an
 * upstream {} block, which gives servers, weights, backup and down.
 */

typedef struct {
    ngx_flag_t                verify;       /* chain and name; default on */
    ngx_str_t                 ca;           /* file, empty: the system's */
    ngx_str_t                 name;         /* SNI and the name to verify,
                                               empty: the host */
    ngx_str_t                 cert;         /* client certificate, or empty */
    ngx_str_t                 key;
    ngx_str_t                 passwords;    /* file: of the key, or empty */
} ngx_webhook_tls_t;


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
} ngx_webhook_server_t;


struct ngx_webhook_peer_s {
    ngx_str_t                  key;         /* all that makes connections
                                               differ */
    ngx_str_t                  name;        /* host: lower case, NUL behind */
    ngx_str_t                  host;        /* value of the Host header */
    ngx_str_t                  authority;   /* as written: host:port or
                                               unix:PATH */
    in_port_t                  port;
    ngx_webhook_source_pos_t   source_pos;

    const webhook_address_rules_t  *rules;  /* NULL: any address will do */
    ngx_webhook_peer_t        *proxy;       /* NULL: none */
    ngx_str_t                  proxy_auth;  /* its Proxy-Authorization,
                                               or empty */
    ngx_webhook_proxy_t       *proxy_conf;  /* as configured, or NULL */

    ngx_array_t                servers;     /* ..._server_t; none: resolver,
                                               or by_name */
    ngx_resolver_t            *resolver;
    ngx_msec_t                 resolver_timeout;

    ngx_webhook_tls_t          tls;         /* with full file names */
    ngx_ssl_t                 *ssl;         /* NULL: plain; shared by those
                                               whose settings but for the name
                                               are the same */
    ngx_str_t                  sni;         /* asked for and verified; NUL
                                               behind; empty: none, but an */
    ngx_str_t                  address;     /*   address is verified, the same
                                               */

    unsigned                   secure:1;    /* https */
    unsigned                   local:1;     /* unix: */
    unsigned                   no_port:1;   /* none was written */
    unsigned                   literal:1;   /* an address, or unix: */
    unsigned                   by_name:1;   /* the proxy is told the name,
                                               which is not looked up here */
    unsigned                   ready:1;     /* init was done */

    /* the worker's */

    ngx_queue_t                idle;        /* the pool's: last used first */
    ngx_uint_t                 idle_n;
    ngx_ssl_session_t         *session;     /* the last one, or NULL */
    time_t                     session_until;   /* the end of its peer's
                                                   certificates */
    unsigned                   worked:1;    /* some connect() succeeded */
};


/*
 * Makes a peer from a URL (http:// or https://).  Fills in uri with path
 * and arguments ("/" where there is none).  Errors are said of the place given;
 * returns NULL then.  tls may be NULL for the defaults.
 */
ngx_webhook_peer_t *ngx_webhook_peer_create(ngx_webhook_build_t *b,
    ngx_str_t *url, ngx_webhook_tls_t *tls, ngx_webhook_source_pos_t *pos,
    ngx_str_t *uri);

/*
 * Before the second step: which addresses the peer may have (NULL: any) and
 * the proxy to go through (NULL, or with an empty url: none).  Both are kept
 * and read in the second step, when they have to be complete.
 */
void ngx_webhook_peer_egress(ngx_webhook_peer_t *peer,
    const webhook_address_rules_t *rules, ngx_webhook_proxy_t *proxy);

/*
 * Second step, once the whole configuration was read (upstream blocks are
 * known, the resolver of http{} is known).  *peer becomes another one if
 * that is the same in everything that counts.  NGX_OK or NGX_ERROR, logged.
 */
ngx_int_t ngx_webhook_peer_init(ngx_webhook_build_t *b,
    ngx_webhook_peer_t **peer);

/* The value for the Host header. */
ngx_str_t *ngx_webhook_peer_host(ngx_webhook_peer_t *peer);

/*
 * The server to try next, by weight and state, but none of those tried (their
 * indexes); NGX_ERROR if none is left.  Event loop.
 */
ngx_int_t ngx_webhook_peer_next(ngx_webhook_peer_t *peer, ngx_uint_t *tried,
    ngx_uint_t n);

/* Tells what became of connecting to a server. */
void ngx_webhook_peer_failed(ngx_webhook_peer_t *peer, ngx_uint_t server);
void ngx_webhook_peer_worked(ngx_webhook_peer_t *peer, ngx_uint_t server);


#endif /* NGX_WEBHOOK_PEER_H */
