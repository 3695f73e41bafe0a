
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads the body of a call.
 */

#ifndef NGX_WEBHOOK_BODY_H
#define NGX_WEBHOOK_BODY_H

#include "http/inbound/call/ngx_http_webhook_call.h"


#define NGX_WEBHOOK_DRAIN_MAX  65536        /* bytes of a refused body */


/*
 * Reads the body into call->body, receiver->body_max bytes at most, and calls
 * ngx_webhook_call_start(); or, if call->refused is set, throws it away
 * and answers call->error.  For the content handler to return.  Event loop.
 */
ngx_int_t ngx_webhook_body_read(ngx_webhook_call_t *call);

/* Step: joins the pieces of a large one.  Any thread. */
ngx_int_t ngx_webhook_body_join(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_BODY_H */
