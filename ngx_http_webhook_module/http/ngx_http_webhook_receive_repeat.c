
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What repeats of a call have in common: the key that they are known by, and
 * what the API is told of it.
 */


#include "ngx_http_webhook_receive_int.h"
#include "ngx_http_webhook_lookup.h"

#include <openssl/evp.h>


#define NGX_HTTP_WEBHOOK_IDEMPOTENCY_LEN  32    /* hexadecimal digits */


static ngx_int_t ngx_http_webhook_repeat_digest(ngx_str_t *pieces,
    ngx_uint_t n, u_char *digest);


ngx_int_t
ngx_http_webhook_receive_idempotency(ngx_http_webhook_act_t *act,
    ngx_str_t *value)
{
    u_char                   *p, digest[EVP_MAX_MD_SIZE],
                              numbers[2 * NGX_INT_T_LEN + 2];
    ngx_str_t                 pieces[3];
    ngx_http_webhook_call_t  *call;

    call = act->call;

    pieces[0] = call->receiver->name;

    if (call->keyed) {
        pieces[1].data = call->repeat;
        pieces[1].len = sizeof(call->repeat);

    } else {
        ngx_http_webhook_receive_request_id(call->request, &pieces[1]);
    }

    pieces[2].data = numbers;
    pieces[2].len = ngx_sprintf(numbers, "/%ui/%ui", act->element,
                                act->number)
                    - numbers;

    if (ngx_http_webhook_repeat_digest(pieces, 3, digest) != NGX_OK) {
        return NGX_ERROR;
    }

    p = ngx_pnalloc(call->request->pool, NGX_HTTP_WEBHOOK_IDEMPOTENCY_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_hex_dump(p, digest, NGX_HTTP_WEBHOOK_IDEMPOTENCY_LEN / 2);

    value->data = p;
    value->len = NGX_HTTP_WEBHOOK_IDEMPOTENCY_LEN;

    return NGX_OK;
}


/* SHA-256 of the pieces, with a zero byte between two. */

static ngx_int_t
ngx_http_webhook_repeat_digest(ngx_str_t *pieces, ngx_uint_t n,
    u_char *digest)
{
    int          ok;
    ngx_uint_t   i;
    EVP_MD_CTX  *ctx;

    ctx = EVP_MD_CTX_new();
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

    for (i = 0; ok && i < n; i++) {
        ok = EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len) == 1
             && (i + 1 == n || EVP_DigestUpdate(ctx, "", 1) == 1);
    }

    ok = ok && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;

    EVP_MD_CTX_free(ctx);

    return ok ? NGX_OK : NGX_ERROR;
}
