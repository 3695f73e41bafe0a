
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What every part of the rendering of an event needs: values, the record that
 * it is about, reasons.
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"


#define NGX_HTTP_WEBHOOK_RENDER_TEXT   4096     /* bytes of a model or id */


static ngx_int_t ngx_http_webhook_render_record_text(
    ngx_http_webhook_render_ctx_t *ctx, webhook_template_t *tpl,
    ngx_str_t *text, webhook_buf_t *out);


/* "data" is the payload; the rest is what the caller knows. */

int
ngx_http_webhook_render_lookup(void *data, const webhook_path_t *path,
    webhook_value_t *v)
{
    ngx_http_webhook_render_ctx_t *ctx = data;

    int                         rc;
    const webhook_str_t        *root;
    ngx_http_webhook_render_t  *render;

    render = ctx->render;
    root = webhook_path_step(path, 0);

    if (root->len == 4 && ngx_memcmp(root->data, "data", 4) == 0) {

        rc = ngx_http_webhook_document_find(render->payload, path, 1, NULL, v);

        if (rc != WEBHOOK_OK) {
            ctx->why = ngx_http_webhook_render_why(ctx, render->payload);
            return WEBHOOK_NOMEM;
        }

        if (render->payload->len && render->payload->read == WEBHOOK_ERROR) {
            ctx->blind = render->payload;
        }

        return WEBHOOK_OK;
    }

    if (render->why) {
        *render->why = NULL;
    }

    if (render->unread) {
        *render->unread = NULL;
    }

    rc = render->lookup(render->ctx, path, v);

    if (render->unread && *render->unread) {
        ctx->blind = *render->unread;
        *render->unread = NULL;
    }

    if (rc != WEBHOOK_OK && render->why) {
        ctx->why = *render->why;
        *render->why = NULL;
    }

    return rc;
}


ngx_int_t
ngx_http_webhook_render_record_make(ngx_http_webhook_render_ctx_t *ctx)
{
    ngx_http_webhook_render_t  *render;

    if (ctx->told) {
        return NGX_OK;
    }

    render = ctx->render;

    webhook_buf_free(&ctx->model);
    webhook_buf_free(&ctx->record);
    webhook_buf_init(&ctx->model, NGX_HTTP_WEBHOOK_RENDER_TEXT);
    webhook_buf_init(&ctx->record, NGX_HTTP_WEBHOOK_RENDER_TEXT);

    if (ngx_http_webhook_render_record_text(ctx, render->model,
                                            &render->model_text, &ctx->model)
        != NGX_OK
        || ngx_http_webhook_render_record_text(ctx, render->record,
                                               &render->record_text,
                                               &ctx->record)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->told = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_render_record_text(ngx_http_webhook_render_ctx_t *ctx,
    webhook_template_t *tpl, ngx_str_t *text, webhook_buf_t *out)
{
    int  rc;

    if (tpl == NULL) {
        rc = webhook_buf_add(out, text->data, text->len);

    } else {
        rc = webhook_template_render(tpl, ngx_http_webhook_render_lookup, ctx,
                                     out, &ctx->err);
    }

    if (rc == WEBHOOK_LIMIT) {
        ctx->why = "the model or id is longer than 4096 bytes";
        return NGX_ERROR;
    }

    return ngx_http_webhook_render_failed(ctx, rc);
}


const char *
ngx_http_webhook_render_why(ngx_http_webhook_render_ctx_t *ctx,
    ngx_http_webhook_document_t *d)
{
    webhook_error_set(&ctx->unread, "the body %s",
                      ngx_http_webhook_document_why(d));

    return ctx->unread.text;
}


ngx_int_t
ngx_http_webhook_render_failed(ngx_http_webhook_render_ctx_t *ctx, int rc)
{
    switch (rc) {

    case WEBHOOK_OK:
        return NGX_OK;

    case WEBHOOK_LIMIT:
        ctx->why = "what is made of its payload is too large or nested too "
                   "deeply";
        break;

    case WEBHOOK_ERROR:
        ctx->why = ctx->err.text[0] ? ctx->err.text
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
ngx_http_webhook_render_room(ngx_pool_t *pool, void *array, ngx_uint_t n,
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
ngx_http_webhook_render_alike(ngx_http_webhook_endpoint_t *a,
    ngx_http_webhook_endpoint_t *b)
{
    return a->envelope == b->envelope
           && a->format == b->format
           && a->format_set == b->format_set
           && a->source.len == b->source.len
           && ngx_memcmp(a->source.data, b->source.data, a->source.len) == 0;
}


ngx_uint_t
ngx_http_webhook_render_record(ngx_http_webhook_endpoint_t *ep)
{
    return ep->envelope == NGX_HTTP_WEBHOOK_ENVELOPE_NIGHTPOS
           || ep->envelope == NGX_HTTP_WEBHOOK_ENVELOPE_CLOUDEVENTS
           || ep->envelope == NGX_HTTP_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY;
}
