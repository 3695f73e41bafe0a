
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TLS of peers.
 */

#ifndef NGX_WEBHOOK_TLS_H
#define NGX_WEBHOOK_TLS_H

#include "http/net/peer/ngx_http_webhook_peer.h"


/*
 * Gives a peer whose tls is filled in its context.  One is shared by all peers
 * that trust the same authorities, verify or not, and show the same
 * certificate: the name to ask for and to verify is set on each connection.
 * The certificates of an authority are read once, whoever trusts it.  Something
 * that was registered has a context of the configuration's wherever there is
 * one.  Errors are said of the peer's place.
 */
ngx_int_t ngx_webhook_tls_create(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);

/*
 * Makes the context that peers with the default settings have, and reads the
 * system's authorities for it, where none has been made yet: what is registered
 * later is given no other.  Once the whole configuration was read.  NGX_OK or
 * NGX_ERROR, logged.
 */
ngx_int_t ngx_webhook_tls_default(ngx_webhook_build_t *b,
    ngx_webhook_source_pos_t *pos);

/* What c->data has to begin with. */

typedef struct {
    ngx_webhook_peer_t   *peer;
    time_t                until;            /* see session_until */
} ngx_webhook_tls_conn_t;

/* Prepares c (which has a pool) for a handshake: SNI, a kept session. */
ngx_int_t ngx_webhook_tls_connection(ngx_webhook_peer_t *peer,
    ngx_connection_t *c);

/*
 * Why a handshake that is over is not good enough, as text in buf (returns
 * NGX_DECLINED), or NGX_OK.
 */
ngx_int_t ngx_webhook_tls_verify(ngx_webhook_peer_t *peer, ngx_connection_t *c,
    u_char *buf, size_t size, ngx_str_t *reason);

/* Drops the peer's kept session. */
void ngx_webhook_tls_forget(ngx_webhook_peer_t *peer);


#endif /* NGX_WEBHOOK_TLS_H */
