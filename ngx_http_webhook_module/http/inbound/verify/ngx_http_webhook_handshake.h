
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Questions by which senders make sure of a receiver: they are answered by the
 * worker, for receivers that were told to, and nothing is called.
 */

#ifndef NGX_WEBHOOK_HANDSHAKE_H
#define NGX_WEBHOOK_HANDSHAKE_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: answers what the sender of the preset asks in a call that it signed.
   Any thread. */
ngx_int_t ngx_webhook_handshake_signed(ngx_webhook_call_t *call);

/*
 * Looks whether a call with another method than POST is a handshake that the
 * receiver grants: NGX_DONE with the answer set, or NGX_DECLINED.  Event loop.
 */
ngx_int_t ngx_webhook_handshake_get(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_HANDSHAKE_H */
