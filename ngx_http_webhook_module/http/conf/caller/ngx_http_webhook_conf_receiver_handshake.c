
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { handshake probe }: the questions by which senders make
 * sure of it.
 */

#include "http/conf/caller/ngx_http_webhook_conf_receiver_handshake.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/model/ngx_http_webhook_verifier.h"
#include "http/net/peer/ngx_http_webhook_peer.h"
#include "http/runtime/ngx_http_webhook_secret.h"


#define NGX_WEBHOOK_RATE_MAX     1000000000
#define NGX_WEBHOOK_ORIGINS_MAX  64


static char *ngx_webhook_receiver_handshake(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_probe(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_receiver_handshake_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_handshake_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_webhook_handshake_t *ngx_webhook_handshake_create(
    ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_handshake_unknown(ngx_webhook_build_t *b,
    ngx_str_t *name, const webhook_handshake_t *row);
static ngx_uint_t ngx_webhook_handshake_has(ngx_webhook_handshake_t *handshake,
    const webhook_handshake_t *row);
static ngx_int_t ngx_webhook_handshake_add(ngx_webhook_handshake_t *handshake,
    const webhook_handshake_t *row);
static char *ngx_webhook_handshake_meta(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_handshake_cloudevents(ngx_webhook_build_t *b,
    ngx_webhook_handshake_t *handshake);
static char *ngx_webhook_handshake_sns(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);


static const ngx_webhook_field_t
    ngx_webhook_receiver_handshake_fields[] = {

    { ngx_string("handshake"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_handshake,
      0,
      NULL },

    { ngx_string("probe"),
      NGX_CONF_TAKE12,
      ngx_webhook_receiver_probe,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_handshake_part =
{
    ngx_webhook_receiver_handshake_fields,
    NULL,
    ngx_webhook_receiver_handshake_finish,
    ngx_webhook_receiver_handshake_check
};


/* handshake meta token=KEY ...; handshake cloudevents origin= ... [rate=];
   handshake NAME */

static char *
ngx_webhook_receiver_handshake(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_webhook_handshake_t    *handshake;
    const webhook_handshake_t  *row;

    value = b->args->elts;

    row = webhook_handshake_find(ngx_webhook_str(&value[1]));

    if (row == NULL || !row->named) {
        return ngx_webhook_handshake_unknown(b, &value[1], row);
    }

    handshake = ngx_webhook_handshake_create(b, rcv);
    if (handshake == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_handshake_has(handshake, row)) {
        return "is duplicate";
    }

    if (ngx_strcmp(value[1].data, "meta") == 0) {
        rv = ngx_webhook_handshake_meta(b, rcv);

    } else if (ngx_strcmp(value[1].data, "cloudevents") == 0) {
        rv = ngx_webhook_handshake_cloudevents(b, handshake);

    } else if (ngx_strcmp(value[1].data, "sns") == 0) {
        rv = ngx_webhook_handshake_sns(b, rcv);

    } else if (b->args->nelts > 2) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"handshake %V\" has no parameters", &value[1]);
        return NGX_CONF_ERROR;

    } else {
        rv = NGX_CONF_OK;
    }

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_webhook_handshake_add(handshake, row) == NGX_OK
           ? NGX_CONF_OK
           : NGX_CONF_ERROR;
}


/* probe head|get ... */

static char *
ngx_webhook_receiver_probe(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_int_t                 n;
    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_webhook_handshake_t  *handshake;

    static const ngx_uint_t  methods[] = { NGX_HTTP_HEAD, NGX_HTTP_GET };

    handshake = ngx_webhook_handshake_create(b, rcv);
    if (handshake == NULL) {
        return NGX_CONF_ERROR;
    }

    if (handshake->probe) {
        return "is duplicate";
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        n = ngx_webhook_conf_choice(b, &value[i], &value[i], "head get");
        if (n == NGX_ERROR) {
            return NGX_CONF_ERROR;
        }

        if (handshake->probe & methods[n]) {
            return ngx_webhook_conf_invalid(b, &value[i]);
        }

        handshake->probe |= methods[n];
    }

    return NGX_CONF_OK;
}


/* What comes with the preset, and what all of them are told. */

static ngx_int_t
ngx_webhook_receiver_handshake_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    webhook_handshake_conf_t   *conf;
    ngx_webhook_handshake_t    *handshake;
    const webhook_handshake_t  *row;

    row = NULL;

    if (rcv->verify) {
        row = webhook_handshake_find(&rcv->verify->verifier.preset->name);
    }

    if (rcv->handshake && rcv->handshake->service
        && (row == NULL || ngx_strcmp(row->name.data, "sns") != 0))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "\"handshake sns\" of webhook_receiver \"%V\" "
                             "needs \"verify sns\"", &rcv->name);
        return NGX_ERROR;
    }

    if (rcv->handshake && (rcv->handshake->probe & NGX_HTTP_GET)
        && (rcv->accept & NGX_WEBHOOK_ACCEPT_QUERY))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "\"probe get\" of webhook_receiver \"%V\" does "
                             "not go with \"accept query\", which makes a call "
                             "of a GET", &rcv->name);
        return NGX_ERROR;
    }

    if (row && row->preset) {

        handshake = ngx_webhook_handshake_create(b, rcv);
        if (handshake == NULL) {
            return NGX_ERROR;
        }

        if (!ngx_webhook_handshake_has(handshake, row)
            && ngx_webhook_handshake_add(handshake, row) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    handshake = rcv->handshake;

    if (handshake) {
        conf = &handshake->conf;

        conf->tokens = handshake->meta.keys;
        conf->ntokens = handshake->meta.nkeys;
        conf->origins = handshake->origins.elts;
        conf->norigins = handshake->origins.nelts;
        conf->confirm = handshake->service != NULL;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receiver_handshake_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    if (rcv->handshake == NULL || rcv->handshake->service == NULL) {
        return NGX_OK;
    }

    b->wmcf->client = 1;

    return ngx_webhook_peer_init(b, &rcv->handshake->service);
}


/* That of the receiver, made where there is none; NULL on lack of memory. */

static ngx_webhook_handshake_t *
ngx_webhook_handshake_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_webhook_handshake_t  *handshake;

    if (rcv->handshake) {
        return rcv->handshake;
    }

    handshake = ngx_pcalloc(b->pool, sizeof(ngx_webhook_handshake_t));

    if (handshake == NULL
        || ngx_array_init(&handshake->rows, b->pool, 1,
                          sizeof(webhook_handshake_t *))
           != NGX_OK
        || ngx_array_init(&handshake->origins, b->pool, 1,
                          sizeof(webhook_str_t))
           != NGX_OK)
    {
        return NULL;
    }

    rcv->handshake = handshake;

    return handshake;
}


static char *
ngx_webhook_handshake_unknown(ngx_webhook_build_t *b, ngx_str_t *name,
    const webhook_handshake_t *row)
{
    webhook_buf_t  names;

    if (row) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the handshake of \"%V\" comes with \"verify "
                              "%V\"", name, name);
        return NGX_CONF_ERROR;
    }

    webhook_buf_init(&names, 0);
    (void) webhook_handshake_names(&names, 1);

    ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                          "unknown handshake \"%V\": there are %*s", name,
                          names.len, names.data);

    webhook_buf_free(&names);

    return NGX_CONF_ERROR;
}


