
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { secret, sign, auth }: how an endpoint is shown who sends.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_sign.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_key.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_HMACS_MAX  8


static char *ngx_webhook_endpoint_secret(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_sign(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_endpoint_sign_header(ngx_webhook_build_t *b,
    ngx_webhook_hmac_t *hmac, ngx_str_t *arg, ngx_str_t *value);
static char *ngx_webhook_endpoint_sign_done(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep, ngx_webhook_hmac_t *hmac, ngx_str_t *digest,
    ngx_str_t *encoding, ngx_str_t *prefix, ngx_str_t *string);
static char *ngx_webhook_endpoint_auth(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_bearer(ngx_webhook_build_t *b,
    ngx_webhook_auth_t *auth);
static char *ngx_webhook_endpoint_oauth2(ngx_webhook_build_t *b,
    ngx_webhook_auth_t *auth);
static ngx_int_t ngx_webhook_endpoint_set_once(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_str_t *field);


const ngx_webhook_field_t  ngx_webhook_endpoint_sign_fields[] = {

    { ngx_string("secret"),
      NGX_CONF_TAKE12,
      ngx_webhook_endpoint_secret,
      0,
      NULL },

    { ngx_string("sign"),
      NGX_CONF_2MORE,
      ngx_webhook_endpoint_sign,
      0,
      NULL },

    { ngx_string("auth"),
      NGX_CONF_2MORE,
      ngx_webhook_endpoint_auth,
      0,
      NULL },

      ngx_webhook_null_field
};


ngx_int_t
ngx_webhook_endpoint_sign_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    return ngx_array_init(&ecf->endpoint->hmacs, b->pool, 1,
                          sizeof(ngx_webhook_hmac_t));
}


ngx_int_t
ngx_webhook_endpoint_sign_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ngx_str_t                authorization;
    ngx_uint_t               i, n;
    ngx_webhook_hmac_t      *hmac;
    ngx_webhook_header_t    *header;
    ngx_webhook_endpoint_t  *ep;

    ngx_str_set(&authorization, "Authorization");

    ep = ecf->endpoint;
    hmac = ep->hmacs.elts;
    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {

        if (ep->auth.kind != NGX_WEBHOOK_AUTH_NONE
            && ngx_webhook_endpoint_header_is(&header[i].name, &authorization))
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->auth.source_pos,
                                 "webhook_endpoint \"%V\" has \"auth\" "
                                 "and a \"header Authorization\"", &ep->name);
            return NGX_ERROR;
        }

        for (n = 0; n < ep->hmacs.nelts; n++) {

            if (!ngx_webhook_endpoint_header_is(&header[i].name,
                                                &hmac[n].header))
            {
                continue;
            }

            ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->source_pos,
                                 "webhook_endpoint \"%V\" has the "
                                 "header \"%V\" for a signature and "
                                 "another one of that name", &ep->name,
                                 &hmac[n].header);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* secret file:PATH|env:NAME|TEXT [expires=DATE] */

static char *
ngx_webhook_endpoint_secret(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    char                *rv;
    ngx_str_t           *value, s;
    ngx_webhook_keys_t  *keys;

    value = b->args->elts;
    keys = &ecf->endpoint->keys;

    if (b->args->nelts == 3
        && !ngx_webhook_conf_param(&value[2], "expires=", &s))
    {
        return ngx_webhook_conf_unknown(b, &value[2]);
    }

    rv = ngx_webhook_conf_literal(b, &value[1]);

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_conf_key(b, &value[1], 1, "secret", keys);
    }

    if (rv != NGX_CONF_OK || b->args->nelts == 2) {
        return rv;
    }

    return ngx_webhook_conf_key_expires(b, &s, keys);
}


/*
 * sign hmac header=NAME secret=... [expires=DATE]... [algorithm=] [encoding=]
 *      [prefix=] [template=]
 */

