
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/keep/ngx_http_webhook_keep.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"


#define NGX_WEBHOOK_KEEP_MAX    256         /* events in an append */
#define NGX_WEBHOOK_KEEP_LOOK   1000        /* ms between looks */
#define NGX_WEBHOOK_KEEP_AGAIN  10          /* ms, where the pool is full */


typedef struct {
    ngx_thread_pool_t   *pool;
    ngx_thread_task_t   *task;              /* NULL: there is no journal */

    ngx_queue_t          waiting;           /* jobs */
    ngx_queue_t          away;              /* those of the thread */
    ngx_uint_t           count;             /* of these */
    webhook_op_t        *ops[NGX_WEBHOOK_KEEP_MAX];
    webhook_store_t     *store;

    ngx_event_t          start;             /* posted: hand over */
    ngx_event_t          begin;             /* posted: what was kept goes on */
    ngx_event_t          guard;             /* keeps an exiting worker until
                                               the task is back */
    ngx_msec_t           began;
    ngx_msec_t           alarm;
    uint64_t             usec;              /* that the append took */
    unsigned             busy:1;            /* the thread is away, or "begin" is
                                               posted */
} ngx_webhook_keep_t;


static void ngx_webhook_keep_take(webhook_store_t *store,
    ngx_webhook_job_t *job);
static void ngx_webhook_keep_start(ngx_event_t *ev);
static void ngx_webhook_keep_guard(ngx_event_t *ev);
static void ngx_webhook_keep_thread(void *data, ngx_log_t *log);
static void ngx_webhook_keep_done(ngx_event_t *ev);
static void ngx_webhook_keep_begin(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_keep_lazy(const ngx_webhook_job_t *job);


static ngx_webhook_keep_t  ngx_webhook_keep;


ngx_int_t
ngx_webhook_keep_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_keep_t  *k;

    k = &ngx_webhook_keep;

    ngx_memzero(k, sizeof(ngx_webhook_keep_t));

    if (wmcf->journal == 0) {
        return NGX_OK;
    }

    k->task = ngx_thread_task_alloc(cycle->pool, 0);
    if (k->task == NULL) {
        return NGX_ERROR;
    }

    k->task->ctx = k;
    k->task->handler = ngx_webhook_keep_thread;
    k->task->event.handler = ngx_webhook_keep_done;
    k->task->event.data = k;
    k->task->event.log = cycle->log;

    k->pool = wmcf->pool;

    ngx_queue_init(&k->waiting);
    ngx_queue_init(&k->away);

    k->start.handler = ngx_webhook_keep_start;
    k->start.data = k;
    k->start.log = cycle->log;

    k->begin.handler = ngx_webhook_keep_begin;
    k->begin.data = k;
    k->begin.log = cycle->log;

    k->guard.handler = ngx_webhook_keep_guard;
    k->guard.data = k;
    k->guard.log = cycle->log;

    ngx_webhook_store_queue_keeper(ngx_webhook_keep_take);

    return NGX_OK;
}


void
ngx_webhook_keep_exit(void)
{
    ngx_queue_t         *q;
    ngx_webhook_keep_t  *k;

    k = &ngx_webhook_keep;

    if (k->task == NULL) {
        return;
    }

    ngx_webhook_store_queue_keeper(NULL);

    if (k->start.posted) {
        ngx_delete_posted_event(&k->start);
    }

    if (k->begin.posted) {
        ngx_delete_posted_event(&k->begin);
    }

    if (k->guard.timer_set) {
        ngx_del_timer(&k->guard);
    }

    /* The thread pools were drained and destroyed before: what was away is kept
       or is not, as each operation tells, and nobody waits for it. */

    if (!ngx_queue_empty(&k->waiting)) {
        ngx_queue_add(&k->away, &k->waiting);
        ngx_queue_init(&k->waiting);
    }

    while (!ngx_queue_empty(&k->away)) {
        q = ngx_queue_head(&k->away);
        ngx_queue_remove(q);

        ngx_webhook_store_queue_turn(ngx_queue_data(q, ngx_webhook_job_t,
                                                    queue));
    }

    k->task = NULL;
}


static void
ngx_webhook_keep_take(webhook_store_t *store, ngx_webhook_job_t *job)
{
    ngx_webhook_keep_t  *k;

    k = &ngx_webhook_keep;

    ngx_queue_insert_tail(&k->waiting, &job->queue);

    if (k->busy) {
        return;
    }

    /* not while the thread uses it, which is the same as long as that lasts */

    k->store = store;

    /* What the turn's other events bring goes along. */

    if (!k->start.posted) {
        ngx_post_event(&k->start, &ngx_posted_events);
    }

    if (!k->guard.timer_set) {
        ngx_add_timer(&k->guard, NGX_WEBHOOK_KEEP_LOOK);
    }
}


