
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { verify }: how it makes sure of who calls.
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_verify.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_key.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_TOLERANCE_MAX  (24 * 60 * 60)


/* What the arguments of "verify" say, but for its keys. */

typedef struct {
    ngx_str_t   header;
    ngx_str_t   algorithm;
    ngx_str_t   encoding;
    ngx_str_t   prefix;
    ngx_str_t   string;
    ngx_str_t   timestamp;
    ngx_str_t   id;
    ngx_str_t   tolerance;
    ngx_str_t   url;
} ngx_webhook_verify_args_t;


static char *ngx_webhook_receiver_verify(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static const webhook_preset_t *ngx_webhook_verify_preset(
    ngx_webhook_build_t *b, ngx_str_t *name);
static char *ngx_webhook_verify_params(ngx_webhook_build_t *b,
    ngx_webhook_verify_args_t *args, ngx_uint_t *n);
static char *ngx_webhook_verify_keys(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_verify_t *verify,
    ngx_webhook_verify_args_t *args, ngx_uint_t n);
static char *ngx_webhook_verify_tolerance(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *tolerance);
static ngx_str_t *ngx_webhook_verify_param(ngx_webhook_verify_args_t *args,
    ngx_str_t *arg, ngx_str_t *value);
static char *ngx_webhook_verify_hmac(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_webhook_verify_args_t *args);
static char *ngx_webhook_verify_header_name(ngx_webhook_build_t *b,
    const char *name, ngx_str_t *value, webhook_str_t *header);
static char *ngx_webhook_verify_public(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *url);


static const ngx_webhook_field_t
    ngx_webhook_receiver_verify_fields[] = {

    { ngx_string("verify"),
      NGX_CONF_2MORE,
      ngx_webhook_receiver_verify,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_verify_part =
{
    ngx_webhook_receiver_verify_fields,
    NULL,
    NULL,
    NULL
};


/* verify PRESET KEY [expires=DATE] [KEY ...] [PARAMETER ...] */

static char *
ngx_webhook_receiver_verify(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_uint_t                  n;
    const char                 *err;
    const webhook_preset_t     *preset;
    ngx_webhook_verify_t       *verify;
    ngx_webhook_verify_args_t   args;

    static const webhook_str_t  hmac = webhook_str("hmac");
    static const webhook_str_t  slack = webhook_str("slack");
    static const webhook_str_t  zoom = webhook_str("zoom");

    if (rcv->verify) {
        return "is duplicate";
    }

    value = b->args->elts;

    preset = ngx_webhook_verify_preset(b, &value[1]);
    if (preset == NULL) {
        return NGX_CONF_ERROR;
    }

    verify = ngx_pcalloc(b->pool, sizeof(ngx_webhook_verify_t));
    if (verify == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&args, sizeof(ngx_webhook_verify_args_t));

    rv = ngx_webhook_verify_params(b, &args, &n);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    verify->verifier.preset = preset;

    rv = ngx_webhook_verify_keys(b, rcv, verify, &args, n);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    verify->verifier.keys = verify->keys.keys;
    verify->verifier.nkeys = verify->keys.nkeys;

    verify->slack = webhook_str_eq(&preset->name, &slack);
    verify->zoom = webhook_str_eq(&preset->name, &zoom);
    verify->need_url = preset->url;

    if (webhook_str_eq(&preset->name, &hmac)) {

        rv = ngx_webhook_verify_hmac(b, verify, &args);
        if (rv != NGX_CONF_OK) {
            return rv;
        }

    } else if (args.header.len || args.algorithm.len || args.encoding.len
               || args.prefix.len || args.string.len || args.timestamp.len
               || args.id.len)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "\"header\", \"algorithm\", \"encoding\", "
                           "\"prefix\", \"template\", \"timestamp\" and \"id\" "
                           "are for the preset \"hmac\", \"%V\" has its own",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_verify_tolerance(b, verify, &args.tolerance);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rv = ngx_webhook_verify_public(b, verify, &args.url);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (webhook_verifier_check(&verify->verifier, &err) != WEBHOOK_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid \"verify %V\": %s",
                              &value[1], err);
        return NGX_CONF_ERROR;
    }

    rcv->verify = verify;

    return NGX_CONF_OK;
}


static const webhook_preset_t *
ngx_webhook_verify_preset(ngx_webhook_build_t *b, ngx_str_t *name)
{
    webhook_buf_t            names;
    const webhook_preset_t  *preset;

    preset = webhook_preset_find(ngx_webhook_str(name));
    if (preset) {
        return preset;
    }

    webhook_buf_init(&names, 0);
    (void) webhook_preset_names(&names);

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "unknown preset \"%V\": it is one of %*s", name,
                          names.len, names.data);

    webhook_buf_free(&names);

    return NULL;
}


/* The parameters go into args; n is the number of keys beside them. */

static char *
ngx_webhook_verify_params(ngx_webhook_build_t *b,
    ngx_webhook_verify_args_t *args, ngx_uint_t *n)
{
    ngx_str_t   *value, *param, s;
    ngx_uint_t   i;

    value = b->args->elts;
    *n = 0;

    for (i = 2; i < b->args->nelts; i++) {

        param = ngx_webhook_verify_param(args, &value[i], &s);

        if (param == NULL) {
            if (!ngx_webhook_conf_param(&value[i], "expires=", &s)) {
                (*n)++;
            }

            continue;
        }

        if (param->data || s.len == 0) {

            if (param == &args->url) {

                /* it may hold the token */

                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                      "the \"url=\" of \"verify\" is %s",
                                      s.len ? "given twice" : "empty");
                return NGX_CONF_ERROR;
            }

            return ngx_webhook_conf_invalid(b, &value[i]);
        }

        *param = s;
    }

    if (*n == 0) {
        return "has no key";
    }

    if (*n > WEBHOOK_KEYS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"verify\" has more than %d keys",
                              WEBHOOK_KEYS_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_verify_keys(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_verify_t *verify, ngx_webhook_verify_args_t *args,
    ngx_uint_t n)
{
    char        *rv;
    ngx_str_t   *value, s;
    ngx_uint_t   i, literal;

    value = b->args->elts;
    literal = verify->verifier.preset->literal;

    verify->keys.keys = ngx_webhook_secret_alloc(b, n * sizeof(webhook_key_t));
    if (verify->keys.keys == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_verify_param(args, &value[i], &s)) {
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "expires=", &s)) {
            rv = ngx_webhook_conf_key_expires(b, &s, &verify->keys);

        } else {
            rv = ngx_webhook_conf_literal(b, &value[i]);

            if (rv == NGX_CONF_OK) {
                rv = ngx_webhook_verify_key(b, rcv, &value[i], literal,
                                            &verify->keys);
            }
        }

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_verify_tolerance(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *tolerance)
{
    time_t  seconds;

    if (tolerance->len) {
        seconds = ngx_parse_time(tolerance, 1);

        if (seconds < 1 || seconds > NGX_WEBHOOK_TOLERANCE_MAX) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                "invalid \"tolerance=%V\", it must be from 1s "
                                "to 1d", tolerance);
            return NGX_CONF_ERROR;
        }

        verify->verifier.tolerance = seconds;
    }

    return NGX_CONF_OK;
}


