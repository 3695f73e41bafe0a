
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What one endpoint gets of an event.
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/runtime/ngx_http_webhook_hops.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_moved.h"

#include <openssl/sha.h>


#define NGX_WEBHOOK_FANOUT_ORDER  255           /* bytes of a key: what the
                                                   store takes */


static void ngx_webhook_fanout_unjudged(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_fanout_order(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_str_t *order);
static ngx_int_t ngx_webhook_fanout_rendition(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_uint_t *form);
static void ngx_webhook_fanout_headless(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_fanout_headers(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, webhook_buf_t *out);


ngx_int_t
ngx_webhook_fanout_delivery(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    size_t     work;
    ngx_int_t  rc;

    ctx->err.text[0] = '\0';
    ctx->reason = NULL;

    if (ep->filters.nelts) {
        work = WEBHOOK_CONDITION_WORK
               + ctx->fanout->payload->len * WEBHOOK_CONDITION_WORK_BYTE;

        rc = ngx_webhook_fanout_filter(ctx, ep, &work);

        if (rc == NGX_BUSY) {
            ngx_webhook_fanout_unjudged(ctx, ep);
            return NGX_DECLINED;
        }

        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_webhook_fanout_deliver(ctx, ep);
}


ngx_int_t
ngx_webhook_fanout_deliver(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    ngx_webhook_delivery_t  *d;

    d = &ctx->deliveries[ctx->ndeliveries];

    if (ep->order_by && ngx_webhook_fanout_order(ctx, ep, &d->order) != NGX_OK)
    {
        return NGX_ERROR;
    }

    d->ordered = ep->order_shared && d->order.len;
    d->endpoint = ep->id;

    if (ngx_webhook_fanout_rendition(ctx, ep, &d->rendition) != NGX_OK) {
        ngx_str_null(&d->order);
        return NGX_ERROR;
    }

    ctx->ndeliveries++;

    return NGX_OK;
}


void
ngx_webhook_fanout_unmade(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    const char              *text;
    ngx_webhook_fanout_t    *fanout;
    ngx_webhook_redacted_t   redacted;

    fanout = ctx->fanout;
    text = ctx->reason ? ctx->reason : "no memory";

    ctx->unmade = 1;

    ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                  "webhook event \"%V\" %V is not sent to \"%V\": %V",
                  fanout->type, fanout->id_text, &ep->name,
                  ngx_webhook_redacted(&redacted, (u_char *) text,
                                       ngx_strlen(text)));

    ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_UNMADE, 1);
}


static void
ngx_webhook_fanout_unjudged(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    ngx_log_error(NGX_LOG_WARN, ctx->fanout->log, 0,
                  "a filter of webhook endpoint \"%V\" ran into its match "
                  "limit and does not hold for event \"%V\" %V",
                  &ep->name, ctx->fanout->type, ctx->fanout->id_text);

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, 1);
}


ngx_int_t
ngx_webhook_fanout_filter(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, size_t *work)
{
    ngx_uint_t             i;
    webhook_condition_t  **filter;
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;
    filter = ep->filters.elts;

    for (i = 0; i < ep->filters.nelts; i++) {

        ctx->unreadable = NULL;

        switch (webhook_condition_eval(filter[i], ngx_webhook_fanout_lookup,
                                       ctx, work))
        {
        case 1:
            break;

        case WEBHOOK_LIMIT:
            return NGX_BUSY;

        case 0:
            if (ctx->unreadable) {
                ngx_log_error(NGX_LOG_WARN, fanout->log, 0,
                              "a filter of webhook endpoint \"%V\" cannot be "
                              "evaluated, and event \"%V\" %V is not sent to "
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
                      "webhook event \"%V\" %V has no \"%V\" and is sent to "
                      "\"%V\" in no particular "
                      "order", fanout->type, fanout->id_text,
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


/* ---------------------------------------------------------- renditions --- */

static ngx_int_t
ngx_webhook_fanout_rendition(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep, ngx_uint_t *form)
{
    ngx_uint_t                i;
    ngx_str_t                 headers;
    webhook_buf_t             own;
    ngx_webhook_rendition_t  *f;
    ngx_webhook_content_t    *content;

    if (ep->body && ctx->nrenditions == NGX_WEBHOOK_FANOUT_RENDITIONS) {

        /* a body of its own is a form of its own, and need not be made */

        ctx->reason = "the event has too many forms";
        return NGX_ERROR;
    }

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
    u_char                 trace[WEBHOOK_TRACE_TEXT_LEN];
    ngx_uint_t             i, made;
    ngx_webhook_header_t  *header;

    header = ep->headers.elts;

    made = 0;

    for (i = 0; i < ep->headers.nelts; i++) {
        made |= (header[i].tpl != NULL);
    }

    if (ep->headless || (ep->moved && made)) {
        webhook_buf_add(out, WEBHOOK_MOVED_LINE,
                        sizeof(WEBHOOK_MOVED_LINE) - 1);
        webhook_buf_number(out, (int64_t) ep->moved);

        if (ep->headless) {
            ngx_webhook_fanout_headless(ctx, ep);

            webhook_buf_add(out, WEBHOOK_MOVED_HEADLESS,
                            sizeof(WEBHOOK_MOVED_HEADLESS) - 1);
        }

        webhook_buf_add(out, CRLF, 2);
    }

    /* these two first of all, in this order: see trace.h and hops.h */

    if (ctx->fanout->trace) {
        webhook_trace_text(ctx->fanout->trace, trace);

        webhook_buf_add(out, WEBHOOK_TRACE_LINE,
                        sizeof(WEBHOOK_TRACE_LINE) - 1);
        webhook_buf_add(out, trace, WEBHOOK_TRACE_TEXT_LEN);
        webhook_buf_add(out, CRLF, 2);
    }

    if (ctx->fanout->hops) {
        webhook_buf_add(out, NGX_WEBHOOK_HOPS_LINE,
                        sizeof(NGX_WEBHOOK_HOPS_LINE) - 1);
        webhook_buf_number(out, ctx->fanout->hops + 1);
        webhook_buf_add(out, CRLF, 2);
    }

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


/* Whether any of its headers is made for each event is not known while they are
   sealed.  Each is counted, and the endpoint is named once a minute. */

static void
ngx_webhook_fanout_headless(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    ngx_atomic_uint_t  told, now;

    ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_HEADLESS, 1);

    told = ep->told;
    now = (ngx_atomic_uint_t) (ngx_time() / 60);

    if (told == now || !ngx_atomic_cmp_set(&ep->told, told, now)) {
        return;
    }

    ngx_log_error(NGX_LOG_WARN, ctx->fanout->log, 0,
                  "no \"key\" of webhook_registry decrypts the headers of "
                  "registered endpoint \"%V\": if one of them has a "
                  "placeholder \"${...}\", what it gets now, as event \"%V\" "
                  "%V, becomes a dead letter", &ep->name, ctx->fanout->type,
                  ctx->fanout->id_text);
}
