
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the history and a dry run do not show: credentials, and the fields that
 * a receiver names by "redact".
 */

#ifndef NGX_WEBHOOK_REDACT_H
#define NGX_WEBHOOK_REDACT_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* True for a path of a template that a redacted value may come through.  Any
   thread. */
ngx_uint_t ngx_webhook_redact_applies(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path);

/* True for a header that is not shown: a credential by its name or by "verify",
   or what the receiver names.  Any thread. */
ngx_uint_t ngx_webhook_redact_header(ngx_webhook_receiver_t *receiver,
    ngx_str_t *name);

/* The arguments of a request, or a mask if one of them is redacted.  Event
   loop. */
ngx_str_t ngx_webhook_redact_args(ngx_http_request_t *r);

/* The headers that came, a line each, without what is redacted, 4 KB at most;
   in the call's pool.  NGX_OK or NGX_ERROR (no memory).  Event loop. */
ngx_int_t ngx_webhook_redact_headers(ngx_webhook_call_t *call,
    ngx_str_t *text);

/* The same of the beginning of the body.  Any thread. */
ngx_int_t ngx_webhook_redact_body(ngx_webhook_call_t *call, ngx_str_t *text);

/*
 * Calls visit for each value in the payload that a path of "redact" names, from
 * value "from" (NULL: all of the payload): NGX_OK, NGX_DECLINED if a key on the
 * way stands twice, or NGX_ERROR as soon as visit returns that and not 0.  Any
 * thread.
 */
ngx_int_t ngx_webhook_redact_values(ngx_webhook_call_t *call,
    const webhook_path_t *path, const webhook_json_value_t *from,
    int (*visit)(void *ctx, const webhook_json_value_t *v), void *ctx);


#endif /* NGX_WEBHOOK_REDACT_H */
