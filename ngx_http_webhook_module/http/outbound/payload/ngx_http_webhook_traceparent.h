
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which trace a request is part of, where webhook_trace is on for it.  Event
 * loop, or a thread for whose work core keeps the request.
 */

#ifndef NGX_WEBHOOK_TRACEPARENT_H
#define NGX_WEBHOOK_TRACEPARENT_H

#include "http/model/ngx_http_webhook.h"
#include "core/base/webhook_trace.h"


/* The trace that is to be continued, in the caller's memory, or NULL. */
webhook_trace_t *ngx_webhook_traceparent(ngx_http_request_t *r,
    webhook_trace_t *trace);


#endif /* NGX_WEBHOOK_TRACEPARENT_H */
