
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the courier's files: the queue's side (event.c: events by themselves;
 * courier.c: puts, claims, scans; wait.c: puts that wait for room) and the
 * endpoint's side (send.c: one send and its outcome).
 */

#ifndef NGX_HTTP_WEBHOOK_COURIER_INT_H
#define NGX_HTTP_WEBHOOK_COURIER_INT_H

#include "http/net/client/ngx_http_webhook_client.h"
#include "http/outbound/delivery/ngx_http_webhook_courier.h"


/* Gives up one reference; with the last one, frees outputs and memory. */
void ngx_http_webhook_hold_release(ngx_http_webhook_hold_t *hold);


/* Sends what is leased; takes a reference to hold.  If it cannot be sent from
   here, it is released in the store. */
void ngx_http_webhook_send_start(webhook_lease_t *lease,
    ngx_http_webhook_hold_t *hold);

/* lease: length in ms of the leases asked for. */
void ngx_http_webhook_send_init(ngx_http_webhook_main_conf_t *wmcf,
    ngx_log_t *log, uint64_t lease);

/* Ends what is under way; it is released in the store. */
void ngx_http_webhook_send_exit(void);


/* Has the scan timer run in delay ms, or sooner. */
void ngx_http_webhook_courier_wake(ngx_msec_t delay);

/* Reserves room for one more send that an operation may bring (1), if there
   is any (0); and gives the reservation back. */
ngx_uint_t ngx_http_webhook_courier_ask(void);
void ngx_http_webhook_courier_asked(void);


void ngx_http_webhook_wait_init(ngx_http_webhook_main_conf_t *wmcf,
    ngx_log_t *log);

/* Puts all that wait once more, for the last time. */
void ngx_http_webhook_wait_exit(void);

/* 1 if an event that found the store full waits, and is put again; 0 if it
   does not wait, or no more. */
ngx_uint_t ngx_http_webhook_wait_put(ngx_http_webhook_event_t *event);

/* 1 if a new event waits behind others, lest it overtakes them. */
ngx_uint_t ngx_http_webhook_wait_behind(ngx_http_webhook_event_t *event);

/* An event that may have waited is kept, or given up. */
void ngx_http_webhook_wait_end(ngx_http_webhook_event_t *event,
    ngx_uint_t kept);


#endif /* NGX_HTTP_WEBHOOK_COURIER_INT_H */
