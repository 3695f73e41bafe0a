
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint NAME { }: who is told of which events, and how.  The whole,
 * and its fields url, events, success, timeout.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/field/ngx_http_webhook_conf_check_paths.h"
#include "http/conf/field/ngx_http_webhook_conf_given.h"
#include "http/conf/value/ngx_http_webhook_conf_map.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_format.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_limit.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_network.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_sign.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_tls.h"
#include "http/net/auth/ngx_http_webhook_auth.h"
#include "core/rules/webhook_pattern.h"


#define NGX_WEBHOOK_TIMEOUT_MAX  (60 * 60 * UINT64_C(1000))


static ngx_int_t ngx_webhook_endpoint_types(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_endpoint_variables(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);
static ngx_int_t ngx_webhook_endpoint_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);
static char *ngx_webhook_endpoint_head(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep, ngx_str_t *uri);
static char *ngx_webhook_endpoint_url(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_events(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_success(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_timeout(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);


static const ngx_webhook_field_t  ngx_webhook_endpoint_fields[] = {

    { ngx_string("url"),
      NGX_CONF_TAKE1,
      ngx_webhook_endpoint_url,
      0,
      NULL },

    { ngx_string("events"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_events,
      0,
      NULL },

    { ngx_string("success"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_success,
      0,
      NULL },

    { ngx_string("timeout"),
      NGX_CONF_1MORE,
      ngx_webhook_endpoint_timeout,
      0,
      NULL },

      ngx_webhook_null_field
};


static const ngx_webhook_field_t  *ngx_webhook_endpoint_parts[] = {
    ngx_webhook_endpoint_fields,
    ngx_webhook_endpoint_tls_fields,
    ngx_webhook_endpoint_format_fields,
    ngx_webhook_endpoint_sign_fields,
    ngx_webhook_endpoint_limit_fields,
    ngx_webhook_endpoint_network_fields,
    NULL
};


const ngx_webhook_field_t **
ngx_webhook_endpoint_tables(void)
{
    return ngx_webhook_endpoint_parts;
}


ngx_webhook_endpoint_t *
ngx_webhook_endpoint_build(ngx_webhook_build_t *b, ngx_str_t *name)
{
    ngx_str_t                     uri;
    ngx_webhook_endpoint_t       *ep;
    ngx_webhook_endpoint_conf_t   ecf;

    ep = ngx_pcalloc(b->pool, sizeof(ngx_webhook_endpoint_t));
    if (ep == NULL) {
        return NULL;
    }

    ngx_webhook_given_named(b, name, (ngx_webhook_named_t *) ep);

    ngx_memzero(&ecf, sizeof(ngx_webhook_endpoint_conf_t));

    ecf.endpoint = ep;

    if (ngx_webhook_endpoint_begin(b, &ecf) != NGX_OK
        || ngx_webhook_given_fields(b, ngx_webhook_endpoint_parts, &ecf)
           != NGX_OK || ngx_webhook_endpoint_done(b, &ecf, &uri) != NGX_CONF_OK
        || ngx_webhook_map_check(b) != NGX_OK
        || ngx_webhook_endpoint_check(b, ep) != NGX_OK)
    {
        return NULL;
    }

    return ep;
}


ngx_int_t
ngx_webhook_endpoint_begin(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ecf->endpoint->timeout_pos = ecf->endpoint->source_pos;

    if (ngx_webhook_endpoint_create(b, ecf) != NGX_OK
        || ngx_webhook_endpoint_format_create(b, ecf) != NGX_OK
        || ngx_webhook_endpoint_sign_create(b, ecf) != NGX_OK
        || ngx_webhook_endpoint_limit_create(b, ecf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_endpoint_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ngx_str_t                success = ngx_string("200");
    ngx_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (webhook_status_set_parse(ngx_webhook_str(&success), &ep->success)
        != WEBHOOK_OK)
    {
        return NGX_ERROR;
    }

    ep->timeout.connect = 5000;
    ep->timeout.send = 5000;
    ep->timeout.read = 15000;
    ep->timeout.total = NGX_WEBHOOK_TIMEOUT_TOTAL;

    ecf->tls.verify = 1;

    return ngx_array_init(&ep->events, b->pool, 4,
                          sizeof(ngx_webhook_subscription_t));
}


char *
ngx_webhook_endpoint_done(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf, ngx_str_t *uri)
{
    ngx_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (ep->url.data == NULL) {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->source_pos,
                             "webhook_endpoint \"%V\" has no \"url\"",
                             &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ecf->tls_set
        && (ep->url.len < 8
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://", 8) != 0))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &ecf->tls_pos,
                             "\"tls\" needs an https:// url, which "
                             "webhook_endpoint \"%V\" has not", &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_endpoint_sign_finish(b, ecf) != NGX_OK
        || ngx_webhook_endpoint_limit_finish(b, ecf) != NGX_OK
        || ngx_webhook_endpoint_network_finish(b, ecf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep->peer = ngx_webhook_peer_create(b, &ep->url, &ecf->tls, &ecf->url_pos,
                                       uri);
    if (ep->peer == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_webhook_endpoint_head(b, ep, uri);
}


/*
 * The beginning of every request to the endpoint; the dispatcher adds what
 * differs from one send to the next, and the empty line.
 */

static char *
ngx_webhook_endpoint_head(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep,
    ngx_str_t *uri)
{
    size_t                 len;
    u_char                *p;
    ngx_str_t             *host, agent, name, trace;
    ngx_uint_t             i;
    ngx_webhook_header_t  *header;

    ngx_str_set(&name, "User-Agent");
    ngx_str_set(&trace, "traceparent");
    ngx_str_set(&agent, "User-Agent: ngx_http_webhook/"
                        NGX_WEBHOOK_VERSION CRLF);

    host = ngx_webhook_peer_host(ep->peer);

    len = sizeof("POST  HTTP/1.1" CRLF) - 1 + uri->len
          + sizeof("Host: " CRLF) - 1 + host->len;

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {

        if (ngx_webhook_endpoint_header_is(&header[i].name, &name)) {
            agent.len = 0;
        }

        if (ngx_webhook_endpoint_header_is(&header[i].name, &trace)) {
            ep->traces = 1;
        }

        if (header[i].tpl == NULL) {
            len += header[i].name.len + sizeof(": " CRLF) - 1
                   + header[i].value.len;
        }
    }

    len += agent.len;

    p = ngx_pnalloc(b->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    ep->head.data = p;

    p = ngx_sprintf(p, "POST %V HTTP/1.1" CRLF "Host: %V" CRLF "%V", uri,
                    host, &agent);

    for (i = 0; i < ep->headers.nelts; i++) {
        if (header[i].tpl == NULL) {
            p = ngx_sprintf(p, "%V: %V" CRLF, &header[i].name,
                            &header[i].value);
        }
    }

    ep->head.len = p - ep->head.data;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_endpoint_check(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t                      i;
    ngx_webhook_hmac_t             *hmac;
    ngx_webhook_header_t           *header;
    const webhook_address_rules_t  *rules;

    if (ngx_webhook_endpoint_types(b, ep) != NGX_OK
        || ngx_webhook_endpoint_limit_check(b, ep) != NGX_OK
        || ngx_webhook_endpoint_variables(b, ep) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ep->address.outer = b->address;

    if (!ep->address_set) {
        ep->address.fallback = b->address->fallback;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (ngx_webhook_endpoint_header_is(&header[i].name,
                                           &b->wmcf->event_header))
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->source_pos,
                                 "webhook_endpoint \"%V\" sets the "
                                 "header \"%V\", which tells the "
                                 "event", &ep->name, &header[i].name);
            return NGX_ERROR;
        }
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        if (ngx_webhook_endpoint_header_is(&hmac[i].header,
                                           &b->wmcf->event_header))
        {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->source_pos,
                                 "webhook_endpoint \"%V\" signs in the "
                                 "header \"%V\", which tells the "
                                 "event", &ep->name, &hmac[i].header);
            return NGX_ERROR;
        }
    }

    /* a receiver's API is the operator's own, wherever it is */

    rules = (ep->internal)
            ? NULL
            : (ep->address.fallback == WEBHOOK_ADDRESS_ANY
             && ep->address.ndeny == 0 && b->address->ndeny == 0)
            ? NULL : &ep->address;

    ngx_webhook_peer_egress(ep->peer, rules, &ep->proxy);

    if (ngx_webhook_peer_init(b, &ep->peer) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webhook_auth_init(b, ep);
}


/* Whether there are events such as it asks for. */

static ngx_int_t
ngx_webhook_endpoint_types(ngx_webhook_build_t *b, ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i, n;
    ngx_webhook_type_t          *type;
    ngx_webhook_subscription_t  *sub;

    sub = ep->events.elts;
    type = b->wmcf->types.elts;

    for (i = 0; i < ep->events.nelts; i++) {

        for (n = 0; n < b->wmcf->types.nelts; n++) {
            if (ngx_webhook_type_asked(&type[n], &sub[i].pattern)) {
                break;
            }
        }

        if (n == b->wmcf->types.nelts) {
            ngx_webhook_build_at(NGX_LOG_EMERG, b, &sub[i].source_pos,
                                 "\"%V\" in \"events\" of "
                                 "webhook_endpoint \"%V\" matches no "
                                 "\"webhook_event_type\"", &sub[i].pattern,
                                 &ep->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The variables in what an endpoint is sent. */

static ngx_int_t
ngx_webhook_endpoint_variables(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep)
{
    ngx_uint_t              i;
    ngx_webhook_check_t     check;
    ngx_webhook_header_t   *header;

    check.b = b;
    check.source_pos = &ep->source_pos;

    if (ngx_webhook_check_templates(&check, &ep->body, 1) != NGX_OK
        || ngx_webhook_check_paths(&check, &ep->order_by, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (ngx_webhook_check_templates(&check, &header[i].tpl, 1) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_webhook_check_conditions(&check, ep->filters.elts,
                                        ep->filters.nelts);
}


static char *
ngx_webhook_endpoint_url(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->endpoint->url.data) {
        return "is duplicate";
    }

    value = b->args->elts;

    ecf->endpoint->url = value[1];

    ngx_webhook_conf_source_pos(b, &ecf->url_pos);

    return ngx_webhook_conf_fixed(b, &value[1], "the URL");
}


static char *
ngx_webhook_endpoint_events(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                   *value;
    ngx_uint_t                   i;
    ngx_webhook_subscription_t  *sub;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (!webhook_pattern_valid(ngx_webhook_str(&value[i]))) {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid pattern \"%V\": %s", &value[i],
                                 ngx_strlchr(value[i].data, value[i].data
                                                            + value[i].len, ',')
                                 ? "several are written with spaces between "
                                   "them"
                                 : "it must be an event type, its first words "
                                   "and \".*\", or \"*\"");
            return NGX_CONF_ERROR;
        }

        sub = ngx_array_push(&ecf->endpoint->events);
        if (sub == NULL) {
            return NGX_CONF_ERROR;
        }

        sub->pattern = value[i];

        ngx_webhook_conf_source_pos(b, &sub->source_pos);
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_endpoint_success(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t   *value;
    ngx_uint_t   status;

    if (ecf->success) {
        return "is duplicate";
    }

    ecf->success = 1;

    if (b->args->nelts != 2) {
        return "takes status codes with commas, as in \"200,202\"";
    }

    value = b->args->elts;

    if (webhook_status_set_parse(ngx_webhook_str(&value[1]),
                                 &ecf->endpoint->success)
        != WEBHOOK_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                            "invalid status codes \"%V\": they are written as "
                            "in \"200,202\" or \"2xx\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    for (status = 200; status < 600; status++) {
        if (webhook_status_set_has(&ecf->endpoint->success, status)) {
            return NGX_CONF_OK;
        }
    }

    return "has no status that ends a response: they are from 200 to 599";
}


static char *
ngx_webhook_endpoint_timeout(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    uint64_t                ms;
    ngx_str_t              *value, s;
    ngx_uint_t              i;
    ngx_msec_t             *field;
    ngx_webhook_timeout_t  *timeout;

    if (ecf->timeout) {
        return "is duplicate";
    }

    ecf->timeout = 1;

    if (ngx_webhook_conf_params(b, 1, "connect= send= read= total=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(b, &ecf->endpoint->timeout_pos);

    timeout = &ecf->endpoint->timeout;
    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "connect=", &s)) {
            field = &timeout->connect;

        } else if (ngx_webhook_conf_param(&value[i], "send=", &s)) {
            field = &timeout->send;

        } else if (ngx_webhook_conf_param(&value[i], "read=", &s)) {
            field = &timeout->read;

        } else {
            (void) ngx_webhook_conf_param(&value[i], "total=", &s);
            field = &timeout->total;
        }

        if (ngx_webhook_conf_msec(&s, NGX_WEBHOOK_TIMEOUT_MAX, &ms) != NGX_OK)
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid time \"%V\", it must be from 1ms to "
                                 "1h", &value[i]);
            return NGX_CONF_ERROR;
        }

        *field = ms;
    }

    return NGX_CONF_OK;
}
