
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/capture/ngx_http_webhook_capture_next.h"


static ngx_http_output_header_filter_pt  ngx_webhook_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_webhook_next_body_filter;


void
ngx_webhook_capture_next_init(ngx_http_output_header_filter_pt header,
    ngx_http_output_body_filter_pt body)
{
    ngx_webhook_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header;

    ngx_webhook_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body;
}


ngx_int_t
ngx_webhook_capture_send_header(ngx_http_request_t *r)
{
    return ngx_webhook_next_header_filter(r);
}


ngx_int_t
ngx_webhook_capture_send(ngx_http_request_t *r, ngx_chain_t *out)
{
    return ngx_webhook_next_body_filter(r, out);
}
