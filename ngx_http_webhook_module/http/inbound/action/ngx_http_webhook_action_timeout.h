
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Ends an action that takes longer than it may.  Event loop only.
 */

#ifndef NGX_WEBHOOK_ACTION_TIMEOUT_H
#define NGX_WEBHOOK_ACTION_TIMEOUT_H

#include "http/inbound/action/ngx_http_webhook_act.h"


/* Sets an action's timer if it has one; NGX_ERROR on lack of memory. */
ngx_int_t ngx_webhook_action_timeout(ngx_webhook_act_t *act,
    ngx_http_request_t *sr);
void ngx_webhook_action_timeout_end(ngx_webhook_act_t *act);


#endif /* NGX_WEBHOOK_ACTION_TIMEOUT_H */
