
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint for address, allow, deny, proxy.
 */

#ifndef NGX_WEBHOOK_CONF_ENDPOINT_NETWORK_H
#define NGX_WEBHOOK_CONF_ENDPOINT_NETWORK_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern const ngx_webhook_field_t
    ngx_webhook_endpoint_network_fields[];

/* After the last one: what does not go together, which is logged. */
ngx_int_t ngx_webhook_endpoint_network_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);

/* Adds a network to those that rules refuse, or to those that they let pass:
   NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_network(ngx_webhook_build_t *b, ngx_str_t *text,
    ngx_uint_t deny, webhook_address_rules_t *rules);


#endif /* NGX_WEBHOOK_CONF_ENDPOINT_NETWORK_H */
