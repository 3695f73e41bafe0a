
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { handshake }: the questions by which senders make sure
 * of it.
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_handshake.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_RATE_MAX     1000000000
#define NGX_WEBHOOK_ORIGINS_MAX  64


static char *ngx_webhook_receiver_handshake(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_handshake_meta(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_handshake_cloudevents(ngx_webhook_build_t *b,
    ngx_webhook_handshake_t *handshake);


static const ngx_webhook_field_t
    ngx_webhook_receiver_handshake_fields[] = {

    { ngx_string("handshake"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_handshake,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_handshake_part =
{
    ngx_webhook_receiver_handshake_fields,
    NULL,
    NULL,
    NULL
};


/* handshake meta token=KEY ...; handshake cloudevents [origin=] [rate=] */

static char *
ngx_webhook_receiver_handshake(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t                *value;
    ngx_webhook_handshake_t  *handshake;

    if (rcv->handshake == NULL) {

        handshake = ngx_pcalloc(b->pool, sizeof(ngx_webhook_handshake_t));
        if (handshake == NULL
            || ngx_array_init(&handshake->origins, b->pool, 1,
                              sizeof(webhook_str_t))
               != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        rcv->handshake = handshake;
    }

    value = b->args->elts;

    if (ngx_strcmp(value[1].data, "meta") == 0) {
        return ngx_webhook_handshake_meta(b, rcv);
    }

    if (ngx_strcmp(value[1].data, "cloudevents") == 0) {
        return ngx_webhook_handshake_cloudevents(b, rcv->handshake);
    }

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "unknown handshake \"%V\": it is \"meta\" or "
                          "\"cloudevents\"; those of slack and zoom come with "
                          "\"verify\"", &value[1]);
    return NGX_CONF_ERROR;
}


static char *
ngx_webhook_handshake_meta(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    char                *rv;
    ngx_str_t           *value, s;
    ngx_uint_t           i;
    ngx_webhook_keys_t  *keys;

    value = b->args->elts;
    keys = &rcv->handshake->meta;

    if (keys->keys) {
        return "is duplicate";
    }

    if (b->args->nelts - 2 < 1 || b->args->nelts - 2 > WEBHOOK_KEYS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "\"handshake meta\" needs \"token=\", up to %d "
                               "times", WEBHOOK_KEYS_MAX);
        return NGX_CONF_ERROR;
    }

    keys->keys = ngx_webhook_secret_alloc(b, (b->args->nelts - 2)
                                              * sizeof(webhook_key_t));
    if (keys->keys == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (!ngx_webhook_conf_param(&value[i], "token=", &s)) {
            return ngx_webhook_conf_unknown(b, &value[i]);
        }

        rv = ngx_webhook_receiver_key(b, rcv, &s, WEBHOOK_KEY_AS_TEXT, keys);
        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_handshake_cloudevents(ngx_webhook_build_t *b,
    ngx_webhook_handshake_t *handshake)
{
    ngx_int_t       n;
    ngx_str_t      *value, s;
    ngx_uint_t      i;
    webhook_str_t  *origin;

    value = b->args->elts;

    if (handshake->cloudevents) {
        return "is duplicate";
    }

    handshake->cloudevents = 1;

    if (ngx_webhook_conf_params(b, 2, "origin=* rate=") != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "origin=", &s)
            && s.len
            && s.len <= WEBHOOK_HANDSHAKE_TEXT_MAX
            && handshake->origins.nelts < NGX_WEBHOOK_ORIGINS_MAX)
        {
            origin = ngx_array_push(&handshake->origins);
            if (origin == NULL) {
                return NGX_CONF_ERROR;
            }

            *origin = *ngx_webhook_str(&s);
            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "rate=", &s)) {
            n = ngx_atoi(s.data, s.len);

            if (n < 1 || n > NGX_WEBHOOK_RATE_MAX) {
                ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                     "invalid \"%V\", it is a number of calls "
                                     "a minute", &value[i]);
                return NGX_CONF_ERROR;
            }

            handshake->rate = n;
            continue;
        }

        return ngx_webhook_conf_invalid(b, &value[i]);
    }

    if (handshake->origins.nelts == 0) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "\"handshake cloudevents\" needs \"origin=\": whose "
                           "events are taken, or \"*\" for everybody's");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