static char *
ngx_webhook_endpoint_sign(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    char                    *rv;
    ngx_str_t               *value, *field, s;
    ngx_str_t                digest, encoding, prefix, string;
    ngx_uint_t               i;
    ngx_webhook_hmac_t      *hmac;
    ngx_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;
    value = b->args->elts;

    if (ngx_webhook_conf_choice(b, &value[1], &value[1], "hmac") == NGX_ERROR)
    {
        return NGX_CONF_ERROR;
    }

    if (ep->hmacs.nelts == NGX_WEBHOOK_HMACS_MAX) {
        return "is given too often";
    }

    hmac = ngx_array_push(&ep->hmacs);
    if (hmac == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(hmac, sizeof(ngx_webhook_hmac_t));

    ngx_str_null(&digest);
    ngx_str_null(&encoding);
    ngx_str_null(&prefix);
    ngx_str_null(&string);

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "secret=", &s)) {

            rv = ngx_webhook_conf_key(b, &s, 0, "sign", &hmac->keys);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "expires=", &s)) {

            rv = ngx_webhook_conf_key_expires(b, &s, &hmac->keys);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "header=", &s)) {

            if (ngx_webhook_endpoint_sign_header(b, hmac, &value[i], &s)
                != NGX_OK)
            {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "algorithm=", &s)) {
            field = &digest;

        } else if (ngx_webhook_conf_param(&value[i], "encoding=", &s)) {
            field = &encoding;

        } else if (ngx_webhook_conf_param(&value[i], "prefix=", &s)) {
            field = &prefix;

        } else if (ngx_webhook_conf_param(&value[i], "template=", &s)) {
            field = &string;

        } else {
            return ngx_webhook_conf_unknown(b, &value[i]);
        }

        if (ngx_webhook_endpoint_set_once(b, &value[i], &s, field) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return ngx_webhook_endpoint_sign_done(b, ep, hmac, &digest, &encoding,
                                          &prefix, &string);
}


static ngx_int_t
ngx_webhook_endpoint_sign_header(ngx_webhook_build_t *b,
    ngx_webhook_hmac_t *hmac, ngx_str_t *arg, ngx_str_t *value)
{
    if (!ngx_webhook_conf_header_name(value)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                             "\"%V\" cannot be a header of an endpoint: it "
                             "is not a header name or is set by the "
                             "module", value);
        return NGX_ERROR;
    }

    return ngx_webhook_endpoint_set_once(b, arg, value, &hmac->header);
}


/* What is missing, and what does not go together with others. */

static char *
ngx_webhook_endpoint_sign_done(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep, ngx_webhook_hmac_t *hmac, ngx_str_t *digest,
    ngx_str_t *encoding, ngx_str_t *prefix, ngx_str_t *string)
{
    ngx_uint_t           i;
    const char          *err;
    webhook_part_t       parts[WEBHOOK_SCHEME_PARTS], *p;
    ngx_webhook_hmac_t  *other;

    if (hmac->header.len == 0) {
        return "has no \"header=\"";
    }

    if (hmac->keys.nkeys == 0) {
        return "has no \"secret=\"";
    }

    if (webhook_scheme_compile(&hmac->scheme, parts, ngx_webhook_str(digest),
                               ngx_webhook_str(encoding),
                               ngx_webhook_str(prefix),
                               ngx_webhook_str(string), &err) != WEBHOOK_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid \"sign\": %s",
                              err);
        return NGX_CONF_ERROR;
    }

    p = ngx_palloc(b->pool, hmac->scheme.nparts * sizeof(webhook_part_t));
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(p, parts, hmac->scheme.nparts * sizeof(webhook_part_t));
    hmac->scheme.parts = p;

    other = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts - 1; i++) {
        if (ngx_webhook_endpoint_header_is(&other[i].header, &hmac->header)) {
            return "has a header that another \"sign\" has";
        }
    }

    return NGX_CONF_OK;
}


/* auth bearer TOKEN; auth basic user= password=; auth oauth2 ... */

