
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Brings events into the store and from there to their endpoints: puts,
 * claims, sends, completes.  All functions run on the event loop.
 *
 * One scan timer a worker, whatever number of deliveries waits: it is set to
 * the next due time that the store told, and to 250 ms at most, when owners
 * that died are looked for too.
 */

#ifndef NGX_WEBHOOK_DISPATCHER_H
#define NGX_WEBHOOK_DISPATCHER_H

#include "http/outbound/delivery/ngx_http_webhook_event.h"


/* True while events of so many bytes wait for the store's answer that one of
   size bytes more is to be dropped, lest a disk that hangs fills the memory. */
ngx_uint_t ngx_webhook_dispatcher_behind(size_t size);

/* Hands it to the store and its deliveries to their endpoints; the caller
   gives up its reference.  The handler is never called from within. */
void ngx_webhook_dispatcher_put(ngx_webhook_event_t *event);

/* In a worker: before its event loop starts (after store_queue and client), and
   when it exits (before them). */
ngx_int_t ngx_webhook_dispatcher_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);
void ngx_webhook_dispatcher_exit(ngx_cycle_t *cycle);


#endif /* NGX_WEBHOOK_DISPATCHER_H */
