
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What became of attempts, told to the store, and what it gives in exchange.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/outbound/attempt/ngx_http_webhook_stock.h"


#define NGX_WEBHOOK_STORE_DELAY  500            /* ms, until an outcome that
                                                   was not kept is told again */


typedef struct {
    ngx_webhook_attempt_start_pt  start;
    ngx_log_t                    *log;
    uint64_t                      lease;
    ngx_queue_t                   pending_outcomes;
    ngx_event_t                   again;
} ngx_webhook_told_t;


static void ngx_webhook_attempt_completed(ngx_webhook_job_t *job);
static void ngx_webhook_attempt_ahead(ngx_webhook_attempt_t *attempt);
static void ngx_webhook_attempt_again(ngx_event_t *ev);
static void ngx_webhook_attempt_free(ngx_webhook_attempt_t *attempt);


static ngx_webhook_told_t  ngx_webhook_attempt_told;


void
ngx_webhook_attempt_told_init(ngx_webhook_attempt_start_pt start,
    uint64_t lease, ngx_log_t *log)
{
    ngx_webhook_told_t  *s;

    s = &ngx_webhook_attempt_told;

    ngx_memzero(s, sizeof(ngx_webhook_told_t));

    s->start = start;
    s->lease = lease;
    s->log = log;

    ngx_queue_init(&s->pending_outcomes);

    /* Not cancelable: an outcome is told before a worker may go. */

    s->again.handler = ngx_webhook_attempt_again;
    s->again.data = s;
    s->again.log = log;
}


void
ngx_webhook_attempt_told_lease(uint64_t lease)
{
    ngx_webhook_attempt_told.lease = lease;
}


void
ngx_webhook_attempt_told_exit(void)
{
    ngx_webhook_told_t  *s;

    s = &ngx_webhook_attempt_told;

    if (s->again.timer_set) {
        ngx_del_timer(&s->again);
    }

    ngx_webhook_attempt_again(&s->again);
}


ngx_webhook_attempt_t *
ngx_webhook_attempt_create(webhook_lease_t *lease,
    ngx_webhook_shared_job_t *shared)
{
    webhook_op_t           *op;
    ngx_webhook_told_t     *s;
    webhook_op_complete_t  *complete;
    ngx_webhook_attempt_t  *attempt;

    s = &ngx_webhook_attempt_told;

    attempt = ngx_calloc(sizeof(ngx_webhook_attempt_t), s->log);

    if (attempt == NULL) {
        ngx_log_error(NGX_LOG_ALERT, s->log, 0,
                      "no memory to send a webhook delivery: it is late "
                      "by %uL s", s->lease / 1000);
        return NULL;
    }

    attempt->shared.refs = 1;
    attempt->lease = *lease;
    attempt->lazy = shared->job.lazy
                    && shared->job.op.type == WEBHOOK_OP_PUT_EVENT;

    op = &attempt->shared.job.op;
    complete = &op->u.complete;

    op->type = WEBHOOK_OP_COMPLETE;

    complete->event = lease->event.id;
    complete->endpoint = lease->endpoint;
    complete->lease_token = lease->lease_token;

    attempt->from = shared;
    shared->refs++;

    return attempt;
}


void
ngx_webhook_attempt_tell(ngx_webhook_attempt_t *attempt)
{
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    complete->lease = 0;

    /* who has a place for one more connection; the one that took the slot is
       under way already */

    if (complete->took_token) {
        complete->lease = ngx_webhook_attempt_told.lease;
        complete->takes = complete->lease - NGX_WEBHOOK_LEASE_MARGIN;

    } else if (complete->outcome != WEBHOOK_RELEASE
               && ngx_webhook_schedule_reserve(1))
    {
        attempt->reserved = 1;
        complete->lease = ngx_webhook_attempt_told.lease;
        complete->takes = complete->lease - NGX_WEBHOOK_LEASE_MARGIN;
    }

    complete->ahead = ngx_webhook_stock_ask(attempt);

    attempt->shared.job.lazy = (attempt->lazy
                                && complete->outcome == WEBHOOK_DONE)
                               || ngx_webhook_stock_deep(attempt);

    attempt->shared.job.handler = ngx_webhook_attempt_completed;
    attempt->shared.job.data = attempt;

    ngx_webhook_store_queue_post(&attempt->shared.job);
}


static void
ngx_webhook_attempt_completed(ngx_webhook_job_t *job)
{
    webhook_op_complete_t   *complete;
    webhook_store_result_e   result;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_told_t      *s;

    s = &ngx_webhook_attempt_told;

    attempt = job->data;
    complete = &job->op.u.complete;
    result = job->op.result;

    if (attempt->reserved) {
        attempt->reserved = 0;
        ngx_webhook_schedule_unreserve(1);
    }

    ngx_webhook_stock_asked(attempt);

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

        ngx_webhook_stock_told(complete->endpoint, NULL);

        ngx_queue_insert_tail(&s->pending_outcomes, &attempt->queue);

        if (!s->again.timer_set) {
            ngx_add_timer(&s->again, NGX_WEBHOOK_STORE_DELAY);
        }

        return;
    }

    if (result != WEBHOOK_STORE_OK) {
        ngx_webhook_stock_told(complete->endpoint, NULL);
    }

    if (result == WEBHOOK_STORE_OK) {

        if (attempt->endpoint) {
            ngx_webhook_attempt_log_endpoint(attempt, attempt->endpoint,
                                             s->log);
            ngx_webhook_attempt_notice(attempt, attempt->endpoint);
        }

        if (complete->next) {
            s->start(complete->next, &attempt->shared);

        } else if (complete->wait < 1000) {
            ngx_webhook_schedule_wake((ngx_msec_t) complete->wait);
        }

        /* what is given back may be given to this worker at once */

        ngx_webhook_attempt_ahead(attempt);

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


/* Takes what was leased ahead, and what the store says of that. */

static void
ngx_webhook_attempt_ahead(ngx_webhook_attempt_t *attempt)
{
    uint32_t                i;
    ngx_webhook_attempt_t  *ahead;
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    for (i = 0; i < complete->stock_count; i++) {

        ahead = ngx_webhook_attempt_create(&complete->stock[i],
                                           &attempt->shared);
        if (ahead) {
            ngx_webhook_stock_add(ahead);
        }
    }

    ngx_webhook_stock_told(complete->endpoint, complete);
}


static void
ngx_webhook_attempt_again(ngx_event_t *ev)
{
    ngx_queue_t             *q, pending;
    ngx_webhook_attempt_t   *attempt;
    ngx_webhook_told_t      *s;

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
        ngx_webhook_attempt_tell(attempt);
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
