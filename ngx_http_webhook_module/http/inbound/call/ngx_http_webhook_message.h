
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The sentences that a call is answered with, and warnings about its receiver.
 */

#ifndef NGX_WEBHOOK_MESSAGE_H
#define NGX_WEBHOOK_MESSAGE_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Makes a sentence of 1024 bytes at most in the call's pool, on one line; ""
   on lack of memory.  Any thread. */
void ngx_cdecl ngx_webhook_message(ngx_webhook_call_t *call, ngx_str_t *text,
    const char *fmt, ...);

/* A warning about the receiver for the error log: written at once, or, of a
   step on a thread, when that is back.  Any thread. */
void ngx_cdecl ngx_webhook_message_warn(ngx_webhook_call_t *call,
    const char *fmt, ...);

/* Writes the warnings of a thread that is back.  Event loop. */
void ngx_webhook_message_warnings(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_MESSAGE_H */
