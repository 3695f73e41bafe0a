
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { dedupe shadow emit }: repeats of a call, a copy that is
 * called as well, and events that a call makes.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_flow.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"
#include "http/net/peer/ngx_http_webhook_peer.h"


#define NGX_WEBHOOK_TTL      (7 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_TTL_MAX  (366 * 24 * 60 * 60 * UINT64_C(1000))
#define NGX_WEBHOOK_EMITS    8


static ngx_int_t ngx_webhook_receiver_flow_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_flow_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_flow_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_emit_check(ngx_webhook_build_t *b,
    ngx_webhook_emit_t *emit);
static char *ngx_webhook_receiver_dedupe(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_shadow(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_emit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


static const ngx_webhook_field_t
    ngx_webhook_receiver_flow_fields[] = {

    { ngx_string("dedupe"),
      NGX_CONF_TAKE12,
      ngx_webhook_receiver_dedupe,
      0,
      NULL },

    { ngx_string("shadow"),
      NGX_CONF_TAKE1|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_receiver_shadow,
      0,
      NULL },

    { ngx_string("emit"),
      NGX_CONF_TAKE123,
      ngx_webhook_receiver_emit,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_flow_part =
{
    ngx_webhook_receiver_flow_fields,
    ngx_webhook_receiver_flow_create,
    ngx_webhook_receiver_flow_finish,
    ngx_webhook_receiver_flow_check
};


static ngx_int_t
ngx_webhook_receiver_flow_create(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    return ngx_array_init(&rcv->emits, b->pool, 1, sizeof(ngx_webhook_emit_t));
}


/* Calls that were tests must not make those that are not into repeats; no
   receiver has such a name. */

static ngx_int_t
ngx_webhook_receiver_flow_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    u_char     *p;
    ngx_str_t   name;

    rcv->dedupe_scope = rcv->id;

    if (rcv->mode != NGX_WEBHOOK_MODE_TEST) {
        return NGX_OK;
    }

    name.len = sizeof("test:") - 1 + rcv->name.len;
    name.data = ngx_pnalloc(b->temp_pool, name.len);
    if (name.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(name.data, "test:", sizeof("test:") - 1);
    ngx_memcpy(p, rcv->name.data, rcv->name.len);

    rcv->dedupe_scope = webhook_id_name(ngx_webhook_str(&name));

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_receiver_flow_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t           i;
    const char          *what;
    ngx_webhook_emit_t  *emit;

    what = rcv->dedupe ? "dedupe" : rcv->emits.nelts ? "emit" : NULL;

    if (what && b->wmcf->store == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "\"%s\" of webhook_receiver \"%V\" needs a "
                             "\"webhook_store\", and there is none", what,
                             &rcv->name);
        return NGX_ERROR;
    }

    emit = rcv->emits.elts;

    for (i = 0; i < rcv->emits.nelts; i++) {
        if (ngx_webhook_receiver_emit_check(b, &emit[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (rcv->shadow == NULL) {
        return NGX_OK;
    }

    b->wmcf->client = 1;

    return ngx_webhook_peer_init(b, &rcv->shadow);
}


static ngx_int_t
ngx_webhook_receiver_emit_check(ngx_webhook_build_t *b,
    ngx_webhook_emit_t *emit)
{
    ngx_uint_t           i;
    ngx_webhook_type_t  *type;

    type = b->wmcf->types.elts;

    for (i = 0; i < b->wmcf->types.nelts; i++) {

        if (type[i].name.len == emit->type_name.len
            && ngx_memcmp(type[i].name.data, emit->type_name.data,
                          type[i].name.len)
               == 0
            && !type[i].own)
        {
            emit->type = &type[i];
            return NGX_OK;
        }
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &emit->source_pos,
                         "unknown event type \"%V\": declare it by "
                         "\"webhook_event_type\"", &emit->type_name);

    return NGX_ERROR;
}


/* dedupe header:NAME|body:PATH|hash [ttl=TIME] */

static char *
ngx_webhook_receiver_dedupe(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t  *value, s;

    if (rcv->dedupe) {
        return "is duplicate";
    }

    value = b->args->elts;

    rcv->dedupe_ttl = NGX_WEBHOOK_TTL;

    if (ngx_strcmp(value[1].data, "hash") == 0) {
        rcv->dedupe = NGX_WEBHOOK_DEDUPE_HASH;

    } else if (ngx_webhook_conf_param(&value[1], "header:", &s)
               && ngx_webhook_conf_header_token(&s))
    {
        rcv->dedupe = NGX_WEBHOOK_DEDUPE_HEADER;
        rcv->dedupe_header = s;

    } else if (ngx_webhook_conf_param(&value[1], "body:", &s)) {
        rcv->dedupe = NGX_WEBHOOK_DEDUPE_BODY;

        rcv->dedupe_path = ngx_webhook_conf_path(b, &s);
        if (rcv->dedupe_path == NULL) {
            return NGX_CONF_ERROR;
        }

    } else {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid \"%V\", it must be \"header:NAME\", "
                                 "\"body:PATH\" or \"hash\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (b->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (ngx_webhook_conf_params(b, 2, "ttl=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    (void) ngx_webhook_conf_param(&value[2], "ttl=", &s);

    if (ngx_webhook_conf_msec(&s, NGX_WEBHOOK_TTL_MAX, &rcv->dedupe_ttl)
        != NGX_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid time \"%V\", it must be from 1ms to 366d",
                            &value[2]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* shadow UPSTREAM|URL */

static char *
ngx_webhook_receiver_shadow(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    u_char                    *p;
    ngx_str_t                 *value, url;
    ngx_webhook_source_pos_t   pos;

    if (rcv->shadow) {
        return "is duplicate";
    }

    value = b->args->elts;
    url = value[1];

    if (ngx_strstr(url.data, "://") == NULL) {

        url.len = sizeof("http://") - 1 + value[1].len;
        url.data = ngx_pnalloc(b->pool, url.len + 1);
        if (url.data == NULL) {
            return NGX_CONF_ERROR;
        }

        p = ngx_cpymem(url.data, "http://", sizeof("http://") - 1);
        p = ngx_cpymem(p, value[1].data, value[1].len);
        *p = '\0';
    }

    ngx_webhook_conf_source_pos(b, &pos);

    rcv->shadow = ngx_webhook_peer_create(b, &url, NULL, &pos,
                                          &rcv->shadow_uri);
    if (rcv->shadow == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_webhook_receiver_prefix(b, &rcv->shadow_uri);
}


/* emit TYPE [body=TEMPLATE] [when=CONDITION] */

static char *
ngx_webhook_receiver_emit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    char                *rv;
    ngx_str_t           *value, s, text;
    ngx_uint_t           i;
    ngx_webhook_emit_t  *emit;

    if (rcv->emits.nelts == NGX_WEBHOOK_EMITS) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                           "webhook_receiver \"%V\" emits more than %d events",
                           &rcv->name, NGX_WEBHOOK_EMITS);
        return NGX_CONF_ERROR;
    }

    emit = ngx_array_push(&rcv->emits);
    if (emit == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(emit, sizeof(ngx_webhook_emit_t));

    ngx_webhook_conf_source_pos(b, &emit->source_pos);

    if (ngx_webhook_conf_params(b, 2, "body= when=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    emit->type_name = value[1];

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "body=", &s)) {
            rv = ngx_webhook_conf_text(b, &s, &text);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            emit->body = ngx_webhook_conf_template(b, &text,
                                                   WEBHOOK_TEMPLATE_JSON,
                                                   "body template");
            if (emit->body == NULL) {
                return NGX_CONF_ERROR;
            }

            continue;
        }

        (void) ngx_webhook_conf_param(&value[i], "when=", &s);

        emit->when = ngx_webhook_conf_condition(b, &s);
        if (emit->when == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}
