
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/context/ngx_http_webhook_capture_idempotency.h"
#include "http/outbound/context/ngx_http_webhook_capture_body.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"

#include "core/base/webhook_codec.h"


/*
 * A client that repeats a call, since no answer came or for any other reason,
 * sends the same key.  Two requests are the same by all of: type of event, the
 * rule, method, host, URI as the client wrote it, key, and who the client is;
 * and by what the event is made of, the bodies, so that a key that is used for
 * something else, or by somebody else, swallows no event.
 */

static ngx_int_t ngx_webhook_capture_header(ngx_http_request_t *r,
    const char *name, webhook_str_t *text);
static ngx_int_t ngx_webhook_capture_response_digest(
    ngx_webhook_capture_t *capture,
    u_char digest[WEBHOOK_HASH_LEN]);
static void ngx_webhook_match_unprotected(ngx_webhook_match_t *match,
    const char *reason);


ngx_uint_t
ngx_webhook_capture_keyed(ngx_http_request_t *r, ngx_webhook_loc_conf_t *wlcf)
{
    webhook_value_t  key;

    return wlcf->idempotency.len
           && ngx_webhook_lookup_header(r, ngx_webhook_str(&wlcf->idempotency),
                                     &key)
              == NGX_OK
           && !key.missing
           && key.span.len;
}


ngx_int_t
ngx_webhook_capture_key(ngx_webhook_match_t *match,
    ngx_webhook_loc_conf_t *wlcf)
{
    u_char                  ordinal[sizeof(uint64_t)];
    ngx_str_t               by;
    webhook_str_t           text;
    webhook_hash_t          hash;
    webhook_value_t         key;
    ngx_http_request_t     *r;
    ngx_webhook_rule_t     *rule;
    ngx_webhook_capture_t  *capture;

    capture = match->capture;
    rule = match->rule;
    r = capture->r;

    if (wlcf->idempotency.len == 0) {
        return NGX_OK;
    }

    if (ngx_webhook_lookup_header(r, ngx_webhook_str(&wlcf->idempotency), &key)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (key.missing || key.span.len == 0) {
        return NGX_OK;
    }

    webhook_hash_init(&hash);

    webhook_hash_text(&hash, ngx_webhook_str(&rule->type->name));

    text.data = rule->digest;
    text.len = WEBHOOK_HASH_LEN;
    webhook_hash_text(&hash, &text);

    webhook_set_u64(ordinal, rule->ordinal);
    text.data = ordinal;
    text.len = sizeof(ordinal);
    webhook_hash_text(&hash, &text);

    webhook_hash_text(&hash, ngx_webhook_str(&r->method_name));
    webhook_hash_text(&hash, ngx_webhook_str(&r->headers_in.server));
    webhook_hash_text(&hash, ngx_webhook_str(&r->unparsed_uri));
    webhook_hash_text(&hash, &key.span);

    if (wlcf->idempotency_by) {

        if (ngx_http_complex_value(r, wlcf->idempotency_by, &by) != NGX_OK) {
            return NGX_ERROR;
        }

        webhook_hash_text(&hash, ngx_webhook_str(&by));

    } else {

        if (ngx_webhook_capture_header(r, "Authorization", &text) != NGX_OK) {
            return NGX_ERROR;
        }

        webhook_hash_text(&hash, &text);

        if (ngx_webhook_capture_header(r, "Cookie", &text) != NGX_OK) {
            return NGX_ERROR;
        }

        webhook_hash_text(&hash, &text);
    }

    webhook_hash_end(&hash, match->key);

    match->keyed = 1;

    if (rule->want_response && capture->response.copy.hash == NULL
        && !ngx_webhook_copy_coded(&capture->response.coding))
    {
        capture->response.copy.hash = ngx_palloc(r->pool,
                                                 sizeof(webhook_hash_t));
        if (capture->response.copy.hash == NULL) {
            return NGX_ERROR;
        }

        webhook_hash_init(capture->response.copy.hash);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_capture_header(ngx_http_request_t *r, const char *name,
    webhook_str_t *text)
{
    webhook_str_t    s;
    webhook_value_t  v;

    s.data = (u_char *) name;
    s.len = ngx_strlen(name);

    if (ngx_webhook_lookup_header(r, &s, &v) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memzero(text, sizeof(webhook_str_t));

    if (!v.missing) {
        *text = v.span;
    }

    return NGX_OK;
}


void
ngx_webhook_match_idempotency(ngx_webhook_match_t *match,
    webhook_idempotency_t *idempotency)
{
    u_char                  digest[WEBHOOK_HASH_LEN];
    webhook_hash_t          hash;
    ngx_webhook_capture_t  *capture;

    if (!match->keyed) {
        return;
    }

    capture = match->capture;

    if (ngx_webhook_capture_request_digest(capture, digest) != NGX_OK) {
        ngx_webhook_match_unprotected(match, "the request's body was "
                                      "not read to its end");
        return;
    }

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, digest, WEBHOOK_HASH_LEN);

    if (match->rule->want_response) {

        if (ngx_webhook_capture_response_digest(capture, digest) != NGX_OK) {
            ngx_webhook_match_unprotected(match, "the response's body "
                                          "cannot be had");
            return;
        }

        webhook_hash_add(&hash, digest, WEBHOOK_HASH_LEN);
    }

    webhook_hash_end(&hash, idempotency->body);

    ngx_memcpy(idempotency->key, match->key, WEBHOOK_HASH_LEN);

    idempotency->keep = capture->wmcf->keep;
}


/* What codings make of a body may differ from time to time: it is told by what
   is in them. */

static ngx_int_t
ngx_webhook_capture_response_digest(ngx_webhook_capture_t *capture,
    u_char digest[WEBHOOK_HASH_LEN])
{
    ngx_chain_t             *cl;
    webhook_hash_t           hash;
    ngx_webhook_copy_t      *copy;
    ngx_webhook_document_t  *d;

    copy = &capture->response.copy;

    if (copy->hash && !copy->over && !copy->broken) {

        /* another rule may ask too */

        hash = *copy->hash;
        webhook_hash_end(&hash, digest);

        return NGX_OK;
    }

    d = ngx_webhook_capture_body(capture, NGX_WEBHOOK_PAYLOAD_RESPONSE);
    if (d == NULL) {
        return NGX_DECLINED;
    }

    webhook_hash_init(&hash);

    for (cl = d->body; cl; cl = cl->next) {
        webhook_hash_add(&hash, cl->buf->pos, cl->buf->last - cl->buf->pos);
    }

    webhook_hash_end(&hash, digest);

    return NGX_OK;
}


static void
ngx_webhook_match_unprotected(ngx_webhook_match_t *match, const char *reason)
{
    ngx_log_error(NGX_LOG_WARN, match->capture->log, 0,
                  "webhook event \"%V\" %V: a repeat of its request would "
                  "make another event: %s",
                  &match->rule->type->name, &match->id_text, reason);

    ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNPROTECTED, 1);
}
