
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A call waits for the store, up to the timeout of webhook_commit.  Event loop
 * only.
 */

#ifndef NGX_WEBHOOK_AWAIT_H
#define NGX_WEBHOOK_AWAIT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/*
 * The call waits for the store.  If that takes too long, late() lets go of what
 * it waits for and tells how it goes on, as a step does.
 */
void ngx_webhook_await(ngx_webhook_call_t *call,
    ngx_int_t (*late)(ngx_webhook_call_t *call));

/* The store has answered.  The end of a call does this, too. */
void ngx_webhook_await_end(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_AWAIT_H */
