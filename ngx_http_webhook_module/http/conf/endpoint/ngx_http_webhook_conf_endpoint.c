
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint NAME { }: who is told of which events, and how.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/read/ngx_http_webhook_conf_block.h"
#include "http/conf/value/ngx_http_webhook_conf_dollar.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_form.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_limit.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_reach.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_sign.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_tls.h"
#include "http/net/auth/ngx_http_webhook_auth.h"


#define NGX_HTTP_WEBHOOK_TIMEOUT_MAX  (60 * 60 * UINT64_C(1000))


static ngx_int_t ngx_http_webhook_endpoint_create(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf);
static char *ngx_http_webhook_endpoint_head(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_t *ep, ngx_str_t *uri);
static char *ngx_http_webhook_endpoint_url(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_events(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_success(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_timeout(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);


static ngx_command_t  ngx_http_webhook_endpoint_commands[] = {

    { ngx_string("url"),
      NGX_CONF_TAKE1,
      ngx_http_webhook_endpoint_url,
      0,
      0,
      NULL },

    { ngx_string("events"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_events,
      0,
      0,
      NULL },

    { ngx_string("success"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_success,
      0,
      0,
      NULL },

    { ngx_string("timeout"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_timeout,
      0,
      0,
      NULL },

      ngx_null_command
};


static ngx_command_t  *ngx_http_webhook_endpoint_tables[] = {
    ngx_http_webhook_endpoint_commands,
    ngx_http_webhook_endpoint_tls_commands,
    ngx_http_webhook_endpoint_form_commands,
    ngx_http_webhook_endpoint_sign_commands,
    ngx_http_webhook_endpoint_limit_commands,
    ngx_http_webhook_endpoint_reach_commands,
    NULL
};


char *
ngx_http_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    char                              *rv;
    ngx_str_t                          uri;
    ngx_http_webhook_endpoint_t       *ep;
    ngx_http_webhook_endpoint_conf_t   ecf;

    ep = ngx_pcalloc(cf->pool, sizeof(ngx_http_webhook_endpoint_t));
    if (ep == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_conf_named(cf, (ngx_http_webhook_named_t *) ep)
        != NGX_OK
        || ngx_http_webhook_conf_insert(cf, &wmcf->endpoints,
                                        (ngx_http_webhook_named_t *) ep,
                                        &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ecf, sizeof(ngx_http_webhook_endpoint_conf_t));

    ecf.endpoint = ep;

    if (ngx_http_webhook_endpoint_begin(cf, &ecf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_http_webhook_conf_block(cf, ngx_http_webhook_endpoint_tables,
                                     &ecf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_webhook_endpoint_done(cf, &ecf, &uri);
}


ngx_int_t
ngx_http_webhook_endpoint_begin(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf)
{
    ecf->endpoint->timeout_place = ecf->endpoint->place;

    if (ngx_http_webhook_endpoint_create(cf, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_form_create(cf, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_sign_create(cf, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_limit_create(cf, ecf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_command_t *
ngx_http_webhook_endpoint_command(ngx_str_t *name)
{
    ngx_command_t  **table, *cmd;

    for (table = ngx_http_webhook_endpoint_tables; *table; table++) {

        for (cmd = *table; cmd->name.len; cmd++) {

            if (cmd->name.len == name->len
                && ngx_memcmp(cmd->name.data, name->data, name->len) == 0)
            {
                return cmd;
            }
        }
    }

    return NULL;
}


static ngx_int_t
ngx_http_webhook_endpoint_create(ngx_conf_t *cf,
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

    return ngx_array_init(&ep->events, cf->pool, 4,
                          sizeof(ngx_http_webhook_wanted_t));
}


char *
ngx_http_webhook_endpoint_done(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf, ngx_str_t *uri)
{
    ngx_http_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    if (ep->url.data == NULL) {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ep->place,
                                    "webhook_endpoint \"%V\" has no \"url\"",
                                    &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ecf->tls_set
        && (ep->url.len < 8
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://", 8) != 0))
    {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ecf->tls_place,
                                    "\"tls\" needs an https:// url, which "
                                    "webhook_endpoint \"%V\" has not",
                                    &ep->name);
        return NGX_CONF_ERROR;
    }

    if (ngx_http_webhook_endpoint_sign_finish(cf, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_limit_finish(cf, ecf) != NGX_OK
        || ngx_http_webhook_endpoint_reach_finish(cf, ecf) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ep->target = ngx_http_webhook_target_create(cf, &ep->url, &ecf->tls,
                                                &ecf->url_place, uri);
    if (ep->target == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_webhook_endpoint_head(cf, ep, uri);
}


/*
 * The beginning of every request to the endpoint; the courier adds what
 * differs from one send to the next, and the empty line.
 */

static char *
ngx_http_webhook_endpoint_head(ngx_conf_t *cf,
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

    p = ngx_pnalloc(cf->pool, len);
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
ngx_http_webhook_endpoint_check(ngx_conf_t *cf,
    ngx_http_webhook_main_conf_t *wmcf, ngx_http_webhook_endpoint_t *ep)
{
    ngx_uint_t                      i;
    ngx_http_webhook_hmac_t        *hmac;
    ngx_http_webhook_header_t      *header;
    const webhook_address_rules_t  *rules;

    ep->address.outer = &wmcf->address;

    if (!ep->address_set) {
        ep->address.fallback = wmcf->address.fallback;
    }

    header = ep->headers.elts;

    for (i = 0; i < ep->headers.nelts; i++) {
        if (ngx_http_webhook_endpoint_header_is(&header[i].name,
                                                &wmcf->event_header))
        {
            ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ep->place,
                                        "webhook_endpoint \"%V\" sets the "
                                        "header \"%V\", which tells the "
                                        "event", &ep->name, &header[i].name);
            return NGX_ERROR;
        }
    }

    hmac = ep->hmacs.elts;

    for (i = 0; i < ep->hmacs.nelts; i++) {
        if (ngx_http_webhook_endpoint_header_is(&hmac[i].header,
                                                &wmcf->event_header))
        {
            ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ep->place,
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
             && ep->address.ndeny == 0 && wmcf->address.ndeny == 0)
            ? NULL : &ep->address;

    ngx_http_webhook_target_egress(ep->target, rules, &ep->proxy);

    if (ngx_http_webhook_target_init(cf, &ep->target) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_webhook_auth_init(cf, ep);
}


static char *
ngx_http_webhook_endpoint_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->endpoint->url.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    ecf->endpoint->url = value[1];

    ngx_http_webhook_conf_place(cf, &ecf->url_place);

    return ngx_http_webhook_conf_fixed(cf, &value[1], "the URL");
}


static char *
ngx_http_webhook_endpoint_events(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_webhook_wanted_t  *wanted;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (!webhook_pattern_valid(ngx_http_webhook_str(&value[i]))) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
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

        ngx_http_webhook_conf_place(cf, &wanted->place);
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_webhook_endpoint_success(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t   *value;
    ngx_uint_t   status;

    if (ecf->success) {
        return "is duplicate";
    }

    ecf->success = 1;

    if (cf->args->nelts != 2) {
        return "takes status codes with commas, as in \"200,202\"";
    }

    value = cf->args->elts;

    if (webhook_status_set_parse(ngx_http_webhook_str(&value[1]),
                                 &ecf->endpoint->success)
        != WEBHOOK_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
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
ngx_http_webhook_endpoint_timeout(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
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

    if (ngx_http_webhook_conf_params(cf, 1, "connect= send= read= total=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_http_webhook_conf_place(cf, &ecf->endpoint->timeout_place);

    timeout = &ecf->endpoint->timeout;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

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
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid time \"%V\", it must be from 1ms to "
                               "1h", &value[i]);
            return NGX_CONF_ERROR;
        }

        *field = ms;
    }

    return NGX_CONF_OK;
}
