
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_registry { }: that endpoints and receivers can be registered while
 * nginx runs, where they may go, how many there may be, and the keys that their
 * secrets are encrypted with.
 */

#include "http/conf/admin/ngx_http_webhook_conf_registry.h"
#include "http/conf/bounds/ngx_http_webhook_conf_bounds.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_limit.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_network.h"
#include "http/conf/read/ngx_http_webhook_conf_block.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_param.h"
#include "http/conf/value/ngx_http_webhook_conf_secret.h"
#include "http/conf/value/ngx_http_webhook_conf_template.h"
#include "http/net/peer/ngx_http_webhook_own.h"
#include "http/runtime/ngx_http_webhook_secret.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"
#include "core/seal/webhook_seal.h"


#define NGX_WEBHOOK_REGISTRY_ENDPOINTS  100000
#define NGX_WEBHOOK_REGISTRY_RECEIVERS  100000
#define NGX_WEBHOOK_REGISTRY_FANOUT     10000
#define NGX_WEBHOOK_REGISTRY_BACKLOG    1000000000
#define NGX_WEBHOOK_REGISTRY_PORTS      64


static char *ngx_webhook_registry_key(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_quota(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_address(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_ports(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_array_t **ports);
static char *ngx_webhook_registry_schemes(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_company(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_confirm(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf);
static char *ngx_webhook_registry_number(ngx_webhook_build_t *b,
    ngx_str_t *arg, ngx_str_t *value, ngx_uint_t max, ngx_uint_t *number);


static const ngx_webhook_field_t  ngx_webhook_registry_fields[] = {

    { ngx_string("key"),
      NGX_CONF_TAKE1,
      ngx_webhook_registry_key,
      0,
      NULL },

    { ngx_string("limit"),
      NGX_CONF_1MORE,
      ngx_webhook_registry_limit,
      0,
      NULL },

    { ngx_string("quota"),
      NGX_CONF_1MORE,
      ngx_webhook_registry_quota,
      0,
      NULL },

    { ngx_string("address"),
      NGX_CONF_1MORE,
      ngx_webhook_registry_address,
      0,
      NULL },

    { ngx_string("schemes"),
      NGX_CONF_1MORE,
      ngx_webhook_registry_schemes,
      0,
      NULL },

    { ngx_string("company"),
      NGX_CONF_TAKE1,
      ngx_webhook_registry_company,
      0,
      NULL },

    { ngx_string("confirm"),
      NGX_CONF_TAKE1,
      ngx_webhook_registry_confirm,
      0,
      NULL },

      ngx_webhook_null_field
};


char *
ngx_webhook_registry(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    char                         *rv;
    in_port_t                    *port;
    ngx_webhook_build_t           b;
    const ngx_webhook_field_t    *tables[3];
    ngx_webhook_registry_conf_t  *rc;

    if (wmcf->registry) {
        return "is duplicate";
    }

    ngx_webhook_conf_build(cf, &b);

    rc = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_registry_conf_t));
    if (rc == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_webhook_conf_source_pos(&b, &rc->source_pos);

    if (ngx_webhook_bounds_begin(&b, &rc->bounds) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rc->confirm = NGX_CONF_UNSET;

    wmcf->registry = rc;

    tables[0] = ngx_webhook_registry_fields;
    tables[1] = ngx_webhook_bounds_fields;
    tables[2] = NULL;

    rv = ngx_webhook_conf_block(cf, tables, rc);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (rc->endpoints == 0) {
        rc->endpoints = 5000;
    }

    if (rc->receivers == 0) {
        rc->receivers = 1000;
    }

    if (rc->fanout == 0) {
        rc->fanout = 1000;
    }

    ngx_conf_init_value(rc->confirm, 0);

    if (rc->quota == 0) {
        rc->quota = 100;
    }

    if (rc->backlog == 0) {
        rc->backlog = 100000;
    }

    rc->bounds.backlog = rc->backlog;

    if (rc->requests == 0) {
        rc->requests = 600;
        rc->requests_per = 60 * 1000;
    }

    if (!rc->http && !rc->https) {
        rc->http = 1;
        rc->https = 1;
    }

    if (!rc->addressed) {
        rc->address.fallback = WEBHOOK_ADDRESS_PUBLIC;

        rc->ports = ngx_array_create(cf->pool, 3, sizeof(in_port_t));
        if (rc->ports == NULL) {
            return NGX_CONF_ERROR;
        }

        port = ngx_array_push_n(rc->ports, 3);
        port[0] = 80;
        port[1] = 443;
        port[2] = 8443;
    }

    if (rc->address.fallback == WEBHOOK_ADDRESS_PUBLIC) {
        rc->address.own = ngx_webhook_own_address;
    }

    return NGX_CONF_OK;
}


/* key file:PATH, of the one that encrypts first */

static char *
ngx_webhook_registry_key(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    int                   n;
    ngx_str_t            *value, secret;
    const char           *err;

    value = b->args->elts;

    if (ngx_webhook_conf_written(&value[1])) {
        return "must be \"file:PATH\" or \"env:NAME\"";
    }

    if (ngx_webhook_conf_secret(b, &value[1], &secret) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (rc->keys == NULL) {
        rc->keys = ngx_webhook_secret_alloc(b, sizeof(webhook_seal_ring_t));

        if (rc->keys == NULL) {
            ngx_explicit_memzero(secret.data, secret.len);
            return NGX_CONF_ERROR;
        }
    }

    n = webhook_seal_add(rc->keys, ngx_webhook_str(&secret), &err);

    ngx_explicit_memzero(secret.data, secret.len);

    if (n != WEBHOOK_OK) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid key \"%V\": %s; one is made by "
                              "\"openssl rand -base64 32\"", &value[1], err);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* limit endpoints=N receivers=N fanout=N */

static char *
ngx_webhook_registry_limit(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    char        *rv;
    ngx_str_t   *value, s;
    ngx_uint_t   i;

    if (rc->endpoints || rc->receivers || rc->fanout) {
        return "is duplicate";
    }

    if (ngx_webhook_conf_params(b, 1, "endpoints= receivers= fanout=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "endpoints=", &s)) {
            rv = ngx_webhook_registry_number(b, &value[i], &s,
                                             NGX_WEBHOOK_REGISTRY_ENDPOINTS,
                                             &rc->endpoints);

        } else if (ngx_webhook_conf_param(&value[i], "receivers=", &s)) {
            rv = ngx_webhook_registry_number(b, &value[i], &s,
                                             NGX_WEBHOOK_REGISTRY_RECEIVERS,
                                             &rc->receivers);

        } else {
            (void) ngx_webhook_conf_param(&value[i], "fanout=", &s);
            rv = ngx_webhook_registry_number(b, &value[i], &s,
                                             NGX_WEBHOOK_REGISTRY_FANOUT,
                                             &rc->fanout);
        }

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


/* quota endpoints=N backlog=N requests=600r/m */

static char *
ngx_webhook_registry_quota(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    char                    *rv;
    ngx_str_t               *value, s;
    ngx_uint_t               i;
    ngx_webhook_endpoint_t   ep;

    if (rc->quota || rc->backlog || rc->requests) {
        return "is duplicate";
    }

    if (ngx_webhook_conf_params(b, 1, "endpoints= backlog= requests=")
        != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "endpoints=", &s)) {

            rv = ngx_webhook_registry_number(b, &value[i], &s,
                                             NGX_WEBHOOK_REGISTRY_ENDPOINTS,
                                             &rc->quota);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_webhook_conf_param(&value[i], "backlog=", &s)) {

            rv = ngx_webhook_registry_number(b, &value[i], &s,
                                             NGX_WEBHOOK_REGISTRY_BACKLOG,
                                             &rc->backlog);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        (void) ngx_webhook_conf_param(&value[i], "requests=", &s);

        if (ngx_webhook_endpoint_rate(b, &value[i], &s, &ep) != NGX_OK) {
            return NGX_CONF_ERROR;
        }

        rc->requests = ep.rate;
        rc->requests_per = ep.per;
    }

    return NGX_CONF_OK;
}


/* address any|public [ports=N,N] [allow=CIDR]... [deny=CIDR]... */

static char *
ngx_webhook_registry_address(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    char        *rv;
    ngx_str_t   *value, s;
    ngx_uint_t   i, deny;

    if (rc->addressed) {
        return "is duplicate";
    }

    rc->addressed = 1;

    value = b->args->elts;

    switch (ngx_webhook_conf_choice(b, &value[1], &value[1], "any public")) {

    case 0:
        rc->address.fallback = WEBHOOK_ADDRESS_ANY;
        break;

    case 1:
        rc->address.fallback = WEBHOOK_ADDRESS_PUBLIC;
        break;

    default:
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_params(b, 2, "ports= allow=* deny=*") != NGX_CONF_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < b->args->nelts; i++) {

        if (ngx_webhook_conf_param(&value[i], "ports=", &s)) {

            rv = ngx_webhook_registry_ports(b, &value[i], &s, &rc->ports);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        deny = ngx_webhook_conf_param(&value[i], "deny=", &s);

        if (!deny) {
            (void) ngx_webhook_conf_param(&value[i], "allow=", &s);
        }

        if (ngx_webhook_endpoint_network(b, &s, deny, &rc->address) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_registry_ports(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_array_t **ports)
{
    u_char     *p, *last, *comma;
    ngx_int_t   n;
    in_port_t  *port;

    *ports = ngx_array_create(b->pool, 4, sizeof(in_port_t));
    if (*ports == NULL) {
        return NGX_CONF_ERROR;
    }

    p = value->data;
    last = p + value->len;

    for ( ;; ) {
        comma = ngx_strlchr(p, last, ',');

        if (comma == NULL) {
            comma = last;
        }

        n = ngx_atoi(p, comma - p);

        if (n < 1 || n > 65535 || (*ports)->nelts == NGX_WEBHOOK_REGISTRY_PORTS)
        {
            ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                                  "invalid \"%V\": up to %d ports are written "
                                  "as in \"ports=80,443\"", arg,
                                  NGX_WEBHOOK_REGISTRY_PORTS);
            return NGX_CONF_ERROR;
        }

        port = ngx_array_push(*ports);
        if (port == NULL) {
            return NGX_CONF_ERROR;
        }

        *port = (in_port_t) n;

        if (comma == last) {
            return NGX_CONF_OK;
        }

        p = comma + 1;
    }
}


/* schemes http https */

static char *
ngx_webhook_registry_schemes(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (rc->http || rc->https) {
        return "is duplicate";
    }

    value = b->args->elts;

    for (i = 1; i < b->args->nelts; i++) {

        switch (ngx_webhook_conf_choice(b, &value[i], &value[i], "http https"))
        {
        case 0:
            rc->http = 1;
            break;

        case 1:
            rc->https = 1;
            break;

        default:
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webhook_registry_company(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    ngx_str_t  *value;

    if (rc->company) {
        return "is duplicate";
    }

    value = b->args->elts;

    rc->company = ngx_webhook_conf_path(b, &value[1]);

    return rc->company ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/* confirm on|off */

static char *
ngx_webhook_registry_confirm(ngx_webhook_build_t *b,
    const ngx_webhook_field_t *spec, void *conf)
{
    ngx_webhook_registry_conf_t *rc = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    if (rc->confirm != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = b->args->elts;

    n = ngx_webhook_conf_choice(b, &value[1], &value[1], "off on");
    if (n == NGX_ERROR) {
        return NGX_CONF_ERROR;
    }

    rc->confirm = n;

    return NGX_CONF_OK;
}


static char *
ngx_webhook_registry_number(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_uint_t max, ngx_uint_t *number)
{
    ngx_int_t  n;

    n = ngx_atoi(value->data, value->len);

    if (n < 1 || n > (ngx_int_t) max) {
        ngx_webhook_build_log(NGX_LOG_EMERG, b, 0,
                              "invalid \"%V\", it must be from 1 to %ui", arg,
                              max);
        return NGX_CONF_ERROR;
    }

    *number = n;

    return NGX_CONF_OK;
}
