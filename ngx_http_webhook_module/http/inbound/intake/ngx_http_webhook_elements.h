
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The elements that a call's actions are done for, with for_each.
 */

#ifndef NGX_WEBHOOK_ELEMENTS_H
#define NGX_WEBHOOK_ELEMENTS_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Makes call->elements, and call->outer, of the payload: 0, or the status to
   answer with its sentence.  Any thread. */
ngx_uint_t ngx_webhook_elements(ngx_webhook_call_t *call, ngx_str_t *error);


#endif /* NGX_WEBHOOK_ELEMENTS_H */
