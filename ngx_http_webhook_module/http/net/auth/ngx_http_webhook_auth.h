
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The Authorization header of requests to endpoints.
 *
 * It is put into a request right before that goes out and never stands in the
 * event, the store or a log.  An exchange that needs a token waits for it
 * within its own total time-out.  Where an endpoint answers 401 to a token,
 * the request is sent once more with a new one, in what is left of the time,
 * and that is one attempt of the delivery.
 */

#ifndef NGX_WEBHOOK_AUTH_H
#define NGX_WEBHOOK_AUTH_H

#include "http/net/client/ngx_http_webhook_client.h"


/*
 * While the configuration is read, after all of it was and the endpoint's
 * address rules and proxy are complete.  NGX_OK or NGX_ERROR, logged.
 */
ngx_int_t ngx_webhook_auth_init(ngx_webhook_build_t *b,
    ngx_webhook_endpoint_t *ep);

/*
 * Instead of ngx_webhook_client_send(), with the same rules: the handler
 * is called once and never from within.  The head of the exchange ends with
 * its empty line and has no Authorization.  auth has to last until then.
 */
void ngx_webhook_auth_send(ngx_webhook_auth_t *auth,
    ngx_webhook_exchange_t *x);

/* Before an endpoint that was registered goes, with no exchange of it under
   way: ends a request for a token that nobody waits for any more, and wipes
   the token. */
void ngx_webhook_auth_forget(ngx_webhook_auth_t *auth);

/* Instead of ngx_webhook_client_cancel(). */
void ngx_webhook_auth_cancel(ngx_webhook_exchange_t *x);


#endif /* NGX_WEBHOOK_AUTH_H */
