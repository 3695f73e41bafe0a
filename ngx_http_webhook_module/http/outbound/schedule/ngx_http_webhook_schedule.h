
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * When the store is asked for deliveries, and for how many.  Event loop.
 *
 * One scan timer a worker, whatever number of deliveries waits.
 */

#ifndef NGX_WEBHOOK_SCHEDULE_H
#define NGX_WEBHOOK_SCHEDULE_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


/* handler: of the scan timer, which never holds a worker that exits. */
void ngx_webhook_schedule_init(ngx_event_handler_pt handler, ngx_log_t *log);
void ngx_webhook_schedule_exit(void);

/* 1: the store knows all endpoints, and attempts may be begun. */
void ngx_webhook_schedule_open(ngx_uint_t open);

/* Has the scan timer run in delay ms, or sooner. */
void ngx_webhook_schedule_wake(ngx_msec_t delay);

/* Reserves room for the attempts that an operation may bring: returns for how
   many of them there is any; and gives reservations back. */
ngx_uint_t ngx_webhook_schedule_reserve(ngx_uint_t n);
void ngx_webhook_schedule_unreserve(ngx_uint_t n);


#endif /* NGX_WEBHOOK_SCHEDULE_H */
