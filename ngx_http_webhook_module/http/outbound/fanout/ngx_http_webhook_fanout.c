
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


static ngx_uint_t ngx_webhook_fanout_templates(ngx_webhook_endpoint_t *ep);


ngx_int_t
ngx_webhook_fanout(ngx_webhook_fanout_t *fanout, ngx_webhook_event_t **event,
    const char **reason)
{
    uint64_t                  *id;
    ngx_uint_t                 i, n, registered;
    ngx_webhook_endpoint_t    *ep;
    ngx_webhook_fanout_ctx_t   ctx;

    *event = NULL;
    *reason = "no memory";

    ngx_memzero(&ctx, sizeof(ngx_webhook_fanout_ctx_t));

    ctx.fanout = fanout;

    n = fanout->endpoints->nelts;
    id = fanout->endpoints->elts;

    registered = fanout->listeners[0].n + fanout->listeners[1].n;

    if (registered) {
        registered = ngx_min(registered, fanout->wmcf->registry->fanout);
    }

    ctx.deliveries = ngx_pcalloc(fanout->pool, (n + registered)
                                 * sizeof(ngx_webhook_delivery_t));
    if (ctx.deliveries == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {

        ep = ngx_webhook_endpoint_find(fanout->wmcf, id[i]);

        if (ep && ep->id != fanout->except
            && ngx_webhook_fanout_delivery(&ctx, ep) == NGX_ERROR)
        {
            ngx_webhook_fanout_unmade(&ctx, ep);
        }
    }

    if (registered) {
        ngx_webhook_fanout_registered(&ctx, registered);
    }

    if (ctx.ndeliveries) {
        *event = ngx_webhook_event_create(fanout->id, fanout->wall,
                                          fanout->type, &fanout->company,
                                          ctx.renditions,
                                          ctx.nrenditions, ctx.deliveries,
                                          ctx.ndeliveries, fanout->log);
    }

    ngx_webhook_fanout_free(&ctx);

    if (*event) {

        if (registered) {
            (*event)->shared.job.op.u.put_event.backlog =
                                (uint32_t) fanout->wmcf->registry->backlog;
        }

        return NGX_OK;
    }

    if (ctx.ndeliveries) {
        return NGX_ERROR;
    }

    *reason = "it could be made for no endpoint";

    return ctx.unmade ? NGX_ERROR : NGX_DECLINED;
}


void
ngx_webhook_fanout_free(ngx_webhook_fanout_ctx_t *ctx)
{
    ngx_uint_t              i;
    ngx_webhook_content_t  *content;

    for (i = 0; i < ctx->ncontents; i++) {
        content = ctx->contents[i];

        webhook_buf_free(&content->made);
        webhook_buf_free(&content->headers);

        if (content->own) {
            ngx_webhook_document_free(content->own);
        }

        webhook_buf_free(&content->rendered);
    }

    webhook_buf_free(&ctx->model);
    webhook_buf_free(&ctx->record);
}


/* ------------------------------------------------- of a configuration --- */

int
ngx_webhook_fanout_paths(ngx_webhook_main_conf_t *wmcf, ngx_array_t *endpoints,
    int (*visit)(void *ctx, const webhook_path_t *path), void *ctx)
{
    int                       rc;
    uint64_t                 *id;
    ngx_uint_t                i, k;
    webhook_condition_t     **condition;
    ngx_webhook_header_t     *header;
    ngx_webhook_endpoint_t   *ep;

    id = endpoints->elts;
    rc = 0;

    for (i = 0; rc == 0 && i < endpoints->nelts; i++) {

        ep = ngx_webhook_endpoint_find(wmcf, id[i]);

        if (ep == NULL) {
            continue;
        }

        condition = ep->filters.elts;

        for (k = 0; rc == 0 && k < ep->filters.nelts; k++) {
            rc = webhook_condition_paths(condition[k], visit, ctx);
        }

        header = ep->headers.elts;

        for (k = 0; rc == 0 && k < ep->headers.nelts; k++) {
            if (header[k].tpl) {
                rc = webhook_template_paths(header[k].tpl, visit, ctx);
            }
        }

        if (rc == 0 && ep->body) {
            rc = webhook_template_paths(ep->body, visit, ctx);
        }

        if (rc == 0 && ep->order_by) {
            rc = visit(ctx, ep->order_by);
        }
    }

    return rc;
}


static ngx_uint_t
ngx_webhook_fanout_templates(ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    if (ep->body) {
        return 1;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (header[i].tpl) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_webhook_fanout_renditions(ngx_webhook_main_conf_t *wmcf,
    ngx_array_t *endpoints)
{
    uint64_t                *id;
    ngx_uint_t               i, k, n;
    ngx_webhook_endpoint_t  *ep, *other;

    id = endpoints->elts;
    n = 0;

    for (i = 0; i < endpoints->nelts; i++) {

        ep = ngx_webhook_endpoint_find(wmcf, id[i]);

        if (ep == NULL) {
            continue;
        }

        if (ngx_webhook_fanout_templates(ep)) {
            n++;
            continue;
        }

        for (k = 0; k < i; k++) {

            other = ngx_webhook_endpoint_find(wmcf, id[k]);

            if (other && !ngx_webhook_fanout_templates(other)
                && ngx_webhook_fanout_alike(ep, other))
            {
                break;
            }
        }

        n += (k == i);
    }

    return n;
}
