
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the templates and conditions of a receiver find in a call.  Any thread:
 * the variables of a call that goes to one are taken before.
 */

#ifndef NGX_WEBHOOK_CALL_LOOKUP_H
#define NGX_WEBHOOK_CALL_LOOKUP_H

#include "http/inbound/call/ngx_http_webhook_call.h"


/* webhook_lookup_pt, of a call: the payload, or its element unless call->whole
   is set, what was captured, and header., query. and var. */
int ngx_webhook_call_lookup(void *ctx, const webhook_path_t *path,
    webhook_value_t *v);

/*
 * Whether a condition of the receiver holds, as webhook_condition_eval() says:
 * all of a call together may take so much, and then cannot be told any more.
 * Those are counted.
 */
int ngx_webhook_call_condition(ngx_webhook_call_t *call,
    const webhook_condition_t *condition);

/* Renders a template into the call's pool, max bytes at most: 0, or the status
   to answer with *err filled in. */
ngx_uint_t ngx_webhook_call_lookup_text(ngx_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, ngx_str_t *text,
    webhook_error_t *err);

/* The same with a mask in the place of values that are redacted. */
ngx_uint_t ngx_webhook_call_lookup_redacted(ngx_webhook_call_t *call,
    webhook_template_t *tpl, size_t max, char *mask, ngx_str_t *text,
    webhook_error_t *err);

/* True for the path of a header that is a credential: what is shown of a call
   has a mask instead.  Any thread. */
ngx_uint_t ngx_webhook_call_lookup_secret(ngx_webhook_receiver_t *receiver,
    const webhook_path_t *path);


#endif /* NGX_WEBHOOK_CALL_LOOKUP_H */
