
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Repeats the actions of a call to a copy of the API.  Event loop only.
 */

#ifndef NGX_WEBHOOK_SHADOW_H
#define NGX_WEBHOOK_SHADOW_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Last step: repeats what was called to the shadow. */
ngx_int_t ngx_webhook_shadow_send(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_SHADOW_H */
