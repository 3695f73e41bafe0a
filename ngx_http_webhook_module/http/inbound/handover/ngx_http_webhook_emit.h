
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The events that a call emits.
 */

#ifndef NGX_WEBHOOK_EMIT_H
#define NGX_WEBHOOK_EMIT_H

#include "http/inbound/call/ngx_http_webhook_call.h"
#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* Makes *event of that id; NULL if its condition does not hold or nobody asks
   for it.  0, or the status to answer with its sentence.  Any thread. */
ngx_uint_t ngx_webhook_emit(ngx_webhook_call_t *call, ngx_webhook_emit_t *emit,
    webhook_id_t *id, ngx_webhook_event_t **event, ngx_str_t *error);


#endif /* NGX_WEBHOOK_EMIT_H */
