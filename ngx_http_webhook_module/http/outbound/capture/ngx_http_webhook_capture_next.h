
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The filters behind ours.
 */

#ifndef NGX_WEBHOOK_CAPTURE_NEXT_H
#define NGX_WEBHOOK_CAPTURE_NEXT_H

#include "http/model/ngx_http_webhook.h"


/* Puts ours before those that are there (postconfiguration). */
void ngx_webhook_capture_next_init(ngx_http_output_header_filter_pt header,
    ngx_http_output_body_filter_pt body);

ngx_int_t ngx_webhook_capture_send_header(ngx_http_request_t *r);
ngx_int_t ngx_webhook_capture_send(ngx_http_request_t *r, ngx_chain_t *out);


#endif /* NGX_WEBHOOK_CAPTURE_NEXT_H */
