
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * TLS of targets.
 */

#ifndef NGX_HTTP_WEBHOOK_TLS_H
#define NGX_HTTP_WEBHOOK_TLS_H

#include "http/net/peer/ngx_http_webhook_peer.h"


/*
 * Makes the context of a target whose tls is filled in; the certificates of
 * an authority that another of the targets has loaded are shared.  Errors are
 * logged with target->place.
 */
ngx_int_t ngx_http_webhook_tls_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);

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


#endif /* NGX_HTTP_WEBHOOK_TLS_H */
