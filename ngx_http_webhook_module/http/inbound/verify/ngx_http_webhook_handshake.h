
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Questions by which senders make sure of a receiver: they are answered by the
 * worker, for receivers that were told to, and nothing is called.
 */

#ifndef NGX_WEBHOOK_HANDSHAKE_H
#define NGX_WEBHOOK_HANDSHAKE_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/*
 * All return NGX_DONE with the answer set where a call is a handshake that the
 * receiver knows, granted or not.  Else the first two return NGX_DECLINED, and
 * the steps NGX_OK.
 */

/* By the head of a request: headers and query, any method.  Event loop. */
ngx_int_t ngx_webhook_handshake_head(ngx_webhook_call_t *call);

/* A probe: a method that does nothing here.  Event loop. */
ngx_int_t ngx_webhook_handshake_probe(ngx_webhook_call_t *call);

/* Step: by a body that is not signed, before it is verified.  Any thread. */
ngx_int_t ngx_webhook_handshake_unsigned(ngx_webhook_call_t *call);

/* Step: by a body that was verified.  Any thread. */
ngx_int_t ngx_webhook_handshake_signed(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_HANDSHAKE_H */
