
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/outbound/fanout/ngx_http_webhook_fanout_one.h"


static ngx_int_t ngx_webhook_fanout_one_copy(ngx_webhook_fanout_ctx_t *ctx,
    webhook_rendition_t *rendition);
static ngx_int_t ngx_webhook_fanout_one_reason(ngx_webhook_fanout_ctx_t *ctx,
    ngx_str_t *reason);


ngx_int_t
ngx_webhook_fanout_one(ngx_webhook_fanout_t *fanout,
    ngx_webhook_endpoint_t *ep, webhook_rendition_t *rendition,
    ngx_str_t *reason)
{
    ngx_int_t                  rc;
    ngx_webhook_fanout_ctx_t   ctx;

    ngx_memzero(rendition, sizeof(webhook_rendition_t));
    ngx_memzero(&ctx, sizeof(ngx_webhook_fanout_ctx_t));

    ctx.fanout = fanout;

    ctx.deliveries = ngx_pcalloc(fanout->pool, sizeof(ngx_webhook_delivery_t));
    if (ctx.deliveries == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_webhook_fanout_deliver(&ctx, ep);

    rc = rc == NGX_OK ? ngx_webhook_fanout_one_copy(&ctx, rendition)
                      : ngx_webhook_fanout_one_reason(&ctx, reason);

    ngx_webhook_fanout_free(&ctx);

    return rc;
}


/* What the rendition refers to goes with the context. */

static ngx_int_t
ngx_webhook_fanout_one_copy(ngx_webhook_fanout_ctx_t *ctx,
    webhook_rendition_t *rendition)
{
    u_char                   *p;
    ngx_pool_t               *pool;
    ngx_chain_t              *cl;
    ngx_webhook_rendition_t  *r;

    pool = ctx->fanout->pool;
    r = ctx->renditions;

    rendition->request = *ngx_webhook_str(&r->request);
    rendition->headers = *ngx_webhook_str(&r->headers);

    rendition->content_type.len = r->content_type.len;
    rendition->content_type.data = ngx_pnalloc(pool, r->content_type.len + 1);

    rendition->body.data = ngx_pnalloc(pool, r->body_len + 1);

    if (rendition->content_type.data == NULL || rendition->body.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(rendition->content_type.data, r->content_type.data,
               r->content_type.len);

    p = rendition->body.data;

    for (cl = r->body; cl; cl = cl->next) {
        p = ngx_cpymem(p, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    rendition->body.len = (size_t) (p - rendition->body.data);

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_fanout_one_reason(ngx_webhook_fanout_ctx_t *ctx,
    ngx_str_t *reason)
{
    if (ctx->reason == NULL) {
        return NGX_ERROR;
    }

    reason->len = ngx_strlen(ctx->reason);
    reason->data = ngx_pnalloc(ctx->fanout->pool, reason->len);

    if (reason->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(reason->data, ctx->reason, reason->len);

    return NGX_DECLINED;
}


ngx_int_t
ngx_webhook_fanout_judged(ngx_webhook_fanout_t *fanout,
    ngx_webhook_endpoint_t *ep, ngx_int_t *holds)
{
    int                        rc;
    size_t                     work;
    ngx_uint_t                 i;
    webhook_condition_t      **filter;
    ngx_webhook_fanout_ctx_t   ctx;

    work = fanout->threaded ? NGX_WEBHOOK_FANOUT_WORK_THREAD
                            : NGX_WEBHOOK_FANOUT_WORK;

    ngx_memzero(&ctx, sizeof(ngx_webhook_fanout_ctx_t));

    ctx.fanout = fanout;
    filter = ep->filters.elts;

    for (i = 0; i < ep->filters.nelts; i++) {

        ctx.unreadable = NULL;

        rc = webhook_condition_eval(filter[i], ngx_webhook_fanout_lookup,
                                    &ctx, &work);

        if (rc == WEBHOOK_NOMEM) {
            ngx_webhook_fanout_free(&ctx);
            return NGX_ERROR;
        }

        holds[i] = rc == 1 ? 1 : rc == 0 && ctx.unreadable == NULL ? 0 : -1;
    }

    ngx_webhook_fanout_free(&ctx);

    return NGX_OK;
}
