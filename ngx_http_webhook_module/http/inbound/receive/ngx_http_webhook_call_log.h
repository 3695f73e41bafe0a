
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The history of a receiver's calls: what came in, what was called, how it
 * ended.
 */

#ifndef NGX_WEBHOOK_CALL_LOG_H
#define NGX_WEBHOOK_CALL_LOG_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Last step: prepares what the history shows of the body (any thread); and
   whether that is worth a thread. */
ngx_int_t ngx_webhook_call_log_prepare(ngx_webhook_call_t *call);
ngx_uint_t ngx_webhook_call_log_heavy(ngx_webhook_call_t *call);

/* Last step: counts the call, says in the error log what went wrong, and hands
   it to the store if it is to be kept; the answer does not wait for that.
   Event loop. */
ngx_int_t ngx_webhook_call_log(ngx_webhook_call_t *call);

/* The same at the end of the request, of a call that was cut off. */
void ngx_webhook_call_log_end(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_CALL_LOG_H */
