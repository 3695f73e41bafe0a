
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * All actions of all receivers.
 */

#ifndef NGX_WEBHOOK_CONF_WALK_H
#define NGX_WEBHOOK_CONF_WALK_H

#include "http/model/ngx_http_webhook_build.h"


/* Looks at an action, or at the look-up of a receiver's target: NGX_OK or
   NGX_ERROR. */
typedef ngx_int_t (*ngx_webhook_walk_pt)(ngx_webhook_build_t *b,
    ngx_webhook_receiver_t *rcv, ngx_webhook_action_t *action);

/* Calls the handler with each, a receiver's look-up before its actions; ends
   with NGX_ERROR at the first that is none of NGX_OK. */
ngx_int_t ngx_webhook_walk_actions(ngx_webhook_build_t *b,
    ngx_webhook_walk_pt handler);


#endif /* NGX_WEBHOOK_CONF_WALK_H */
