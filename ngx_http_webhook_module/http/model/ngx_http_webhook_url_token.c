
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook_url_token.h"
#include "core/base/webhook_hash.h"


void
ngx_webhook_url_token_digest(ngx_str_t *token, u_char *digest)
{
    webhook_hash_t  hash;

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, token->data, token->len);
    webhook_hash_end(&hash, digest);

    ngx_explicit_memzero(&hash, sizeof(webhook_hash_t));
}


ngx_uint_t
ngx_webhook_url_token_valid(ngx_str_t *token)
{
    u_char      c;
    ngx_uint_t  i;

    if (token->len < NGX_WEBHOOK_URL_TOKEN_MIN
        || token->len > NGX_WEBHOOK_URL_TOKEN_MAX)
    {
        return 0;
    }

    for (i = 0; i < token->len; i++) {
        c = token->data[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '_' || c == '-')
        {
            continue;
        }

        return 0;
    }

    return 1;
}
