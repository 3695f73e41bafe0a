
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Work that gathers on the event loop while a thread does what had gathered
 * before: in order, so many at a time.  All functions are called on the event
 * loop.
 */

#ifndef NGX_WEBHOOK_GATHER_H
#define NGX_WEBHOOK_GATHER_H

#include "http/runtime/threads/ngx_http_webhook_thread.h"


/* Memory of its owner, who sets the first part. */

typedef struct {
    ngx_webhook_thread_t   thread;      /* its first part */
    ngx_uint_t             max;         /* at a time */
    void                 (*take)(ngx_queue_t *q, ngx_uint_t n);
                                        /* this goes to the thread, behind n
                                           others */

    /* of this unit; "away" is for thread.run and thread.done */

    ngx_queue_t            waiting;
    ngx_queue_t            away;        /* what the thread has, until thread.done,
                                           which empties it */
    ngx_uint_t             count;       /* of these, when they were handed over */
    ngx_event_t            start;       /* posted: hand over */
    unsigned               busy:1;
} ngx_webhook_gather_t;


/* Creates the thread, as ngx_webhook_thread_create(). */
ngx_int_t ngx_webhook_gather_create(ngx_webhook_gather_t *gather,
    ngx_log_t *log);

/* Takes one more; what the other events of this turn of the event loop bring goes
   along.  _first() puts it before all that wait. */
void ngx_webhook_gather_put(ngx_webhook_gather_t *gather, ngx_queue_t *q);
void ngx_webhook_gather_first(ngx_webhook_gather_t *gather, ngx_queue_t *q);

/* To be called by thread.done, or later: the next may go to the thread. */
void ngx_webhook_gather_over(ngx_webhook_gather_t *gather);

/* At the exit of the process, behind ngx_webhook_threads_exit(): calls the handler
   of each that is left, of which those that the thread had come first.  They have
   been removed from their queue. */
void ngx_webhook_gather_exit(ngx_webhook_gather_t *gather,
    void (*handler)(ngx_queue_t *q));


#endif /* NGX_WEBHOOK_GATHER_H */
