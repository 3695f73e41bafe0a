
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The directive of webhook_endpoint { } for tls.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_ENDPOINT_TLS_H
#define NGX_HTTP_WEBHOOK_CONF_ENDPOINT_TLS_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern ngx_command_t  ngx_http_webhook_endpoint_tls_commands[];


#endif /* NGX_HTTP_WEBHOOK_CONF_ENDPOINT_TLS_H */
