
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"

#include "core/envelope/webhook_envelope.h"
#include "core/format/webhook_xml.h"


#define NGX_WEBHOOK_FANOUT_GROW   16            /* times render->max, and */
#define NGX_WEBHOOK_FANOUT_ROOM   65536         /* some, for what is made */
#define NGX_WEBHOOK_FANOUT_TOP    ((size_t) 128 * 1024 * 1024)
#define NGX_WEBHOOK_FANOUT_DEPTH  162           /* of mapped XML in an
                                                   envelope */


_Static_assert((int) NGX_WEBHOOK_ENVELOPE_NONE == (int) WEBHOOK_ENVELOPE_NONE
               && (int) NGX_WEBHOOK_ENVELOPE_STANDARD
                  == (int) WEBHOOK_ENVELOPE_STANDARD
               && (int) NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS
                  == (int) WEBHOOK_ENVELOPE_CLOUDEVENTS
               && (int) NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY
                  == (int) WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY
               && (int) NGX_WEBHOOK_ENVELOPE_NIGHTPOS
                  == (int) WEBHOOK_ENVELOPE_NIGHTPOS,
               "the envelopes of both floors differ");


/* What becomes of a document that no envelope is put around. */

typedef enum {
    NGX_WEBHOOK_AS_IS = 0,
    NGX_WEBHOOK_AS_JSON,
    NGX_WEBHOOK_AS_XML
} ngx_webhook_as_e;


