
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Responses that pass as they come, but for their end.
 */

#ifndef NGX_WEBHOOK_CAPTURE_STREAM_H
#define NGX_WEBHOOK_CAPTURE_STREAM_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* Adds a buffer to the copy of the response: NGX_OK; or NGX_DECLINED, where
   there is none any more. */
ngx_int_t ngx_webhook_capture_add(ngx_webhook_capture_t *capture,
    ngx_buf_t *b);

/* Copies what passes, if a rule reads it, and notes the end. */
void ngx_webhook_capture_copy(ngx_webhook_capture_t *capture, ngx_chain_t *in);

/* The body filter in the state STREAM. */
ngx_int_t ngx_webhook_capture_stream(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);

/* From HOLD to STREAM: "in" was not looked at yet. */
ngx_int_t ngx_webhook_capture_unhold(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);


#endif /* NGX_WEBHOOK_CAPTURE_STREAM_H */
