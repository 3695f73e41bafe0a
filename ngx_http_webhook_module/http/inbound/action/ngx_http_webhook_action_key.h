
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the API is told of repeats.
 */

#ifndef NGX_WEBHOOK_ACTION_KEY_H
#define NGX_WEBHOOK_ACTION_KEY_H

#include "http/inbound/action/ngx_http_webhook_act.h"


/* The value of an action's idempotency header, in the call's pool: the same for
   repeats of a call, where it can be told.  NGX_OK or NGX_ERROR.  Any
   thread. */
ngx_int_t ngx_webhook_action_key(ngx_webhook_act_t *act, ngx_str_t *value);


#endif /* NGX_WEBHOOK_ACTION_KEY_H */
