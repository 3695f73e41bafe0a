
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The payload of a call: JSON, or what core/ makes JSON of.  Everything behind
 * this unit sees JSON alone.
 */

#ifndef NGX_WEBHOOK_INPUT_H
#define NGX_WEBHOOK_INPUT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Makes the query of a GET its body.  Event loop. */
void ngx_webhook_input_query(ngx_webhook_call_t *call);

/* What the steps of a call cost, by its body and its receiver: in bytes of JSON
   that are read.  Event loop. */
size_t ngx_webhook_input_cost(ngx_webhook_call_t *call);

/* What a call brings, by its method and type: ..._ACCEPT_, or 0. */
ngx_uint_t ngx_webhook_input_media(ngx_http_request_t *r);

/* 0 and call->kind, or the status to answer with its sentence.  Any thread. */
ngx_uint_t ngx_webhook_input_kind(ngx_webhook_call_t *call, ngx_str_t *error);

/* Makes call->payload and call->doc of the body; returns the same.  Any
   thread. */
ngx_uint_t ngx_webhook_input_read(ngx_webhook_call_t *call, ngx_str_t *error);


#endif /* NGX_WEBHOOK_INPUT_H */