static void
ngx_webhook_keep_start(ngx_event_t *ev)
{
    ngx_queue_t         *q;
    ngx_webhook_job_t   *job;
    ngx_webhook_keep_t  *k;

    k = ev->data;

    if (k->busy || ngx_queue_empty(&k->waiting)) {
        return;
    }

    k->count = 0;

    while (!ngx_queue_empty(&k->waiting) && k->count < NGX_WEBHOOK_KEEP_MAX) {
        q = ngx_queue_head(&k->waiting);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&k->away, q);

        job = ngx_queue_data(q, ngx_webhook_job_t, queue);
        k->ops[k->count++] = &job->op;
    }

    k->busy = 1;
    k->began = ngx_current_msec;
    k->alarm = 0;

    if (ngx_thread_task_post(k->pool, k->task) != NGX_OK) {

        /* The pool's queue is full: its own log line says so. */

        k->busy = 0;

        if (!ngx_queue_empty(&k->waiting)) {
            ngx_queue_add(&k->away, &k->waiting);
            ngx_queue_init(&k->waiting);
        }

        ngx_queue_add(&k->waiting, &k->away);
        ngx_queue_init(&k->away);

        ngx_add_timer(&k->guard, NGX_WEBHOOK_KEEP_AGAIN);
        return;
    }

    ngx_add_timer(&k->guard, NGX_WEBHOOK_KEEP_LOOK);
}


static void
ngx_webhook_keep_guard(ngx_event_t *ev)
{
    ngx_webhook_keep_t  *k;

    k = ev->data;

    if (!k->busy) {
        ngx_webhook_keep_start(&k->start);
        return;
    }

    ngx_webhook_store_queue_watch(k->began, &k->alarm);

    ngx_add_timer(&k->guard, NGX_WEBHOOK_KEEP_LOOK);
}


static void
ngx_webhook_keep_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_keep_t *k = data;

    uint64_t  began;

    began = ngx_webhook_clock_usec();

    webhook_store_keep(k->store, k->ops, (uint32_t) k->count);

    k->usec = ngx_webhook_clock_usec() - began;
}


static void
ngx_webhook_keep_done(ngx_event_t *ev)
{
    ngx_uint_t           kept, unfit, crowded;
    ngx_queue_t         *q;
    ngx_webhook_job_t   *job;
    ngx_webhook_keep_t  *k;

    k = ev->data;

    kept = 0;
    unfit = 0;
    crowded = 0;

    for (q = ngx_queue_head(&k->away);
         q != ngx_queue_sentinel(&k->away);
         q = ngx_queue_next(q))
    {
        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        if (job->op.u.put_event.kept == 0) {
            unfit += (job->op.u.put_event.passed == WEBHOOK_PASSED_KIND);
            crowded += (job->op.u.put_event.passed == WEBHOOK_PASSED_ROOM);
            continue;
        }

        kept++;

        job->kept(job);
    }

    /* behind the responses, which were posted */

    ngx_post_event(&k->begin, &ngx_posted_events);

    if (kept) {
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_APPENDS, 1);
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_EVENTS, kept);
        ngx_webhook_label_append(k->usec);
    }

    if (kept < k->count) {
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_PASSED, k->count - kept);
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_UNFIT, unfit);
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_CROWDED, crowded);
    }
}


/* Sends begin, and batches do what the journal did not; then the next append. */

static void
ngx_webhook_keep_begin(ngx_event_t *ev)
{
    ngx_queue_t         *q;
    ngx_webhook_job_t   *job;
    ngx_webhook_keep_t  *k;

    k = ev->data;

    k->busy = 0;

    if (k->guard.timer_set) {
        ngx_del_timer(&k->guard);
    }

    while (!ngx_queue_empty(&k->away)) {
        q = ngx_queue_head(&k->away);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        if (job->op.u.put_event.kept == 0) {
            ngx_webhook_store_queue_turn(job);
            continue;
        }

        job->lazy = ngx_webhook_keep_lazy(job);

        /* what is begun may end at once: its outcome stands behind it */

        ngx_webhook_store_queue_turn(job);

        job->begun(job);
    }

    if (ngx_queue_empty(&k->waiting)) {
        return;
    }

    if (!k->start.posted) {
        ngx_post_event(&k->start, &ngx_posted_events);
    }

    if (!k->guard.timer_set) {
        ngx_add_timer(&k->guard, NGX_WEBHOOK_KEEP_LOOK);
    }
}


/* True where the client has its response and each endpoint its send, and there
   are slots for more. */

static ngx_uint_t
ngx_webhook_keep_lazy(const ngx_webhook_job_t *job)
{
    uint32_t                       i;
    const webhook_op_put_event_t  *put;

    put = &job->op.u.put_event;

    for (i = 0; i < put->count; i++) {
        if (put->deliveries[i].early == 0 || put->deliveries[i].low) {
            return 0;
        }
    }

    return 1;
}
