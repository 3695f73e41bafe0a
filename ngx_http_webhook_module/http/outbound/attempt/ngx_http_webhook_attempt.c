
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The life of an attempt: from its lease to its outcome in the store.
 */

#include "http/net/auth/ngx_http_webhook_auth.h"
#include "http/runtime/ngx_http_webhook_cpu.h"
#include "http/outbound/attempt/ngx_http_webhook_schedule.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"


#define NGX_WEBHOOK_ANSWER_MAX    1024          /* bytes kept of an answer */
#define NGX_WEBHOOK_STORE_DELAY   500           /* ms, until an outcome that
                                                   was not kept is told again */


typedef struct {
    ngx_webhook_main_conf_t *wmcf;
    ngx_log_t               *log;
    uint64_t                 lease;
    ngx_queue_t              waits;         /* to know their endpoint */
    ngx_queue_t              sends;
    ngx_queue_t              pending_outcomes;
    ngx_event_t              again;
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
static void ngx_webhook_attempt_unsent(ngx_webhook_attempt_t *attempt,
    uint64_t delay);
static void ngx_webhook_attempt_done(ngx_webhook_exchange_t *x);
static void ngx_webhook_attempt_over(ngx_webhook_attempt_t *attempt);
static void ngx_webhook_attempt_complete(ngx_webhook_attempt_t *attempt);
static void ngx_webhook_attempt_completed(ngx_webhook_job_t *job);
static void ngx_webhook_attempt_again(ngx_event_t *ev);
static void ngx_webhook_attempt_free(ngx_webhook_attempt_t *attempt);


static ngx_webhook_attempts_t  ngx_webhook_attempts;


void
ngx_webhook_attempt_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log,
    uint64_t lease)
{
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    ngx_memzero(s, sizeof(ngx_webhook_attempts_t));

    s->wmcf = wmcf;
    s->log = log;
    s->lease = lease;

    ngx_queue_init(&s->waits);
    ngx_queue_init(&s->sends);
    ngx_queue_init(&s->pending_outcomes);

    ngx_webhook_attempt_log_init();

    /* Not cancelable: an outcome is told before a worker may go. */

    s->again.handler = ngx_webhook_attempt_again;
    s->again.data = s;
    s->again.log = log;
}


void
ngx_webhook_attempt_lease(uint64_t lease)
{
    ngx_webhook_attempts.lease = lease;
}


void
ngx_webhook_attempt_exit(void)
{
    ngx_queue_t             *q;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    if (s->again.timer_set) {
        ngx_del_timer(&s->again);
    }

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

    ngx_webhook_attempt_again(&s->again);
}


