
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The actions of a call with their templates rendered.
 */

#ifndef NGX_WEBHOOK_ACTION_RENDER_H
#define NGX_WEBHOOK_ACTION_RENDER_H

#include "http/inbound/action/ngx_http_webhook_act.h"


/* Step: fills in call->acts, but for what depends on answers.  Any thread. */
ngx_int_t ngx_webhook_action_render(ngx_webhook_call_t *call);

/*
 * Renders an action, or finds that it is to be skipped.  Returns 0 or the
 * status to answer, with the sentence in *error.  Any thread.
 */
ngx_uint_t ngx_webhook_action_render_act(ngx_webhook_act_t *act,
    ngx_str_t *error);


#endif /* NGX_WEBHOOK_ACTION_RENDER_H */
