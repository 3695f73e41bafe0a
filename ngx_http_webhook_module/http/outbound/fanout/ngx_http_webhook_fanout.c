
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"

#include <openssl/sha.h>


#define NGX_WEBHOOK_FANOUT_ORDER  255           /* bytes of a key: what the
                                                   store takes */


static ngx_int_t ngx_webhook_fanout_subscribed(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_webhook_delivery_t *d);
static ngx_int_t ngx_webhook_fanout_filter(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_fanout_order(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_str_t *order);
static ngx_int_t ngx_webhook_fanout_rendition(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_uint_t *form);
static ngx_int_t ngx_webhook_fanout_headers(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, webhook_buf_t *out);
static ngx_uint_t ngx_webhook_fanout_templates(ngx_webhook_endpoint_t *ep);
static void ngx_webhook_fanout_free(ngx_webhook_fanout_ctx_t *ctx);


ngx_int_t
ngx_webhook_fanout(ngx_webhook_fanout_t *fanout, ngx_webhook_event_t **event,
    const char **reason)
{
    uint64_t                  *id;
    ngx_int_t                  rc;
    ngx_uint_t                 i, n, failed;
    const char                *text;
    ngx_webhook_redacted_t     redacted;
    ngx_webhook_endpoint_t    *ep;
    ngx_webhook_fanout_ctx_t   ctx;

    *event = NULL;
    *reason = "no memory";

    ngx_memzero(&ctx, sizeof(ngx_webhook_fanout_ctx_t));

    ctx.fanout = fanout;

    n = fanout->endpoints->nelts;
    id = fanout->endpoints->elts;

    ctx.deliveries = ngx_pcalloc(fanout->pool,
                                 n * sizeof(ngx_webhook_delivery_t));
    if (ctx.deliveries == NULL) {
        return NGX_ERROR;
    }

    failed = 0;

    for (i = 0; i < n; i++) {

        ep = ngx_webhook_endpoint_find(fanout->wmcf, id[i]);

        if (ep == NULL) {
            continue;
        }

        ctx.err.text[0] = '\0';
        ctx.reason = NULL;

        rc = ngx_webhook_fanout_subscribed(&ctx, ep,
                                           &ctx.deliveries[ctx.ndeliveries]);
        if (rc == NGX_OK) {
            ctx.ndeliveries++;
            continue;
        }

        if (rc == NGX_ERROR) {
            failed = 1;
            text = ctx.reason ? ctx.reason : "no memory";

            ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                          "webhook event \"%V\" %V is not sent to \"%V\": %V",
                          fanout->type, fanout->id_text, &ep->name,
                          ngx_webhook_redacted(&redacted, (u_char *) text,
                                               ngx_strlen(text)));

            ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_UNMADE, 1);
        }
    }

    if (ctx.ndeliveries) {
        *event = ngx_webhook_event_create(fanout->id, fanout->wall,
                                          fanout->type, ctx.renditions,
                                          ctx.nrenditions, ctx.deliveries,
                                          ctx.ndeliveries, fanout->log);
    }

    ngx_webhook_fanout_free(&ctx);

    if (*event) {
        return NGX_OK;
    }

    if (ctx.ndeliveries) {
        return NGX_ERROR;
    }

    *reason = "it could be made for no endpoint";

    return failed ? NGX_ERROR : NGX_DECLINED;
}


/* NGX_OK with a delivery; NGX_DECLINED by a filter; NGX_ERROR: ctx->why. */

