
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The field tls of an endpoint.
 */

#ifndef NGX_WEBHOOK_CONF_ENDPOINT_TLS_H
#define NGX_WEBHOOK_CONF_ENDPOINT_TLS_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern const ngx_webhook_field_t
    ngx_webhook_endpoint_tls_fields[];


#endif /* NGX_WEBHOOK_CONF_ENDPOINT_TLS_H */
