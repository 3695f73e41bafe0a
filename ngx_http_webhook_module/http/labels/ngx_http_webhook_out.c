
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/labels/ngx_http_webhook_out.h"


#define NGX_WEBHOOK_OUT_BUFFER  32768


void
ngx_webhook_out_init(ngx_webhook_out_t *out, ngx_pool_t *pool)
{
    ngx_memzero(out, sizeof(ngx_webhook_out_t));

    out->pool = pool;
    out->last = &out->first;
}


void ngx_cdecl
ngx_webhook_out(ngx_webhook_out_t *out, size_t most, const char *fmt, ...)
{
    va_list       args;
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    if (out->failed) {
        return;
    }

    b = out->buf;

    if (b == NULL || (size_t) (b->end - b->last) < most) {

        if (b) {
            out->size += b->last - b->pos;
        }

        b = ngx_create_temp_buf(out->pool,
                                ngx_max(most, NGX_WEBHOOK_OUT_BUFFER));
        cl = ngx_alloc_chain_link(out->pool);

        out->buf = b;

        if (b == NULL || cl == NULL) {
            out->failed = 1;
            return;
        }

        cl->buf = b;
        cl->next = NULL;

        *out->last = cl;
        out->last = &cl->next;
    }

    va_start(args, fmt);
    b->last = ngx_vslprintf(b->last, b->last + most, fmt, args);
    va_end(args);
}


off_t
ngx_webhook_out_size(ngx_webhook_out_t *out)
{
    if (out->failed) {
        return NGX_ERROR;
    }

    return out->size + (out->buf ? out->buf->last - out->buf->pos : 0);
}
