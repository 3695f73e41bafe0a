
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that are repeats of others, by what the store knows.  Event loop only.
 */

#ifndef NGX_WEBHOOK_DEDUPE_H
#define NGX_WEBHOOK_DEDUPE_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: asks the store whether the call is a repeat. */
ngx_int_t ngx_webhook_dedupe_reserve(ngx_webhook_call_t *call);

/* Last step: tells the store how the call was answered. */
ngx_int_t ngx_webhook_dedupe_settle(ngx_webhook_call_t *call);

/*
 * The call is answered before it is known whether what it did is kept.  The
 * first takes its reservation, to be settled with the status that it has if all
 * is kept, or else given back, by the second; NULL if there is none.  What was
 * made of an answer so far is forgotten.
 */
void *ngx_webhook_dedupe_defer(ngx_webhook_call_t *call, ngx_uint_t status);
void ngx_webhook_dedupe_deferred(void *deferred, ngx_uint_t kept);


#endif /* NGX_WEBHOOK_DEDUPE_H */