/* Where the value of a parameter goes, or NULL for what is none. */

static ngx_str_t *
ngx_webhook_verify_param(ngx_webhook_verify_args_t *args, ngx_str_t *arg,
    ngx_str_t *value)
{
    ngx_uint_t  i;

    static const struct {
        const char  *name;
        size_t       offset;
    }  params[] = {
        { "header=", offsetof(ngx_webhook_verify_args_t, header) },
        { "algorithm=", offsetof(ngx_webhook_verify_args_t, algorithm) },
        { "encoding=", offsetof(ngx_webhook_verify_args_t, encoding) },
        { "prefix=", offsetof(ngx_webhook_verify_args_t, prefix) },
        { "template=", offsetof(ngx_webhook_verify_args_t, string) },
        { "timestamp=", offsetof(ngx_webhook_verify_args_t, timestamp) },
        { "id=", offsetof(ngx_webhook_verify_args_t, id) },
        { "tolerance=", offsetof(ngx_webhook_verify_args_t, tolerance) },
        { "url=", offsetof(ngx_webhook_verify_args_t, url) }
    };

    for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
        if (ngx_webhook_conf_param(arg, params[i].name, value)) {
            return (ngx_str_t *) ((u_char *) args + params[i].offset);
        }
    }

    return NULL;
}


