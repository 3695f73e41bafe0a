
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What goes out: the endpoint's own headers, those of the event, and
 * signatures, which are made anew at each attempt.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/runtime/ngx_http_webhook_hops.h"
#include "http/runtime/ngx_http_webhook_moved.h"


static size_t ngx_webhook_attempt_head_size(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *event_header);
static u_char *ngx_webhook_attempt_own(u_char *p, ngx_webhook_endpoint_t *ep,
    webhook_rendition_t *rendition);
static u_char *ngx_webhook_attempt_number(u_char *p, int64_t n);
static u_char *ngx_webhook_attempt_headers(u_char *p, ngx_str_t *headers,
    ngx_uint_t all);
static void ngx_webhook_attempt_trace(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *headers);
static ngx_int_t ngx_webhook_attempt_sign(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, time_t now, u_char **pos, u_char *last);
static ngx_int_t ngx_webhook_attempt_signed(int rc);


ngx_int_t
ngx_webhook_attempt_head(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *event_header, ngx_log_t *log)
{
    u_char               *p;
    size_t                size;
    time_t                now;
    ngx_int_t             rc;
    ngx_str_t             headers;
    ngx_uint_t            all;
    webhook_event_t      *event;
    webhook_rendition_t  *rendition;

    event = &attempt->lease.event;
    rendition = &event->rendition;
    headers = *ngx_webhook_nstr(&rendition->headers);

    all = (ngx_webhook_moved_take(&headers) == ep->moved);

    ngx_webhook_attempt_trace(attempt, ep, &headers);

    size = ngx_webhook_attempt_head_size(attempt, ep, event_header);

    p = ngx_alloc(size, log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    attempt->exchange.head.data = p;
    attempt->head_size = size;

    now = ngx_time();

    p = ngx_webhook_attempt_own(p, ep, rendition);

    if (rendition->content_type.len) {
        p = ngx_cpymem(p, "Content-Type: ", sizeof("Content-Type: ") - 1);
        p = ngx_cpymem(p, rendition->content_type.data,
                       rendition->content_type.len);
        *p++ = CR; *p++ = LF;
    }

    if (headers.len < sizeof(NGX_WEBHOOK_HOPS_LINE) - 1
        || ngx_memcmp(headers.data, NGX_WEBHOOK_HOPS_LINE,
                      sizeof(NGX_WEBHOOK_HOPS_LINE) - 1)
           != 0)
    {
        p = ngx_cpymem(p, NGX_WEBHOOK_HOPS_LINE "1" CRLF,
                       sizeof(NGX_WEBHOOK_HOPS_LINE "1" CRLF) - 1);
    }

    p = ngx_webhook_attempt_headers(p, &headers, all);

    if (!ep->traces) {
        p = ngx_cpymem(p, "traceparent: ", sizeof("traceparent: ") - 1);
        webhook_trace_text(&attempt->trace, p);
        p += WEBHOOK_TRACE_TEXT_LEN;
        *p++ = CR; *p++ = LF;
    }

    p = ngx_cpymem(p, event_header->data, event_header->len);
    *p++ = ':'; *p++ = ' ';
    p = ngx_cpymem(p, event->type.data, event->type.len);

    p = ngx_cpymem(p, CRLF "webhook-id: ", sizeof(CRLF "webhook-id: ") - 1);

    if (attempt->id.len) {
        p = ngx_cpymem(p, attempt->id.data, attempt->id.len);

    } else {
        webhook_id_text(&event->wire, p);
        p += WEBHOOK_ID_TEXT_LEN;
    }

    p = ngx_cpymem(p, CRLF "webhook-timestamp: ",
                   sizeof(CRLF "webhook-timestamp: ") - 1);
    p = ngx_webhook_attempt_number(p, now);
    p = ngx_cpymem(p, CRLF "webhook-attempt: ",
                   sizeof(CRLF "webhook-attempt: ") - 1);
    p = ngx_webhook_attempt_number(p, attempt->lease.number);
    *p++ = CR; *p++ = LF;

    rc = ngx_webhook_attempt_sign(attempt, ep, now, &p,
                                  attempt->exchange.head.data + size);
    if (rc != NGX_OK) {
        ngx_webhook_attempt_head_free(attempt);
        return rc;
    }

    p = ngx_cpymem(p, "Content-Length: ", sizeof("Content-Length: ") - 1);
    p = ngx_webhook_attempt_number(p, (int64_t) rendition->body.len);
    *p++ = CR; *p++ = LF;
    *p++ = CR; *p++ = LF;

    attempt->exchange.head.len = p - attempt->exchange.head.data;

    return NGX_OK;
}


/* The endpoint's own, behind a request line of the rendition where that has
   one, in the place of the first line. */

static u_char *
ngx_webhook_attempt_own(u_char *p, ngx_webhook_endpoint_t *ep,
    webhook_rendition_t *rendition)
{
    u_char  *rest, *last;

    rest = ep->head.data;
    last = ep->head.data + ep->head.len;

    if (rendition->request.len) {
        p = ngx_cpymem(p, rendition->request.data, rendition->request.len);
        p = ngx_cpymem(p, " HTTP/1.1" CRLF, sizeof(" HTTP/1.1" CRLF) - 1);

        rest = ngx_strlchr(rest, last, LF) + 1;
    }

    return ngx_cpymem(p, rest, last - rest);
}


/* Faster than a format, which is looked through each time. */

static u_char *
ngx_webhook_attempt_number(u_char *p, int64_t n)
{
    u_char         digits[WEBHOOK_NUMBER_SIZE];
    webhook_str_t  text;

    text = webhook_scheme_number(n, digits);

    return ngx_cpymem(p, text.data, text.len);
}


ngx_uint_t
ngx_webhook_attempt_lacks(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    ngx_str_t              headers;
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    headers = *ngx_webhook_nstr(&attempt->lease.event.rendition.headers);

    /* where it led elsewhere then they would not be sent anyway */

    if (!webhook_moved_headless(ngx_webhook_str(&headers))
        || ngx_webhook_moved_take(&headers) != ep->moved)
    {
        return 0;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (header[i].tpl) {
            return 1;
        }
    }

    return 0;
}


/*
 * Those of the event.  Where they were made before the endpoint led to this host
 * (see moved.h) no more goes out than what the event has by itself.
 */

static u_char *
ngx_webhook_attempt_headers(u_char *p, ngx_str_t *headers, ngx_uint_t all)
{
    u_char  *line, *colon, *end, *last, *envelope;

    if (all) {
        return headers->len ? ngx_cpymem(p, headers->data, headers->len) : p;
    }

    last = headers->data + headers->len;
    envelope = ngx_webhook_moved_envelope(headers);

    for (line = headers->data; line < last; line = end) {

        end = ngx_strlchr(line, last, LF);
        end = end ? end + 1 : last;
        colon = ngx_strlchr(line, end, ':');

        if (colon
            && ngx_webhook_moved_event(line, colon - line, line >= envelope))
        {
            p = ngx_cpymem(p, line, end - line);
        }
    }

    return p;
}


/* The most that it takes. */

static size_t
ngx_webhook_attempt_head_size(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *event_header)
{
    size_t               size;
    ngx_uint_t           i;
    webhook_event_t     *event;
    ngx_webhook_hmac_t  *hmac;

    event = &attempt->lease.event;

    size = ep->head.len
           + event->rendition.request.len + sizeof(" HTTP/1.1" CRLF) - 1
           + sizeof("Content-Type: " CRLF) - 1
           + event->rendition.content_type.len
           + sizeof(NGX_WEBHOOK_HOPS_LINE "1" CRLF) - 1
           + event->rendition.headers.len
           + sizeof("traceparent: " CRLF) - 1 + WEBHOOK_TRACE_TEXT_LEN
           + event_header->len + sizeof(": " CRLF) - 1 + event->type.len
           + sizeof("webhook-id: " CRLF) - 1 + WEBHOOK_ID_TEXT_LEN
           + attempt->id.len
           + sizeof("webhook-timestamp: " CRLF) - 1 + NGX_TIME_T_LEN
           + sizeof("webhook-attempt: " CRLF) - 1 + NGX_INT32_LEN
           + sizeof("Content-Length: " CRLF) - 1 + NGX_SIZE_T_LEN
           + sizeof(CRLF) - 1;

    if (ep->keys.nkeys) {
        size += sizeof("webhook-signature: " CRLF) - 1
                + WEBHOOK_SIGN_STANDARD_MAX;
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        size += hmac[i].header.len + sizeof(": " CRLF) - 1
                + WEBHOOK_SIGN_HMAC_MAX;
    }

    return size;
}


/*
 * The trace is the one that the event was put with, which then is the first of
 * the rendition's headers, or one of the event alone; each send is a step of its
 * own.
 */

static void
ngx_webhook_attempt_trace(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *headers)
{
    ngx_uint_t     known;
    webhook_str_t  text;

    known = 0;

    if (headers->len >= WEBHOOK_TRACE_LINE_LEN
        && ngx_memcmp(headers->data, WEBHOOK_TRACE_LINE,
                      sizeof(WEBHOOK_TRACE_LINE) - 1)
           == 0)
    {
        text.data = headers->data + sizeof(WEBHOOK_TRACE_LINE) - 1;
        text.len = WEBHOOK_TRACE_TEXT_LEN;

        headers->data += WEBHOOK_TRACE_LINE_LEN;
        headers->len -= WEBHOOK_TRACE_LINE_LEN;

        known = (webhook_trace_parse(&text, &attempt->trace) == WEBHOOK_OK);
    }

    if (ep->traces) {
        ngx_memzero(&attempt->trace, sizeof(webhook_trace_t));
        return;
    }

    if (!known) {
        webhook_trace_event(&attempt->lease.event.wire, &attempt->trace);
    }

    webhook_trace_span(&attempt->trace, ep->id, attempt->lease.lease_token);
}


static ngx_int_t
ngx_webhook_attempt_sign(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, time_t now, u_char **pos, u_char *last)
{
    int                  rc;
    u_char              *p, id[WEBHOOK_ID_TEXT_LEN];
    size_t               len;
    ngx_uint_t           i;
    webhook_message_t    m;
    ngx_webhook_hmac_t  *hmac;

    if (ep->keys.nkeys == 0 && ep->hmacs.nelts == 0) {
        return NGX_OK;
    }

    p = *pos;

    webhook_id_text(&attempt->lease.event.wire, id);

    ngx_memzero(&m, sizeof(webhook_message_t));

    m.id.data = id;
    m.id.len = WEBHOOK_ID_TEXT_LEN;

    if (attempt->id.len) {
        m.id = *ngx_webhook_str(&attempt->id);
    }

    m.timestamp = now;
    m.url = *ngx_webhook_str(&ep->url);
    m.body = &attempt->lease.event.rendition.body;
    m.pieces = 1;

    if (ep->keys.nkeys) {

        p = ngx_cpymem(p, "webhook-signature: ",
                       sizeof("webhook-signature: ") - 1);

        rc = webhook_sign_standard(ep->keys.keys, ep->keys.nkeys, &m, p,
                                   last - p, &len);
        if (rc != WEBHOOK_OK) {
            return ngx_webhook_attempt_signed(rc);
        }

        p += len;
        *p++ = CR; *p++ = LF;
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {

        p = ngx_cpymem(p, hmac[i].header.data, hmac[i].header.len);
        *p++ = ':'; *p++ = ' ';

        rc = webhook_sign_hmac(&hmac[i].scheme, hmac[i].keys.keys,
                               hmac[i].keys.nkeys, &m, p, last - p, &len);
        if (rc != WEBHOOK_OK) {
            return ngx_webhook_attempt_signed(rc);
        }

        p += len;
        *p++ = CR; *p++ = LF;
    }

    *pos = p;

    return NGX_OK;
}


/*
 * Keys were looked at when the configuration was read, so that what cannot be
 * signed is due to their end.
 */

static ngx_int_t
ngx_webhook_attempt_signed(int rc)
{
    return (rc == WEBHOOK_ERROR) ? NGX_DECLINED : NGX_ERROR;
}


void
ngx_webhook_attempt_head_free(ngx_webhook_attempt_t *attempt)
{
    if (attempt->exchange.head.data == NULL) {
        return;
    }

    /* it may hold a credential of the endpoint */

    ngx_explicit_memzero(attempt->exchange.head.data, attempt->head_size);
    ngx_free(attempt->exchange.head.data);

    attempt->exchange.head.data = NULL;
    attempt->exchange.head.len = 0;
}