static ngx_uint_t
ngx_webhook_handshake_has(ngx_webhook_handshake_t *handshake,
    const webhook_handshake_t *row)
{
    ngx_uint_t                   i;
    const webhook_handshake_t  **rows;

    rows = handshake->rows.elts;

    for (i = 0; i < handshake->rows.nelts; i++) {
        if (rows[i] == row) {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_webhook_handshake_add(ngx_webhook_handshake_t *handshake,
    const webhook_handshake_t *row)
{
    const webhook_handshake_t  **place;

    place = ngx_array_push(&handshake->rows);
    if (place == NULL) {
        return NGX_ERROR;
    }

    *place = row;

    return NGX_OK;
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

            handshake->conf.rate = n;
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


/* Where subscriptions are confirmed: the service of the topic's region. */

static char *
ngx_webhook_handshake_sns(ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv)
{
    ngx_str_t                 *value, url;
    ngx_webhook_handshake_t   *handshake;
    ngx_webhook_source_pos_t   pos;

    value = b->args->elts;
    handshake = rcv->handshake;

    if (ngx_webhook_conf_params(b, 2, "confirm=") != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (b->args->nelts != 3) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "\"handshake sns\" needs \"confirm=\", the URL "
                              "of the topic's region, as "
                              "\"https://sns.eu-west-1.amazonaws.com\"");
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_local(b, &value[2]) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    (void) ngx_webhook_conf_param(&value[2], "confirm=", &url);

    ngx_webhook_conf_source_pos(b, &pos);

    handshake->service = ngx_webhook_peer_create(b, &url, NULL, &pos,
                                                 &handshake->service_uri);
    if (handshake->service == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_webhook_receiver_prefix(b, &handshake->service_uri);
}
