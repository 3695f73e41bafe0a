
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/reads/ngx_http_webhook_reads.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"

#include <pthread.h>
#include <sched.h>


#define NGX_WEBHOOK_READS_LOOK   1000       /* ms between looks */
#define NGX_WEBHOOK_READS_AGAIN  10         /* ms, where the pool is full */


typedef struct {
    ngx_thread_pool_t   *pool;
    ngx_thread_task_t   *task;

    ngx_queue_t          waiting;           /* jobs */
    ngx_webhook_job_t   *job;               /* the thread's; NULL: none is */
    webhook_store_t     *store;
    uint64_t             change;            /* that it saw */
    uint64_t             usec;              /* that it took */
    int                  done;              /* the store has done it */

    ngx_event_t          guard;             /* keeps an exiting worker until
                                               the task is back */
    ngx_msec_t           began;
    ngx_msec_t           alarm;
} ngx_webhook_reads_t;


static void ngx_webhook_reads_take(webhook_store_t *store,
    ngx_webhook_job_t *job);
static void ngx_webhook_reads_start(void);
static void ngx_webhook_reads_guard(ngx_event_t *ev);
static void ngx_webhook_reads_thread(void *data, ngx_log_t *log);
static int ngx_webhook_reads_yield(int policy);
static void ngx_webhook_reads_done(ngx_event_t *ev);


static ngx_webhook_reads_t  ngx_webhook_reads;


ngx_int_t
ngx_webhook_reads_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    ngx_memzero(rs, sizeof(ngx_webhook_reads_t));

    rs->task = ngx_thread_task_alloc(cycle->pool, 0);
    if (rs->task == NULL) {
        return NGX_ERROR;
    }

    rs->task->ctx = rs;
    rs->task->handler = ngx_webhook_reads_thread;
    rs->task->event.handler = ngx_webhook_reads_done;
    rs->task->event.data = rs;
    rs->task->event.log = cycle->log;

    rs->pool = wmcf->pool;

    ngx_queue_init(&rs->waiting);

    rs->guard.handler = ngx_webhook_reads_guard;
    rs->guard.data = rs;
    rs->guard.log = cycle->log;

    ngx_webhook_store_queue_beside(ngx_webhook_reads_take);

    return NGX_OK;
}


void
ngx_webhook_reads_exit(void)
{
    ngx_queue_t          *q;
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    if (rs->task == NULL) {
        return;
    }

    ngx_webhook_store_queue_beside(NULL);

    if (rs->guard.timer_set) {
        ngx_del_timer(&rs->guard);
    }

    /* The thread pools were drained and destroyed before: the thread has read,
       only its completion will never be called. */

    if (rs->job) {
        webhook_op_free(&rs->job->op);
        ngx_webhook_store_queue_turn(rs->job);
        rs->job = NULL;
    }

    while (!ngx_queue_empty(&rs->waiting)) {
        q = ngx_queue_head(&rs->waiting);
        ngx_queue_remove(q);

        ngx_webhook_store_queue_turn(ngx_queue_data(q, ngx_webhook_job_t,
                                                    queue));
    }

    rs->task = NULL;
}


static void
ngx_webhook_reads_take(webhook_store_t *store, ngx_webhook_job_t *job)
{
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    /* the thread may be reading from it, and it is the same as long as that
       lasts */

    if (rs->job == NULL) {
        rs->store = store;
    }

    if (job->op.type == WEBHOOK_OP_CHANGES) {

        /* what was registered: responses, sends and calls wait for it */

        ngx_queue_insert_head(&rs->waiting, &job->queue);

    } else {
        ngx_queue_insert_tail(&rs->waiting, &job->queue);
    }

    ngx_webhook_reads_start();
}


static void
ngx_webhook_reads_start(void)
{
    ngx_queue_t          *q;
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    if (rs->job || ngx_queue_empty(&rs->waiting)) {
        return;
    }

    q = ngx_queue_head(&rs->waiting);

    rs->job = ngx_queue_data(q, ngx_webhook_job_t, queue);
    rs->began = ngx_current_msec;
    rs->alarm = 0;

    if (ngx_thread_task_post(rs->pool, rs->task) != NGX_OK) {

        /* The pool's queue is full: its own log line says so. */

        rs->job = NULL;
        ngx_add_timer(&rs->guard, NGX_WEBHOOK_READS_AGAIN);
        return;
    }

    ngx_queue_remove(q);

    ngx_add_timer(&rs->guard, NGX_WEBHOOK_READS_LOOK);
}


static void
ngx_webhook_reads_guard(ngx_event_t *ev)
{
    ngx_webhook_reads_t  *rs;

    rs = ev->data;

    if (rs->job == NULL) {
        ngx_webhook_reads_start();
        return;
    }

    ngx_webhook_store_queue_watch(rs->began, &rs->alarm);

    ngx_add_timer(&rs->guard, NGX_WEBHOOK_READS_LOOK);
}


static void
ngx_webhook_reads_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_reads_t *rs = data;

    int       policy;
    uint64_t  began;

    began = ngx_webhook_clock_usec();
    policy = rs->job->op.type == WEBHOOK_OP_CHANGES
             ? SCHED_BATCH : ngx_webhook_reads_yield(SCHED_BATCH);

    rs->done = webhook_store_read(rs->store, &rs->job->op, &rs->change);

    if (rs->done && rs->job->seen) {
        rs->job->seen(rs->job);
    }

    if (policy != SCHED_BATCH) {
        (void) ngx_webhook_reads_yield(policy);
    }

    rs->usec = ngx_webhook_clock_usec() - began;
}


/*
 * Of a thread that the scheduler has among ordinary ones: other threads of the
 * pool, and this one later, are to be as they were.  Returns the policy that
 * there was, or SCHED_BATCH where there is nothing to be taken back.
 */

static int
ngx_webhook_reads_yield(int policy)
{
    int                 was;
    struct sched_param  param;

    if (pthread_getschedparam(pthread_self(), &was, &param) != 0
        || (was != SCHED_OTHER && was != SCHED_BATCH)
        || pthread_setschedparam(pthread_self(), policy, &param) != 0)
    {
        return SCHED_BATCH;
    }

    return was;
}


static void
ngx_webhook_reads_done(ngx_event_t *ev)
{
    ngx_webhook_job_t    *job;
    ngx_webhook_reads_t  *rs;

    rs = ev->data;

    job = rs->job;
    rs->job = NULL;

    if (rs->guard.timer_set) {
        ngx_del_timer(&rs->guard);
    }

    if (rs->done) {
        ngx_webhook_store_queue_answered(job, rs->change, rs->usec);

    } else {
        ngx_webhook_store_queue_turn(job);
    }

    ngx_webhook_reads_start();
}
