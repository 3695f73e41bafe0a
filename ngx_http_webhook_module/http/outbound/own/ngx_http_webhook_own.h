
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events of the module's own: what it says of itself, to who asks for it.  They
 * are subscribed to, kept and sent like any others, but for this:
 *
 *   - one a minute of a kind and an endpoint, over all workers and restarts;
 *   - none about a delivery of one of them, so that they make no more of them;
 *   - none to the endpoint that it is about;
 *   - they are of the company of that endpoint or receiver, and of none where
 *     that has none, or where it is the store.
 *
 * Event loop.
 */

#ifndef NGX_WEBHOOK_OWN_H
#define NGX_WEBHOOK_OWN_H

#include "http/model/ngx_http_webhook.h"


/* In a worker, if there is a store: before its event loop starts; and when it
   exits. */
void ngx_webhook_own_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_own_exit(void);


#endif /* NGX_WEBHOOK_OWN_H */
