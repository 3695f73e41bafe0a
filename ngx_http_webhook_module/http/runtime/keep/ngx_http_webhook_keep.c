
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/keep/ngx_http_webhook_keep.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/threads/ngx_http_webhook_gather.h"


#define NGX_WEBHOOK_KEEP_MAX    256         /* events in an append */


typedef struct {
    ngx_webhook_gather_t  gather;           /* jobs */
    webhook_op_t         *ops[NGX_WEBHOOK_KEEP_MAX];
    webhook_store_t      *store;

    ngx_event_t           begin;            /* posted: what was kept goes on */
    uint64_t              usec;             /* that the append took */
    ngx_uint_t            on;               /* there is a journal */
} ngx_webhook_keep_t;


static void ngx_webhook_keep_take(webhook_store_t *store,
    ngx_webhook_job_t *job);
static void ngx_webhook_keep_op(ngx_queue_t *q, ngx_uint_t n);
static void ngx_webhook_keep_run(void *data);
static void ngx_webhook_keep_done(void *data);
static void ngx_webhook_keep_begin(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_keep_lazy(const ngx_webhook_job_t *job);
static void ngx_webhook_keep_back(ngx_queue_t *q);


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

    k->begin.handler = ngx_webhook_keep_begin;
    k->begin.data = k;
    k->begin.log = cycle->log;

    k->gather.thread.name = "webhook journal";
    k->gather.thread.run = ngx_webhook_keep_run;
    k->gather.thread.done = ngx_webhook_keep_done;
    k->gather.thread.look = ngx_webhook_store_queue_watch;
    k->gather.thread.data = k;
    k->gather.max = NGX_WEBHOOK_KEEP_MAX;
    k->gather.take = ngx_webhook_keep_op;

    if (ngx_webhook_gather_create(&k->gather, cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    k->on = 1;

    ngx_webhook_store_queue_keeper(ngx_webhook_keep_take);

    return NGX_OK;
}


void
ngx_webhook_keep_exit(void)
{
    ngx_webhook_keep_t  *k;

    k = &ngx_webhook_keep;

    if (!k->on) {
        return;
    }

    ngx_webhook_store_queue_keeper(NULL);

    if (k->begin.posted) {
        ngx_delete_posted_event(&k->begin);
    }

    /* What the thread had is kept or is not, as each operation tells, and nobody
       waits for it. */

    ngx_webhook_gather_exit(&k->gather, ngx_webhook_keep_back);

    k->on = 0;
}


static void
ngx_webhook_keep_back(ngx_queue_t *q)
{
    ngx_webhook_store_queue_turn(ngx_queue_data(q, ngx_webhook_job_t, queue));
}


static void
ngx_webhook_keep_take(webhook_store_t *store, ngx_webhook_job_t *job)
{
    ngx_webhook_gather_put(&ngx_webhook_keep.gather, &job->queue);
}


static void
ngx_webhook_keep_op(ngx_queue_t *q, ngx_uint_t n)
{
    ngx_webhook_job_t  *job;

    job = ngx_queue_data(q, ngx_webhook_job_t, queue);

    /* not while the thread has one, which is the same as long as that lasts */

    ngx_webhook_keep.store = ngx_webhook_store_queue_store();
    ngx_webhook_keep.ops[n] = &job->op;
}


static void
ngx_webhook_keep_run(void *data)
{
    ngx_webhook_keep_t *k = data;

    uint64_t  began;

    began = ngx_webhook_clock_usec();

    webhook_store_keep(k->store, k->ops, (uint32_t) k->gather.count);

    k->usec = ngx_webhook_clock_usec() - began;
}


static void
ngx_webhook_keep_done(void *data)
{
    ngx_webhook_keep_t *k = data;

    ngx_uint_t          kept, unfit, crowded;
    ngx_queue_t        *q;
    ngx_webhook_job_t  *job;

    kept = 0;
    unfit = 0;
    crowded = 0;

    for (q = ngx_queue_head(&k->gather.away);
         q != ngx_queue_sentinel(&k->gather.away);
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

    if (kept < k->gather.count) {
        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_PASSED, k->gather.count - kept);
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

    while (!ngx_queue_empty(&k->gather.away)) {
        q = ngx_queue_head(&k->gather.away);
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

    ngx_webhook_gather_over(&k->gather);
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
