
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The actions of a durable call: an event with one delivery to the receiver's
 * API, and a step for each action.
 */

#ifndef NGX_WEBHOOK_DURABLE_H
#define NGX_WEBHOOK_DURABLE_H

#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* Makes *event of the call's actions; NULL if no condition holds.  0, or the
   status to answer with its sentence.  Any thread. */
ngx_uint_t ngx_webhook_durable_make(ngx_webhook_call_t *call,
    ngx_webhook_event_t **event, ngx_str_t *error);

/* Of mode test: sets what a call with such actions is answered, and an id that
   is nobody's.  Returns NGX_DONE. */
ngx_int_t ngx_webhook_durable_test(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_DURABLE_H */
