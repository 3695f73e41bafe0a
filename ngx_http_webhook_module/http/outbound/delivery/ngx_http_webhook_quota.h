
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a company's backlog left no room for.  Event loop.
 */

#ifndef NGX_WEBHOOK_QUOTA_H
#define NGX_WEBHOOK_QUOTA_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* In a worker: before anything is put, and when nothing is put any more. */
void ngx_webhook_quota_init(ngx_log_t *log);
void ngx_webhook_quota_exit(void);

/*
 * Of an event that was put: counts how many of its deliveries are dead letters
 * since "backlog=" of webhook_registry is reached.  The log has a line of the
 * first such event of a company, and then one a minute with how many more there
 * were.
 */
void ngx_webhook_quota_over(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_event_t *event, ngx_log_t *log);


#endif /* NGX_WEBHOOK_QUOTA_H */
