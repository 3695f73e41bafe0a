
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint { address, allow, deny, proxy }: where an endpoint may be,
 * and the way to it.
 */

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_network.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


#define NGX_WEBHOOK_CIDRS_MAX  10000


static char *ngx_webhook_endpoint_address(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_networks(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_endpoint_proxy(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static ngx_int_t ngx_webhook_endpoint_cidr(ngx_webhook_build_t *b,
    ngx_str_t *text, const webhook_cidr_t **list, size_t *n);


const ngx_webhook_field_t  ngx_webhook_endpoint_network_fields[] = {

    { ngx_string("address"),
      NGX_CONF_TAKE1|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_endpoint_address,
      0,
      NULL },

    { ngx_string("allow"),
      NGX_CONF_1MORE|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_endpoint_networks,
      0,
      NULL },

    { ngx_string("deny"),
      NGX_CONF_1MORE|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_endpoint_networks,
      0,
      "deny" },

    { ngx_string("proxy"),
      NGX_CONF_TAKE13|NGX_WEBHOOK_FIELD_LOCAL,
      ngx_webhook_endpoint_proxy,
      0,
      NULL },

      ngx_webhook_null_field
};


ngx_int_t
ngx_webhook_endpoint_network_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf)
{
    ngx_webhook_endpoint_t  *ep;

    ep = ecf->endpoint;

    ep->address_set = ecf->address;

    if (ep->proxy.url.len
        && (ngx_strncasecmp(ep->url.data, (u_char *) "http://unix:", 12) == 0
            || ngx_strncasecmp(ep->url.data, (u_char *) "https://unix:", 13)
               == 0))
    {
        ngx_webhook_build_at(NGX_LOG_EMERG, b, &ep->proxy.source_pos,
                             "webhook_endpoint \"%V\" is behind a unix "
                             "socket, where no \"proxy\" leads", &ep->name);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static char *
ngx_webhook_endpoint_address(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t  *value;

    if (ecf->address) {
        return "is duplicate";
    }

    ecf->address = 1;

    value = b->args->elts;

    if (ngx_strcmp(value[1].data, "any") == 0) {
        ecf->endpoint->address.fallback = WEBHOOK_ADDRESS_ANY;

    } else if (ngx_strcmp(value[1].data, "public") == 0) {
        ecf->endpoint->address.fallback = WEBHOOK_ADDRESS_PUBLIC;

    } else {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                               "invalid address \"%V\", it must be \"any\" or "
                               "\"public\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* allow CIDR ...; deny CIDR ... */

static char *
ngx_webhook_endpoint_networks(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {
        if (ngx_webhook_endpoint_network(b, &value[i], spec->post != NULL,
                                         &ecf->endpoint->address) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


ngx_int_t
ngx_webhook_endpoint_network(ngx_webhook_build_t *b, ngx_str_t *text,
    ngx_uint_t deny, webhook_address_rules_t *rules)
{
    return deny ? ngx_webhook_endpoint_cidr(b, text, &rules->deny,
                                            &rules->ndeny)
                : ngx_webhook_endpoint_cidr(b, text, &rules->allow,
                                            &rules->nallow);
}


/* Adds a network to a list, which has room for the next power of two. */

static ngx_int_t
ngx_webhook_endpoint_cidr(ngx_webhook_build_t *b, ngx_str_t *text,
    const webhook_cidr_t **list, size_t *n)
{
    const char      *what;
    webhook_cidr_t   cidr, *new;

    if (webhook_cidr_parse(ngx_webhook_str(text), &cidr, &what) != WEBHOOK_OK)
    {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid network \"%V\": %s", text, what);
        return NGX_ERROR;
    }

    if (*n == NGX_WEBHOOK_CIDRS_MAX) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "there are more than %d networks",
                              NGX_WEBHOOK_CIDRS_MAX);
        return NGX_ERROR;
    }

    new = (webhook_cidr_t *) *list;

    if ((*n & (*n - 1)) == 0) {

        new = ngx_palloc(b->pool, (*n ? 2 * *n : 1) * sizeof(webhook_cidr_t));
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
ngx_webhook_endpoint_proxy(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_endpoint_conf_t *ecf = conf;

    u_char                    c;
    ngx_str_t                *value, host;
    ngx_uint_t                i;
    ngx_webhook_proxy_t  *proxy;

    proxy = &ecf->endpoint->proxy;

    if (proxy->url.len) {
        return "is duplicate";
    }

    ngx_webhook_conf_source_pos(b, &proxy->source_pos);

    value = b->args->elts;

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
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0, "a proxy is written as in "
                                "\"http://proxy.example.com:3128\", a user by "
                                "\"user=\" and \"password=\"");
        return NGX_CONF_ERROR;
    }

    proxy->url.data = value[1].data;
    proxy->url.len = host.data + host.len - value[1].data;

    if (b->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    return ngx_webhook_conf_basic(b, 2, &proxy->auth);
}
