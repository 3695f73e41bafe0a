
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/context/ngx_http_webhook_capture_copy.h"
#include "http/outbound/context/ngx_http_webhook_capture_taken.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"


static ngx_uint_t ngx_webhook_capture_request_none(ngx_http_request_t *r);


ngx_webhook_document_t *
ngx_webhook_capture_body(ngx_webhook_capture_t *capture,
    ngx_webhook_payload_e which)
{
    ngx_webhook_body_t  *body;
    ngx_webhook_copy_t  *plain;

    body = (which == NGX_WEBHOOK_PAYLOAD_REQUEST) ? &capture->request
                                                       : &capture->response;
    if (body->known) {
        return body->reason ? NULL : &body->document;
    }

    body->known = 1;

    if (which == NGX_WEBHOOK_PAYLOAD_REQUEST) {
        ngx_webhook_capture_fetch(capture);

        if (body->reason) {
            return NULL;
        }
    }

    body->reason = ngx_webhook_copy_decode(capture->pool, &body->copy,
                                           &body->coding, capture->max, &plain,
                                           &body->counter);
    if (body->reason) {
        return NULL;
    }

    ngx_webhook_document_init(&body->document, capture->pool, plain->first,
                              plain->len, &body->type);

    switch (ngx_webhook_document_utf8(&body->document, capture->max,
                                      &body->reason))
    {
    case WEBHOOK_OK:
        body->reason = NULL;
        return &body->document;

    case WEBHOOK_ERROR:
        body->counter = NGX_WEBHOOK_EVENTS_UNDECODABLE;
        return NULL;

    case WEBHOOK_LIMIT:
        body->counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
        return NULL;

    default:
        body->counter = NGX_WEBHOOK_EVENTS_FAILED;
        return NULL;
    }
}


void
ngx_webhook_capture_fetch(ngx_webhook_capture_t *capture)
{
    ngx_webhook_body_t  *body;

    body = &capture->request;

    if (body->fetched) {
        return;
    }

    body->fetched = 1;

    if (capture->r->headers_in.content_type) {
        body->type = capture->r->headers_in.content_type->value;
    }

    if (ngx_webhook_capture_encoding(capture->r->pool,
                                     &capture->r->headers_in.headers,
                                     &body->coding)
        != NGX_OK)
    {
        body->counter = NGX_WEBHOOK_EVENTS_FAILED;
        body->reason = "no memory";
        return;
    }

    body->reason = ngx_webhook_capture_request(capture, &body->counter);
}


const char *
ngx_webhook_capture_unread(ngx_webhook_document_t *d)
{
    switch (ngx_webhook_document_kind(d)) {

    case NGX_WEBHOOK_KIND_XML:
        return "the body's XML is nested too deeply or has too much in it";

    case NGX_WEBHOOK_KIND_FORM:
        return "the body is a form with too many fields";

    default:
        return "the body's JSON is nested too deeply";
    }
}


/* On how many lines it may stand. */

ngx_int_t
ngx_webhook_capture_encoding(ngx_pool_t *pool, ngx_list_t *headers,
    ngx_str_t *coding)
{
    webhook_value_t  v;

    static const webhook_str_t  name = webhook_str("Content-Encoding");

    if (ngx_webhook_lookup_lines(pool, headers, &name, &v) != NGX_OK) {
        return NGX_ERROR;
    }

    if (!v.missing) {
        *coding = *ngx_webhook_nstr(&v.span);
    }

    return NGX_OK;
}


ngx_uint_t
ngx_webhook_capture_request_whole(ngx_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (capture->request.copy.over || capture->request.copy.broken) {
        return 0;
    }

    if (capture->request.copy.last) {
        return 1;
    }

    if (!ngx_webhook_capture_request_none(r)) {
        return 0;
    }

    capture->request.copy.last = 1;

    return 1;
}


/* True if the request has no body. */

static ngx_uint_t
ngx_webhook_capture_request_none(ngx_http_request_t *r)
{
    ngx_table_elt_t  *h;

    if (r->headers_in.chunked) {
        return 0;
    }

    /* content_length_n counts down while a body is discarded */

    h = r->headers_in.content_length;

    return h == NULL || ngx_atoof(h->value.data, h->value.len) == 0;
}


ngx_uint_t
ngx_webhook_capture_request_comes(ngx_webhook_capture_t *capture)
{
    ngx_http_request_t  *r;

    r = capture->r;

    if (ngx_webhook_capture_request_whole(capture)) {
        return 0;
    }

    return r->reading_body || (r->request_body == NULL && !r->discard_body);
}


const char *
ngx_webhook_capture_request(ngx_webhook_capture_t *capture,
    ngx_webhook_counter_e *counter)
{
    ngx_chain_t         *cl;
    ngx_http_request_t  *r;
    ngx_webhook_copy_t  *copy;

    r = capture->r;
    copy = &capture->request.copy;

    if (ngx_webhook_capture_request_whole(capture)) {
        return NULL;
    }

    *counter = NGX_WEBHOOK_EVENTS_FAILED;

    if (capture->wanted || r->reading_body) {

        if (copy->over) {
            *counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
            return "the request's body is over webhook_payload_max";
        }

        return copy->broken ? "no memory for the request's body"
                            : "the request's body did not come in whole";
    }

    if (r->discard_body || r->request_body == NULL) {
        return "the request's body was not read";
    }

    /*
     * It was read before an internal redirect to the rules that want it: what
     * is still in memory serves.
     */

    if (r->request_body->temp_file || r->request_body->bufs == NULL) {
        return "the request's body was read before a redirect";
    }

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        switch (ngx_webhook_copy_add(capture->memory, copy, cl->buf->pos,
                                     cl->buf->last - cl->buf->pos,
                                     capture->max))
        {
        case NGX_OK:
            break;

        case NGX_DECLINED:
            *counter = NGX_WEBHOOK_EVENTS_TOO_LARGE;
            return "the request's body is over webhook_payload_max";

        default:
            return "no memory for the request's body";
        }
    }

    if (r->headers_in.content_length_n >= 0
        && (off_t) copy->len != r->headers_in.content_length_n)
    {
        return "the request's body was read before a redirect";
    }

    copy->last = 1;

    return NULL;
}


ngx_int_t
ngx_webhook_capture_request_digest(ngx_webhook_capture_t *capture,
    u_char digest[WEBHOOK_HASH_LEN])
{
    off_t                len;
    ngx_chain_t         *cl;
    webhook_hash_t       hash;
    ngx_http_request_t  *r;

    if (capture->work) {
        return ngx_webhook_capture_taken_digest(capture->work, digest);
    }

    r = capture->r;

    if (capture->hashed) {

        /* another rule may ask too */

        hash = capture->hash;
        webhook_hash_end(&hash, digest);

        return NGX_OK;
    }

    webhook_hash_init(&hash);

    if (ngx_webhook_capture_request_none(r)) {
        webhook_hash_end(&hash, digest);
        return NGX_OK;
    }

    if (r->reading_body || r->discard_body || r->request_body == NULL
        || r->request_body->temp_file || r->request_body->bufs == NULL)
    {
        return NGX_DECLINED;
    }

    /* It was read before an internal redirect to the rules that ask. */

    len = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {

        if (!ngx_buf_in_memory(cl->buf)) {
            return NGX_DECLINED;
        }

        len += cl->buf->last - cl->buf->pos;
        webhook_hash_add(&hash, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    if (len != r->headers_in.content_length_n) {
        return NGX_DECLINED;
    }

    webhook_hash_end(&hash, digest);

    return NGX_OK;
}
