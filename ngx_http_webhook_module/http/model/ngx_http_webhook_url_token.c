
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/model/ngx_http_webhook_url_token.h"

#include <openssl/evp.h>


ngx_int_t
ngx_webhook_url_token_digest(ngx_str_t *token, u_char *digest)
{
    return EVP_Digest(token->data, token->len, digest, NULL, EVP_sha256(),
                      NULL)
           ? NGX_OK : NGX_ERROR;
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
