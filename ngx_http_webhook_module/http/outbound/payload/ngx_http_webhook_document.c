
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/payload/ngx_http_webhook_document.h"

#include "core/charset/webhook_charset.h"
#include "core/multipart/webhook_multipart.h"
#include "core/media/webhook_media.h"


#define NGX_WEBHOOK_DOCUMENT_TYPE   255         /* bytes of a Content-Type */
#define NGX_WEBHOOK_DOCUMENT_DEPTH  160         /* of mapped XML, which may be
                                                   twice as deep as it was */
#define NGX_WEBHOOK_DOCUMENT_GROW   16          /* times the body: the most
                                                   that it is mapped to */
#define NGX_WEBHOOK_DOCUMENT_ROOM   65536


static ngx_webhook_kind_e ngx_webhook_document_sort(ngx_webhook_document_t *d,
    ngx_uint_t *open);
static ngx_int_t ngx_webhook_document_set(ngx_webhook_document_t *d,
    u_char *data, size_t len);
static u_char ngx_webhook_document_first(ngx_webhook_document_t *d);
static int ngx_webhook_document_map(ngx_webhook_document_t *d);


void
ngx_webhook_document_init(ngx_webhook_document_t *d, ngx_pool_t *pool,
    ngx_chain_t *body, size_t len, ngx_str_t *type)
{
    ngx_memzero(d, sizeof(ngx_webhook_document_t));

    d->pool = pool;
    d->body = body;
    d->len = len;
    d->type = *type;
}


/* By the type alone; *open if that says nothing of worth. */

static ngx_webhook_kind_e
ngx_webhook_document_sort(ngx_webhook_document_t *d, ngx_uint_t *open)
{
    *open = 0;

    switch (webhook_media(ngx_webhook_str(&d->type), WEBHOOK_MEDIA_LOOSE))
    {
    case WEBHOOK_MEDIA_JSON:
        return NGX_WEBHOOK_KIND_JSON;

    case WEBHOOK_MEDIA_XML:
        return NGX_WEBHOOK_KIND_XML;

    case WEBHOOK_MEDIA_FORM:
    case WEBHOOK_MEDIA_MULTIPART:
        return NGX_WEBHOOK_KIND_FORM;

    case WEBHOOK_MEDIA_NONE:
    case WEBHOOK_MEDIA_TEXT:
    case WEBHOOK_MEDIA_HTML:
        *open = 1;
        break;

    case WEBHOOK_MEDIA_OTHER:
        break;
    }

    return NGX_WEBHOOK_KIND_OTHER;
}


ngx_webhook_kind_e
ngx_webhook_document_kind(ngx_webhook_document_t *d)
{
    u_char      c;
    ngx_uint_t  open;

    if (d->sorted) {
        return d->kind;
    }

    d->sorted = 1;
    d->kind = ngx_webhook_document_sort(d, &open);

    if (open) {
        c = ngx_webhook_document_first(d);

        if ((c == '{' || c == '[')
            && ngx_webhook_document_json(d) == WEBHOOK_OK)
        {
            d->kind = NGX_WEBHOOK_KIND_JSON;
        }
    }

    return d->kind;
}


int
ngx_webhook_document_utf8(ngx_webhook_document_t *d, size_t max,
    const char **reason)
{
    int                      rc;
    u_char                  *p, first[3];
    size_t                   n;
    ngx_uint_t               open;
    ngx_chain_t             *cl;
    webhook_buf_t            out;
    webhook_str_t            label, text;
    ngx_webhook_kind_e       kind;
    ngx_webhook_document_t   old;

    kind = ngx_webhook_document_sort(d, &open);

    if ((kind != NGX_WEBHOOK_KIND_JSON && !open) || d->len == 0) {
        return WEBHOOK_OK;
    }

    n = 0;

    for (cl = d->body; cl && n < sizeof(first); cl = cl->next) {
        for (p = cl->buf->pos; p < cl->buf->last && n < sizeof(first); p++) {
            first[n++] = *p;
        }
    }

    webhook_charset_label(ngx_webhook_str(&d->type), &label);

    if (!webhook_charset_doubtful(first, n, &label)) {
        return WEBHOOK_OK;
    }

    *reason = "no memory for the body";

    if (ngx_webhook_document_text(d) != NGX_OK) {
        return WEBHOOK_NOMEM;
    }

    webhook_buf_init(&out, max);

    rc = webhook_charset_text(ngx_webhook_str(&d->text), &label,
                              WEBHOOK_CHARSET_LOOSE, &out, &text, reason);

    if (rc == WEBHOOK_CHARSET_UNKNOWN) {
        rc = WEBHOOK_ERROR;
    }

    old = *d;

    if (rc == WEBHOOK_ERROR && open) {
        rc = WEBHOOK_OK;

    } else if (rc == WEBHOOK_LIMIT) {
        *reason = "the body is over webhook_payload_max in UTF-8";

    } else if (rc == WEBHOOK_OK && text.data != d->text.data) {

        p = text.data;

        if (out.data) {
            p = ngx_pnalloc(d->pool, text.len + 1);

            if (p) {
                ngx_memcpy(p, text.data, text.len);
            }
        }

        if (p == NULL || ngx_webhook_document_set(d, p, text.len) != NGX_OK) {
            rc = WEBHOOK_NOMEM;
        }

        /* text of any other kind goes as it came */

        if (rc == WEBHOOK_OK && open
            && ngx_webhook_document_kind(d) != NGX_WEBHOOK_KIND_JSON)
        {
            ngx_webhook_document_free(d);
            *d = old;
        }
    }

    webhook_buf_free(&out);

    return rc;
}


