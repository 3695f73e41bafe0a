
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The life of an attempt: from its lease to its outcome in the store.
 */

#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/outbound/attempt/ngx_http_webhook_stock.h"


#define NGX_WEBHOOK_ANSWER_MAX    1024          /* bytes kept of an answer */


typedef struct {
    ngx_webhook_main_conf_t *wmcf;
    ngx_log_t               *log;
    uint64_t                 lease;
    ngx_queue_t              waits;         /* to know their endpoint */
    ngx_queue_t              sends;
} ngx_webhook_attempts_t;


/* The head of an attempt that is made on a thread. */

typedef struct {
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_endpoint_t  *endpoint;
    ngx_int_t                rc;
} ngx_webhook_attempt_sign_t;


static void ngx_webhook_attempt_known(ngx_webhook_registered_waiter_t *w);
static void ngx_webhook_attempt_begin(ngx_webhook_attempt_t *attempt);
static ngx_int_t ngx_webhook_attempt_thread(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_attempt_sign_run(ngx_webhook_work_t *work);
static void ngx_webhook_attempt_sign_done(ngx_webhook_work_t *work);
static void ngx_webhook_attempt_go(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_int_t rc);
static void ngx_webhook_attempt_back(ngx_webhook_attempt_t *attempt,
    uint64_t delay);
static void ngx_webhook_attempt_unsent(ngx_webhook_attempt_t *attempt);
static void ngx_webhook_attempt_done(ngx_webhook_exchange_t *x);
static void ngx_webhook_attempt_over(ngx_webhook_attempt_t *attempt);
static void ngx_webhook_attempt_pass(ngx_webhook_attempt_t *attempt,
    ngx_webhook_attempt_t *next);
static void ngx_webhook_attempt_launch(ngx_webhook_attempt_t *attempt);


static ngx_webhook_attempts_t  ngx_webhook_attempts;


ngx_int_t
ngx_webhook_attempt_init(ngx_webhook_main_conf_t *wmcf, ngx_cycle_t *cycle,
    uint64_t lease)
{
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    ngx_memzero(s, sizeof(ngx_webhook_attempts_t));

    s->wmcf = wmcf;
    s->log = cycle->log;
    s->lease = lease;

    ngx_queue_init(&s->waits);
    ngx_queue_init(&s->sends);

    ngx_webhook_attempt_log_init();
    ngx_webhook_stock_init(ngx_webhook_attempt_unsent,
                           ngx_webhook_attempt_pass, cycle->log);
    ngx_webhook_attempt_told_init(ngx_webhook_attempt_start, lease,
                                  cycle->log);

    return ngx_webhook_attempt_note_init(cycle,
                                         ngx_webhook_stock_noted);
}


void
ngx_webhook_attempt_lease(uint64_t lease)
{
    ngx_webhook_attempts.lease = lease;

    ngx_webhook_attempt_told_lease(lease);
}


void
ngx_webhook_attempt_exit(void)
{
    ngx_queue_t             *q;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    ngx_webhook_stock_exit();

    while (!ngx_queue_empty(&s->waits)) {
        q = ngx_queue_head(&s->waits);
        ngx_queue_remove(q);

        attempt = ngx_queue_data(q, ngx_webhook_attempt_t, queue);

        ngx_webhook_registered_forget(&attempt->waiter);
        ngx_webhook_attempt_back(attempt, 0);
    }

    while (!ngx_queue_empty(&s->sends)) {
        q = ngx_queue_head(&s->sends);
        attempt = ngx_queue_data(q, ngx_webhook_attempt_t, queue);

        ngx_webhook_auth_cancel(&attempt->exchange);

        attempt->exchange.fault = NGX_WEBHOOK_FAULT_SHUTDOWN;
        ngx_webhook_attempt_done(&attempt->exchange);
    }

    ngx_webhook_attempt_note_exit();
    ngx_webhook_attempt_told_exit();
}


void
ngx_webhook_attempt_start(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared)
{
    ngx_webhook_attempt_t  *attempt;

    attempt = ngx_webhook_attempt_create(lease, shared);
    if (attempt == NULL) {
        return;
    }

    ngx_webhook_stock_begin(attempt);
    ngx_webhook_attempt_launch(attempt);
}


/* It has a slot. */

static void
ngx_webhook_attempt_launch(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    if (ngx_webhook_store_queue_closing()) {
        ngx_webhook_attempt_back(attempt, 0);
        return;
    }

    attempt->waiter.handler = ngx_webhook_attempt_known;
    attempt->waiter.data = attempt;

    if (ngx_webhook_registered_await_target(s->wmcf, attempt->lease.endpoint,
                                            &attempt->waiter)
        == NGX_AGAIN)
    {
        ngx_queue_insert_tail(&s->waits, &attempt->queue);
        return;
    }

    ngx_webhook_attempt_begin(attempt);
}


/* What is registered by now is known, or cannot be. */

static void
ngx_webhook_attempt_known(ngx_webhook_registered_waiter_t *w)
{
    ngx_webhook_attempt_t  *attempt;

    attempt = w->data;

    ngx_queue_remove(&attempt->queue);

    if (w->failed) {
        ngx_webhook_attempt_back(attempt, NGX_WEBHOOK_LOCAL_DELAY);
        return;
    }

    ngx_webhook_attempt_begin(attempt);
}


static void
ngx_webhook_attempt_begin(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_attempts_t  *s;
    ngx_webhook_endpoint_t  *ep;

    s = &ngx_webhook_attempts;

    ep = ngx_webhook_registered_target(s->wmcf, attempt->lease.endpoint);

    if (ep == NULL) {
        ngx_webhook_attempt_back(attempt, NGX_WEBHOOK_LOCAL_DELAY);
        return;
    }

    attempt->endpoint = ep;
    ngx_webhook_held_hold(ep->held);

    if (ngx_webhook_attempt_late(attempt, ep)) {
        ngx_webhook_attempt_back(attempt, 0);
        return;
    }

    if (ngx_webhook_attempt_lacks(attempt, ep)) {
        ngx_webhook_attempt_headless(attempt, ep, s->log);
        ngx_webhook_attempt_over(attempt);
        return;
    }

    if (ngx_webhook_attempt_thread(attempt, ep) == NGX_OK) {
        return;
    }

    ngx_webhook_attempt_go(attempt, ep,
                           ngx_webhook_attempt_head(attempt, ep,
                                                    &s->wmcf->event_header,
                                                    s->log));
}


/*
 * A large body is signed on a thread.  NGX_DECLINED where there is nothing to
 * sign, it is small, or there is no memory for that.
 */

static ngx_int_t
ngx_webhook_attempt_thread(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    size_t                      size;
    ngx_webhook_work_t         *work;
    ngx_webhook_attempt_sign_t *sign;

    size = attempt->lease.event.rendition.body.len;

    if ((ep->keys.nkeys == 0 && ep->hmacs.nelts == 0)
        || !ngx_webhook_cpu_wanted(size))
    {
        return NGX_DECLINED;
    }

    work = ngx_webhook_work_create(size);
    if (work == NULL) {
        return NGX_DECLINED;
    }

    sign = ngx_pcalloc(work->pool, sizeof(ngx_webhook_attempt_sign_t));

    if (sign == NULL) {
        ngx_webhook_work_free(work);
        return NGX_DECLINED;
    }

    sign->attempt = attempt;
    sign->endpoint = ep;

    work->run = ngx_webhook_attempt_sign_run;
    work->done = ngx_webhook_attempt_sign_done;
    work->data = sign;

    ngx_webhook_work_post(work);

    return NGX_OK;
}


/* On a thread: all that it reads is the configuration's or the attempt's. */

static void
ngx_webhook_attempt_sign_run(ngx_webhook_work_t *work)
{
    ngx_webhook_attempt_sign_t  *sign;

    sign = work->data;

    sign->rc = ngx_webhook_attempt_head(sign->attempt, sign->endpoint,
                             &ngx_webhook_attempts.wmcf->event_header,
                             work->log);
}


static void
ngx_webhook_attempt_sign_done(ngx_webhook_work_t *work)
{
    ngx_int_t                   rc;
    ngx_webhook_attempt_t      *attempt;
    ngx_webhook_endpoint_t     *ep;
    ngx_webhook_attempt_sign_t *sign;

    sign = work->data;

    attempt = sign->attempt;
    ep = sign->endpoint;
    rc = sign->rc;

    /* there is nothing large in it */

    work->size = 0;
    ngx_webhook_work_free(work);

    if (ngx_webhook_cpu_closing()) {
        ngx_webhook_attempt_back(attempt, 0);
        return;
    }

    ngx_webhook_attempt_go(attempt, ep, rc);
}


/* rc is what making the head returned. */

static void
ngx_webhook_attempt_go(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_int_t rc)
{
    ngx_webhook_attempts_t  *s;
    ngx_webhook_exchange_t  *x;

    s = &ngx_webhook_attempts;

    if (rc == NGX_DECLINED) {
        ngx_webhook_attempt_log_unsigned(ep, s->log);
        ngx_webhook_attempt_back(attempt, NGX_WEBHOOK_KEY_DELAY);
        return;
    }

    if (rc != NGX_OK) {
        ngx_webhook_attempt_back(attempt, NGX_WEBHOOK_LOCAL_DELAY);
        return;
    }

    ngx_queue_insert_tail(&s->sends, &attempt->queue);

    x = &attempt->exchange;

    x->peer = ep->peer;
    x->timeout = ep->timeout;
    x->body = *ngx_webhook_nstr(&attempt->lease.event.rendition.body);
    x->answer_max = ep->redacts ? 0 : NGX_WEBHOOK_ANSWER_MAX;
    x->handler = ngx_webhook_attempt_done;
    x->data = attempt;
    x->log = s->log;

    ngx_webhook_count(NGX_WEBHOOK_SENDS, 1);

    ngx_webhook_auth_send(&ep->auth, x);
}


/* A lease that cannot be used here goes back. */

static void
ngx_webhook_attempt_back(ngx_webhook_attempt_t *attempt, uint64_t delay)
{
    ngx_webhook_attempt_count(attempt, attempt->endpoint,
                              NGX_WEBHOOK_SEND_RELEASED);

    attempt->shared.job.op.u.complete.delay = delay;

    ngx_webhook_attempt_unsent(attempt);
}


static void
ngx_webhook_attempt_unsent(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_job_release(attempt->from);
    attempt->from = NULL;

    ngx_webhook_attempt_head_free(attempt);

    attempt->shared.job.op.u.complete.outcome = WEBHOOK_RELEASE;

    ngx_webhook_stock_end(attempt);
    ngx_webhook_attempt_tell(attempt);
}


static void
ngx_webhook_attempt_done(ngx_webhook_exchange_t *x)
{
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;
    attempt = x->data;

    ngx_queue_remove(&attempt->queue);

    ngx_webhook_attempt_outcome(attempt, attempt->endpoint, s->log);

    ngx_webhook_attempt_over(attempt);
}


static void
ngx_webhook_attempt_over(ngx_webhook_attempt_t *attempt)
{
    if (ngx_webhook_log_on()) {
        ngx_webhook_attempt_log_line(attempt, attempt->endpoint);
    }

    /* The bytes of the event are not needed any more. */

    ngx_webhook_job_release(attempt->from);
    attempt->from = NULL;

    ngx_webhook_attempt_head_free(attempt);

    ngx_webhook_stock_over(attempt);
}


static void
ngx_webhook_attempt_pass(ngx_webhook_attempt_t *attempt,
    ngx_webhook_attempt_t *next)
{
    ngx_webhook_attempt_tell(attempt);

    if (next) {
        ngx_webhook_attempt_launch(next);
    }
}
