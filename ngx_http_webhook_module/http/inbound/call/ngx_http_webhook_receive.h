
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Takes calls on secret URLs: finds the receiver, reads and checks the
 * payload, runs the actions as subrequests in order, answers as the contract
 * says, and logs the call.  Also masks the secret before anything can log it.
 * This room may call batch, metrics and core/.  Event loop only.
 */

#ifndef NGX_HTTP_WEBHOOK_RECEIVE_H
#define NGX_HTTP_WEBHOOK_RECEIVE_H

#include "http/model/ngx_http_webhook.h"


/* The content handler of webhook_receive. */
ngx_int_t ngx_http_webhook_receive_handler(ngx_http_request_t *r);

/* Adds the variable $webhook_receiver (preconfiguration). */
ngx_int_t ngx_http_webhook_receive_variables(ngx_conf_t *cf);

/* Installs the filters that swallow the actions' output, and the masking
   handlers where some location receives (postconfiguration). */
ngx_int_t ngx_http_webhook_receive_init(ngx_conf_t *cf);

/* $webhook_status of a receiving request; NGX_DECLINED if r is none. */
ngx_int_t ngx_http_webhook_receive_status(ngx_http_request_t *r,
    ngx_str_t *value);


#endif /* NGX_HTTP_WEBHOOK_RECEIVE_H */
