
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Brings events into the store and from there to their endpoints: puts,
 * claims, sends, completes.  This room may call batch, client and metrics.
 * All functions run on the event loop.
 *
 * One scan timer a worker, whatever number of deliveries waits: it is set to
 * the next due time that the store told, and to 250 ms at most, when owners
 * that died are looked for too.
 */

#ifndef NGX_HTTP_WEBHOOK_COURIER_H
#define NGX_HTTP_WEBHOOK_COURIER_H

#include "http/runtime/ngx_http_webhook_batch.h"


typedef struct ngx_http_webhook_event_s  ngx_http_webhook_event_t;

/*
 * Called once the event is kept or cannot be: OK or DUPLICATE are kept.  Its
 * memory is the courier's.
 */
typedef void (*ngx_http_webhook_event_pt)(ngx_http_webhook_event_t *event,
    webhook_store_result_e result);

/*
 * A counted job.  The leases that an operation brought refer to its memory,
 * which lives until the last of their sends is done.
 */

typedef struct {
    ngx_http_webhook_job_t      job;
    ngx_uint_t                  refs;
} ngx_http_webhook_hold_t;

/*
 * An event on its way into the store, in heap memory of its own so that it
 * outlives its request.  Each send under way holds it.
 */

struct ngx_http_webhook_event_s {
    ngx_http_webhook_hold_t     hold;       /* PUT_EVENT; first member */
    ngx_uint_t                  tries;      /* after UNKNOWN */
    ngx_http_webhook_event_pt   handler;    /* may be NULL */
    void                       *data;       /* may be nulled by its owner */

    ngx_msec_t                  since;      /* it waits for room in the store */
    uint64_t                    number;     /* among those that wait */
    size_t                      size;       /* bytes of its memory */
    unsigned                    waits:1;
    unsigned                    counted:1;  /* in what the store is behind */
};

/* What is sent: a webhook_rendition_t whose body is in buffers in memory. */

typedef struct {
    ngx_str_t                   request;    /* "METHOD SP URI", or empty */
    ngx_str_t                   content_type;
    ngx_str_t                   headers;    /* lines, each with CRLF */
    ngx_chain_t                *body;
    size_t                      body_len;
} ngx_http_webhook_form_t;

/* To whom, and in which forms: webhook_put_t. */

typedef struct {
    uint64_t                    endpoint;
    ngx_uint_t                  form;       /* the first */
    ngx_uint_t                  steps;      /* forms, one after the other; 0
                                               is 1 */
    ngx_str_t                   order;      /* key, or empty */
} ngx_http_webhook_delivery_t;

/*
 * Makes an event; all that forms (one at least) and deliveries hold is copied
 * into one block of memory.  Returns NULL on lack of it.  The event is not
 * kept before ngx_http_webhook_courier_put().
 */
ngx_http_webhook_event_t *ngx_http_webhook_event_create(webhook_id_t *id,
    uint64_t wall, ngx_str_t *type,
    ngx_http_webhook_form_t *forms, ngx_uint_t forms_count,
    ngx_http_webhook_delivery_t *deliveries, ngx_uint_t deliveries_count,
    ngx_log_t *log);

/* True while events of so many bytes wait for the store's answer that one of
   size bytes more is to be dropped, lest a disk that hangs fills the memory. */
ngx_uint_t ngx_http_webhook_courier_behind(size_t size);

/* Hands it to the store and its deliveries to their endpoints; the caller
   gives up its reference.  The handler is never called from within. */
void ngx_http_webhook_courier_put(ngx_http_webhook_event_t *event);

/* Drops an event that was never put. */
void ngx_http_webhook_event_free(ngx_http_webhook_event_t *event);

/* The next event id; NGX_ERROR if there is no randomness. */
ngx_int_t ngx_http_webhook_event_id(webhook_id_t *id);

/* In a worker: before its event loop starts (after batch and client), and
   when it exits (before them). */
ngx_int_t ngx_http_webhook_courier_init(ngx_cycle_t *cycle,
    ngx_http_webhook_main_conf_t *wmcf);
void ngx_http_webhook_courier_exit(ngx_cycle_t *cycle);


#endif /* NGX_HTTP_WEBHOOK_COURIER_H */
