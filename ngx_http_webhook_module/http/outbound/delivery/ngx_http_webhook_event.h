
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events on their way into the store.  Event loop.
 */

#ifndef NGX_WEBHOOK_EVENT_H
#define NGX_WEBHOOK_EVENT_H

#include "http/cluster/ngx_http_webhook_arrival.h"
#include "http/outbound/schedule/ngx_http_webhook_job.h"


typedef struct ngx_webhook_event_s  ngx_webhook_event_t;

/*
 * Called once the event is kept or cannot be: OK or DUPLICATE are kept.  Its
 * memory is the dispatcher's.
 */
typedef void (*ngx_webhook_event_pt)(ngx_webhook_event_t *event,
    webhook_store_result_e result);

/*
 * An event on its way into the store, in heap memory of its own so that it
 * outlives its request.  Each attempt under way holds it.
 */

struct ngx_webhook_event_s {
    ngx_webhook_shared_job_t   shared;      /* PUT_EVENT; first member */
    ngx_uint_t                 tries;       /* after UNKNOWN */
    ngx_webhook_event_pt       handler;     /* may be NULL */
    void                      *data;        /* may be nulled by its owner */

    ngx_msec_t                 since;       /* it waits for room in the store */
    uint64_t                   number;      /* among those that wait */
    size_t                     size;        /* bytes of its memory */
    unsigned                   waits:1;
    unsigned                   counted:1;   /* in what the store is behind */
    unsigned                   ordered:1;   /* a delivery is, for all nodes */
    unsigned                   stored:1;    /* and waits for its place there */
    ngx_webhook_arrival_t      arrival;
};

/* What is sent: a webhook_rendition_t whose body is in buffers in memory. */

typedef struct {
    ngx_str_t                   request;    /* "METHOD SP URI", or empty */
    ngx_str_t                   content_type;
    ngx_str_t                   headers;    /* lines, each with CRLF */
    ngx_chain_t                *body;
    size_t                      body_len;
} ngx_webhook_rendition_t;

/* To whom, and in which renditions: webhook_put_t. */

typedef struct {
    uint64_t                    endpoint;
    ngx_uint_t                  rendition;  /* the first */
    ngx_uint_t                  steps;      /* renditions, one after the other;
                                               0 is 1 */
    ngx_str_t                   order;      /* key, or empty */
    ngx_uint_t                  ordered;    /* it is in order for all nodes */
    ngx_uint_t                  quota;      /* its company's backlog counts */
} ngx_webhook_delivery_t;

/*
 * Makes an event, of a company or of none (empty); all that renditions (one at
 * least) and deliveries hold is copied into one block of memory.  Returns NULL
 * on lack of it.  The event is not kept before ngx_webhook_dispatcher_put().
 */
ngx_webhook_event_t *ngx_webhook_event_create(webhook_id_t *id, uint64_t wall,
    ngx_str_t *type, ngx_str_t *company,
    ngx_webhook_rendition_t *renditions, ngx_uint_t forms_count,
    ngx_webhook_delivery_t *deliveries, ngx_uint_t deliveries_count,
    ngx_log_t *log);

/* The chain of a body that stands in one piece, which has to live on: NGX_OK or
   NGX_ERROR.  Any thread. */
ngx_int_t ngx_webhook_event_chain(ngx_pool_t *pool, ngx_str_t *text,
    ngx_chain_t **chain);

/*
 * An event was put.  A key that is in order for all nodes is so by when the cluster
 * is told: where somebody waits, that is waited for, so that of two events, the second
 * of which is made once the first was answered, the first goes first wherever they
 * are.  1: the handler is called then.
 */
ngx_uint_t ngx_webhook_event_arrives(ngx_webhook_event_t *event,
    webhook_store_result_e result);

/* Drops an event that was never put.  Any thread. */
void ngx_webhook_event_free(ngx_webhook_event_t *event);

/* The next event id; NGX_ERROR if there is no randomness. */
ngx_int_t ngx_webhook_event_id(webhook_id_t *id);


#endif /* NGX_WEBHOOK_EVENT_H */
