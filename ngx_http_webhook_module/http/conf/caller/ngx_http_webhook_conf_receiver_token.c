
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { secret }: the secret part of its URL.  No more of it is
 * kept than a SHA-256, and no more need be given.
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_token.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_key.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/model/ngx_http_webhook_url_token.h"


static ngx_int_t ngx_webhook_receiver_token_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_token_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_secret(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_sha256(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *hex, u_char *digest);
static char *ngx_webhook_receiver_expires(ngx_webhook_build_t *b,
    ngx_str_t *date, ngx_webhook_url_token_t *url_token);


static const ngx_webhook_field_t
    ngx_webhook_receiver_token_fields[] = {

    { ngx_string("secret"),
      NGX_CONF_TAKE12,
      ngx_webhook_receiver_secret,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t  ngx_webhook_receiver_token_part = {
    ngx_webhook_receiver_token_fields,
    ngx_webhook_receiver_token_create,
    ngx_webhook_receiver_token_finish,
    NULL
};


static ngx_int_t
ngx_webhook_receiver_token_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->url_tokens, b->pool, 1,
                          sizeof(ngx_webhook_url_token_t));
}


static ngx_int_t
ngx_webhook_receiver_token_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (rcv->url_tokens.nelts) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                         "webhook_receiver \"%V\" has no \"secret\"",
                         &rcv->name);
    return NGX_ERROR;
}


/* secret TOKEN|file:PATH|env:NAME|sha256:HEX [expires=DATE] */

static char *
ngx_webhook_receiver_secret(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t   *rcv = conf;

    char                     *rv;
    ngx_str_t                *value, secret, hex, date;
    ngx_webhook_url_token_t  *url_token;

    value = b->args->elts;

    url_token = ngx_array_push(&rcv->url_tokens);
    if (url_token == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(url_token, sizeof(ngx_webhook_url_token_t));

    url_token->receiver = rcv;
    ngx_webhook_conf_source_pos(b, &url_token->source_pos);

    if (!ngx_webhook_conf_param(&value[1], "sha256:", &hex)
        && ngx_webhook_conf_source(b, &value[1]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_secret(b, &value[1], &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    /* a digest is no secret, but it may come from a file as well */

    if (ngx_webhook_conf_param(&secret, "sha256:", &hex)) {
        rv = ngx_webhook_receiver_sha256(b, rcv, &hex, url_token->digest);

    } else if (!ngx_webhook_url_token_valid(&secret)) {

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "the \"secret\" of webhook_receiver \"%V\" must be "
                           "%d to %d letters, digits, \"_\" and \"-\"",
                           &rcv->name, NGX_WEBHOOK_URL_TOKEN_MIN,
                           NGX_WEBHOOK_URL_TOKEN_MAX);
        rv = NGX_CONF_ERROR;

    } else {
        ngx_webhook_url_token_digest(&secret, url_token->digest);
    }

    ngx_explicit_memzero(secret.data, secret.len);

    if (rv != NGX_CONF_OK || b->args->nelts == 2) {
        return rv;
    }

    if (!ngx_webhook_conf_param(&value[2], "expires=", &date)) {
        return ngx_webhook_conf_unknown(b, &value[2]);
    }

    return ngx_webhook_receiver_expires(b, &date, url_token);
}


static char *
ngx_webhook_receiver_sha256(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_str_t *hex, u_char *digest)
{
    ngx_int_t   n;
    ngx_uint_t  i;

    n = hex->len == 2 * NGX_WEBHOOK_DIGEST_LEN ? 0 : NGX_ERROR;

    for (i = 0; i < NGX_WEBHOOK_DIGEST_LEN && n != NGX_ERROR; i++) {
        n = ngx_hextoi(hex->data + 2 * i, 2);
        digest[i] = (u_char) n;
    }

    if (n != NGX_ERROR) {
        return NGX_CONF_OK;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                        "\"sha256:\" in \"secret\" of webhook_receiver \"%V\" "
                        "must be followed by the 64 hexadecimal digits of a "
                        "token's SHA-256", &rcv->name);
    return NGX_CONF_ERROR;
}


static char *
ngx_webhook_receiver_expires(ngx_webhook_build_t *b, ngx_str_t *date,
    ngx_webhook_url_token_t *url_token)
{
    char                *rv;
    webhook_key_t        key;
    ngx_webhook_keys_t   keys;

    /* dates are read as those of keys are */

    ngx_memzero(&key, sizeof(webhook_key_t));

    keys.keys = &key;
    keys.nkeys = 1;

    rv = ngx_webhook_conf_key_expires(b, date, &keys);

    url_token->expires = key.expires;

    return rv;
}
