
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook.h"
#include "http/model/ngx_http_webhook_url_token.h"

#include <openssl/crypto.h>


static void *ngx_http_webhook_find(ngx_array_t *array, uint64_t id);


ngx_http_webhook_endpoint_t *
ngx_http_webhook_endpoint_find(ngx_http_webhook_main_conf_t *wmcf,
    uint64_t id)
{
    return ngx_http_webhook_find(&wmcf->endpoints, id);
}


ngx_http_webhook_receiver_t *
ngx_http_webhook_receiver_find(ngx_http_webhook_main_conf_t *wmcf,
    uint64_t id)
{
    return ngx_http_webhook_find(&wmcf->receivers, id);
}


static void *
ngx_http_webhook_find(ngx_array_t *array, uint64_t id)
{
    ngx_uint_t                  first, last, mid;
    ngx_http_webhook_named_t  **named;

    named = array->elts;
    first = 0;
    last = array->nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (named[mid]->id == id) {
            return named[mid];
        }

        if (named[mid]->id < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    return NULL;
}


/*
 * The search is among digests, of which a caller cannot choose a part: how
 * far it went tells nothing of a token.
 */

ngx_http_webhook_receiver_t *
ngx_http_webhook_receiver_by_token(ngx_http_webhook_main_conf_t *wmcf,
    ngx_str_t *token)
{
    ngx_uint_t                 first, last, mid;
    ngx_http_webhook_token_t  *tokens;
    u_char                     digest[NGX_HTTP_WEBHOOK_DIGEST_LEN];

    if (!ngx_http_webhook_token_valid(token)
        || ngx_http_webhook_token_digest(token, digest) != NGX_OK)
    {
        return NULL;
    }

    tokens = wmcf->tokens.elts;
    first = 0;
    last = wmcf->tokens.nelts;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (ngx_memcmp(tokens[mid].digest, digest, sizeof(digest)) < 0) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first < wmcf->tokens.nelts
        && CRYPTO_memcmp(tokens[first].digest, digest, sizeof(digest)) == 0
        && (tokens[first].expires == 0
            || ngx_time() < tokens[first].expires))
    {
        return tokens[first].receiver;
    }

    return NULL;
}
