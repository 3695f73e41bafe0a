
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/ngx_http_webhook_store_queue_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/labels/ngx_http_webhook_labels.h"


#define NGX_WEBHOOK_STORE_QUEUE_STUCK  60000    /* ms until an alarm */
#define NGX_WEBHOOK_STORE_QUEUE_LEAVE  5000     /* ms of a task that a worker
                                                   waits for after worker_
                                                   shutdown_timeout */
#define NGX_WEBHOOK_STORE_QUEUE_LAST   64       /* batches at exit */
#define NGX_WEBHOOK_STORE_QUEUE_PACE   20       /* ms that those wait which are
                                                   lazy, ... */
#define NGX_WEBHOOK_STORE_QUEUE_LAZY   NGX_WEBHOOK_STORE_QUEUE_MAX
                                                /* ... unless they are as many */
#define NGX_WEBHOOK_STORE_QUEUE_SHARE  4        /* a part of the journal that is
                                                   not waited for */


static void ngx_webhook_store_queue_insert(ngx_webhook_job_t *job);
static void ngx_webhook_store_queue_hasten(ngx_webhook_store_queue_t *b);
static void ngx_webhook_store_queue_start(ngx_event_t *ev);
static void ngx_webhook_store_queue_done(void *data);
static void ngx_webhook_store_queue_hand_back(void);
static void ngx_webhook_store_queue_count(ngx_uint_t count, ngx_uint_t errors,
    uint64_t usec);


static ngx_webhook_store_queue_t  ngx_webhook_store_queue;


