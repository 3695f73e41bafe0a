
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_preset.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"


static char *ngx_webhook_preset_goes(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, const webhook_preset_t *preset);
static char *ngx_webhook_preset_signature(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, webhook_preset_t *row);
static char *ngx_webhook_preset_place(ngx_webhook_build_t *b,
    const char *name, ngx_str_t *value, webhook_place_t *place);
static char *ngx_webhook_preset_header(ngx_webhook_build_t *b,
    const char *name, ngx_str_t *value, webhook_place_t *place);
static char *ngx_webhook_preset_words(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, webhook_preset_t *row);


/* What stands twice here has an older name, which that of "sign hmac" is. */

static const struct {
    const char  *name;
    size_t       offset;
}  ngx_webhook_preset_params[] = {
    { "header=", offsetof(ngx_webhook_preset_args_t, header) },
    { "query=", offsetof(ngx_webhook_preset_args_t, query) },
    { "field=", offsetof(ngx_webhook_preset_args_t, field) },
    { "prefix=", offsetof(ngx_webhook_preset_args_t, prefix) },
    { "list=", offsetof(ngx_webhook_preset_args_t, list) },
    { "pair=", offsetof(ngx_webhook_preset_args_t, pair) },
    { "item=", offsetof(ngx_webhook_preset_args_t, item) },
    { "string=", offsetof(ngx_webhook_preset_args_t, string) },
    { "template=", offsetof(ngx_webhook_preset_args_t, string) },
    { "digest=", offsetof(ngx_webhook_preset_args_t, digest) },
    { "algorithm=", offsetof(ngx_webhook_preset_args_t, digest) },
    { "encoding=", offsetof(ngx_webhook_preset_args_t, encoding) },
    { "key=", offsetof(ngx_webhook_preset_args_t, key) },
    { "timestamp=", offsetof(ngx_webhook_preset_args_t, timestamp) },
    { "unit=", offsetof(ngx_webhook_preset_args_t, unit) },
    { "id=", offsetof(ngx_webhook_preset_args_t, id) },
    { "app=", offsetof(ngx_webhook_preset_args_t, app) },
    { "tolerance=", offsetof(ngx_webhook_preset_args_t, tolerance) },
    { "url=", offsetof(ngx_webhook_preset_args_t, url) },
    { "content=", offsetof(ngx_webhook_preset_args_t, content) }
};

#define NGX_WEBHOOK_PRESET_PARAMS                                             \
    (sizeof(ngx_webhook_preset_params) / sizeof(ngx_webhook_preset_params[0]))


ngx_str_t *
ngx_webhook_preset_arg(ngx_webhook_preset_args_t *args, ngx_str_t *arg,
    ngx_str_t *value)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBHOOK_PRESET_PARAMS; i++) {
        if (ngx_webhook_conf_param(arg, ngx_webhook_preset_params[i].name,
                                   value))
        {
            return (ngx_str_t *) ((u_char *) args
                                  + ngx_webhook_preset_params[i].offset);
        }
    }

    return NULL;
}


