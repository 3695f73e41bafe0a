
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver NAME { }: what a call from outside does.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver.h"
#include "http/conf/field/ngx_http_webhook_conf_given.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_check.h"
#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/answer/ngx_http_webhook_conf_receiver_answer.h"
#include "http/conf/bounds/ngx_http_webhook_conf_bounds_receiver.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_handshake.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_token.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_verify.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_action.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_body.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_capture.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_durable.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_flow.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver_target.h"


#define NGX_WEBHOOK_BODY         (1024 * 1024)
#define NGX_WEBHOOK_BODY_MAX     (64 * 1024 * 1024)
#define NGX_WEBHOOK_DEPTH_MAX    1024
#define NGX_WEBHOOK_VALUES_MAX   (16 * 1024 * 1024)
#define NGX_WEBHOOK_CALLS_MAX    1000000
#define NGX_WEBHOOK_LOG_BODY     8192


static ngx_int_t ngx_webhook_receiver_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_log(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_redact(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


/* In the order of the enumerations. */

#define NGX_WEBHOOK_MODES     "sync durable test disabled"
#define NGX_WEBHOOK_PROFILES  "strict nightpos"
#define NGX_WEBHOOK_LOGS      "off errors on"


static const ngx_webhook_field_t  ngx_webhook_receiver_fields[] = {

    { ngx_string("description"),
      NGX_CONF_TAKE1,
      ngx_webhook_field_str,
      offsetof(ngx_webhook_receiver_t, description),
      NULL },

    { ngx_string("model"),
      NGX_CONF_TAKE1,
      ngx_webhook_field_str,
      offsetof(ngx_webhook_receiver_t, model),
      NULL },

    { ngx_string("mode"),
      NGX_CONF_TAKE1,
      ngx_webhook_field_enum,
      offsetof(ngx_webhook_receiver_t, mode),
      NGX_WEBHOOK_MODES },

    { ngx_string("profile"),
      NGX_CONF_TAKE1,
      ngx_webhook_field_enum,
      offsetof(ngx_webhook_receiver_t, profile),
      NGX_WEBHOOK_PROFILES },

    { ngx_string("log_calls"),
      NGX_CONF_TAKE12,
      ngx_webhook_receiver_log,
      offsetof(ngx_webhook_receiver_t, log_calls),
      NGX_WEBHOOK_LOGS },

    { ngx_string("redact"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_redact,
      0,
      NULL },

    { ngx_string("limit"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_limit,
      0,
      NULL },

      ngx_webhook_null_field
};


static const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_base_part =
{
    ngx_webhook_receiver_fields,
    ngx_webhook_receiver_create,
    ngx_webhook_receiver_finish,
    NULL
};


static const ngx_webhook_receiver_part_t
    *ngx_webhook_receiver_parts[] =
{
    &ngx_webhook_receiver_base_part,
    &ngx_webhook_receiver_token_part,
    &ngx_webhook_receiver_verify_part,
    &ngx_webhook_receiver_handshake_part,
    &ngx_webhook_receiver_body_part,
    &ngx_webhook_receiver_action_part,
    &ngx_webhook_receiver_capture_part,
    &ngx_webhook_receiver_target_part,
    &ngx_webhook_receiver_flow_part,
    &ngx_webhook_receiver_durable_part,
    &ngx_webhook_receiver_answer_part,
    NULL
};


_Static_assert(sizeof(ngx_webhook_receiver_parts) / sizeof(void *)
               <= NGX_WEBHOOK_RECEIVER_TABLES,
               "there are more parts than tables");


const ngx_webhook_field_t **
ngx_webhook_receiver_tables(const ngx_webhook_field_t **tables)
{
    ngx_uint_t  n;

    for (n = 0; ngx_webhook_receiver_parts[n]; n++) {
        tables[n] = ngx_webhook_receiver_parts[n]->fields;
    }

    tables[n] = NULL;

    return tables;
}


ngx_webhook_receiver_t *
ngx_webhook_receiver_build(ngx_webhook_build_t *b, ngx_str_t *name)
{
    ngx_webhook_receiver_t     *rcv;
    const ngx_webhook_field_t  *tables[NGX_WEBHOOK_RECEIVER_TABLES];

    rcv = ngx_pcalloc(b->pool, sizeof(ngx_webhook_receiver_t));
    if (rcv == NULL) {
        return NULL;
    }

    ngx_webhook_given_named(b, name, (ngx_webhook_named_t *) rcv);

    if (ngx_webhook_bounds_receiver(b, rcv) != NGX_OK
        || ngx_webhook_receiver_begin(b, rcv) != NGX_OK
        || ngx_webhook_given_fields(b, ngx_webhook_receiver_tables(tables),
                                     rcv)
           != NGX_OK
        || ngx_webhook_receiver_done(b, rcv) != NGX_OK
        || ngx_webhook_map_check(b) != NGX_OK
        || ngx_webhook_bounds_receiver_check(b, rcv) != NGX_OK
        || ngx_webhook_receiver_check(b, rcv) != NGX_OK)
    {
        return NULL;
    }

    return rcv;
}


ngx_int_t
ngx_webhook_receiver_begin(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    const ngx_webhook_receiver_part_t  **part;

    for (part = ngx_webhook_receiver_parts; *part; part++) {
        if ((*part)->create && (*part)->create(b, rcv) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_receiver_done(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    const ngx_webhook_receiver_part_t  **part;

    for (part = ngx_webhook_receiver_parts; *part; part++) {
        if ((*part)->finish && (*part)->finish(b, rcv) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webhook_receiver_check(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    const ngx_webhook_receiver_part_t  **part;

    for (part = ngx_webhook_receiver_parts; *part; part++) {
        if ((*part)->check && (*part)->check(b, rcv) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_receiver_check_variables(b, rcv);
}


static ngx_int_t
ngx_webhook_receiver_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    rcv->body_max = NGX_CONF_UNSET_SIZE;
    rcv->mode = NGX_CONF_UNSET_UINT;
    rcv->profile = NGX_CONF_UNSET_UINT;
    rcv->log_calls = NGX_CONF_UNSET_UINT;
    rcv->log_body = NGX_WEBHOOK_LOG_BODY;

    return ngx_array_init(&rcv->redact, b->pool, 1,
                          sizeof(webhook_path_t *));
}


static ngx_int_t
ngx_webhook_receiver_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_conf_init_size_value(rcv->body_max, NGX_WEBHOOK_BODY);
    ngx_conf_init_uint_value(rcv->mode, NGX_WEBHOOK_MODE_SYNC);
    ngx_conf_init_uint_value(rcv->profile, NGX_WEBHOOK_PROFILE_STRICT);
    ngx_conf_init_uint_value(rcv->log_calls, NGX_WEBHOOK_LOG_OFF);

    return NGX_OK;
}


/* log_calls on|errors|off [body=SIZE] */

static char *
ngx_webhook_receiver_log(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char       *rv;
    ssize_t     n;
    ngx_str_t  *value, s;

    rv = ngx_webhook_field_enum(b, spec, conf);

    if (rv != NGX_CONF_OK || b->args->nelts == 2) {
        return rv;
    }

    if (ngx_webhook_conf_params(b, 2, "body=") != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    (void) ngx_webhook_conf_param(&value[2], "body=", &s);

    n = ngx_parse_size(&s);

    /* a body of whole kilobytes may be cut: see try_kept.c */

    if (n < 1024 || n > WEBHOOK_CALL_BODY_MAX || n % 1024) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid size \"%V\", it must be from 1k to 64k, "
                              "in whole kilobytes", &value[2]);
        return NGX_CONF_ERROR;
    }

    rcv->log_body = n;

    return NGX_CONF_OK;
}


/* redact PATH|header.NAME ... */

static char *
ngx_webhook_receiver_redact(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    return ngx_webhook_receiver_paths(b, rcv, &rcv->redact,
                                      NGX_WEBHOOK_REDACT_MAX, "redacts");
}


/* limit body=SIZE depth=N values=N inflight=N rate=100r/s */

static char *
ngx_webhook_receiver_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ssize_t      n, max;
    uint32_t    *field;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (rcv->body_max != NGX_CONF_UNSET_SIZE) {
        return "is duplicate";
    }

    rcv->body_max = NGX_WEBHOOK_BODY;

    if (ngx_webhook_conf_params(b, 1, "body= depth= values= inflight= rate=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "body=", &s)) {

            n = ngx_parse_size(&s);

            if (n < 1 || n > NGX_WEBHOOK_BODY_MAX) {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                   "invalid size \"%V\", it must be from 1 to "
                                   "64m", &value[i]);
                return NGX_CONF_ERROR;
            }

            rcv->body_max = n;
            rcv->body_limit = 1;
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "inflight=", &s)) {

            n = ngx_atoi(s.data, s.len);

            if (n < 1 || n > NGX_WEBHOOK_CALLS_MAX) {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                     "invalid \"%V\", it must be from 1 to %d",
                                     &value[i], NGX_WEBHOOK_CALLS_MAX);
                return NGX_CONF_ERROR;
            }

            rcv->inflight = n;
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "rate=", &s)) {
            rcv->rate = value[i];
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "depth=", &s)) {
            field = &rcv->limits.max_depth;
            max = NGX_WEBHOOK_DEPTH_MAX;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "values=", &s);
            field = &rcv->limits.max_values;
            max = NGX_WEBHOOK_VALUES_MAX;
        }

        n = ngx_atoi(s.data, s.len);

        if (n < 1 || n > max) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                     "invalid \"%V\", it must be from 1 to %z",
                                     &value[i], max);
            return NGX_CONF_ERROR;
        }

        *field = n;
    }

    return NGX_CONF_OK;
}
