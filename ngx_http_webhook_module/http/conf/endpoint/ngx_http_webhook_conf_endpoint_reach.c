
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { address, allow, deny, proxy } and webhook_address: where
 * an endpoint may be, and the way to it.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_reach.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


#define NGX_HTTP_WEBHOOK_CIDRS_MAX  10000


static char *ngx_http_webhook_endpoint_address(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_allow(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_deny(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webhook_endpoint_proxy(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static ngx_int_t ngx_http_webhook_endpoint_cidr(ngx_conf_t *cf,
    ngx_str_t *text, const webhook_cidr_t **list, size_t *n);


ngx_command_t  ngx_http_webhook_endpoint_reach_commands[] = {

    { ngx_string("address"),
      NGX_CONF_TAKE1,
      ngx_http_webhook_endpoint_address,
      0,
      0,
      NULL },

    { ngx_string("allow"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_allow,
      0,
      0,
      NULL },

    { ngx_string("deny"),
      NGX_CONF_1MORE,
      ngx_http_webhook_endpoint_deny,
      0,
      0,
      NULL },

    { ngx_string("proxy"),
      NGX_CONF_TAKE13,
      ngx_http_webhook_endpoint_proxy,
      0,
      0,
      NULL },

      ngx_null_command
};


ngx_int_t
ngx_http_webhook_endpoint_reach_finish(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf)
{
    ngx_http_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    ep->address_set = ecf->address;

    if (ep->proxy.url.len
        && (ngx_strncasecmp(ep->url.data, (u_char *) "http://unix:", 12) == 0
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://unix:", 13)
               == 0))
    {
        ngx_http_webhook_conf_error(NGX_LOG_EMERG, cf, &ep->proxy.place,
                                    "webhook_endpoint \"%V\" is behind a unix "
                                    "socket, where no \"proxy\" leads",
                                    &ep->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static char *
ngx_http_webhook_endpoint_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->address) {
        return "is duplicate";
    }

    ecf->address = 1;

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "any") == 0) {
        ecf->endpoint->address.fallback = WEBHOOK_ADDRESS_ANY;

    } else if (ngx_strcmp(value[1].data, "public") == 0) {
        ecf->endpoint->address.fallback = WEBHOOK_ADDRESS_PUBLIC;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid address \"%V\", it must be \"any\" or "
                           "\"public\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_webhook_endpoint_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    webhook_address_rules_t  *rules;

    value = cf->args->elts;
    rules = &ecf->endpoint->address;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_webhook_endpoint_cidr(cf, &value[i], &rules->allow,
                                           &rules->nallow)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_webhook_endpoint_deny(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    webhook_address_rules_t  *rules;

    value = cf->args->elts;
    rules = &ecf->endpoint->address;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_webhook_endpoint_cidr(cf, &value[i], &rules->deny,
                                           &rules->ndeny)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* webhook_address [any|public] [allow=CIDR]... [deny=CIDR]... */

char *
ngx_http_webhook_address(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_main_conf_t *wmcf = conf;

    ngx_int_t                 rc;
    ngx_str_t                *value, s;
    ngx_uint_t                i;
    webhook_address_rules_t  *rules;

    value = cf->args->elts;
    rules = &wmcf->address;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "any") == 0) {
            rules->fallback = WEBHOOK_ADDRESS_ANY;
            continue;
        }

        if (ngx_strcmp(value[i].data, "public") == 0) {
            rules->fallback = WEBHOOK_ADDRESS_PUBLIC;
            continue;
        }

        if (ngx_http_webhook_conf_param(&value[i], "allow=", &s)) {
            rc = ngx_http_webhook_endpoint_cidr(cf, &s, &rules->allow,
                                                &rules->nallow);

        } else if (ngx_http_webhook_conf_param(&value[i], "deny=", &s)) {
            rc = ngx_http_webhook_endpoint_cidr(cf, &s, &rules->deny,
                                                &rules->ndeny);

        } else {
            return ngx_http_webhook_conf_invalid(cf, &value[i]);
        }

        if (rc != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* Adds a network to a list, which has room for the next power of two. */

static ngx_int_t
ngx_http_webhook_endpoint_cidr(ngx_conf_t *cf, ngx_str_t *text,
    const webhook_cidr_t **list, size_t *n)
{
    const char      *what;
    webhook_cidr_t   cidr, *new;

    if (webhook_cidr_parse(ngx_http_webhook_str(text), &cidr, &what)
        != WEBHOOK_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid network \"%V\": %s", text, what);
        return NGX_ERROR;
    }

    if (*n == NGX_HTTP_WEBHOOK_CIDRS_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there are more than %d networks",
                           NGX_HTTP_WEBHOOK_CIDRS_MAX);
        return NGX_ERROR;
    }

    new = (webhook_cidr_t *) *list;

    if ((*n & (*n - 1)) == 0) {

        new = ngx_palloc(cf->pool, (*n ? 2 * *n : 1) * sizeof(webhook_cidr_t));
        if (new == NULL) {
            return NGX_ERROR;
        }

        if (*n) {
            ngx_memcpy(new, *list, *n * sizeof(webhook_cidr_t));
        }

        *list = new;
    }

    new[(*n)++] = cidr;

    return NGX_OK;
}


/* proxy http://HOST[:PORT] [user=NAME password=SECRET] */

static char *
ngx_http_webhook_endpoint_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webhook_endpoint_conf_t *ecf = conf;

    u_char                    c;
    ngx_str_t                *value, host;
    ngx_uint_t                i;
    ngx_http_webhook_proxy_t  *proxy;

    proxy = &ecf->endpoint->proxy;

    if (proxy->url.len) {
        return "is duplicate";
    }

    ngx_http_webhook_conf_place(cf, &proxy->place);

    value = cf->args->elts;

    host = value[1];

    if (host.len > 7 && ngx_strncasecmp(host.data, (u_char *) "http://", 7)
                        == 0)
    {
        host.data += 7;
        host.len -= 7;

        if (host.data[host.len - 1] == '/') {
            host.len--;
        }

    } else {
        host.len = 0;
    }

    for (i = 0; i < host.len; i++) {
        c = host.data[i];

        if (c <= 0x20 || c >= 0x7f || c == '/' || c == '@' || c == '?'
            || c == '#')
        {
            host.len = 0;
        }
    }

    if (host.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "a proxy is written as in "
                           "\"http://proxy.example.com:3128\", a user by "
                           "\"user=\" and \"password=\"");
        return NGX_CONF_ERROR;
    }

    proxy->url.data = value[1].data;
    proxy->url.len = host.data + host.len - value[1].data;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    return ngx_http_webhook_conf_basic(cf, 2, &proxy->auth);
}
