
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fields of an endpoint for secret, sign, auth.
 */

#ifndef NGX_WEBHOOK_CONF_ENDPOINT_SIGN_H
#define NGX_WEBHOOK_CONF_ENDPOINT_SIGN_H

#include "http/conf/endpoint/ngx_http_webhook_conf_endpoint.h"


extern const ngx_webhook_field_t
    ngx_webhook_endpoint_sign_fields[];

/* Defaults, before the first directive: NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_endpoint_sign_create(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);

/* After the last one: what does not go together, which is logged. */
ngx_int_t ngx_webhook_endpoint_sign_finish(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_conf_t *ecf);


#endif /* NGX_WEBHOOK_CONF_ENDPOINT_SIGN_H */
