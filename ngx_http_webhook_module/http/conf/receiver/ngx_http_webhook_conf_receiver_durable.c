
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_receiver { mode durable }: api, retry, timeout, success, tls,
 * breaker, header, auth, order_by.  The API is an endpoint of the receiver's
 * own, named "receiver:NAME", and its directives are an endpoint's.
 */

#include "http/conf/receiver/ngx_http_webhook_conf_receiver_durable.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_limit.h"
#include "http/conf/caller/ngx_http_webhook_conf_receiver_args.h"

#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_DURABLE_NAME   100          /* bytes: it is a part of an
                                                   event's type */
#define NGX_WEBHOOK_DURABLE_STEPS  64           /* forms of an event */


static ngx_int_t ngx_webhook_receiver_durable_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_bound_api(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static ngx_uint_t ngx_webhook_receiver_has_api(ngx_webhook_receiver_t *rcv);
static const char *ngx_webhook_receiver_durable_refuse(
    ngx_webhook_receiver_t *rcv);
static ngx_int_t ngx_webhook_receiver_durable_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv);
static char *ngx_webhook_receiver_api(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_header(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_receiver_order_by(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_webhook_endpoint_conf_t *ngx_webhook_receiver_endpoint(
    ngx_webhook_build_t *b, ngx_webhook_receiver_t *rcv);


static const ngx_webhook_field_t
    ngx_webhook_receiver_durable_fields[] = {

    { ngx_string("api"),
      NGX_CONF_TAKE1|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("retry"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("timeout"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("success"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("tls"),
      NGX_CONF_1MORE|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("breaker"),
      NGX_CONF_1MORE,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("header"),
      NGX_CONF_TAKE2|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_receiver_header,
      0,
      NULL },

    { ngx_string("auth"),
      NGX_CONF_2MORE|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_receiver_api,
      0,
      NULL },

    { ngx_string("order_by"),
      NGX_CONF_TAKE1,
      ngx_webhook_receiver_order_by,
      0,
      NULL },

      ngx_webhook_null_field
};


const ngx_webhook_receiver_part_t
    ngx_webhook_receiver_durable_part =
{
    ngx_webhook_receiver_durable_fields,
    NULL,
    ngx_webhook_receiver_durable_finish,
    ngx_webhook_receiver_durable_check
};


static ngx_int_t
ngx_webhook_receiver_durable_finish(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_str_t                     uri, what;
    ngx_uint_t                    max;
    const char                   *reason;
    ngx_webhook_endpoint_t       *ep;
    ngx_webhook_endpoint_conf_t  *ecf;

    if (rcv->bounds && rcv->mode == NGX_WEBHOOK_MODE_DURABLE
        && ngx_webhook_receiver_bound_api(b, rcv) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* a durable one is that while it is tested, too */

    if (rcv->mode != NGX_WEBHOOK_MODE_DURABLE
        && (rcv->mode != NGX_WEBHOOK_MODE_TEST
            || !ngx_webhook_receiver_has_api(rcv)))
    {
        if (rcv->mode != NGX_WEBHOOK_MODE_SYNC
            || (rcv->api_conf == NULL && rcv->order_by == NULL
                && rcv->rate.len == 0))
        {
            return NGX_OK;
        }

        reason = "has directives that need \"mode durable\"";
        goto refused;
    }

    reason = ngx_webhook_receiver_durable_refuse(rcv);

    if (reason) {
        goto refused;
    }

    max = rcv->actions.nelts * (rcv->for_each ? rcv->for_each_max : 1);

    if (max > NGX_WEBHOOK_DURABLE_STEPS) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                             "webhook_receiver \"%V\" could make %ui "
                             "requests for a call: with \"mode "
                             "durable\" it may make %d, see \"max=\" "
                             "of \"for_each\"", &rcv->name, max,
                             NGX_WEBHOOK_DURABLE_STEPS);
        return NGX_ERROR;
    }

    ecf = rcv->api_conf;
    ep = ecf->endpoint;
    ep->redacts = rcv->redact.nelts != 0;

    if (rcv->inflight) {
        ep->inflight = ngx_min(rcv->inflight, 65535);
        rcv->inflight = 0;
    }

    if (rcv->rate.len) {
        uri = rcv->rate;
        uri.data += sizeof("rate=") - 1;
        uri.len -= sizeof("rate=") - 1;

        if (ngx_webhook_endpoint_rate(b, &rcv->rate, &uri, ep)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_webhook_endpoint_done(b, ecf, &rcv->api_uri) != NGX_CONF_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webhook_receiver_prefix(b, &rcv->api_uri) != NGX_CONF_OK) {
        reason = "has an \"api\" with arguments, which its actions have";
        goto refused;
    }

    ngx_str_set(&what, "webhook_receiver");

    if (!b->registered
        && ngx_webhook_conf_insert(b, &b->wmcf->endpoints,
                                   (ngx_webhook_named_t *) ep, &what)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    rcv->api = ep;

    return NGX_OK;

refused:

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                         "webhook_receiver \"%V\" %s", &rcv->name, reason);

    return NGX_ERROR;
}


/* The API of one that was registered is that of webhook_registry {}. */

static ngx_int_t
ngx_webhook_receiver_bound_api(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    ngx_webhook_endpoint_conf_t  *ecf;

    ecf = ngx_webhook_receiver_endpoint(b, rcv);
    if (ecf == NULL) {
        return NGX_ERROR;
    }

    ecf->endpoint->url = rcv->bounds->durable_api;
    ecf->endpoint->held = rcv->held;
    ecf->url_pos = rcv->bounds->durable_pos;

    return NGX_OK;
}


static ngx_uint_t
ngx_webhook_receiver_has_api(ngx_webhook_receiver_t *rcv)
{
    ngx_webhook_endpoint_conf_t  *ecf;

    ecf = rcv->api_conf;

    return ecf && ecf->endpoint->url.len;
}


/* What does not go together with calls that are made later. */

static const char *
ngx_webhook_receiver_durable_refuse(ngx_webhook_receiver_t *rcv)
{
    ngx_uint_t                    i, n;
    ngx_webhook_action_t         *action;
    ngx_webhook_header_t         *header;
    ngx_webhook_endpoint_conf_t  *ecf;

    if (!ngx_webhook_receiver_has_api(rcv)) {

        if (rcv->bounds) {
            return "has \"mode durable\", and there is no \"durable_api\" in "
                   "webhook_registry {}";
        }

        return "has \"mode durable\" and no \"api\"";
    }

    if (rcv->actions.nelts == 0) {
        return "has \"mode durable\" and no \"action\"";
    }

    if (rcv->emits.nelts) {
        return "has both \"mode durable\" and \"emit\"";
    }

    if (rcv->captures.nelts) {
        return "has both \"mode durable\" and \"capture\", for which it would "
               "have to wait";
    }

    if (rcv->name.len > NGX_WEBHOOK_DURABLE_NAME) {
        return "has \"mode durable\" and a name of more than 100 bytes";
    }

    ecf = rcv->api_conf;
    header = ecf->endpoint->headers.elts;
    action = rcv->actions.elts;

    for (i = 0; i < rcv->actions.nelts; i++) {

        if (action[i].go_on) {
            return "has both \"mode durable\" and \"on_error=continue\"";
        }

        if (action[i].timeout) {
            return "has both \"mode durable\" and a \"timeout=\" of an "
                   "action: use the directive \"timeout\"";
        }

        for (n = 0; n < ecf->endpoint->headers.nelts; n++) {
            if (ngx_webhook_endpoint_header_is(&header[n].name,
                                               &action[i].idempotency))
            {
                return "has a \"header\" that is the \"idempotency=\" of an "
                       "action, too";
            }
        }
    }

    return NULL;
}


static ngx_int_t
ngx_webhook_receiver_durable_check(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    /* known connections and its addresses are those of all */

    if (rcv->api && rcv->bounds) {
        rcv->api->peer = rcv->bounds->durable_peer;
    }

    if (rcv->api == NULL || b->wmcf->store) {
        return NGX_OK;
    }

    ngx_webhook_build_at(NGX_LOG_EMERG, b, &rcv->source_pos,
                         "\"mode durable\" of webhook_receiver \"%V\" "
                         "needs a \"webhook_store\", and there is none",
                         &rcv->name);

    return NGX_ERROR;
}


/* Hands a directive on to the endpoint. */

static char *
ngx_webhook_receiver_api(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t                     name;
    const ngx_webhook_field_t    *field;
    ngx_webhook_endpoint_conf_t  *ecf;

    ecf = ngx_webhook_receiver_endpoint(b, rcv);
    if (ecf == NULL) {
        return NGX_CONF_ERROR;
    }

    name = spec->name;

    if (name.len == 3 && ngx_strncmp(name.data, "api", 3) == 0) {
        ngx_str_set(&name, "url");
    }

    field = ngx_webhook_field_find(ngx_webhook_endpoint_tables(), &name);

    return field ? field->build(b, field, ecf) : "is not known";
}


/*
 * header NAME VALUE.  It is put into each request when that is sent, so it
 * stands in no event, and no value of a call can be in it.
 */

static char *
ngx_webhook_receiver_header(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_str_t  *value, name;

    value = b->args->elts;

    ngx_str_set(&name, "X-Request-ID");

    if (ngx_webhook_endpoint_header_is(&value[1], &name)) {
        return "cannot be \"X-Request-ID\", which tells the call's";
    }

    if (ngx_webhook_conf_braces(&value[2])) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "the header \"%V\" of a receiver is the same "
                              "for all calls: it cannot contain \"${...}\"",
                              &value[1]);
        return NGX_CONF_ERROR;
    }

    return ngx_webhook_receiver_api(b, spec, conf);
}


static ngx_webhook_endpoint_conf_t *
ngx_webhook_receiver_endpoint(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv)
{
    u_char                       *p;
    ngx_str_t                     success = ngx_string("2xx");
    ngx_webhook_endpoint_t       *ep;
    ngx_webhook_endpoint_conf_t  *ecf;

    if (rcv->api_conf) {
        return rcv->api_conf;
    }

    ep = ngx_pcalloc(b->pool, sizeof(ngx_webhook_endpoint_t));
    ecf = ngx_pcalloc(b->pool, sizeof(ngx_webhook_endpoint_conf_t));

    if (ep == NULL || ecf == NULL) {
        return NULL;
    }

    /* a name that no webhook_endpoint can have */

    ep->name.len = sizeof("receiver:") - 1 + rcv->name.len;
    ep->name.data = ngx_pnalloc(b->pool, ep->name.len);
    if (ep->name.data == NULL) {
        return NULL;
    }

    p = ngx_cpymem(ep->name.data, "receiver:", sizeof("receiver:") - 1);
    ngx_memcpy(p, rcv->name.data, rcv->name.len);

    ep->id = webhook_id_name(ngx_webhook_str(&ep->name));
    ep->source_pos = rcv->source_pos;
    ep->internal = 1;

    ecf->endpoint = ep;

    if (ngx_webhook_endpoint_begin(b, ecf) != NGX_OK
        || webhook_status_set_parse(ngx_webhook_str(&success), &ep->success)
           != WEBHOOK_OK)
    {
        return NULL;
    }

    rcv->api_conf = ecf;

    return ecf;
}


static char *
ngx_webhook_receiver_order_by(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_receiver_t *rcv = conf;

    ngx_str_t  *value;

    if (rcv->order_by) {
        return "is duplicate";
    }

    value = b->args->elts;

    rcv->order_by = ngx_webhook_conf_path(b, &value[1]);

    return rcv->order_by ? NGX_CONF_OK : NGX_CONF_ERROR;
}