char *
ngx_webhook_preset_args(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, ngx_uint_t *n)
{
    ngx_str_t   *value, *param, s;
    ngx_uint_t   i;

    ngx_memzero(args, sizeof(ngx_webhook_preset_args_t));

    value = b->args->elts;
    *n = 0;

    for (i = 2; i < b->args->nelts; i++) {

        param = ngx_webhook_preset_arg(args, &value[i], &s);

        if (param == NULL) {
            if (!ngx_webhook_conf_param(&value[i], "expires=", &s)) {
                (*n)++;
            }

            continue;
        }

        if (param->data || s.len == 0) {

            if (param == &args->url || param == &args->key) {

                /* the one may hold the token, the other be meant as a key */

                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                      "the \"%s\" of \"verify\" is %s",
                                      param == &args->url ? "url=" : "key=",
                                      s.len ? "given twice" : "empty");
                return NGX_CONF_ERROR;
            }

            return ngx_webhook_conf_invalid(b, &value[i]);
        }

        *param = s;
    }

    if (*n == 0) {
        return args->key.data ? "has no key: \"key=\" says how one is "
                                "written, the key is written without it"
                              : "has no key";
    }

    if (*n > WEBHOOK_KEYS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"verify\" has more than %d keys",
                              WEBHOOK_KEYS_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webhook_preset_set(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, const webhook_preset_t **preset)
{
    char              *rv;
    webhook_preset_t  *row;

    rv = ngx_webhook_preset_goes(b, args, *preset);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (args->header.len + args->query.len + args->field.len + args->prefix.len
        + args->list.len + args->pair.len + args->item.len + args->string.len
        + args->digest.len + args->encoding.len + args->key.len
        + args->timestamp.len + args->unit.len + args->id.len
        == 0)
    {
        return NGX_CONF_OK;
    }

    row = ngx_palloc(b->pool, sizeof(webhook_preset_t));
    if (row == NULL) {
        return NGX_CONF_ERROR;
    }

    *row = **preset;
    *preset = row;

    rv = ngx_webhook_preset_signature(b, args, row);

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_preset_place(b, "timestamp", &args->timestamp,
                                      &row->timestamp);
    }

    if (rv == NGX_CONF_OK) {
        rv = ngx_webhook_preset_place(b, "id", &args->id, &row->id);
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (args->prefix.len) {
        row->prefix = *ngx_webhook_str(&args->prefix);
    }

    if (args->list.len) {
        row->list = *ngx_webhook_str(&args->list);
    }

    if (args->pair.len) {
        row->pair = *ngx_webhook_str(&args->pair);
    }

    if (args->item.len) {
        row->item = *ngx_webhook_str(&args->item);
    }

    if (args->string.len) {
        row->string = *ngx_webhook_str(&args->string);
    }

    return ngx_webhook_preset_words(b, args, row);
}


/* What has to be said, and what cannot be changed. */

static char *
ngx_webhook_preset_goes(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, const webhook_preset_t *preset)
{
    const char  *name;

    if (preset->signature.name.len == 0
        && args->header.len + args->query.len + args->field.len == 0)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"verify %V\" needs \"header=\", the name of "
                              "the header with the %s",
                              ngx_webhook_nstr(&preset->name),
                              preset->kind == WEBHOOK_VERIFY_TOKEN
                              ? "token, or \"query=\" or \"field=\""
                              : "signature");
        return NGX_CONF_ERROR;
    }

    name = NULL;

    if (preset->kind == WEBHOOK_VERIFY_TOKEN) {
        name = args->string.len ? "string=" : args->digest.len ? "digest="
               : args->timestamp.len ? "timestamp=" : args->unit.len ? "unit="
               : args->list.len ? "list=" : args->pair.len ? "pair="
               : args->item.len ? "item=" : NULL;

        if (name == NULL && args->encoding.len
            && ngx_strcmp(args->encoding.data, "base64") != 0)
        {
            name = "encoding=";
        }

        if (name) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "\"%s\" has no effect: \"verify %V\" "
                                  "takes a token, and nothing is "
                                  "signed", name,
                                  ngx_webhook_nstr(&preset->name));
            return NGX_CONF_ERROR;
        }
    }

    if (preset->verify) {
        name = args->string.len ? "string=" : args->digest.len ? "digest="
               : args->timestamp.len ? "timestamp=" : args->unit.len ? "unit="
               : args->id.len ? "id=" : NULL;

        if (name) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "\"%s\" has no effect: what \"verify %V\" "
                                  "signs cannot be changed", name,
                                  ngx_webhook_nstr(&preset->name));
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_preset_signature(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, webhook_preset_t *row)
{
    ngx_str_t        *value;
    webhook_place_t  *place;

    if ((args->header.len != 0) + (args->query.len != 0)
        + (args->field.len != 0)
        > 1)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the signature is in one place: \"header=\", "
                              "\"query=\" and \"field=\" do not go together");
        return NGX_CONF_ERROR;
    }

    place = &row->signature;

    if (args->header.len) {
        row->numbered = 0;
        return ngx_webhook_preset_header(b, "header", &args->header, place);
    }

    if (args->query.len) {
        value = &args->query;
        place->in = WEBHOOK_PLACE_QUERY;

    } else if (args->field.len) {
        value = &args->field;
        place->in = WEBHOOK_PLACE_FIELD;

    } else {
        return NGX_CONF_OK;
    }

    row->numbered = 0;

    place->name = *ngx_webhook_str(value);
    ngx_str_null(ngx_webhook_nstr(&place->other));

    return NGX_CONF_OK;
}


