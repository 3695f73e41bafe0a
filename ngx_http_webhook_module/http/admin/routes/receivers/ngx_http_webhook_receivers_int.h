
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the routes of receivers.  Event loop.
 */

#ifndef NGX_WEBHOOK_RECEIVERS_INT_H
#define NGX_WEBHOOK_RECEIVERS_INT_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "http/inbound/try/ngx_http_webhook_try.h"


/* _url.c */
ngx_int_t ngx_webhook_receivers_reveal(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_receivers_sample(ngx_webhook_api_t *api);

/* _try.c */
ngx_int_t ngx_webhook_receivers_dry_run(ngx_webhook_api_t *api);

/* _calls.c */
ngx_int_t ngx_webhook_receivers_calls(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_receivers_call(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_receivers_replay(ngx_webhook_api_t *api);


/*
 * Makes a call of t (receiver, type, body, replayed) and answers what came of
 * it, once a record of the audit was kept: returns what a handler does.  t
 * lasts as long as the request.
 */
ngx_int_t ngx_webhook_receivers_try(ngx_webhook_api_t *api,
    ngx_webhook_try_t *t, ngx_webhook_scope_thing_t *thing,
    const char *action);

/*
 * Member "body" of the request's body as bytes in the pool: a text is itself,
 * anything else is its JSON; empty where there is none.  NGX_OK; NGX_ERROR;
 * NGX_DECLINED after setting a 422, where it is longer than the receiver, which
 * may be NULL, takes.
 */
ngx_int_t ngx_webhook_receivers_given(ngx_webhook_api_t *api,
    ngx_webhook_receiver_t *receiver, ngx_str_t *body);

/* Sets the 422 for what ngx_webhook_api_error() returned rc for: NGX_DECLINED, or
   NGX_ERROR. */
ngx_int_t ngx_webhook_receivers_wrong(ngx_webhook_api_t *api, ngx_int_t rc);


#endif /* NGX_WEBHOOK_RECEIVERS_INT_H */
