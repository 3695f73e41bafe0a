
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Text that grows, as a chain of buffers.  Any thread, with a pool of its own.
 */

#ifndef NGX_WEBHOOK_OUT_H
#define NGX_WEBHOOK_OUT_H

#include <ngx_config.h>
#include <ngx_core.h>


typedef struct {
    ngx_pool_t             *pool;
    ngx_chain_t            *first;
    ngx_chain_t           **last;
    ngx_buf_t              *buf;            /* the one that is written to */
    off_t                   size;           /* bytes of those before it */
    unsigned                failed:1;       /* there was no memory */
} ngx_webhook_out_t;


void ngx_webhook_out_init(ngx_webhook_out_t *out, ngx_pool_t *pool);

/* Writes what ngx_sprintf() would; "most" bytes at most, which is for the caller
   to know. */
void ngx_cdecl ngx_webhook_out(ngx_webhook_out_t *out, size_t most,
    const char *fmt, ...);

/* Its length; NGX_ERROR if it is not whole. */
off_t ngx_webhook_out_size(ngx_webhook_out_t *out);


#endif /* NGX_WEBHOOK_OUT_H */