static char *
ngx_webhook_verify_hmac(ngx_webhook_build_t *b, ngx_webhook_verify_t *verify,
    ngx_webhook_verify_args_t *args)
{
    char                *rv;
    const char          *err;
    webhook_verifier_t  *verifier;

    verifier = &verify->verifier;

    if (args->header.len == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"verify hmac\" needs \"header=\", the name of "
                              "the header with the signature");
        return NGX_CONF_ERROR;
    }

    if (webhook_scheme_compile(&verify->scheme,
                               ngx_webhook_str(&args->algorithm),
                               ngx_webhook_str(&args->encoding),
                               ngx_webhook_str(&args->prefix),
                               ngx_webhook_str(&args->string), &err)
        != WEBHOOK_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"verify hmac\": %s", err);
        return NGX_CONF_ERROR;
    }

    verifier->scheme = &verify->scheme;

    rv = ngx_webhook_verify_header_name(b, "header", &args->header,
                                        &verifier->signature);

    if (rv == NGX_CONF_OK && args->timestamp.len) {
        rv = ngx_webhook_verify_header_name(b, "timestamp", &args->timestamp,
                                            &verifier->timestamp);
    }

    if (rv == NGX_CONF_OK && args->id.len) {
        rv = ngx_webhook_verify_header_name(b, "id", &args->id, &verifier->id);
    }

    verify->need_url = webhook_scheme_has(&verify->scheme, WEBHOOK_PART_URL);

    return rv;
}


static char *
ngx_webhook_verify_header_name(ngx_webhook_build_t *b, const char *name,
    ngx_str_t *value, webhook_str_t *header)
{
    u_char  *p;

    if (!ngx_webhook_conf_header_token(value)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "\"%s=%V\" is not the name of a header", name,
                                 value);
        return NGX_CONF_ERROR;
    }

    p = ngx_pnalloc(b->pool, value->len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_strlow(p, value->data, value->len);

    header->data = p;
    header->len = value->len;

    return NGX_CONF_OK;
}


/* The URL as the sender knows it, where that is signed. */

static char *
ngx_webhook_verify_public(ngx_webhook_build_t *b, ngx_webhook_verify_t *verify,
    ngx_str_t *url)
{
    char        *rv;
    ngx_str_t    secret;
    ngx_uint_t   i;

    if (!verify->need_url) {

        if (url->len) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                    "\"url=\" is of no use: no URL is signed");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (url->len == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "the URL is signed as the sender knows it: add "
                            "\"url=https://host/prefix/\", to which the token "
                            "is added");
        return NGX_CONF_ERROR;
    }

    /* it may hold the token */

    rv = ngx_webhook_conf_secret(b, url, &secret);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    for (i = 0; i < secret.len; i++) {
        if (secret.data[i] <= 0x20 || secret.data[i] == 0x7f) {
            break;
        }
    }

    if (i != secret.len
        || secret.len < sizeof("http://h/") - 1
        || (ngx_strncmp(secret.data, "https://", sizeof("https://") - 1) != 0
            && ngx_strncmp(secret.data, "http://", sizeof("http://") - 1)
               != 0))
    {
        ngx_explicit_memzero(secret.data, secret.len);

        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "the \"url=\" of \"verify\" is no http:// or "
                                 "https:// URL");
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_secret_move(b, &verify->url, &secret) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    verify->need_token = verify->url.data[verify->url.len - 1] == '/';

    return NGX_CONF_OK;
}
