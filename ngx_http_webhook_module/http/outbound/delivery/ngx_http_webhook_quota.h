
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a company's backlog left no room for.  Event loop.
 */

#ifndef NGX_WEBHOOK_QUOTA_H
#define NGX_WEBHOOK_QUOTA_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* Of an event that was put: says and counts which of its deliveries are dead
   letters since "backlog=" of webhook_registry is reached. */
void ngx_webhook_quota_over(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_event_t *event, ngx_log_t *log);


#endif /* NGX_WEBHOOK_QUOTA_H */
