
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of TLS: tls_context.c makes contexts, tls.c what each
 * connection has of its own.
 */

#ifndef NGX_WEBHOOK_TLS_INT_H
#define NGX_WEBHOOK_TLS_INT_H

#include "http/net/peer/ngx_http_webhook_tls.h"


/* The context of a peer whose tls is filled in, which is made where there is
   none; NULL on errors, said of the peer's place. */
ngx_ssl_t *ngx_webhook_tls_context(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);


#endif /* NGX_WEBHOOK_TLS_INT_H */
