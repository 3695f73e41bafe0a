
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * One attempt, between its files:
 *
 *   attempt.c          its life: begun, sent, over
 *   attempt_note.c     noted in the store
 *   attempt_told.c     told to the store
 *   stock.c            what is leased ahead
 *   attempt_head.c     what goes out: headers and signatures
 *   attempt_outcome.c  what the answer, or its absence, means
 *   attempt_log.c      what is said of it
 *   attempt_notice.c   and made an event of
 *   probe.c            sends that are no attempts, of tests
 *
 * Event loop only.
 */

#ifndef NGX_WEBHOOK_ATTEMPT_INT_H
#define NGX_WEBHOOK_ATTEMPT_INT_H

#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/net/client/ngx_http_webhook_client.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt.h"
#include "core/base/webhook_trace.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/log/ngx_http_webhook_log.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_LOCAL_DELAY   1000          /* ms, after a local fault */
#define NGX_WEBHOOK_KEY_DELAY     60000         /* ms, where no key is live */


/*
 * An attempt is the shared job of the lease that its completion may bring, so
 * that a chain of attempts needs no memory of its own.
 */

typedef struct {
    ngx_webhook_shared_job_t    shared;     /* COMPLETE; first member */
    ngx_webhook_shared_job_t   *from;       /* where the lease came from */
    ngx_webhook_endpoint_t     *endpoint;   /* NULL: it is not known yet, or not
                                               here */
    ngx_webhook_registered_waiter_t  waiter;
    webhook_lease_t             lease;
    ngx_webhook_exchange_t      exchange;
    size_t                      head_size;  /* memory of its head */
    u_char                     *kept;       /* strings of the attempt, if they
                                               are longer than texts */
    u_char                      texts[96];
    ngx_str_t                   type;       /* of the event, once it is over */
    ngx_str_t                   id;         /* of a probe: its webhook-id; else
                                               empty */
    webhook_trace_t             trace;      /* as it was sent, or zero */
    ngx_queue_t                 queue;      /* of attempts that wait to know
                                               their endpoint, or are under
                                               way, or of outcomes to tell
                                               again */
    unsigned                    lazy:1;     /* it began before its event was in
                                               the store */
    ngx_uint_t                  asked;      /* so many more were asked for */
    ngx_msec_t                  came;       /* when it was leased ahead */
    unsigned                    slot:1;     /* counted among the slots that are
                                               in use here */
    unsigned                    comes:1;    /* a slot may come, which is counted
                                               there */
    unsigned                    reserved:1;
    unsigned                    unknown:1;  /* perhaps told already */
} ngx_webhook_attempt_t;


/* Sends what is leased, with a slot; refers to the job. */
typedef void (*ngx_webhook_attempt_start_pt)(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared);

/* How the store is told: start is called with what it gives in exchange; lease is
   the length in ms of the leases asked for. */
void ngx_webhook_attempt_told_init(ngx_webhook_attempt_start_pt start,
    uint64_t lease, ngx_log_t *log);
void ngx_webhook_attempt_told_lease(uint64_t lease);

/* Tells again, for the last time, what was not kept. */
void ngx_webhook_attempt_told_exit(void);

/*
 * Makes an attempt of a lease, which refers to the job.  NULL on lack of memory,
 * which the log tells: not even its release can be told then, and the delivery
 * stays leased until the lease ends.
 */
ngx_webhook_attempt_t *ngx_webhook_attempt_create(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared);

/*
 * Notes the outcome of an attempt that is over; "noted" is called then, later,
 * whether it could be noted or not: its operation tells.  _exit() calls it for
 * those that are under way.
 */
ngx_int_t ngx_webhook_attempt_note_init(ngx_cycle_t *cycle,
    void (*noted)(ngx_webhook_attempt_t *attempt));
void ngx_webhook_attempt_note_exit(void);
void ngx_webhook_attempt_note(ngx_webhook_attempt_t *attempt);

/*
 * Tells the store the outcome of an attempt that is over, which is freed later,
 * and asks for the endpoint's next delivery if its slot is free, and for more
 * ahead.
 */
void ngx_webhook_attempt_tell(ngx_webhook_attempt_t *attempt);

/*
 * Makes the head of the request, signed as of now: attempt->exchange.head.
 * NGX_OK; NGX_DECLINED where no key is live; NGX_ERROR on lack of memory.
 */
ngx_int_t ngx_webhook_attempt_head(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_str_t *event_header,
    ngx_log_t *log);

/* 1 if a header of the endpoint would be missing, since no key opened it when
   the event happened. */
ngx_uint_t ngx_webhook_attempt_lacks(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);

/* Wipes and frees it. */
void ngx_webhook_attempt_head_free(ngx_webhook_attempt_t *attempt);


/* Fills in what COMPLETE is told, of an exchange that is over. */
void ngx_webhook_attempt_outcome(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log);


/* The same of one that is not sent, for a header is missing. */
void ngx_webhook_attempt_headless(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log);


/* Counts what it came to; ep: NULL where nobody knows that any more. */
void ngx_webhook_attempt_count(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_webhook_send_e outcome);


/* When a worker begins. */
void ngx_webhook_attempt_log_init(void);

/* A failed attempt: one line for an endpoint now and then. */
void ngx_webhook_attempt_log_failure(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log);

/* The last one. */
void ngx_webhook_attempt_log_dead(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log);

/* The line of webhook_log, where there is one. */
void ngx_webhook_attempt_log_line(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);

/* What the outcome, now told to the store, did to the endpoint. */
void ngx_webhook_attempt_log_endpoint(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log);

/* The same, for who asks for the module's own events. */
void ngx_webhook_attempt_notice(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);

/* An attempt that could not be signed: as seldom as failures. */
void ngx_webhook_attempt_log_unsigned(ngx_webhook_endpoint_t *ep,
    ngx_log_t *log);

/* Would the send end too late?  Another node of the cluster may send it then. */

static ngx_inline ngx_uint_t
ngx_webhook_attempt_late(const ngx_webhook_attempt_t *attempt,
    const ngx_webhook_endpoint_t *ep)
{
    return attempt->lease.until
           && ngx_webhook_clock_boot() + ep->timeout.total
              > attempt->lease.until;
}


#endif /* NGX_WEBHOOK_ATTEMPT_INT_H */
