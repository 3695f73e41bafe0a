
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tells what a handshake was about, and confirms a subscription where that is
 * its answer.  Event loop only.
 */

#ifndef NGX_WEBHOOK_CONFIRM_H
#define NGX_WEBHOOK_CONFIRM_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Last step: begins the request that confirms; nobody waits for it. */
ngx_int_t ngx_webhook_confirm_send(ngx_webhook_call_t *call);

/* At the exit of a process, before the client's: tells of those whose outcome
   will not be known. */
void ngx_webhook_confirm_exit(void);


#endif /* NGX_WEBHOOK_CONFIRM_H */
