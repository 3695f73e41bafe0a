
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What every part of the rendering of an event needs: values, the record that
 * it is about, reasons.
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"


#define NGX_WEBHOOK_FANOUT_TEXT   4096          /* bytes of a model or id */


static ngx_int_t ngx_webhook_fanout_record_text(ngx_webhook_fanout_ctx_t *ctx,
    webhook_template_t *tpl, ngx_str_t *text, webhook_buf_t *out);


/* "data" is the payload; the rest is what the caller knows. */

int
ngx_webhook_fanout_lookup(void *data, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_webhook_fanout_ctx_t *ctx = data;

    int                    rc;
    const webhook_str_t   *root;
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;
    root = webhook_path_root(path);

    if (root->len == 4 && ngx_memcmp(root->data, "data", 4) == 0) {

        rc = ngx_webhook_document_find(fanout->payload, path, 1, NULL, v);

        if (rc != WEBHOOK_OK) {
            ctx->reason = ngx_webhook_fanout_unread_text(ctx, fanout->payload);
            return WEBHOOK_NOMEM;
        }

        if (fanout->payload->len && fanout->payload->read == WEBHOOK_ERROR) {
            ctx->unreadable = fanout->payload;
            v->unread = 1;
        }

        return WEBHOOK_OK;
    }

    if (fanout->reason) {
        *fanout->reason = NULL;
    }

    if (fanout->unread) {
        *fanout->unread = NULL;
    }

    rc = fanout->lookup(fanout->ctx, path, v);

    if (fanout->unread && *fanout->unread) {
        ctx->unreadable = *fanout->unread;
        *fanout->unread = NULL;
    }

    if (rc != WEBHOOK_OK && fanout->reason) {
        ctx->reason = *fanout->reason;
        *fanout->reason = NULL;
    }

    return rc;
}


ngx_int_t
ngx_webhook_fanout_record_make(ngx_webhook_fanout_ctx_t *ctx)
{
    ngx_webhook_fanout_t  *fanout;

    if (ctx->record_made) {
        return NGX_OK;
    }

    fanout = ctx->fanout;

    webhook_buf_free(&ctx->model);
    webhook_buf_free(&ctx->record);
    webhook_buf_init(&ctx->model, NGX_WEBHOOK_FANOUT_TEXT);
    webhook_buf_init(&ctx->record, NGX_WEBHOOK_FANOUT_TEXT);

    if (ngx_webhook_fanout_record_text(ctx, fanout->model, &fanout->model_text,
                                       &ctx->model) != NGX_OK
        || ngx_webhook_fanout_record_text(ctx, fanout->record,
                                          &fanout->record_text, &ctx->record)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->record_made = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_fanout_record_text(ngx_webhook_fanout_ctx_t *ctx,
    webhook_template_t *tpl, ngx_str_t *text, webhook_buf_t *out)
{
    int  rc;

    if (tpl == NULL) {
        rc = webhook_buf_add(out, text->data, text->len);

    } else {
        rc = webhook_template_render(tpl, ngx_webhook_fanout_lookup, ctx, out,
                                     &ctx->err);
    }

    if (rc == WEBHOOK_LIMIT) {
        ctx->reason = "the model or id is longer than 4096 bytes";
        return NGX_ERROR;
    }

    return ngx_webhook_fanout_failed(ctx, rc);
}


const char *
ngx_webhook_fanout_unread_text(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_document_t *d)
{
    webhook_error_set(&ctx->unread, "the body %s",
                      ngx_webhook_document_reason(d));

    return ctx->unread.text;
}


ngx_int_t
ngx_webhook_fanout_failed(ngx_webhook_fanout_ctx_t *ctx, int rc)
{
    switch (rc) {

    case WEBHOOK_OK:
        return NGX_OK;

    case WEBHOOK_LIMIT:
        ctx->reason = "what is made of its payload is too large or nested too "
                   "deeply";
        break;

    case WEBHOOK_ERROR:
        ctx->reason = ctx->err.text[0] ? ctx->err.text
                                    : "its payload cannot be wrapped";
        break;

    default:
        break;
    }

    return NGX_ERROR;
}


/*
 * An array with room for one more: a first one for one, which most events do
 * with, then doubled.
 */

void *
ngx_webhook_fanout_room(ngx_pool_t *pool, void *array, ngx_uint_t n,
    size_t size)
{
    void  *p;

    if (n & (n - 1)) {
        return array;
    }

    p = ngx_palloc(pool, (n ? n * 2 : 1) * size);

    if (p && n) {
        ngx_memcpy(p, array, n * size);
    }

    return p;
}


ngx_uint_t
ngx_webhook_fanout_alike(ngx_webhook_endpoint_t *a, ngx_webhook_endpoint_t *b)
{
    return a->envelope == b->envelope
           && a->format == b->format
           && a->format_set == b->format_set
           && a->source.len == b->source.len
           && ngx_memcmp(a->source.data, b->source.data, a->source.len) == 0;
}


ngx_uint_t
ngx_webhook_fanout_record(ngx_webhook_endpoint_t *ep)
{
    return ep->envelope == NGX_WEBHOOK_ENVELOPE_NIGHTPOS
           || ep->envelope == NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS
           || ep->envelope == NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY;
}
