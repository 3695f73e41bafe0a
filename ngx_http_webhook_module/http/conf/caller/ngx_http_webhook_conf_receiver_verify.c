
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { verify }: how it makes sure of who calls.
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_verify.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_key.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_preset.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/runtime/ngx_http_webhook_secret.h"
#include "core/base/webhook_near.h"
#include "core/signature/presets/webhook_presets.h"


#define NGX_WEBHOOK_TOLERANCE_MAX  (24 * 60 * 60)


static char *ngx_webhook_receiver_verify(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static const webhook_preset_t *ngx_webhook_verify_preset(
    ngx_webhook_build_t *b, ngx_str_t *name);
static char *ngx_webhook_verify_keys(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_verify_t *verify,
    ngx_webhook_preset_args_t *args, ngx_uint_t n);
static void ngx_webhook_verify_doubt(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_verify_t *verify);
static char *ngx_webhook_verify_tolerance(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *tolerance);
static char *ngx_webhook_verify_content(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *content);
static char *ngx_webhook_verify_compile(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_webhook_preset_args_t *args);
static char *ngx_webhook_verify_public(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *url);
static char *ngx_webhook_verify_redact(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_verify_t *verify);


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
    const webhook_preset_t     *preset;
    ngx_webhook_verify_t       *verify;
    ngx_webhook_preset_args_t   args;

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

    rv = ngx_webhook_preset_args(b, &args, &n);

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_preset_set(b, &args, &preset);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    verify->verifier.preset = preset;

    rv = ngx_webhook_verify_keys(b, rcv, verify, &args, n);

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_verify_tolerance(b, verify, &args.tolerance);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_verify_content(b, verify, &args.content);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_verify_compile(b, verify, &args);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_verify_public(b, verify, &args.url);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_verify_redact(b, rcv, verify);
    }

    if (rv == NGX_CONF_OK) {
        ngx_webhook_verify_doubt(b, rcv, verify);
        rcv->verify = verify;
    }

    return rv;
}


static const webhook_preset_t *
ngx_webhook_verify_preset(ngx_webhook_build_t *b, ngx_str_t *name)
{
    size_t                   n, least;
    webhook_buf_t            names;
    const webhook_preset_t  *preset, *near;

    preset = webhook_preset_find(ngx_webhook_str(name));
    if (preset) {
        return preset;
    }

    near = NULL;
    least = SIZE_MAX;

    for (preset = webhook_preset_next(NULL);
         preset;
         preset = webhook_preset_next(preset))
    {
        n = webhook_near(ngx_webhook_str(name), &preset->name);

        if (n < least) {
            least = n;
            near = preset;
        }
    }

    if (near) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "unknown preset \"%V\", did you mean \"%V\"?",
                              name, ngx_webhook_nstr(&near->name));
        return NULL;
    }

    webhook_buf_init(&names, 0);
    (void) webhook_preset_names(&names);

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "unknown preset \"%V\": it is one of %*s", name,
                          names.len, names.data);

    webhook_buf_free(&names);

    return NULL;
}


static char *
ngx_webhook_verify_keys(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_verify_t *verify, ngx_webhook_preset_args_t *args,
    ngx_uint_t n)
{
    char        *rv;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    value = b->args->elts;

    verify->keys.keys = ngx_webhook_secret_alloc(b, n * sizeof(webhook_key_t));
    if (verify->keys.keys == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_preset_arg(args, &value[i], &s)) {
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "expires=", &s)) {
            rv = ngx_webhook_conf_key_expires(b, &s, &verify->keys);

        } else {
            rv = ngx_webhook_conf_literal(b, &value[i]);

            if (rv == NGX_CONF_OK) {
                rv = ngx_webhook_receiver_key(b, rcv, &value[i],
                                              verify->verifier.preset->key,
                                              &verify->keys);
            }
        }

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    verify->verifier.keys = verify->keys.keys;
    verify->verifier.nkeys = verify->keys.nkeys;

    return NGX_CONF_OK;
}


/* Keys that are likely to be meant in another way than they are read. */

static void
ngx_webhook_verify_doubt(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_verify_t *verify)
{
    ngx_uint_t               i;
    const webhook_preset_t  *preset;

    preset = verify->verifier.preset;

    for (i = 0; i < verify->keys.nkeys; i++) {

        if (!verify->keys.keys[i].doubt) {
            continue;
        }

        if (preset->key == WEBHOOK_KEY_AS_TEXT && !preset->whsec) {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                           "a key of webhook_receiver \"%V\" begins with "
                           "\"whsec_\" and is read as text: with "
                           "\"key=standard\" what follows is read as base64",
                           &rcv->name);

        } else if (preset->key == WEBHOOK_KEY_AS_STANDARD
                   && preset->public.len)
        {
            ngx_webhook_build_log(NGX_LOG_WARN, b, 0,
                           "a key of webhook_receiver \"%V\" is read as text "
                           "and may be base64: write \"base64:\" or "
                           "\"whsec_\" in front of it if it is, or "
                           "\"key=text\" if not",
                           &rcv->name);
        }
    }
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


