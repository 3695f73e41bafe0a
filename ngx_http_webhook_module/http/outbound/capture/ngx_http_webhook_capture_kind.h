
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What kind of response one is by its header.
 */

#ifndef NGX_WEBHOOK_CAPTURE_KIND_H
#define NGX_WEBHOOK_CAPTURE_KIND_H

#include "http/model/ngx_http_webhook.h"


/* True if the response of this header has to pass as it comes. */
ngx_uint_t ngx_webhook_capture_streams(ngx_http_request_t *r);

/* The bytes that the client counts to know the end, or -1. */
off_t ngx_webhook_capture_left(ngx_http_request_t *r);


#endif /* NGX_WEBHOOK_CAPTURE_KIND_H */
