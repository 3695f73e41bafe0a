
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * When the store is asked for deliveries, and for how many.  Event loop.
 *
 * One scan timer a worker, whatever number of deliveries waits.
 */

#ifndef NGX_HTTP_WEBHOOK_SCHEDULE_H
#define NGX_HTTP_WEBHOOK_SCHEDULE_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


/* handler: of the scan timer, which never holds a worker that exits. */
void ngx_http_webhook_schedule_init(ngx_event_handler_pt handler,
    ngx_log_t *log);
void ngx_http_webhook_schedule_exit(void);

/* 1: the store knows all endpoints, and sends may be begun. */
void ngx_http_webhook_schedule_open(ngx_uint_t open);

/* Has the scan timer run in delay ms, or sooner. */
void ngx_http_webhook_schedule_wake(ngx_msec_t delay);

/* Reserves room for the sends that an operation may bring: returns for how
   many of them there is any; and gives reservations back. */
ngx_uint_t ngx_http_webhook_schedule_ask(ngx_uint_t n);
void ngx_http_webhook_schedule_asked(ngx_uint_t n);


#endif /* NGX_HTTP_WEBHOOK_SCHEDULE_H */
