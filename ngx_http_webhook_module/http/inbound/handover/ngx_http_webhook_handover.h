
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a call leaves in the store: the actions of a durable one, and the events
 * that it emits.  The answer waits until all of that is kept.
 */

#ifndef NGX_WEBHOOK_HANDOVER_H
#define NGX_WEBHOOK_HANDOVER_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: refuses a call that the last one could not keep, since too much waits
   for the store, before anything is done for it.  Event loop. */
ngx_int_t ngx_webhook_handover_room(ngx_webhook_call_t *call);

/* Steps: the first tells whether there is anything, the second waits until it
   is known who listens to events (event loop), the third makes them (any
   thread), the fourth puts them and waits until they are kept (event loop). */
ngx_int_t ngx_webhook_handover_begin(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_handover_known(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_handover_make(ngx_webhook_call_t *call);
ngx_int_t ngx_webhook_handover_put(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_HANDOVER_H */
