
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of a peer: peer.c makes it, peer_servers.c knows its
 * servers.
 */

#ifndef NGX_WEBHOOK_PEER_INT_H
#define NGX_WEBHOOK_PEER_INT_H

#include "http/net/peer/ngx_http_webhook_peer.h"


/* Fills in the servers, or who will look up the name. */
ngx_int_t ngx_webhook_peer_addresses(ngx_webhook_build_t *b,
    ngx_webhook_peer_t *peer);

/* One server more. */
ngx_int_t ngx_webhook_peer_server(ngx_webhook_peer_t *peer, ngx_addr_t *addr,
    ngx_int_t weight, ngx_uint_t backup);


#endif /* NGX_WEBHOOK_PEER_INT_H */
