
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Responses that are held back whole.
 */

#ifndef NGX_WEBHOOK_CAPTURE_HOLD_H
#define NGX_WEBHOOK_CAPTURE_HOLD_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* The body filter in the state HOLD. */
ngx_int_t ngx_webhook_capture_hold(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);


#endif /* NGX_WEBHOOK_CAPTURE_HOLD_H */
