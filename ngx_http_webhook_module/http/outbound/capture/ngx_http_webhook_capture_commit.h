
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A response that is held back until the store has answered, and its release.
 */

#ifndef NGX_WEBHOOK_CAPTURE_COMMIT_H
#define NGX_WEBHOOK_CAPTURE_COMMIT_H

#include "http/outbound/context/ngx_http_webhook_capture_state.h"


/* The body filter in the state COMMIT. */
ngx_int_t ngx_webhook_capture_wait(ngx_webhook_capture_t *capture,
    ngx_chain_t *in);

/* Goes on with a held response, once the store has answered. */
void ngx_webhook_capture_wake(ngx_webhook_capture_t *capture);

/* Sends what is held, and is done. */
ngx_int_t ngx_webhook_capture_release(ngx_webhook_capture_t *capture);

/* Takes buffers without a look. */
void ngx_webhook_capture_drop(ngx_chain_t *in);


#endif /* NGX_WEBHOOK_CAPTURE_COMMIT_H */
