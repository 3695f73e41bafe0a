
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the files of a target: peer.c makes it, peer_servers.c knows its
 * servers.
 */

#ifndef NGX_HTTP_WEBHOOK_TARGET_INT_H
#define NGX_HTTP_WEBHOOK_TARGET_INT_H

#include "http/net/peer/ngx_http_webhook_peer.h"


/* Fills in the servers, or who will look up the name. */
ngx_int_t ngx_http_webhook_target_addresses(ngx_http_webhook_build_t *b,
    ngx_http_webhook_target_t *target);

/* One server more. */
ngx_int_t ngx_http_webhook_target_server(ngx_http_webhook_target_t *target,
    ngx_addr_t *addr, ngx_int_t weight, ngx_uint_t backup);


#endif /* NGX_HTTP_WEBHOOK_TARGET_INT_H */
