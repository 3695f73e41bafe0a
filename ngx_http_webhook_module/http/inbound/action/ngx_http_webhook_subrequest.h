
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Runs an action as a subrequest to a location, and swallows what it answers.
 * Event loop only.
 */

#ifndef NGX_WEBHOOK_SUBREQUEST_H
#define NGX_WEBHOOK_SUBREQUEST_H

#include "http/inbound/action/ngx_http_webhook_act.h"


/*
 * Starts an action; when it ended, its done and call->woken are set and the
 * main request's write event handler is called: see
 * ngx_webhook_call_wait().  NGX_OK or NGX_ERROR.
 */
ngx_int_t ngx_webhook_subrequest(ngx_webhook_act_t *act);

/* Filters for the output of actions: true where r is one of them. */
ngx_uint_t ngx_webhook_subrequest_header(ngx_http_request_t *r);
ngx_uint_t ngx_webhook_subrequest_body(ngx_http_request_t *r, ngx_chain_t *in);


#endif /* NGX_WEBHOOK_SUBREQUEST_H */
