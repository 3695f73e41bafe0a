
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint for format, envelope, body, header,
 * filter, order_by.
 */

#ifndef NGX_HTTP_WEBHOOK_CONF_ENDPOINT_FORM_H
#define NGX_HTTP_WEBHOOK_CONF_ENDPOINT_FORM_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern const ngx_http_webhook_field_t
    ngx_http_webhook_endpoint_form_fields[];

/* Defaults, before the first directive: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_http_webhook_endpoint_form_create(ngx_http_webhook_build_t *b,
    ngx_http_webhook_endpoint_conf_t *ecf);


#endif /* NGX_HTTP_WEBHOOK_CONF_ENDPOINT_FORM_H */