ngx_int_t
ngx_webhook_store_queue_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_core_conf_t                *ccf;
    ngx_webhook_store_queue_t      *b;
    ngx_webhook_store_queue_ctx_t  *ctx;

    b = &ngx_webhook_store_queue;

    ngx_memzero(b, sizeof(ngx_webhook_store_queue_t));

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    b->shutdown = ccf->shutdown_timeout;

    ctx = ngx_pcalloc(cycle->pool, sizeof(ngx_webhook_store_queue_ctx_t));
    if (ctx == NULL) {
        return NGX_ERROR;
    }

    ngx_webhook_store_queue_options(ctx, wmcf, cycle->log);

    ctx->more = ngx_webhook_store_queue_more;
    ctx->data = b;

    ngx_queue_init(&b->waiting);
    ngx_queue_init(&b->away);

    if (ngx_thread_mutex_create(&b->mutex, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    b->thread.name = "webhook store";
    b->thread.run = ngx_webhook_store_queue_run;
    b->thread.done = ngx_webhook_store_queue_done;
    b->thread.look = ngx_webhook_store_queue_watch;
    b->thread.data = ctx;

    if (ngx_webhook_thread_create(&b->thread, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    b->ctx = ctx;
    b->log = cycle->log;

    b->start.handler = ngx_webhook_store_queue_start;
    b->start.data = b;
    b->start.log = cycle->log;

    b->most = wmcf->journal / NGX_WEBHOOK_STORE_QUEUE_SHARE;

    b->pace.handler = ngx_webhook_store_queue_start;
    b->pace.data = b;
    b->pace.log = cycle->log;

    if (ngx_webhook_store_queue_open(ctx) == NGX_OK) {
        b->ready = 1;

    } else {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "webhook store \"%V\" could not be opened: no events "
                      "are stored and no calls accepted until it can be",
                      &wmcf->store->name);
    }

    ctx->tried = ngx_webhook_clock_usec();

    return NGX_OK;
}


void
ngx_webhook_store_queue_exit(ngx_cycle_t *cycle)
{
    ngx_uint_t                      n;
    ngx_webhook_store_queue_t      *b;
    ngx_webhook_store_queue_ctx_t  *ctx;

    b = &ngx_webhook_store_queue;
    ctx = b->ctx;

    if (ctx == NULL) {
        return;
    }

    b->closing = 1;

    if (b->start.posted) {
        ngx_delete_posted_event(&b->start);
    }

    if (b->pace.timer_set) {
        ngx_del_timer(&b->pace);
    }

    /* The thread has ended, and what it had is done. */

    if (b->thread.busy) {
        b->thread.busy = 0;
        ngx_webhook_store_queue_hand_back();
    }

    for (n = 0; n < NGX_WEBHOOK_STORE_QUEUE_LAST; n++) {

        if (ngx_queue_empty(&b->waiting)) {
            break;
        }

        ngx_webhook_store_queue_gather(b);
        ngx_webhook_store_queue_run(ctx);
        ngx_webhook_store_queue_hand_back();
    }

    if (!ngx_queue_empty(&b->waiting)) {
        ngx_log_error(NGX_LOG_ALERT, cycle->log, 0,
                      "webhook operations were left when the worker exited");
    }

    if (ctx->store) {
        webhook_store_close(ctx->store);
        ctx->store = NULL;
    }

    b->ready = 0;
    b->ctx = NULL;
}


void
ngx_webhook_store_queue_post(ngx_webhook_job_t *job)
{
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    if (job->kept && b->keeper && b->ready && !b->closing) {
        b->keeper(b->ctx->store, job);
        return;
    }

    job->turn = !ngx_webhook_store_queue_reads(&job->queue)
                || b->beside == NULL || !b->ready;

    if (!job->turn && !b->thread.busy && !b->closing && ngx_queue_empty(&b->waiting))
    {
        b->beside(b->ctx->store, job);
        return;
    }

    ngx_webhook_store_queue_insert(job);
}


void
ngx_webhook_store_queue_turn(ngx_webhook_job_t *job)
{
    job->turn = 1;

    ngx_webhook_store_queue_insert(job);
}


static void
ngx_webhook_store_queue_insert(ngx_webhook_job_t *job)
{
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    /* Held for a few instructions at a time: no thread sleeps with it. */

    (void) ngx_thread_mutex_lock(&b->mutex, b->log);
    ngx_queue_insert_tail(&b->waiting, &job->queue);
    (void) ngx_thread_mutex_unlock(&b->mutex, b->log);

    ngx_webhook_store_queue_wait(b, job);

    if (b->thread.busy || b->closing) {
        return;
    }

    ngx_webhook_store_queue_hasten(b);
}


/* Has a batch begin of what waits: now, or later. */

static void
ngx_webhook_store_queue_hasten(ngx_webhook_store_queue_t *b)
{
    if (!b->eager && b->lazy < NGX_WEBHOOK_STORE_QUEUE_LAZY
        && b->bytes <= b->most)
    {
        if (!b->pace.timer_set) {
            ngx_add_timer(&b->pace, NGX_WEBHOOK_STORE_QUEUE_PACE);
        }

        return;
    }

    /* The task starts at the end of this turn of the event loop, so that what
       the turn's other events bring goes along. */

    if (!b->start.posted) {
        ngx_post_event(&b->start, &ngx_posted_events);
    }
}


void
ngx_webhook_store_queue_beside(void (*take)(webhook_store_t *store,
    ngx_webhook_job_t *job))
{
    ngx_webhook_store_queue.beside = take;
}


void
ngx_webhook_store_queue_keeper(void (*take)(webhook_store_t *store,
    ngx_webhook_job_t *job))
{
    ngx_webhook_store_queue.keeper = take;
}


void
ngx_webhook_store_queue_hear(void (*handler)(uint64_t change))
{
    ngx_webhook_store_queue.hear = handler;
}


ngx_uint_t
ngx_webhook_store_queue_ready(void)
{
    return ngx_webhook_store_queue.ready;
}


webhook_store_t *
ngx_webhook_store_queue_store(void)
{
    return ngx_webhook_store_queue.ready ? ngx_webhook_store_queue.ctx->store
                                         : NULL;
}


ngx_uint_t
ngx_webhook_store_queue_tasks(void)
{
    return ngx_webhook_store_queue.tasks;
}


ngx_uint_t
ngx_webhook_store_queue_closing(void)
{
    return ngx_webhook_store_queue.closing;
}


ngx_uint_t
ngx_webhook_store_queue_leaving(void)
{
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    if (!ngx_exiting || b->shutdown == 0) {
        return 0;
    }

    if (!b->leaves) {
        b->leaves = 1;
        b->exiting = ngx_current_msec;
    }

    return ngx_current_msec - b->exiting >= b->shutdown;
}


static void
ngx_webhook_store_queue_start(ngx_event_t *ev)
{
    ngx_webhook_store_queue_t  *b;

    b = ev->data;

    if (b->thread.busy || b->closing) {
        return;
    }

    ngx_webhook_store_queue_release(b);

    if (ngx_queue_empty(&b->waiting)) {
        return;
    }

    ngx_webhook_store_queue_gather(b);

    /* what is left is not counted anew: it goes as soon as it can */

    b->lazy = 0;
    b->bytes = 0;
    b->eager = !ngx_queue_empty(&b->waiting);

    if (b->pace.timer_set) {
        ngx_del_timer(&b->pace);
    }

    ngx_webhook_thread_begin(&b->thread);
}


static void
ngx_webhook_store_queue_done(void *data)
{
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    ngx_webhook_store_queue_hand_back();

    if (ngx_queue_empty(&b->waiting)) {

        /* some may have joined the task */

        b->lazy = 0;
        b->bytes = 0;
        b->eager = 0;
        return;
    }

    ngx_webhook_store_queue_hasten(b);
}


void
ngx_webhook_store_queue_answered(ngx_webhook_job_t *job, uint64_t change,
    uint64_t usec)
{
    ngx_uint_t  error;

    if (ngx_webhook_store_queue.hear) {
        ngx_webhook_store_queue.hear(change);
    }

    error = job->op.result >= WEBHOOK_STORE_FULL;

    job->handler(job);

    ngx_webhook_store_queue_count(1, error, usec);
}


/* Calls the handlers of the jobs that are back; they may post new ones. */

static void
ngx_webhook_store_queue_hand_back(void)
{
    ngx_uint_t                  count, errors;
    ngx_queue_t                *q;
    ngx_webhook_job_t          *job;
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    if (b->ctx->store && !b->ready) {
        ngx_log_error(NGX_LOG_NOTICE, b->log, 0,
                      "webhook store \"%s\" is open now",
                      b->ctx->options.path);
        b->ready = 1;
    }

    if (b->hear && b->ctx->store) {
        b->hear(b->ctx->news.change);
    }

    count = 0;
    errors = 0;

    while (!ngx_queue_empty(&b->away)) {
        q = ngx_queue_head(&b->away);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        count++;

        if (job->op.result >= WEBHOOK_STORE_FULL) {
            errors++;
        }

        job->handler(job);
    }

    ngx_webhook_gauge(NGX_WEBHOOK_STORE_PINNED, b->ctx->news.pinned);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_QUARANTINE, b->ctx->news.quarantine);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_PAUSED, b->ctx->news.paused);

    b->tasks = b->ctx->news.tasks;

    if (b->ctx->news.dropped) {
        ngx_webhook_count(NGX_WEBHOOK_DEAD_DROPPED, b->ctx->news.dropped);
        b->ctx->news.dropped = 0;
    }

    ngx_webhook_store_queue_count(count, errors, b->ctx->usec);
}


