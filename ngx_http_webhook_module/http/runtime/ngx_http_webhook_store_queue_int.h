
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the store queue's files: store_queue.c is the event loop's side,
 * store_queue_thread.c the thread's.
 */

#ifndef NGX_WEBHOOK_STORE_QUEUE_INT_H
#define NGX_WEBHOOK_STORE_QUEUE_INT_H

#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "http/runtime/threads/ngx_http_webhook_thread.h"


#define NGX_WEBHOOK_STORE_QUEUE_MAX    1024     /* operations a task */


/* What the thread sees.  Between post and completion it is the thread's. */

typedef struct {
    webhook_store_t           *store;
    webhook_store_options_t    options;
    uint64_t                   tried;           /* usec, last try to open */
    webhook_store_news_t       news;
    uint64_t                   usec;            /* that the batch took */
    ngx_uint_t                 count;
    webhook_op_t              *ops[NGX_WEBHOOK_STORE_QUEUE_MAX];

    uint32_t                 (*more)(void *data);   /* operations join */
    void                      *data;
} ngx_webhook_store_queue_ctx_t;


typedef struct {
    ngx_webhook_store_queue_ctx_t  *ctx;
    ngx_webhook_thread_t            thread;
    ngx_log_t                      *log;

    ngx_thread_mutex_t              mutex;      /* of "waiting" */
    ngx_queue_t                     waiting;    /* jobs not yet handed over */
    ngx_queue_t                     away;       /* jobs in the task; its, while
                                                   it is away */

    ngx_event_t                     start;      /* posted: hand over */
    ngx_event_t                     pace;       /* begins a batch of those that
                                                   are lazy */
    void                          (*beside)(webhook_store_t *store,
                                            ngx_webhook_job_t *job);
                                                /* who reads; or NULL */
    void                          (*keeper)(webhook_store_t *store,
                                            ngx_webhook_job_t *job);
                                                /* who keeps; or NULL */
    void                          (*hear)(uint64_t change);     /* or NULL */

    ngx_msec_t                      shutdown;   /* worker_shutdown_timeout; 0:
                                                   none */
    ngx_msec_t                      exiting;    /* since when, if "leaves" */

    ngx_uint_t                      tasks;      /* of the store, under way */

    ngx_uint_t                      lazy;       /* that wait, ... */
    size_t                          bytes;      /* ... of journals for these, */
    size_t                          most;       /*   and as many as may be */

    unsigned                        eager:1;    /* some wait that are not */
    unsigned                        wrote:1;    /* the last one wrote */
    unsigned                        ready:1;    /* the store is open */
    unsigned                        closing:1;
    unsigned                        leaves:1;
} ngx_webhook_store_queue_t;


/* Counts one that waits. */
void ngx_webhook_store_queue_wait(ngx_webhook_store_queue_t *b,
    ngx_webhook_job_t *job);

/* Only where no task is away: gives those to who reads beside batches that have
   waited for all that stood before them; and makes the next batch. */
void ngx_webhook_store_queue_release(ngx_webhook_store_queue_t *b);
void ngx_webhook_store_queue_gather(ngx_webhook_store_queue_t *b);

/* On the thread, once the store's lock is held: what was posted since
   the task began, but for what reads.  The order of the others stays: the first
   that may not join ends it. */
uint32_t ngx_webhook_store_queue_more(void *data);

/* Fills in what the store is opened with. */
void ngx_webhook_store_queue_options(ngx_webhook_store_queue_ctx_t *ctx,
    ngx_webhook_main_conf_t *wmcf, ngx_log_t *log);

/* True of a job that reads alone. */
ngx_uint_t ngx_webhook_store_queue_reads(ngx_queue_t *q);

/* Opens the store: NGX_OK, or NGX_ERROR, logged. */
ngx_int_t ngx_webhook_store_queue_open(ngx_webhook_store_queue_ctx_t *ctx);

/* Ends the worker, whose thread has had the store for so many ms, with
   operations handed over and others that wait. */
void ngx_webhook_store_queue_leave(ngx_msec_t since, ngx_uint_t handed,
    ngx_uint_t waits, ngx_log_t *log);

/* Applies the operations.  On the thread, and at exit on the main one. */
void ngx_webhook_store_queue_run(void *data);


#endif /* NGX_WEBHOOK_STORE_QUEUE_INT_H */