/* Gives it another text. */

static ngx_int_t
ngx_webhook_document_set(ngx_webhook_document_t *d, u_char *data, size_t len)
{
    ngx_buf_t    *b;
    ngx_chain_t  *cl;

    b = ngx_calloc_buf(d->pool);
    cl = ngx_alloc_chain_link(d->pool);

    if (b == NULL || cl == NULL) {
        return NGX_ERROR;
    }

    b->pos = data;
    b->last = data + len;
    b->memory = 1;

    cl->buf = b;
    cl->next = NULL;

    d->body = cl;
    d->len = len;
    d->text.data = data;
    d->text.len = len;

    return NGX_OK;
}


/* The first byte that is no white space, or 0. */

static u_char
ngx_webhook_document_first(ngx_webhook_document_t *d)
{
    u_char       *p;
    ngx_chain_t  *cl;

    for (cl = d->body; cl; cl = cl->next) {

        for (p = cl->buf->pos; p < cl->buf->last; p++) {
            if (*p != ' ' && *p != '\t' && *p != CR && *p != LF) {
                return *p;
            }
        }
    }

    return 0;
}


ngx_int_t
ngx_webhook_document_text(ngx_webhook_document_t *d)
{
    size_t        n;
    u_char       *p, *last;
    ngx_chain_t  *cl;

    if (d->text.data || d->len == 0) {
        return NGX_OK;
    }

    cl = d->body;

    if ((size_t) (cl->buf->last - cl->buf->pos) >= d->len) {
        d->text.data = cl->buf->pos;
        d->text.len = d->len;
        return NGX_OK;
    }

    p = ngx_pnalloc(d->pool, d->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    d->text.data = p;
    last = p + d->len;

    for ( /* void */ ; cl && p < last; cl = cl->next) {
        n = ngx_min((size_t) (cl->buf->last - cl->buf->pos),
                    (size_t) (last - p));
        p = ngx_cpymem(p, cl->buf->pos, n);
    }

    d->text.len = p - d->text.data;

    return NGX_OK;
}


void
ngx_webhook_document_limits(size_t len, webhook_json_limits_t *limits)
{
    /* the number of values is bounded by the length of the text */

    limits->max_depth = 0;
    limits->max_values = (uint32_t) ngx_min(len + 1, (1u << 28) - 1);
}


int
ngx_webhook_document_json(ngx_webhook_document_t *d)
{
    webhook_str_t          text;
    webhook_json_limits_t  limits;

    if (d->parsed) {
        return d->read;
    }

    d->parsed = 1;

    if (ngx_webhook_document_text(d) != NGX_OK) {
        d->read = WEBHOOK_NOMEM;
        return d->read;
    }

    d->read = ngx_webhook_document_map(d);

    if (d->read != WEBHOOK_OK) {
        webhook_buf_free(&d->mapped);
        return d->read;
    }

    text = ngx_webhook_document_source(d);

    ngx_webhook_document_limits(text.len, &limits);

    if (d->mapped.data) {
        limits.max_depth = NGX_WEBHOOK_DOCUMENT_DEPTH;
    }

    d->read = webhook_json_read(&text, &limits, &d->doc, NULL);

    return d->read;
}


/* Says XML and forms as JSON; the rest is left as it is. */

static int
ngx_webhook_document_map(ngx_webhook_document_t *d)
{
    u_char               c;
    size_t               max;
    webhook_str_t        boundary, *text, *type;
    webhook_media_e      media;
    ngx_webhook_kind_e   kind;

    /* to tell the kind, it may be read: then it is no XML and no form */

    kind = d->sorted ? d->kind : ngx_webhook_document_kind(d);

    if (kind != NGX_WEBHOOK_KIND_XML && kind != NGX_WEBHOOK_KIND_FORM) {
        return WEBHOOK_OK;
    }

    media = WEBHOOK_MEDIA_XML;
    type = ngx_webhook_str(&d->type);

    if (kind == NGX_WEBHOOK_KIND_FORM) {

        /* whatever it is called, what has a boundary has parts */

        media = webhook_multipart_boundary(type, &boundary) == WEBHOOK_OK
                ? WEBHOOK_MEDIA_MULTIPART : WEBHOOK_MEDIA_FORM;
    }

    text = ngx_webhook_str(&d->text);
    max = d->len * NGX_WEBHOOK_DOCUMENT_GROW
          + NGX_WEBHOOK_DOCUMENT_ROOM;

    webhook_buf_init(&d->mapped, max);

    if (media == WEBHOOK_MEDIA_FORM) {

        /* many a client sends JSON and leaves its library's type of forms */

        c = ngx_webhook_document_first(d);

        if (c == '{' || c == '[') {
            return WEBHOOK_OK;
        }
    }

    return webhook_media_json(media, WEBHOOK_MEDIA_LOOSE, type, text, NULL,
                              &d->mapped, NULL);
}


webhook_str_t
ngx_webhook_document_source(ngx_webhook_document_t *d)
{
    webhook_str_t  text;

    if (d->mapped.data) {
        text.data = d->mapped.data;
        text.len = d->mapped.len;
        return text;
    }

    return *ngx_webhook_str(&d->text);
}


const char *
ngx_webhook_document_reason(ngx_webhook_document_t *d)
{
    ngx_webhook_kind_e  kind;

    kind = ngx_webhook_document_kind(d);

    switch (d->read) {

    case WEBHOOK_NOMEM:
        return "could not be read: no memory";

    case WEBHOOK_LIMIT:
        return (kind == NGX_WEBHOOK_KIND_XML)
               ? "is XML that is nested too deeply or has too much in it"
               : (kind == NGX_WEBHOOK_KIND_FORM)
               ? "is a form with too many fields"
               : "is JSON that is nested too deeply";

    default:
        return (kind == NGX_WEBHOOK_KIND_XML)
               ? "is not well-formed XML without a document type declaration"
               : (kind == NGX_WEBHOOK_KIND_FORM)
               ? "is not a form as its type says" : "is not JSON";
    }
}


ngx_str_t
ngx_webhook_document_type(ngx_webhook_document_t *d)
{
    u_char  *p, *last;

    static ngx_str_t  json = ngx_string("application/json");
    static ngx_str_t  octets = ngx_string("application/octet-stream");

    if (ngx_webhook_document_kind(d) == NGX_WEBHOOK_KIND_JSON) {
        return json;
    }

    /* it becomes a header of ours */

    if (d->type.len == 0 || d->type.len > NGX_WEBHOOK_DOCUMENT_TYPE) {
        return octets;
    }

    last = d->type.data + d->type.len;

    for (p = d->type.data; p < last; p++) {
        if (*p < 0x20 || *p == 0x7f) {
            return octets;
        }
    }

    return d->type;
}


int
ngx_webhook_document_find(ngx_webhook_document_t *d,
    const webhook_path_t *path, uint32_t skip, const webhook_path_t *part,
    webhook_value_t *v)
{
    int                   rc;
    webhook_json_value_t  from, value;

    webhook_value_from_json(v, NULL);

    rc = ngx_webhook_document_json(d);

    if (rc != WEBHOOK_OK) {
        return (rc == WEBHOOK_ERROR) ? WEBHOOK_OK : rc;
    }

    webhook_json_root(d->doc, &from);

    if (part
        && webhook_path_find(part, 0, d->doc, NULL, &from) != WEBHOOK_OK)
    {
        return WEBHOOK_OK;
    }

    if (webhook_path_find(path, skip, d->doc, &from, &value) == WEBHOOK_OK) {
        webhook_value_from_json(v, &value);
    }

    return WEBHOOK_OK;
}


ngx_int_t
ngx_webhook_document_label(ngx_webhook_document_t *d,
    const webhook_path_t *path, webhook_buf_t *text)
{
    webhook_value_t  v;

    switch (ngx_webhook_document_find(d, path, 0, NULL, &v)) {

    case WEBHOOK_OK:
        break;

    case WEBHOOK_NOMEM:
        return NGX_ERROR;

    default:
        return NGX_OK;
    }

    if (webhook_value_empty(&v)) {
        return NGX_OK;
    }

    if (v.type != WEBHOOK_JSON_STRING && v.type != WEBHOOK_JSON_NUMBER) {
        return NGX_DECLINED;
    }

    switch (webhook_value_text(&v, text)) {

    case WEBHOOK_OK:
        return NGX_OK;

    case WEBHOOK_NOMEM:
        return NGX_ERROR;

    default:
        return NGX_DECLINED;
    }
}


void
ngx_webhook_document_free(ngx_webhook_document_t *d)
{
    webhook_json_free(d->doc);
    webhook_buf_free(&d->mapped);

    d->doc = NULL;
    d->parsed = 0;
}
