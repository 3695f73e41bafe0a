
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/reads/ngx_http_webhook_reads.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/threads/ngx_http_webhook_gather.h"

#include <pthread.h>
#include <sched.h>


typedef struct {
    ngx_webhook_gather_t  gather;           /* jobs, one at a time */
    ngx_webhook_job_t    *job;              /* the thread's */
    webhook_store_t      *store;
    uint64_t              change;           /* that it saw */
    uint64_t              usec;             /* that it took */
    int                   done;             /* the store has done it */
    ngx_uint_t            on;
} ngx_webhook_reads_t;


static void ngx_webhook_reads_take(webhook_store_t *store,
    ngx_webhook_job_t *job);
static void ngx_webhook_reads_job(ngx_queue_t *q, ngx_uint_t n);
static void ngx_webhook_reads_run(void *data);
static int ngx_webhook_reads_yield(int policy);
static void ngx_webhook_reads_done(void *data);
static void ngx_webhook_reads_back(ngx_queue_t *q);


static ngx_webhook_reads_t  ngx_webhook_reads;


ngx_int_t
ngx_webhook_reads_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    ngx_memzero(rs, sizeof(ngx_webhook_reads_t));

    rs->gather.thread.name = "webhook reads";
    rs->gather.thread.run = ngx_webhook_reads_run;
    rs->gather.thread.done = ngx_webhook_reads_done;
    rs->gather.thread.look = ngx_webhook_store_queue_watch;
    rs->gather.thread.data = rs;
    rs->gather.max = 1;
    rs->gather.take = ngx_webhook_reads_job;

    if (ngx_webhook_gather_create(&rs->gather, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    rs->on = 1;

    ngx_webhook_store_queue_beside(ngx_webhook_reads_take);

    return NGX_OK;
}


void
ngx_webhook_reads_exit(void)
{
    ngx_webhook_reads_t  *rs;

    rs = &ngx_webhook_reads;

    if (!rs->on) {
        return;
    }

    ngx_webhook_store_queue_beside(NULL);

    ngx_webhook_gather_exit(&rs->gather, ngx_webhook_reads_back);

    rs->on = 0;
}


/* What the thread has read is read anew. */

static void
ngx_webhook_reads_back(ngx_queue_t *q)
{
    ngx_webhook_job_t  *job;

    job = ngx_queue_data(q, ngx_webhook_job_t, queue);

    webhook_op_free(&job->op);
    ngx_webhook_store_queue_turn(job);
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

        ngx_webhook_gather_first(&rs->gather, &job->queue);

    } else {
        ngx_webhook_gather_put(&rs->gather, &job->queue);
    }
}


static void
ngx_webhook_reads_job(ngx_queue_t *q, ngx_uint_t n)
{
    ngx_webhook_reads.store = ngx_webhook_store_queue_store();
    ngx_webhook_reads.job = ngx_queue_data(q, ngx_webhook_job_t, queue);
}


static void
ngx_webhook_reads_run(void *data)
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
 * Of a thread that the scheduler has among ordinary ones: it is to be as it was,
 * later.  Returns the policy that
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
ngx_webhook_reads_done(void *data)
{
    ngx_webhook_reads_t *rs = data;

    ngx_queue_remove(&rs->job->queue);

    if (rs->done) {
        ngx_webhook_store_queue_answered(rs->job, rs->change, rs->usec);

    } else {
        ngx_webhook_store_queue_turn(rs->job);
    }

    ngx_webhook_gather_over(&rs->gather);
}