static char *
ngx_webhook_endpoint_auth(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t           *value;
    ngx_webhook_auth_t  *auth;

    auth = &ecf->endpoint->auth;

    if (auth->kind != NGX_WEBHOOK_AUTH_NONE) {
        return "is duplicate";
    }

    ngx_webhook_conf_source_pos(b, &auth->source_pos);

    value = b->args->elts;

    if (ngx_strcmp(value[1].data, "bearer") == 0) {
        auth->kind = NGX_WEBHOOK_AUTH_BEARER;
        return ngx_webhook_endpoint_bearer(b, auth);
    }

    if (ngx_strcmp(value[1].data, "basic") == 0) {
        auth->kind = NGX_WEBHOOK_AUTH_BASIC;
        return ngx_webhook_conf_basic(b, 2, &auth->value);
    }

    if (ngx_strcmp(value[1].data, "oauth2") == 0) {
        auth->kind = NGX_WEBHOOK_AUTH_OAUTH2;
        return ngx_webhook_endpoint_oauth2(b, auth);
    }

    (void) ngx_webhook_conf_choice(b, &value[1], &value[1],
                                   "bearer basic oauth2");
    return NGX_CONF_ERROR;
}


static char *
ngx_webhook_endpoint_bearer(ngx_webhook_build_t *b, ngx_webhook_auth_t *auth)
{
    char       *rv;
    u_char     *p;
    ngx_str_t  *value, token;

    value = b->args->elts;

    if (b->args->nelts != 3) {
        return "takes one token after \"bearer\"";
    }

    if (ngx_strncasecmp(value[2].data, (u_char *) "Bearer ", 7) == 0) {
        return "has a token that begins with \"Bearer\", which is sent before "
               "it anyway";
    }

    rv = ngx_webhook_conf_literal(b, &value[2]);

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_conf_token(b, &value[2], "the bearer token", &token);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    auth->value.len = sizeof("Bearer ") - 1 + token.len;
    auth->value.data = ngx_webhook_secret_alloc(b, auth->value.len);
    if (auth->value.data == NULL) {
        return NGX_CONF_ERROR;
    }

    p = ngx_cpymem(auth->value.data, "Bearer ", sizeof("Bearer ") - 1);
    ngx_memcpy(p, token.data, token.len);

    return NGX_CONF_OK;
}


static char *
ngx_webhook_endpoint_oauth2(ngx_webhook_build_t *b, ngx_webhook_auth_t *auth)
{
    char        *rv;
    ngx_str_t   *value, *field, s;
    ngx_uint_t   i;

    value = b->args->elts;

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "client_secret=", &s)) {

            if (auth->client_secret.data) {
                return "has more than one \"client_secret=\"";
            }

            rv = ngx_webhook_conf_token(b, &s, "the client secret",
                                        &auth->client_secret);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "token_url=", &s)) {
            field = &auth->token_url;

        } else if (ngx_webhook_conf_param(&value[i], "client_id=", &s)) {
            field = &auth->client_id;

        } else if (ngx_webhook_conf_param(&value[i], "scope=", &s)) {
            field = &auth->scope;

        } else if (ngx_webhook_conf_param(&value[i], "audience=", &s)) {
            field = &auth->audience;

        } else if (ngx_webhook_conf_param(&value[i], "ca=", &s)) {
            field = &auth->ca;

            if (ngx_webhook_conf_local(b, &value[i]) != NGX_OK) {
                return NGX_CONF_ERROR;
            }

        } else {
            return ngx_webhook_conf_unknown(b, &value[i]);
        }

        if (ngx_webhook_endpoint_set_once(b, &value[i], &s, field) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (auth->token_url.len == 0 || auth->client_id.len == 0
        || auth->client_secret.len == 0)
    {
        return "needs \"token_url=\", \"client_id=\" and \"client_secret=\"";
    }

    if ((auth->token_url.len < 9
         || ngx_strncmp(auth->token_url.data, "https://", 8) != 0)
        && (auth->token_url.len < 8
            || ngx_strncmp(auth->token_url.data, "http://", 7) != 0))
    {
        return "has a \"token_url=\" that does not begin with \"https://\" "
               "or \"http://\"";
    }

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_webhook_endpoint_set_once(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_str_t *field)
{
    if (value->len == 0 || field->len) {
        (void) ngx_webhook_conf_invalid(b, arg);
        return NGX_ERROR;
    }

    *field = *value;

    return NGX_OK;
}
