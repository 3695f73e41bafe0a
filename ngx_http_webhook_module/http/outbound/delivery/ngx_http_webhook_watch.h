
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The first worker's look at the store, every few seconds: what the metrics
 * tell of each endpoint and of the store; and what is a notice and was done
 * elsewhere: an endpoint that webhookctl paused, a store that fills.  Where
 * there are no metrics and nobody hears of notices, nobody looks.  Event loop.
 */

#ifndef NGX_WEBHOOK_WATCH_H
#define NGX_WEBHOOK_WATCH_H

#include "http/model/ngx_http_webhook.h"


/* In a worker: before its event loop starts, after the store queue, if there is
   a store; and when it exits. */
void ngx_webhook_watch_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_watch_exit(void);


#endif /* NGX_WEBHOOK_WATCH_H */
