
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint for limit, retry, breaker.
 */

#ifndef NGX_WEBHOOK_CONF_ENDPOINT_LIMIT_H
#define NGX_WEBHOOK_CONF_ENDPOINT_LIMIT_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern const ngx_webhook_field_t
    ngx_webhook_endpoint_limit_fields[];

/* Defaults, before the first directive: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_limit_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);

/* After the last one: what does not go together, which is logged. */
ngx_int_t ngx_webhook_endpoint_limit_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);

/* Reads "100r/s", which arg gives; NGX_OK or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_endpoint_rate(ngx_webhook_build_t *b, ngx_str_t *arg,
    ngx_str_t *value, ngx_webhook_endpoint_t *ep);

/* Whether the cluster bears its limits and time-outs: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_limit_check(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);


#endif /* NGX_WEBHOOK_CONF_ENDPOINT_LIMIT_H */
