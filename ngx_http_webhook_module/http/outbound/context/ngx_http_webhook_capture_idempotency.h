
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a repeat of a request is known by.
 */

#ifndef NGX_WEBHOOK_CAPTURE_IDEMPOTENCY_H
#define NGX_WEBHOOK_CAPTURE_IDEMPOTENCY_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* True if a request bears the header of webhook_idempotency. */
ngx_uint_t ngx_webhook_capture_keyed(ngx_http_request_t *r,
    ngx_webhook_loc_conf_t *wlcf);

/* Makes the key of a match's request, if it bears that header, and has the
   response hashed if need be.  NGX_OK, or NGX_ERROR with no memory. */
ngx_int_t ngx_webhook_capture_key(ngx_webhook_match_t *match,
    ngx_webhook_loc_conf_t *wlcf);

/* What the store knows a repeat of the match by, once the bodies are known;
   left as it is where there is nothing. */
void ngx_webhook_match_idempotency(ngx_webhook_match_t *match,
    webhook_idempotency_t *idempotency);


#endif /* NGX_WEBHOOK_CAPTURE_IDEMPOTENCY_H */
