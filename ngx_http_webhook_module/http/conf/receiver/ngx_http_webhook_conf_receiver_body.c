
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { accept parse_json for_each }: what it reads, JSON in
 * strings of that, and lists.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_body.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"


#define NGX_WEBHOOK_FOR_EACH         100
#define NGX_WEBHOOK_FOR_EACH_MAX     1000
#define NGX_WEBHOOK_FOR_EACH_LEVELS  8

#define NGX_WEBHOOK_PARSE_JSON_MAX  8


static ngx_int_t ngx_webhook_receiver_body_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_body_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_accept(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_parse_json(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_for_each(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_receiver_lists(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);


static const ngx_webhook_field_t
    ngx_webhook_receiver_body_fields[] = {

    { ngx_string("accept"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_accept,
      0,
      NULL },

    { ngx_string("parse_json"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_parse_json,
      0,
      NULL },

    { ngx_string("for_each"),
      NGX_CONF_TAKE12,
      ngx_webhook_receiver_for_each,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_body_part =
{
    ngx_webhook_receiver_body_fields,
    ngx_webhook_receiver_body_create,
    ngx_webhook_receiver_body_finish,
    NULL
};


static ngx_int_t
ngx_webhook_receiver_body_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->parse_json, b->pool, 1,
                          sizeof(webhook_path_t *));
}


static ngx_int_t
ngx_webhook_receiver_body_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if ((rcv->accept & ~NGX_WEBHOOK_ACCEPT_GZIP) == 0) {
        rcv->accept |= NGX_WEBHOOK_ACCEPT_JSON;
    }

    if (rcv->verify && (rcv->accept & NGX_WEBHOOK_ACCEPT_BODY)
        && webhook_verifier_query_only(&rcv->verify->verifier))
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"verify\" of receiver \"%V\" signs the query "
                              "alone, so any body would do: only \"accept "
                              "query\" goes with it", &rcv->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* accept [json] [form] [multipart] [xml] [text] [query] [gzip] */

static char *
ngx_webhook_receiver_accept(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t   *value;
    ngx_uint_t   i, n;

    static const struct {
        ngx_str_t   name;
        ngx_uint_t  kind;
    } kinds[] = {
        { ngx_string("json"), NGX_WEBHOOK_ACCEPT_JSON },
        { ngx_string("form"), NGX_WEBHOOK_ACCEPT_FORM },
        { ngx_string("multipart"), NGX_WEBHOOK_ACCEPT_MULTIPART },
        { ngx_string("xml"), NGX_WEBHOOK_ACCEPT_XML },
        { ngx_string("text"), NGX_WEBHOOK_ACCEPT_TEXT },
        { ngx_string("query"), NGX_WEBHOOK_ACCEPT_QUERY },
        { ngx_string("gzip"), NGX_WEBHOOK_ACCEPT_GZIP }
    };

    if (rcv->accept) {
        return "is duplicate";
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
            if (value[i].len == kinds[n].name.len
                && ngx_memcmp(value[i].data, kinds[n].name.data,
                              value[i].len)
                   == 0)
            {
                break;
            }
        }

        if (n == sizeof(kinds) / sizeof(kinds[0])) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid \"%V\", it must be \"json\", \"form\", "
                               "\"multipart\", \"xml\", \"text\", \"query\" or "
                               "\"gzip\"", &value[i]);
            return NGX_CONF_ERROR;
        }

        rcv->accept |= kinds[n].kind;
    }

    return NGX_CONF_OK;
}


/* parse_json PATH ... */

static char *
ngx_webhook_receiver_parse_json(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                  *rv;
    ngx_uint_t             i, n;
    webhook_path_t       **path;
    const webhook_str_t   *root;

    static const webhook_str_t  roots[] = {
        webhook_str("header"),
        webhook_str("query"),
        webhook_str("var"),
        webhook_str("root")
    };

    rv = ngx_webhook_receiver_paths(b, rcv, &rcv->parse_json,
                                    NGX_WEBHOOK_PARSE_JSON_MAX, "parses");
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    path = rcv->parse_json.elts;

    for (i = 0; i < rcv->parse_json.nelts; i++) {

        root = webhook_path_root(path[i]);

        for (n = 0; n < sizeof(roots) / sizeof(roots[0]); n++) {

            if (webhook_path_steps(path[i]) > 1
                && webhook_str_eq(root, &roots[n]))
            {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                     "invalid path \"%*s\", it must be one of "
                                     "the payload",
                                     webhook_path_text(path[i])->len,
                                     webhook_path_text(path[i])->data);
                return NGX_CONF_ERROR;
            }
        }
    }

    return NGX_CONF_OK;
}


/* for_each PATH [max=N] */

static char *
ngx_webhook_receiver_for_each(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_int_t   n;
    ngx_str_t  *value, s;

    if (rcv->for_each) {
        return "is duplicate";
    }

    value = b->args->elts;

    rcv->for_each = ngx_webhook_conf_path(b, &value[1]);
    if (rcv->for_each == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_receiver_lists(b, rcv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rcv->for_each_max = NGX_WEBHOOK_FOR_EACH;

    if (b->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_params(b, 2, "max=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    (void) ngx_webhook_conf_param(&value[2], "max=", &s);

    n = ngx_atoi(s.data, s.len);

    if (n < 1 || n > NGX_WEBHOOK_FOR_EACH_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be from 1 to %d",
                              &value[2], NGX_WEBHOOK_FOR_EACH_MAX);
        return NGX_CONF_ERROR;
    }

    rcv->for_each_max = n;

    return NGX_CONF_OK;
}


/* Where the path begins, and how many lists it goes through. */

static ngx_int_t
ngx_webhook_receiver_lists(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    uint32_t       i;
    webhook_str_t  name;

    static const webhook_str_t  root = webhook_str("root");
    static const webhook_str_t  payload = webhook_str("payload");

    if (webhook_path_root(rcv->for_each)->len) {

        (void) webhook_path_each(rcv->for_each, 0, &name);

        rcv->for_each_root = webhook_str_eq(&name, &root)
                             ? NGX_WEBHOOK_FOR_EACH_ROOT
                             : webhook_str_eq(&name, &payload)
                               ? NGX_WEBHOOK_FOR_EACH_PAYLOAD
                               : NGX_WEBHOOK_FOR_EACH_FIELD;
    }

    /* the last one is a list whether it ends in "[]" or not */

    rcv->for_each_levels = 1;

    for (i = 0; i + 1 < webhook_path_steps(rcv->for_each); i++) {
        rcv->for_each_levels += webhook_path_each(rcv->for_each, i, &name);
    }

    if (rcv->for_each_levels <= NGX_WEBHOOK_FOR_EACH_LEVELS) {
        return NGX_OK;
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "\"for_each\" goes through %ui lists, it may go "
                          "through %d", rcv->for_each_levels,
                          NGX_WEBHOOK_FOR_EACH_LEVELS);

    return NGX_ERROR;
}