static ngx_webhook_content_t *ngx_webhook_content_add(
    ngx_webhook_fanout_ctx_t *ctx, ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_content_own(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content);
static ngx_uint_t ngx_webhook_content_bare(ngx_webhook_endpoint_t *ep);
static ngx_webhook_as_e ngx_webhook_content_as(ngx_webhook_endpoint_t *ep,
    ngx_webhook_document_t *d);
static ngx_int_t ngx_webhook_content_make(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d);
static ngx_int_t ngx_webhook_content_bare_make(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d);
static ngx_int_t ngx_webhook_content_wrap(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d);
static ngx_int_t ngx_webhook_content_xml(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, const webhook_json_doc_t *doc);
static ngx_int_t ngx_webhook_content_envelope(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, webhook_envelope_t *e);
static void ngx_webhook_content_warn(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d);
static void ngx_webhook_content_piece(ngx_chain_t *link, ngx_buf_t *b,
    u_char *data, size_t len);


static ngx_str_t  ngx_webhook_content_json =
    ngx_string("application/json");
static ngx_str_t  ngx_webhook_content_xml_type =
    ngx_string("application/xml; charset=utf-8");


ngx_webhook_content_t *
ngx_webhook_fanout_content(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    char                    *reason;
    size_t                   len;
    ngx_uint_t               i;
    ngx_webhook_content_t   *content;
    ngx_webhook_document_t  *d;
    ngx_webhook_endpoint_t  *other;

    d = ctx->fanout->payload;

    for (i = 0; ep->body == NULL && i < ctx->ncontents; i++) {

        content = ctx->contents[i];
        other = content->ep;

        if (other->body == NULL
            && (ngx_webhook_fanout_alike(ep, other)
                || (ep->envelope == NGX_WEBHOOK_ENVELOPE_NONE
                    && other->envelope == NGX_WEBHOOK_ENVELOPE_NONE
                    && ngx_webhook_content_as(ep, d)
                       == ngx_webhook_content_as(other, d))))
        {
            goto found;
        }
    }

    content = ngx_webhook_content_add(ctx, ep);

    if (content == NULL) {
        return NULL;
    }

    if (ep->body == NULL) {
        content->failed = (ngx_webhook_content_make(ctx, content, d)
                           != NGX_OK);

    } else {
        content->failed = (ngx_webhook_content_own(ctx, content) != NGX_OK
                           || ngx_webhook_content_make(ctx, content,
                                                       content->own)
                              != NGX_OK);
    }

    content->reason = ctx->reason;

    if (content->failed
        && (ctx->reason == ctx->err.text || ctx->reason == ctx->unread.text))
    {
        /* to be said for the next endpoint too */

        len = ngx_strlen(ctx->reason) + 1;

        reason = ngx_pnalloc(ctx->fanout->pool, len);
        if (reason) {
            ngx_memcpy(reason, ctx->reason, len);
        }

        content->reason = reason;
    }

found:

    if (content->failed) {
        ctx->reason = content->reason;
        return NULL;
    }

    return content;
}


static ngx_webhook_content_t *
ngx_webhook_content_add(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_endpoint_t *ep)
{
    size_t                  max;
    ngx_pool_t             *pool;
    ngx_webhook_content_t  *content, **list;

    pool = ctx->fanout->pool;

    list = ngx_webhook_fanout_room(pool, ctx->contents, ctx->ncontents,
                                   sizeof(ngx_webhook_content_t *));
    if (list == NULL) {
        return NULL;
    }

    ctx->contents = list;

    content = ngx_pcalloc(pool, sizeof(ngx_webhook_content_t));
    if (content == NULL) {
        return NULL;
    }

    max = ctx->fanout->max * NGX_WEBHOOK_FANOUT_GROW
          + NGX_WEBHOOK_FANOUT_ROOM;

    content->ep = ep;

    webhook_buf_init(&content->made, ngx_min(max, NGX_WEBHOOK_FANOUT_TOP));
    webhook_buf_init(&content->rendered, ctx->fanout->max);
    webhook_buf_init(&content->headers, NGX_WEBHOOK_FANOUT_HEADERS);

    ctx->contents[ctx->ncontents++] = content;

    return content;
}


/* An endpoint's own body takes the place of the payload. */

static ngx_int_t
ngx_webhook_content_own(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content)
{
    int  rc;

    rc = webhook_template_render(content->ep->body, ngx_webhook_fanout_lookup,
                                 ctx, &content->rendered, &ctx->err);

    if (rc == WEBHOOK_LIMIT) {
        ctx->reason = "its rendered body is over webhook_payload_max";
        return NGX_ERROR;
    }

    if (rc != WEBHOOK_OK) {
        return ngx_webhook_fanout_failed(ctx, rc);
    }

    content->own = ngx_palloc(ctx->fanout->pool,
                              sizeof(ngx_webhook_document_t));
    if (content->own == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_content_piece(&content->rendered_link, &content->rendered_buf,
                              content->rendered.data, content->rendered.len);

    ngx_webhook_document_init(content->own, ctx->fanout->pool,
                              &content->rendered_link, content->rendered.len,
                              &ngx_webhook_content_json);
    return NGX_OK;
}


/* Nothing around the payload: what an envelope adds is in headers. */

static ngx_uint_t
ngx_webhook_content_bare(ngx_webhook_endpoint_t *ep)
{
    return ep->envelope == NGX_WEBHOOK_ENVELOPE_NONE
           || ep->envelope == NGX_WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY;
}


/*
 * Who writes no format gets the bytes as they are, who writes one gets what
 * can be said in it.
 */

static ngx_webhook_as_e
ngx_webhook_content_as(ngx_webhook_endpoint_t *ep, ngx_webhook_document_t *d)
{
    ngx_webhook_kind_e  kind;

    if (!ep->format_set) {
        return NGX_WEBHOOK_AS_IS;
    }

    kind = ngx_webhook_document_kind(d);

    if (kind == NGX_WEBHOOK_KIND_OTHER) {
        return NGX_WEBHOOK_AS_IS;
    }

    if (ep->format == NGX_WEBHOOK_FORMAT_XML) {
        return (kind == NGX_WEBHOOK_KIND_XML) ? NGX_WEBHOOK_AS_IS
                                                   : NGX_WEBHOOK_AS_XML;
    }

    return (kind == NGX_WEBHOOK_KIND_JSON) ? NGX_WEBHOOK_AS_IS
                                                : NGX_WEBHOOK_AS_JSON;
}


static ngx_int_t
ngx_webhook_content_make(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d)
{
    ngx_int_t  rc;

    if (ngx_webhook_content_bare(content->ep)) {
        rc = ngx_webhook_content_bare_make(ctx, content, d);

    } else {
        rc = ngx_webhook_content_wrap(ctx, content, d);
    }

    if (rc == NGX_OK && content->made.data) {
        ngx_webhook_content_piece(&content->link, &content->buf,
                                  content->made.data, content->made.len);

        content->body = &content->link;
        content->len = content->made.len;
    }

    return rc;
}


static ngx_int_t
ngx_webhook_content_bare_make(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d)
{
    int                  rc;
    webhook_str_t        source;
    webhook_envelope_t   e;
    ngx_webhook_as_e     as;

    as = ngx_webhook_content_as(content->ep, d);

    if (as != NGX_WEBHOOK_AS_IS) {

        rc = ngx_webhook_document_json(d);

        if (rc == WEBHOOK_NOMEM) {
            return NGX_ERROR;
        }

        if (rc != WEBHOOK_OK) {
            ngx_webhook_content_warn(ctx, content, d);
            as = NGX_WEBHOOK_AS_IS;
        }
    }

    switch (as) {

    case NGX_WEBHOOK_AS_XML:
        if (ngx_webhook_content_xml(ctx, content, d->doc) != NGX_OK) {
            return NGX_ERROR;
        }

        break;

    case NGX_WEBHOOK_AS_JSON:
        source = ngx_webhook_document_source(d);

        ngx_webhook_content_piece(&content->link, &content->buf, source.data,
                                  source.len);

        content->body = &content->link;
        content->len = source.len;
        content->type = ngx_webhook_content_json;
        break;

    default: /* AS_IS */
        content->body = d->body;
        content->len = d->len;
        content->type = ngx_webhook_document_type(d);
    }

    if (content->ep->envelope == NGX_WEBHOOK_ENVELOPE_NONE) {
        return NGX_OK;
    }

    if (ngx_webhook_content_envelope(ctx, content, &e) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = webhook_envelope_headers(WEBHOOK_ENVELOPE_CLOUDEVENTS_BINARY, &e,
                                  &content->headers);

    return ngx_webhook_fanout_failed(ctx, rc);
}


/* An envelope is JSON, and what is in it is, where it can be. */

static ngx_int_t
ngx_webhook_content_wrap(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d)
{
    int                      rc;
    ngx_int_t                xml;
    webhook_str_t            type;
    webhook_buf_t           *out, json;
    webhook_envelope_e       kind;
    webhook_envelope_t       e;
    webhook_json_doc_t      *doc;
    webhook_json_limits_t    limits;
    ngx_webhook_endpoint_t  *ep;

    ep = content->ep;
    kind = (webhook_envelope_e) ep->envelope;

    if (ngx_webhook_content_envelope(ctx, content, &e) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_webhook_document_kind(d) != NGX_WEBHOOK_KIND_OTHER) {

        rc = ngx_webhook_document_json(d);

        if (rc == WEBHOOK_OK) {
            e.json = 1;

        } else if (rc == WEBHOOK_NOMEM) {
            return NGX_ERROR;

        } else {
            ngx_webhook_content_warn(ctx, content, d);
        }
    }

    if (e.json) {
        e.payload = ngx_webhook_document_source(d);

    } else {
        if (ngx_webhook_document_text(d) != NGX_OK) {
            return NGX_ERROR;
        }

        e.payload = *ngx_webhook_str(&d->text);
        content->type = ngx_webhook_document_type(d);
        e.content_type = *ngx_webhook_str(&content->type);
    }

    ngx_webhook_document_limits(e.payload.len, &limits);
    limits.max_depth = NGX_WEBHOOK_FANOUT_DEPTH;
    e.limits = &limits;

    xml = (ep->format == NGX_WEBHOOK_FORMAT_XML);

    webhook_buf_init(&json, content->made.max);
    out = xml ? &json : &content->made;

    rc = webhook_envelope_write(kind, &e, out);

    if (rc != WEBHOOK_OK) {
        webhook_buf_free(&json);
        return ngx_webhook_fanout_failed(ctx, rc);
    }

    if (!xml) {
        type = webhook_envelope_content_type(kind, &e);
        content->type = *ngx_webhook_nstr(&type);
        return NGX_OK;
    }

    type.data = json.data;
    type.len = json.len;

    ngx_webhook_document_limits(type.len, &limits);
    limits.max_depth = NGX_WEBHOOK_FANOUT_DEPTH;

    doc = NULL;
    rc = webhook_json_read(&type, &limits, &doc, NULL);

    if (rc == WEBHOOK_OK) {
        xml = ngx_webhook_content_xml(ctx, content, doc);

    } else {
        xml = ngx_webhook_fanout_failed(ctx, rc);
    }

    webhook_json_free(doc);
    webhook_buf_free(&json);

    return xml;
}


static ngx_int_t
ngx_webhook_content_xml(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, const webhook_json_doc_t *doc)
{
    int                   rc;
    webhook_json_value_t  root;

    webhook_json_root(doc, &root);

    rc = webhook_xml_write(doc, &root, ngx_webhook_str(ctx->fanout->type),
                           &content->made);

    content->type = ngx_webhook_content_xml_type;

    return ngx_webhook_fanout_failed(ctx, rc);
}


/* What an envelope tells of the event. */

static ngx_int_t
ngx_webhook_content_envelope(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, webhook_envelope_t *e)
{
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;

    ngx_memzero(e, sizeof(webhook_envelope_t));

    e->id = *ngx_webhook_str(fanout->id_text);
    e->source = *ngx_webhook_str(&content->ep->source);
    e->type = *ngx_webhook_str(fanout->type);
    e->time = fanout->wall;

    if (!ngx_webhook_fanout_record(content->ep)) {
        return NGX_OK;
    }

    if (ngx_webhook_fanout_record_make(ctx) != NGX_OK) {
        return NGX_ERROR;
    }

    e->model.data = ctx->model.data;
    e->model.len = ctx->model.len;
    e->record.data = ctx->record.data;
    e->record.len = ctx->record.len;
    e->subject = e->record;
    e->action = e->type;

    return NGX_OK;
}


/* ------------------------------------------------------------- helpers --- */

/* What cannot be mapped goes as it is: better that than not at all.  One line
   an event tells of it. */

static void
ngx_webhook_content_warn(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_content_t *content, ngx_webhook_document_t *d)
{
    ngx_webhook_fanout_t  *fanout;

    if (ctx->warned) {
        return;
    }

    ctx->warned = 1;
    fanout = ctx->fanout;

    ngx_log_error(NGX_LOG_WARN, fanout->log, 0,
                  "webhook event \"%V\" %V cannot be mapped and is sent "
                  "unchanged to \"%V\" and all others that want it mapped: "
                  "the body %s",
                  fanout->type, fanout->id_text, &content->ep->name,
                  ngx_webhook_document_reason(d));
}


static void
ngx_webhook_content_piece(ngx_chain_t *link, ngx_buf_t *b, u_char *data,
    size_t len)
{
    ngx_memzero(b, sizeof(ngx_buf_t));

    b->pos = data;
    b->last = data + len;
    b->memory = 1;

    link->buf = b;
    link->next = NULL;
}
