
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Runs the actions of a call one after the other, each when the one before it
 * succeeded or may fail.
 */

#ifndef NGX_WEBHOOK_ACTION_RUN_H
#define NGX_WEBHOOK_ACTION_RUN_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Step: runs the actions.  Event loop. */
ngx_int_t ngx_webhook_action_run(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_ACTION_RUN_H */