static ngx_int_t
ngx_webhook_fanout_subscribed(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_webhook_delivery_t *d)
{
    ngx_int_t  rc;

    if (ep->filters.nelts) {
        rc = ngx_webhook_fanout_filter(ctx, ep);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (ep->order_by && ngx_webhook_fanout_order(ctx, ep, &d->order) != NGX_OK)
    {
        return NGX_ERROR;
    }

    d->endpoint = ep->id;

    return ngx_webhook_fanout_rendition(ctx, ep, &d->rendition);
}


static ngx_int_t
ngx_webhook_fanout_filter(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t             i;
    webhook_condition_t  **filter;
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;
    filter = ep->filters.elts;

    for (i = 0; i < ep->filters.nelts; i++) {

        ctx->unreadable = NULL;

        switch (webhook_condition_eval(filter[i], ngx_webhook_fanout_lookup,
                                       ctx))
        {
        case 1:
            break;

        case WEBHOOK_LIMIT:
            ngx_log_error(NGX_LOG_WARN, fanout->log, 0,
                          "a filter of webhook endpoint \"%V\" ran into its "
                          "match limit and does not hold for event \"%V\" %V",
                          &ep->name, fanout->type, fanout->id_text);

            ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);

            return NGX_DECLINED;

        case 0:
            if (ctx->unreadable) {
                ngx_log_error(NGX_LOG_WARN, fanout->log, 0,
                              "a filter of webhook endpoint \"%V\" cannot be "
                              "judged, and event \"%V\" %V is not sent to "
                              "it: the body %s", &ep->name, fanout->type,
                              fanout->id_text,
                              ngx_webhook_document_reason(ctx->unreadable));

                ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);
            }

            return NGX_DECLINED;

        default:
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * The key as text.  Where there is none the delivery stands in no order; a
 * long one is told by its digest.
 */

static ngx_int_t
ngx_webhook_fanout_order(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_str_t *order)
{
    int                    rc;
    u_char                 digest[SHA256_DIGEST_LENGTH];
    ngx_int_t              result;
    webhook_buf_t          text;
    webhook_value_t        v;
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;

    if (ngx_webhook_fanout_lookup(ctx, ep->order_by, &v) != WEBHOOK_OK) {
        return NGX_ERROR;
    }

    webhook_buf_init(&text, 0);

    rc = webhook_value_text(&v, &text);
    result = (rc == WEBHOOK_OK) ? NGX_OK : NGX_ERROR;

    if (result == NGX_OK && text.len == 0) {
        ngx_log_error(NGX_LOG_INFO, fanout->log, 0,
                      "webhook event \"%V\" %V has no \"%V\" and goes to "
                      "\"%V\" in no order", fanout->type, fanout->id_text,
                      ngx_webhook_nstr(webhook_path_text(ep->order_by)),
                      &ep->name);

    } else if (result == NGX_OK) {

        order->len = (text.len <= NGX_WEBHOOK_FANOUT_ORDER)
                     ? text.len : 2 * SHA256_DIGEST_LENGTH;

        order->data = ngx_pnalloc(fanout->pool, order->len);

        if (order->data == NULL) {
            order->len = 0;
            result = NGX_ERROR;

        } else if (text.len <= NGX_WEBHOOK_FANOUT_ORDER) {
            ngx_memcpy(order->data, text.data, text.len);

        } else {
            SHA256(text.data, text.len, digest);
            ngx_hex_dump(order->data, digest, SHA256_DIGEST_LENGTH);
        }
    }

    webhook_buf_free(&text);

    return result;
}


/* -------------------------------------------------------------- renditions
   --- */

static ngx_int_t
ngx_webhook_fanout_rendition(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_uint_t *form)
{
    ngx_uint_t                i;
    ngx_str_t                 headers;
    webhook_buf_t             own;
    ngx_webhook_rendition_t  *f;
    ngx_webhook_content_t    *content;

    content = ngx_webhook_fanout_content(ctx, ep);

    if (content == NULL) {
        return NGX_ERROR;
    }

    webhook_buf_init(&own, NGX_WEBHOOK_FANOUT_HEADERS);

    if (ngx_webhook_fanout_headers(ctx, ep, &own) != NGX_OK) {
        webhook_buf_free(&own);
        return NGX_ERROR;
    }

    ngx_str_null(&headers);

    if (own.len + content->headers.len) {

        if (own.len + content->headers.len > NGX_WEBHOOK_FANOUT_HEADERS) {
            webhook_buf_free(&own);
            ctx->reason = "its headers are longer than 16384 bytes";
            return NGX_ERROR;
        }

        headers.len = own.len + content->headers.len;
        headers.data = ngx_pnalloc(ctx->fanout->pool, headers.len);

        if (headers.data) {
            ngx_memcpy(headers.data, own.data, own.len);
            ngx_memcpy(headers.data + own.len, content->headers.data,
                       content->headers.len);
        }
    }

    webhook_buf_free(&own);

    if (headers.len && headers.data == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < ctx->nrenditions; i++) {
        f = &ctx->renditions[i];

        if (f->body == content->body
            && f->content_type.data == content->type.data
            && f->headers.len == headers.len
            && ngx_memcmp(f->headers.data, headers.data, headers.len) == 0)
        {
            *form = i;
            return NGX_OK;
        }
    }

    if (ctx->nrenditions == NGX_WEBHOOK_FANOUT_RENDITIONS) {
        ctx->reason = "the event has too many forms";
        return NGX_ERROR;
    }

    f = ngx_webhook_fanout_room(ctx->fanout->pool, ctx->renditions,
                                ctx->nrenditions, sizeof(*f));
    if (f == NULL) {
        return NGX_ERROR;
    }

    ctx->renditions = f;
    f += ctx->nrenditions;

    ngx_memzero(f, sizeof(ngx_webhook_rendition_t));

    f->content_type = content->type;
    f->headers = headers;
    f->body = content->body;
    f->body_len = content->len;

    *form = ctx->nrenditions++;

    return NGX_OK;
}


/* Those of the endpoint whose values are known only now. */

static ngx_int_t
ngx_webhook_fanout_headers(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, webhook_buf_t *out)
{
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {

        if (header[i].tpl == NULL) {
            continue;
        }

        webhook_buf_add(out, header[i].name.data, header[i].name.len);
        webhook_buf_add(out, ": ", 2);

        switch (webhook_template_render(header[i].tpl,
                                        ngx_webhook_fanout_lookup, ctx, out,
                                        &ctx->err))
        {
        case WEBHOOK_OK:
            break;

        case WEBHOOK_ERROR:
            ctx->reason = ctx->err.text;
            return NGX_ERROR;

        case WEBHOOK_LIMIT:
            ctx->reason = "its headers are longer than 16384 bytes";
            return NGX_ERROR;

        default:
            return NGX_ERROR;
        }

        webhook_buf_add(out, CRLF, 2);
    }

    switch (out->failed) {

    case 0:
        return NGX_OK;

    case WEBHOOK_LIMIT:
        ctx->reason = "its headers are longer than 16384 bytes";
        return NGX_ERROR;

    default:
        return NGX_ERROR;
    }
}


static void
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
