
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { secret }: the secret part of its URL.
 */

#include "ngx_http_webhook_conf_receiver.h"

#include <openssl/evp.h>


#define NGX_HTTP_WEBHOOK_TOKEN_MIN    20
#define NGX_HTTP_WEBHOOK_TOKEN_MAX    255


static ngx_int_t ngx_http_webhook_receiver_token_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static ngx_int_t ngx_http_webhook_receiver_token_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv);
static char *ngx_http_webhook_receiver_secret(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_webhook_receiver_digest(ngx_str_t *token,
    u_char *digest);
static ngx_uint_t ngx_http_webhook_receiver_token_valid(ngx_str_t *token);


static ngx_command_t  ngx_http_webhook_receiver_token_commands[] = {

    { ngx_string("secret"),
      NGX_CONF_TAKE1,
      ngx_http_webhook_receiver_secret,
      0,
      0,
      NULL },

      ngx_null_command
};


const ngx_http_webhook_receiver_part_t  ngx_http_webhook_receiver_token_part = {
    ngx_http_webhook_receiver_token_commands,
    ngx_http_webhook_receiver_token_create,
    ngx_http_webhook_receiver_token_finish,
    NULL
};


static ngx_int_t
ngx_http_webhook_receiver_token_create(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->tokens, cf->pool, 1,
                          sizeof(ngx_http_webhook_token_t));
}


static ngx_int_t
ngx_http_webhook_receiver_token_finish(ngx_conf_t *cf,
    ngx_http_webhook_receiver_t *rcv)
{
    if (rcv->tokens.nelts) {
        return NGX_OK;
    }

    ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &rcv->place,
                                "webhook_receiver \"%V\" has no \"secret\"",
                                &rcv->name);
    return NGX_ERROR;
}


static char *
ngx_http_webhook_receiver_secret(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_receiver_t *rcv = conf;

    char                      *rv;
    ngx_int_t                  rc;
    ngx_str_t                 *value, secret;
    ngx_uint_t                 valid;
    ngx_http_webhook_token_t  *token;

    value = cf->args->elts;

    rv = ngx_http_webhook_conf_secret(cf, &value[1], &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    token = ngx_array_push(&rcv->tokens);

    valid = ngx_http_webhook_receiver_token_valid(&secret);
    rc = NGX_ERROR;

    if (token) {
        token->receiver = rcv;
        ngx_http_webhook_conf_place(cf, &token->place);

        rc = ngx_http_webhook_receiver_digest(&secret, token->digest);
    }

    ngx_explicit_memzero(secret.data, secret.len);

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (!valid) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the \"secret\" of webhook_receiver \"%V\" must be "
                           "%d to %d letters, digits, \"_\" and \"-\"",
                           &rcv->name, NGX_HTTP_WEBHOOK_TOKEN_MIN,
                           NGX_HTTP_WEBHOOK_TOKEN_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_webhook_receiver_digest(ngx_str_t *token, u_char *digest)
{
    return EVP_Digest(token->data, token->len, digest, NULL, EVP_sha256(),
                      NULL)
           ? NGX_OK : NGX_ERROR;
}


static ngx_uint_t
ngx_http_webhook_receiver_token_valid(ngx_str_t *token)
{
    u_char      c;
    ngx_uint_t  i;

    if (token->len < NGX_HTTP_WEBHOOK_TOKEN_MIN
        || token->len > NGX_HTTP_WEBHOOK_TOKEN_MAX)
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

    if (!ngx_http_webhook_receiver_token_valid(token)
        || ngx_http_webhook_receiver_digest(token, digest) != NGX_OK)
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
        && CRYPTO_memcmp(tokens[first].digest, digest, sizeof(digest)) == 0)
    {
        return tokens[first].receiver;
    }

    return NULL;
}
