
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What variables tell of a call.  Event loop only.
 */

#ifndef NGX_WEBHOOK_RECEIVE_VARIABLE_H
#define NGX_WEBHOOK_RECEIVE_VARIABLE_H

#include "http/model/ngx_http_webhook.h"


/* Adds the variable $webhook_receiver (preconfiguration). */
ngx_int_t ngx_webhook_receive_variable_add(ngx_conf_t *cf);

/* $webhook_status of a receiving request; NGX_DECLINED if r is none. */
ngx_int_t ngx_webhook_receive_variable_status(ngx_http_request_t *r,
    ngx_str_t *value);


#endif /* NGX_WEBHOOK_RECEIVE_VARIABLE_H */
