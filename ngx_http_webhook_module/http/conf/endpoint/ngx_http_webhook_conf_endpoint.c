
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


#define NGX_HTTP_WEBHOOK_TIMEOUT_MAX  (60 * 60 * UINT64_C(1000))


static ngx_int_t ngx_http_webhook_endpoint_types(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep);
static ngx_int_t ngx_http_webhook_endpoint_variables(
    ngx_http_webhook_build_t *b, ngx_http_webhook_endpoint_t *ep);
static ngx_int_t ngx_http_webhook_endpoint_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_conf_t *ecf);
static char *ngx_http_webhook_endpoint_head(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep, ngx_str_t *uri);
static char *ngx_http_webhook_endpoint_url(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf);
static char *ngx_http_webhook_endpoint_events(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf);
static char *ngx_http_webhook_endpoint_success(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf);
static char *ngx_http_webhook_endpoint_timeout(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf);


static const ngx_http_webhook_field_t  ngx_http_webhook_endpoint_fields[] = {

    { ngx_string("url"),
      NGX_CONF_TAKE1,
      ngx_http_webhook_endpoint_url,
      0,
      NULL },

    { ngx_string("events"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_events,
      0,
      NULL },

    { ngx_string("success"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_success,
      0,
      NULL },

    { ngx_string("timeout"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_timeout,
      0,
      NULL },

      ngx_http_webhook_null_field
};


static const ngx_http_webhook_field_t  *ngx_http_webhook_endpoint_parts[] = {
    ngx_http_webhook_endpoint_fields,
    ngx_http_webhook_endpoint_tls_fields,
    ngx_http_webhook_endpoint_form_fields,
    ngx_http_webhook_endpoint_sign_fields,
    ngx_http_webhook_endpoint_limit_fields,
    ngx_http_webhook_endpoint_reach_fields,
    NULL
};


const ngx_http_webhook_field_t **
ngx_http_webhook_endpoint_tables(void)
{
    return ngx_http_webhook_endpoint_parts;
}


ngx_http_webhook_endpoint_t *
ngx_http_webhook_endpoint_build(ngx_http_webhook_build_t *b, ngx_str_t *name)
{
    ngx_str_t                          uri;
    ngx_http_webhook_endpoint_t       *ep;
    ngx_http_webhook_endpoint_conf_t   ecf;

    ep = ngx_pcalloc(b->pool, sizeof(ngx_http_webhook_endpoint_t));
    if (ep == NULL) {
        return NULL;
    }

    ngx_http_webhook_given_named(b, name, (ngx_http_webhook_named_t *) ep);

    ngx_memzero(&ecf, sizeof(ngx_http_webhook_endpoint_conf_t));

    ecf.endpoint = ep;

    if (ngx_http_webhook_endpoint_begin(b, &ecf) != NGX_OK
        || ngx_http_webhook_given_fields(b, ngx_http_webhook_endpoint_parts,
                                         &ecf)
           != NGX_OK
        || ngx_http_webhook_endpoint_done(b, &ecf, &uri) != NGX_CONF_OK
        || ngx_http_webhook_map_check(b) != NGX_OK
        || ngx_http_webhook_endpoint_check(b, ep) != NGX_OK)
    {
        return NULL;
    }

    return ep;
}


ngx_int_t
ngx_http_webhook_endpoint_begin(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_conf_t *ecf)
{
    ecf->endpoint->timeout_place = ecf->endpoint->place;

    if (ngx_http_webhook_endpoint_create(b, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_form_create(b, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_sign_create(b, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_limit_create(b, ecf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webhook_endpoint_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_conf_t *ecf)
{
    ngx_str_t                     success = ngx_string("200");
    ngx_http_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (webhook_status_set_parse(ngx_http_webhook_str(&success), &ep->success)
        != WEBHOOK_OK)
    {
        return NGX_ERROR;
    }

    ep->timeout.connect = 5000;
    ep->timeout.send = 5000;
    ep->timeout.read = 15000;
    ep->timeout.total = NGX_HTTP_WEBHOOK_TIMEOUT_TOTAL;

    ecf->tls.verify = 1;

    return ngx_array_init(&ep->events, b->pool, 4,
                          sizeof(ngx_http_webhook_wanted_t));
}


char *
ngx_http_webhook_endpoint_done(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_conf_t *ecf, ngx_str_t *uri)
{
    ngx_http_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (ep->url.data == NULL) {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &ep->place,
                                  "webhook_endpoint \"%V\" has no \"url\"",
                                  &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ecf->tls_set
        && (ep->url.len < 8
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://", 8) != 0))
    {
        ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &ecf->tls_place,
                                  "\"tls\" needs an https:// url, which "
                                  "webhook_endpoint \"%V\" has not",
                                  &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_endpoint_sign_finish(b, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_limit_finish(b, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_reach_finish(b, ecf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep->target = ngx_http_webhook_target_create(b, &ep->url, &ecf->tls,
                                                &ecf->url_place, uri);
    if (ep->target == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_webhook_endpoint_head(b, ep, uri);
}


/*
 * The beginning of every request to the endpoint; the courier adds what
 * differs from one send to the next, and the empty line.
 */

static char *
ngx_http_webhook_endpoint_head(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep, ngx_str_t *uri)
{
    size_t                      len;
    u_char                     *p;
    ngx_str_t                  *host, agent, name;
    ngx_uint_t                  i;
    ngx_http_webhook_header_t  *header;

    ngx_str_set(&name, "User-Agent");
    ngx_str_set(&agent, "User-Agent: ngx_http_webhook/"
                        NGX_HTTP_WEBHOOK_VERSION CRLF);

    host = ngx_http_webhook_target_host(ep->target);

    len = sizeof("POST  HTTP/1.1" CRLF) - 1 + uri->len
          + sizeof("Host: " CRLF) - 1 + host->len;

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {

        if (ngx_http_webhook_endpoint_header_is(&header[i].name, &name)) {
            agent.len = 0;
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
ngx_http_webhook_endpoint_check(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    ngx_uint_t                      i;
    ngx_http_webhook_hmac_t        *hmac;
    ngx_http_webhook_header_t      *header;
    const webhook_address_rules_t  *rules;

    if (ngx_http_webhook_endpoint_types(b, ep) != NGX_OK
        || ngx_http_webhook_endpoint_variables(b, ep) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ep->address.outer = b->address;

    if (!ep->address_set) {
        ep->address.fallback = b->address->fallback;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (ngx_http_webhook_endpoint_header_is(&header[i].name,
                                                &b->wmcf->event_header))
        {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &ep->place,
                                      "webhook_endpoint \"%V\" sets the "
                                      "header \"%V\", which tells the "
                                      "event", &ep->name, &header[i].name);
            return NGX_ERROR;
        }
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        if (ngx_http_webhook_endpoint_header_is(&hmac[i].header,
                                                &b->wmcf->event_header))
        {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &ep->place,
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

    ngx_http_webhook_target_egress(ep->target, rules, &ep->proxy);

    if (ngx_http_webhook_target_init(b, &ep->target) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_webhook_auth_init(b, ep);
}


/* Whether there are events such as it asks for. */

static ngx_int_t
ngx_http_webhook_endpoint_types(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    ngx_uint_t                  i, n;
    ngx_http_webhook_type_t    *type;
    ngx_http_webhook_wanted_t  *wanted;

    wanted = ep->events.elts;
    type = b->wmcf->types.elts;

    for (i = 0; i < ep->events.nelts; i++) {

        for (n = 0; n < b->wmcf->types.nelts; n++) {
            if (webhook_pattern_match(ngx_http_webhook_str(&wanted[i].pattern),
                                      ngx_http_webhook_str(&type[n].name)))
            {
                break;
            }
        }

        if (n == b->wmcf->types.nelts) {
            ngx_http_webhook_build_at(NGX_LOG_EMERG, b, &wanted[i].place,
                                      "\"%V\" in \"events\" of "
                                      "webhook_endpoint \"%V\" matches no "
                                      "\"webhook_event_type\"",
                                      &wanted[i].pattern, &ep->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The variables in what an endpoint is sent. */

static ngx_int_t
ngx_http_webhook_endpoint_variables(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_t *ep)
{
    ngx_uint_t                   i;
    ngx_http_webhook_check_t     check;
    ngx_http_webhook_header_t   *header;

    check.b = b;
    check.place = &ep->place;

    if (ngx_http_webhook_check_templates(&check, &ep->body, 1) != NGX_OK
        || ngx_http_webhook_check_paths(&check, &ep->order_by, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (ngx_http_webhook_check_templates(&check, &header[i].tpl, 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return ngx_http_webhook_check_conditions(&check, ep->filters.elts,
                                             ep->filters.nelts);
}


static char *
ngx_http_webhook_endpoint_url(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->endpoint->url.data) {
        return "is duplicate";
    }

    value = b->args->elts;

    ecf->endpoint->url = value[1];

    ngx_http_webhook_conf_place(b, &ecf->url_place);

    return ngx_http_webhook_conf_fixed(b, &value[1], "the URL");
}


static char *
ngx_http_webhook_endpoint_events(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_webhook_wanted_t  *wanted;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (!webhook_pattern_valid(ngx_http_webhook_str(&value[i]))) {
            ngx_http_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid pattern \"%V\": it must be an event "
                                 "type, its first words and \".*\", or \"*\"",
                                 &value[i]);
            return NGX_CONF_ERROR;
        }

        wanted = ngx_array_push(&ecf->endpoint->events);
        if (wanted == NULL) {
            return NGX_CONF_ERROR;
        }

        wanted->pattern = value[i];

        ngx_http_webhook_conf_place(b, &wanted->place);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_webhook_endpoint_success(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

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

    if (webhook_status_set_parse(ngx_http_webhook_str(&value[1]),
                                 &ecf->endpoint->success)
        != WEBHOOK_OK)
    {
        ngx_http_webhook_build_log(NGX_LOG_EMERG, b, 0,
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
ngx_http_webhook_endpoint_timeout(ngx_http_webhook_build_t *b,
    const ngx_http_webhook_field_t *spec, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    uint64_t                     ms;
    ngx_str_t                   *value, s;
    ngx_uint_t                   i;
    ngx_msec_t                  *field;
    ngx_http_webhook_timeout_t  *timeout;

    if (ecf->timeout) {
        return "is duplicate";
    }

    ecf->timeout = 1;

    if (ngx_http_webhook_conf_params(b, 1, "connect= send= read= total=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_webhook_conf_place(b, &ecf->endpoint->timeout_place);

    timeout = &ecf->endpoint->timeout;
    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_http_webhook_conf_param(&value[i], "connect=", &s)) {
            field = &timeout->connect;

        } else if (ngx_http_webhook_conf_param(&value[i], "send=", &s)) {
            field = &timeout->send;

        } else if (ngx_http_webhook_conf_param(&value[i], "read=", &s)) {
            field = &timeout->read;

        } else {
            (void) ngx_http_webhook_conf_param(&value[i], "total=", &s);
            field = &timeout->total;
        }

        if (ngx_http_webhook_conf_msec(&s, NGX_HTTP_WEBHOOK_TIMEOUT_MAX, &ms)
            != NGX_OK)
        {
            ngx_http_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                 "invalid time \"%V\", it must be from 1ms to "
                                 "1h", &value[i]);
            return NGX_CONF_ERROR;
        }

        *field = ms;
    }

    return NGX_CONF_OK;
}
