
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Answers of an API that repeat what was sent to it: values that a receiver
 * redacts are masked in what error lines and the history show of them.
 */

#ifndef NGX_WEBHOOK_SCRUB_H
#define NGX_WEBHOOK_SCRUB_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Masks, in a text that an API wrote and that is there to be changed, the
   values that are redacted; where that is in doubt, all of it.  Any thread. */
void ngx_webhook_scrub(ngx_webhook_call_t *call, ngx_str_t *text);


#endif /* NGX_WEBHOOK_SCRUB_H */
