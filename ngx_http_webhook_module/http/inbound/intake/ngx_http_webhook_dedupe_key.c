
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/inbound/intake/ngx_http_webhook_dedupe_key.h"
#include "http/outbound/payload/ngx_http_webhook_lookup.h"
#include "http/inbound/call/ngx_http_webhook_call_lookup.h"
#include "http/inbound/call/ngx_http_webhook_message.h"

#include "core/base/webhook_hash.h"
#include "core/json/webhook_json_text.h"


static ngx_uint_t ngx_webhook_dedupe_key_make(ngx_webhook_call_t *call,
    ngx_str_t *error);


ngx_int_t
ngx_webhook_dedupe_key(ngx_webhook_call_t *call)
{
    ngx_str_t   error;
    ngx_uint_t  status;

    if (call->receiver->dedupe == NGX_WEBHOOK_DEDUPE_NONE) {
        return NGX_OK;
    }

    call->whole = 1;
    status = ngx_webhook_dedupe_key_make(call, &error);
    call->whole = 0;

    if (status) {
        return ngx_webhook_call_set(call, status, &error);
    }

    call->keyed = 1;

    return NGX_OK;
}


/* 0, or the status of a call that has nothing to know it by. */

static ngx_uint_t
ngx_webhook_dedupe_key_make(ngx_webhook_call_t *call, ngx_str_t *error)
{
    u_char                   digest[NGX_WEBHOOK_DIGEST_LEN];
    ngx_str_t                pieces[2], name;
    webhook_buf_t            buf;
    webhook_str_t            text;
    webhook_value_t          v;
    ngx_webhook_receiver_t  *receiver;

    receiver = call->receiver;

    webhook_buf_init(&buf, 0);

    switch (receiver->dedupe) {

    case NGX_WEBHOOK_DEDUPE_HEADER:

        ngx_str_set(&pieces[0], "header");
        name = receiver->dedupe_header;

        if (ngx_webhook_lookup_lines(call->pool,
                             &call->request->headers_in.headers,
                             ngx_webhook_str(&receiver->dedupe_header), &v)
            != NGX_OK)
        {
            goto nomem;
        }

        break;

    case NGX_WEBHOOK_DEDUPE_BODY:

        ngx_str_set(&pieces[0], "body");
        name = *ngx_webhook_nstr(webhook_path_text(receiver->dedupe_path));

        if (ngx_webhook_call_lookup(call, receiver->dedupe_path, &v)
            != WEBHOOK_OK)
        {
            goto nomem;
        }

        break;

    default:

        ngx_str_set(&pieces[0], "hash");
        ngx_str_null(&name);

        ngx_memzero(&v, sizeof(webhook_value_t));

        v.is_text = 1;
        v.span.data = call->body;
        v.span.len = call->body_len;
        break;
    }

    if (webhook_value_empty(&v)) {
        ngx_webhook_message(call, error,
                            "The call has no '%V', by which repeats are "
                            "recognized", &name);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    if (!v.is_text && !webhook_json_whole(&v.span)) {

        /* others would become the same */

        ngx_webhook_message(call, error,
                            "'%V', by which repeats are recognized, has "
                            "half of a surrogate pair", &name);
        return NGX_WEBHOOK_UNPROCESSABLE;
    }

    if (webhook_value_view(&v, &buf, &text) != WEBHOOK_OK) {
        webhook_buf_free(&buf);
        goto nomem;
    }

    pieces[1] = *ngx_webhook_nstr(&text);

    ngx_webhook_dedupe_key_digest(pieces, 2, digest);

    webhook_buf_free(&buf);

    ngx_memcpy(call->dedupe, digest, sizeof(call->dedupe));

    return 0;

nomem:

    ngx_str_set(error, "Out of memory; nothing was done");

    return NGX_HTTP_SERVICE_UNAVAILABLE;
}


/* SHA-256 of the pieces, with a zero byte between two. */

void
ngx_webhook_dedupe_key_digest(ngx_str_t *pieces, ngx_uint_t n, u_char *digest)
{
    ngx_uint_t      i;
    webhook_hash_t  hash;

    webhook_hash_init(&hash);

    for (i = 0; i < n; i++) {

        if (i) {
            webhook_hash_add(&hash, "", 1);
        }

        webhook_hash_add(&hash, pieces[i].data, pieces[i].len);
    }

    webhook_hash_end(&hash, digest);
}