/* [header:]NAME, query:NAME, field:PATH, item:NAME */

static char *
ngx_webhook_preset_place(ngx_webhook_build_t *b, const char *name,
    ngx_str_t *value, webhook_place_t *place)
{
    ngx_str_t  rest;

    if (value->len == 0) {
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_param(value, "query:", &rest)) {
        place->in = WEBHOOK_PLACE_QUERY;

    } else if (ngx_webhook_conf_param(value, "field:", &rest)) {
        place->in = WEBHOOK_PLACE_FIELD;

    } else if (ngx_webhook_conf_param(value, "item:", &rest)) {
        place->in = WEBHOOK_PLACE_ITEM;

    } else {

        if (!ngx_webhook_conf_param(value, "header:", &rest)) {
            rest = *value;
        }

        return ngx_webhook_preset_header(b, name, &rest, place);
    }

    if (rest.len == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"%s=%V\" names nothing", name, value);
        return NGX_CONF_ERROR;
    }

    place->name = *ngx_webhook_str(&rest);
    ngx_str_null(ngx_webhook_nstr(&place->other));

    return NGX_CONF_OK;
}


static char *
ngx_webhook_preset_header(ngx_webhook_build_t *b, const char *name,
    ngx_str_t *value, webhook_place_t *place)
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

    place->in = WEBHOOK_PLACE_HEADER;
    place->name.data = p;
    place->name.len = value->len;

    ngx_str_null(ngx_webhook_nstr(&place->other));

    return NGX_CONF_OK;
}


static char *
ngx_webhook_preset_words(ngx_webhook_build_t *b,
    ngx_webhook_preset_args_t *args, webhook_preset_t *row)
{
    const char  *err;
    ngx_uint_t   i;

    static const struct {
        ngx_str_t         name;
        webhook_key_as_e  as;
    }  keys[] = {
        { ngx_string("text"), WEBHOOK_KEY_AS_TEXT },
        { ngx_string("standard"), WEBHOOK_KEY_AS_STANDARD },
        { ngx_string("base64"), WEBHOOK_KEY_AS_BASE64 },
        { ngx_string("hex"), WEBHOOK_KEY_AS_HEX },
        { ngx_string("public"), WEBHOOK_KEY_AS_PUBLIC }
    };

    static const struct {
        ngx_str_t       name;
        webhook_unit_e  unit;
    }  units[] = {
        { ngx_string("s"), WEBHOOK_UNIT_SECONDS },
        { ngx_string("ms"), WEBHOOK_UNIT_MS },
        { ngx_string("iso"), WEBHOOK_UNIT_ISO },
        { ngx_string("auto"), WEBHOOK_UNIT_AUTO }
    };

    err = NULL;

    if (args->digest.len
        && webhook_digest_find(ngx_webhook_str(&args->digest), &row->digest)
           != WEBHOOK_OK)
    {
        err = "the digest is none of sha1, sha256, sha384 and sha512";
    }

    if (args->encoding.len
        && webhook_encoding_find(ngx_webhook_str(&args->encoding),
                                 &row->encoding)
           != WEBHOOK_OK)
    {
        err = "the encoding is none of hex, HEX, base64 and base64url";
    }

    if (args->unit.len) {

        for (i = 0; i < 4; i++) {
            if (args->unit.len == units[i].name.len
                && ngx_memcmp(args->unit.data, units[i].name.data,
                              args->unit.len)
                   == 0)
            {
                row->unit = units[i].unit;
                break;
            }
        }

        if (i == 4) {
            err = "the unit is none of s, ms, iso and auto";
        }
    }

    if (args->key.len) {

        for (i = 0; i < 5; i++) {
            if (args->key.len == keys[i].name.len
                && ngx_memcmp(args->key.data, keys[i].name.data,
                              args->key.len)
                   == 0)
            {
                row->key = keys[i].as;
                break;
            }
        }

        if (i == 5) {
            err = "\"key=\" says how keys are written, which are given "
                  "without a name: text, standard, base64, hex or public";
        }

        row->whsec = 1;
    }

    if (err) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "invalid \"verify %V\": %s",
                              ngx_webhook_nstr(&row->name), err);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