static void
ngx_webhook_store_queue_count(ngx_uint_t count, ngx_uint_t errors,
    uint64_t usec)
{
    if (usec) {
        ngx_webhook_label_batch(usec, count);
    }

    ngx_webhook_count(NGX_WEBHOOK_STORE_BATCHES, 1);
    ngx_webhook_count(NGX_WEBHOOK_STORE_OPERATIONS, count);

    if (errors) {
        ngx_webhook_count(NGX_WEBHOOK_STORE_ERRORS, errors);
    }
}


void
ngx_webhook_store_queue_watch(ngx_msec_t began, ngx_msec_t *alarm)
{
    ngx_uint_t                  waits;
    ngx_queue_t                *q;
    ngx_webhook_store_queue_t  *b;

    b = &ngx_webhook_store_queue;

    if (*alarm == 0) {
        *alarm = began + NGX_WEBHOOK_STORE_QUEUE_STUCK;
    }

    if ((ngx_msec_int_t) (ngx_current_msec - *alarm) >= 0) {

        ngx_log_error(NGX_LOG_ALERT, b->log, 0,
                      "webhook store has not answered for %M ms",
                      ngx_current_msec - began);

        *alarm = ngx_current_msec + NGX_WEBHOOK_STORE_QUEUE_STUCK;
    }

    if (!ngx_webhook_store_queue_leaving()
        || ngx_current_msec - began < NGX_WEBHOOK_STORE_QUEUE_LEAVE)
    {
        return;
    }

    waits = 0;

    (void) ngx_thread_mutex_lock(&b->mutex, b->log);

    for (q = ngx_queue_head(&b->waiting);
         q != ngx_queue_sentinel(&b->waiting); q = ngx_queue_next(q))
    {
        waits++;
    }

    (void) ngx_thread_mutex_unlock(&b->mutex, b->log);

    ngx_webhook_store_queue_leave(ngx_current_msec - began,
                                  b->thread.busy ? b->ctx->count : 0, waits, b->log);
}
