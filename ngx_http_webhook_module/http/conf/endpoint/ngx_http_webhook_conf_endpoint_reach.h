
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directives of webhook_endpoint { } for address, allow, deny, proxy;
 * webhook_address.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_ENDPOINT_REACH_H
#define NGX_HTTP_WEBHOOK_CONF_ENDPOINT_REACH_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern ngx_command_t  ngx_http_webhook_endpoint_reach_commands[];

/* After the last one: what does not go together, which is logged. */
ngx_int_t ngx_http_webhook_endpoint_reach_finish(ngx_conf_t *cf,
    ngx_http_webhook_endpoint_conf_t *ecf);

/* Directive webhook_address. */
char *ngx_http_webhook_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


#endif /* NGX_HTTP_WEBHOOK_CONF_ENDPOINT_REACH_H */