/* Of a body that is compressed: is it signed as it comes, or as it was? */

static char *
ngx_webhook_verify_content(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_str_t *content)
{
    static ngx_str_t  sent = ngx_string("sent");
    static ngx_str_t  decoded = ngx_string("decoded");

    verify->content = verify->verifier.preset->content;

    if (content->len == 0) {
        return NGX_CONF_OK;
    }

    if (content->len == sent.len
        && ngx_memcmp(content->data, sent.data, sent.len) == 0)
    {
        verify->content = 0;
        return NGX_CONF_OK;
    }

    if (content->len == decoded.len
        && ngx_memcmp(content->data, decoded.data, decoded.len) == 0)
    {
        verify->content = 1;
        return NGX_CONF_OK;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "invalid \"content=%V\", it must be \"sent\" or "
                          "\"decoded\"", content);

    return NGX_CONF_ERROR;
}


/* The parts of the signed string go into the pool, as many as there are. */

static char *
ngx_webhook_verify_compile(ngx_webhook_build_t *b,
    ngx_webhook_verify_t *verify, ngx_webhook_preset_args_t *args)
{
    size_t               size;
    const char          *err;
    ngx_str_t           *value;
    webhook_part_t       parts[WEBHOOK_SCHEME_PARTS], *p;
    webhook_scheme_t    *scheme;
    webhook_verifier_t  *verifier;

    value = b->args->elts;
    verifier = &verify->verifier;

    verifier->app = *ngx_webhook_str(&args->app);

    scheme = ngx_palloc(b->pool, sizeof(webhook_scheme_t));
    if (scheme == NULL) {
        return NGX_CONF_ERROR;
    }

    if (webhook_verifier_init(verifier, scheme, parts, &err) != WEBHOOK_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid \"verify %V\": %s",
                              &value[1], err);
        return NGX_CONF_ERROR;
    }

    if (args->string.len && !webhook_verifier_payload(verifier)) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"verify %V\": the signed string has "
                              "nothing of the payload: no {body}, no field "
                              "and no query", &value[1]);
        return NGX_CONF_ERROR;
    }

    size = scheme->nparts * sizeof(webhook_part_t);

    p = ngx_palloc(b->pool, size + 1);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(p, parts, size);
    scheme->parts = p;

    verify->need_url = webhook_verifier_url(verifier);

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
                                    "\"url=\" has no effect: no URL is "
                                    "signed");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (url->len == 0 && b->bounds && b->bounds->receive.len) {

        /* one that was registered is called there */

        verify->url = b->bounds->receive;
        verify->need_token = 1;

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
                                 "the \"url=\" of \"verify\" is not an "
                                 "http:// or https:// URL");
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_secret_move(b, &verify->url, &secret) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    verify->need_token = verify->url.data[verify->url.len - 1] == '/';

    return NGX_CONF_OK;
}


/* A secret that comes in the query or the payload is shown nowhere; of headers
   the history sees to it. */

static char *
ngx_webhook_verify_redact(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv,
    ngx_webhook_verify_t *verify)
{
    u_char                  *p;
    ngx_str_t                text;
    webhook_path_t         **path;
    const webhook_preset_t  *preset;

    preset = verify->verifier.preset;

    if (preset->kind != WEBHOOK_VERIFY_TOKEN
        || preset->signature.in == WEBHOOK_PLACE_HEADER)
    {
        return NGX_CONF_OK;
    }

    if (rcv->redact.nelts == NGX_WEBHOOK_REDACT_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "webhook_receiver \"%V\" redacts more than %d "
                              "fields, with that of \"verify\"", &rcv->name,
                              NGX_WEBHOOK_REDACT_MAX);
        return NGX_CONF_ERROR;
    }

    text = *ngx_webhook_nstr(&preset->signature.name);

    if (preset->signature.in == WEBHOOK_PLACE_QUERY) {

        p = ngx_pnalloc(b->pool, sizeof("query.") - 1 + text.len);
        if (p == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_memcpy(ngx_cpymem(p, "query.", sizeof("query.") - 1), text.data,
                   text.len);

        text.data = p;
        text.len += sizeof("query.") - 1;
    }

    verify->redacted = ngx_webhook_conf_path(b, &text);
    if (verify->redacted == NULL) {
        return NGX_CONF_ERROR;
    }

    path = ngx_array_push(&rcv->redact);
    if (path == NULL) {
        return NGX_CONF_ERROR;
    }

    *path = verify->redacted;

    return NGX_CONF_OK;
}
