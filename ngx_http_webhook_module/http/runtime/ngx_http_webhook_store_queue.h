
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The way from the event loop to the store: gathers operations, hands them to
 * one thread task at a time, and calls back with the results.  While a task is
 * away the next batch gathers; that is group commit without a wait.  Where
 * nobody waits for what gathered ("lazy"), the next one begins some milliseconds
 * later, or once it is large.  All functions run on the event loop.
 *
 * What reads alone goes beside the batches, where somebody takes it
 * (http/runtime/reads): nobody who writes waits for who looks.  It is begun once
 * all is applied that was posted before it.
 */

#ifndef NGX_WEBHOOK_STORE_QUEUE_H
#define NGX_WEBHOOK_STORE_QUEUE_H

#include "http/model/ngx_http_webhook.h"


typedef struct ngx_webhook_job_s  ngx_webhook_job_t;

/*
 * Called on the event loop when the operation was applied or could not be
 * (op.result tells; UNAVAILABLE where the store is not open).  The handler
 * owns the job from then on: it frees op's outputs and the job.  At the exit
 * of the process handlers are called too, with
 * ngx_webhook_store_queue_closing() true; then they may free, count and log,
 * and post COMPLETE jobs alone.
 */
typedef void (*ngx_webhook_job_pt)(ngx_webhook_job_t *job);

/*
 * One operation under way.  Heap memory (ngx_alloc) of the poster, which
 * lives until the handler was called, whatever happens to a request.
 */

struct ngx_webhook_job_s {
    webhook_op_t          op;
    ngx_webhook_job_pt    handler;
    ngx_webhook_job_pt    seen;             /* of one that reads beside batches:
                                               called behind that on its thread;
                                               or NULL */
    ngx_webhook_job_pt    kept;             /* of a PUT_EVENT that somebody
                                               waits for: called where it is
                                               kept before it is applied; or
                                               NULL */
    ngx_webhook_job_pt    begun;            /* of one that has "kept": called
                                               behind that, once it is its turn
                                               to be applied, which may go on
                                               meanwhile: what the operation is
                                               given may be read, and "early" */
    void                 *data;
    ngx_queue_t           queue;            /* the store queue's */
    unsigned              turn:1;           /* the same: it is a batch's */
    unsigned              lazy:1;           /* nobody waits for it: no batch has
                                               to begin for it yet */
};


/* Opens the store in a worker, before its event loop starts.  A store that
   cannot be opened is logged at emerg; operations then answer UNAVAILABLE.
   Returns NGX_ERROR on lack of memory alone. */
ngx_int_t ngx_webhook_store_queue_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);

/* At the exit of a worker: collects the results of the last task, applies
   what waits in one more batch, and closes the store. */
void ngx_webhook_store_queue_exit(ngx_cycle_t *cycle);

/* Takes a job.  Never fails and never calls the handler before it returns. */
void ngx_webhook_store_queue_post(ngx_webhook_job_t *job);

/*
 * Who takes jobs that read, each with the store, which stays open until
 * store_queue_exit(), before which he gives back what he has.  Of each he calls
 * answered() when it was done, with the last change that it saw and the time it
 * took, which calls the job's handler; or turn(), and a batch does it.
 */
void ngx_webhook_store_queue_beside(void (*take)(webhook_store_t *store,
    ngx_webhook_job_t *job));
void ngx_webhook_store_queue_answered(ngx_webhook_job_t *job, uint64_t change,
    uint64_t usec);
void ngx_webhook_store_queue_turn(ngx_webhook_job_t *job);

/* Who takes jobs that have "kept" set, in the same way, and gives all of them
   back by turn(), in the order in which he got them; of what is posted from then
   on nothing is applied before them. */
void ngx_webhook_store_queue_keeper(void (*take)(webhook_store_t *store,
    ngx_webhook_job_t *job));

/* To be called every second while a thread has the store, since "began": says
   so after a while (*alarm is 0 at first), and ends a worker that may wait no
   longer. */
void ngx_webhook_store_queue_watch(ngx_msec_t began, ngx_msec_t *alarm);

/* Who is told, with each batch and before its handlers, of the last change of
   objects that there is in the store. */
void ngx_webhook_store_queue_hear(void (*handler)(uint64_t change));

/* Tasks that are under way, as of the last batch. */
ngx_uint_t ngx_webhook_store_queue_tasks(void);

/* True where the store is open. */
ngx_uint_t ngx_webhook_store_queue_ready(void);

/* The store, for what may be called beside its batches; NULL where it is not
   open. */
webhook_store_t *ngx_webhook_store_queue_store(void);

/* True in a worker that exits, once its worker_shutdown_timeout is over: nothing
   waits any more.  To be asked every now and then. */
ngx_uint_t ngx_webhook_store_queue_leaving(void);

/* True while the process exits and nothing new can be sent. */
ngx_uint_t ngx_webhook_store_queue_closing(void);


#endif /* NGX_WEBHOOK_STORE_QUEUE_H */
