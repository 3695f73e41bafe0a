
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * webhook_endpoint NAME { }: who is told of which events, and how;
 * webhook_receiver NAME { }: what a call from outside does;
 * webhook_address: where endpoints may be.
 */

#include "http/conf/read/ngx_http_webhook_conf_object.h"
#include "http/conf/read/ngx_http_webhook_conf_block.h"
#include "http/conf/read/ngx_http_webhook_conf_build.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"
#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint_network.h"
#include "http/conf/receiver/ngx_http_webhook_conf_receiver.h"
#include "http/conf/value/ngx_http_webhook_conf_args.h"
#include "http/conf/value/ngx_http_webhook_conf_name.h"


char *
ngx_webhook_endpoint(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    char                         *rv;
    ngx_str_t                     uri;
    ngx_webhook_build_t           b;
    ngx_webhook_endpoint_t       *ep;
    ngx_webhook_endpoint_conf_t   ecf;

    ngx_webhook_conf_build(cf, &b);

    ep = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_endpoint_t));
    if (ep == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_named(&b, (ngx_webhook_named_t *) ep) != NGX_OK
        || ngx_webhook_conf_insert(&b, &wmcf->endpoints,
                                   (ngx_webhook_named_t *) ep, &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ecf, sizeof(ngx_webhook_endpoint_conf_t));

    ecf.endpoint = ep;

    if (ngx_webhook_endpoint_begin(&b, &ecf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_block(cf, ngx_webhook_endpoint_tables(), &ecf);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_webhook_endpoint_done(ngx_webhook_conf_build(cf, &b), &ecf,
                                     &uri);
}


char *
ngx_webhook_receiver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t *wmcf = conf;

    char                       *rv;
    ngx_webhook_build_t         b;
    ngx_webhook_receiver_t     *rcv;
    const ngx_webhook_field_t  *tables[NGX_WEBHOOK_RECEIVER_TABLES];

    ngx_webhook_conf_build(cf, &b);

    rcv = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_receiver_t));
    if (rcv == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_conf_named(&b, (ngx_webhook_named_t *) rcv) != NGX_OK
        || ngx_webhook_conf_insert(&b, &wmcf->receivers,
                                   (ngx_webhook_named_t *) rcv, &cmd->name)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_webhook_receiver_begin(&b, rcv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_webhook_conf_block(cf, ngx_webhook_receiver_tables(tables), rcv);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (ngx_webhook_receiver_done(ngx_webhook_conf_build(cf, &b), rcv)
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* webhook_address [any|public] [allow=CIDR]... [deny=CIDR]... */

char *
ngx_webhook_address(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webhook_main_conf_t   *wmcf = conf;

    ngx_str_t                 *value, s;
    ngx_uint_t                 i, deny;
    webhook_address_rules_t   *rules;
    ngx_webhook_build_t        b;

    ngx_webhook_conf_build(cf, &b);

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

        deny = ngx_webhook_conf_param(&value[i], "deny=", &s);

        if (!deny && !ngx_webhook_conf_param(&value[i], "allow=", &s)) {
            return ngx_webhook_conf_invalid(&b, &value[i]);
        }

        if (ngx_webhook_endpoint_network(&b, &s, deny, rules) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}
