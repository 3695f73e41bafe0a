
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Secrets of a URL that a call keeps until it is verified, while they are
 * masked in its request: they are overwritten once they were used, and at its
 * end.
 */

#ifndef NGX_WEBHOOK_KEPT_H
#define NGX_WEBHOOK_KEPT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* Keeps the token of the URL, where a signature is over it: NGX_OK or
   NGX_ERROR.  Event loop. */
ngx_int_t ngx_webhook_kept_token(ngx_webhook_call_t *call, ngx_str_t *token);

/* Any thread. */
void ngx_webhook_kept_token_wipe(ngx_webhook_call_t *call);

/* The query as it came, whether it was kept or stands in the request.  Any
   thread. */
ngx_str_t *ngx_webhook_kept_query(ngx_webhook_call_t *call);

/* Masks arguments that may have a key in them or be the payload, whatever the
   method, and keeps those of a known receiver: NGX_OK or NGX_ERROR.  Event
   loop. */
ngx_int_t ngx_webhook_kept_args(ngx_webhook_call_t *call);
void ngx_webhook_kept_args_wipe(ngx_webhook_call_t *call);


#endif /* NGX_WEBHOOK_KEPT_H */