void
ngx_webhook_attempt_start(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared)
{
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    attempt = ngx_calloc(sizeof(ngx_webhook_attempt_t), s->log);

    if (attempt == NULL) {

        /*
         * Not even its release can be told: the delivery stays leased until
         * the lease ends.
         */

        ngx_log_error(NGX_LOG_ALERT, s->log, 0,
                      "no memory to send a webhook delivery: it is late "
                      "by %uL s", s->lease / 1000);
        return;
    }

    attempt->shared.refs = 1;
    attempt->lease = *lease;
    attempt->lazy = shared->job.lazy
                    && shared->job.op.type == WEBHOOK_OP_PUT_EVENT;

    if (ngx_webhook_store_queue_closing()) {
        ngx_webhook_attempt_unsent(attempt, 0);
        return;
    }

    attempt->from = shared;
    shared->refs++;

    attempt->waiter.handler = ngx_webhook_attempt_known;
    attempt->waiter.data = attempt;

    if (ngx_webhook_registered_await_target(s->wmcf, lease->endpoint,
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
ngx_webhook_attempt_unsent(ngx_webhook_attempt_t *attempt, uint64_t delay)
{
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    complete->outcome = WEBHOOK_RELEASE;
    complete->delay = delay;

    ngx_webhook_attempt_count(attempt, attempt->endpoint,
                              NGX_WEBHOOK_SEND_RELEASED);

    ngx_webhook_attempt_complete(attempt);
}


/* The same, of one that holds its event. */

static void
ngx_webhook_attempt_back(ngx_webhook_attempt_t *attempt, uint64_t delay)
{
    ngx_webhook_job_release(attempt->from);
    attempt->from = NULL;

    ngx_webhook_attempt_head_free(attempt);

    ngx_webhook_attempt_unsent(attempt, delay);
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

    ngx_webhook_attempt_complete(attempt);
}


/* Tells the store the outcome, and asks for the endpoint's next delivery. */

static void
ngx_webhook_attempt_complete(ngx_webhook_attempt_t *attempt)
{
    webhook_op_t           *op;
    webhook_op_complete_t  *complete;

    op = &attempt->shared.job.op;
    complete = &op->u.complete;

    op->type = WEBHOOK_OP_COMPLETE;

    complete->event = attempt->lease.event.id;
    complete->endpoint = attempt->lease.endpoint;
    complete->lease_token = attempt->lease.lease_token;
    complete->lease = 0;

    if (complete->outcome != WEBHOOK_RELEASE
        && ngx_webhook_schedule_reserve(1))
    {
        attempt->reserved = 1;
        complete->lease = ngx_webhook_attempts.lease;
    }

    attempt->shared.job.handler = ngx_webhook_attempt_completed;
    attempt->shared.job.data = attempt;
    attempt->shared.job.lazy = attempt->lazy
                               && complete->outcome == WEBHOOK_DONE;

    ngx_webhook_store_queue_post(&attempt->shared.job);
}


static void
ngx_webhook_attempt_completed(ngx_webhook_job_t *job)
{
    webhook_op_complete_t   *complete;
    webhook_store_result_e   result;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = &ngx_webhook_attempts;

    attempt = job->data;
    complete = &job->op.u.complete;
    result = job->op.result;

    if (attempt->reserved) {
        attempt->reserved = 0;
        ngx_webhook_schedule_unreserve(1);
    }

    if (result >= WEBHOOK_STORE_FULL && !ngx_webhook_store_queue_closing()) {

        /*
         * The outcome must be told, or the delivery would be sent once more
         * when its lease ends.  If the batch was applied after all, the
         * repetition is STALE, which is as good.
         */

        if (result == WEBHOOK_STORE_UNKNOWN) {
            attempt->unknown = 1;
        }

        webhook_op_free(&job->op);

        ngx_queue_insert_tail(&s->pending_outcomes, &attempt->queue);

        if (!s->again.timer_set) {
            ngx_add_timer(&s->again, NGX_WEBHOOK_STORE_DELAY);
        }

        return;
    }

    if (result == WEBHOOK_STORE_OK) {

        if (attempt->endpoint) {
            ngx_webhook_attempt_log_endpoint(attempt, attempt->endpoint,
                                             s->log);
            ngx_webhook_attempt_notice(attempt, attempt->endpoint);
        }

        if (complete->next) {
            ngx_webhook_attempt_start(complete->next, &attempt->shared);

        } else if (complete->wait < 1000) {
            ngx_webhook_schedule_wake((ngx_msec_t) complete->wait);
        }

        if (complete->outcome == WEBHOOK_RETRY
            || complete->outcome == WEBHOOK_RELEASE)
        {
            ngx_webhook_schedule_wake((ngx_msec_t)
                                      ngx_min(complete->delay, 1000));
        }

    } else if (attempt->unknown && result == WEBHOOK_STORE_STALE) {

        /* it was kept by the operation that it repeats */

        if (attempt->endpoint) {
            ngx_webhook_attempt_notice(attempt, attempt->endpoint);
        }

    } else if (!attempt->unknown) {

        ngx_webhook_count(NGX_WEBHOOK_OUTCOMES_STALE, 1);

        ngx_log_error(NGX_LOG_WARN, s->log, 0,
                      "the outcome of a webhook send was not stored (%s): it "
                      "may be sent again",
                      webhook_store_result_text(result));
    }

    ngx_webhook_attempt_free(attempt);
}


static void
ngx_webhook_attempt_again(ngx_event_t *ev)
{
    ngx_queue_t             *q, pending;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_attempts_t  *s;

    s = ev->data;

    if (ngx_queue_empty(&s->pending_outcomes)) {
        return;
    }

    ngx_queue_init(&pending);
    ngx_queue_add(&pending, &s->pending_outcomes);
    ngx_queue_init(&s->pending_outcomes);

    while (!ngx_queue_empty(&pending)) {
        q = ngx_queue_head(&pending);
        ngx_queue_remove(q);

        attempt = ngx_queue_data(q, ngx_webhook_attempt_t, queue);
        ngx_webhook_attempt_complete(attempt);
    }
}


static void
ngx_webhook_attempt_free(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_attempt_head_free(attempt);

    if (attempt->endpoint) {
        ngx_webhook_held_release(attempt->endpoint->held);
    }

    if (attempt->kept) {
        ngx_free(attempt->kept);
        attempt->kept = NULL;
    }

    ngx_webhook_job_release(&attempt->shared);
}
