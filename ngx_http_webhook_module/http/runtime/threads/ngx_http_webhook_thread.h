
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Threads of a worker for the module alone.  Each does one thing and is known by
 * its name; it has one task at a time, sleeps between them, and is woken up by one
 * system call, or none where it is still awake.  What is done is told to the event
 * loop by one descriptor for all of them.
 *
 * They are apart from the thread pools of nginx, in which a task goes to the
 * thread that has slept longest, and waits where somebody else has filled the
 * pool.  Unless a function says something else, it is called on the event loop.
 *
 * The rules of a task:
 *
 *   - From ngx_webhook_thread_begin() until "done" the thread has what "data"
 *     refers to, as far as its owner says so.
 *   - A worker that exits gracefully waits until no task is away.  At the exit of
 *     the process, whatever its reason, ngx_webhook_threads_exit() waits for what
 *     is away; "done" is not called for that, and "busy" stays set, by which the
 *     owner knows that it was done.
 *   - A thread does not come back where a file system hangs: "look" is called
 *     every second, and may end the process.
 */

#ifndef NGX_WEBHOOK_THREAD_H
#define NGX_WEBHOOK_THREAD_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include <pthread.h>


typedef struct ngx_webhook_thread_s  ngx_webhook_thread_t;


/* Memory of its owner, who sets the first part; not moved while it exists. */

struct ngx_webhook_thread_s {
    const char            *name;        /* as ps tells: up to 15 bytes */
    void                 (*run)(void *data);        /* on the thread */
    void                 (*done)(void *data);
    void                 (*look)(ngx_msec_t began, ngx_msec_t *alarm);
                                        /* each second while a task is away, with
                                           the time when it began, and *alarm,
                                           0 at first, for itself; or NULL */
    void                  *data;

    /* of this unit; "busy" may be read: a task is away */

    pthread_t              tid;
    ngx_webhook_thread_t  *next;        /* of all */
    ngx_webhook_thread_t  *finished;    /* the next of those that are done */
    ngx_event_t            guard;       /* keeps an exiting worker while a task is
                                           away */
    ngx_msec_t             began;
    ngx_msec_t             alarm;
    uint32_t               state;
    unsigned               busy:1;
};


/* Creates the thread, in a worker, before its event loop starts.  It has all
   signals blocked but those of its own faults.  NGX_ERROR, logged, if there is no
   memory, or the kernel refuses it. */
ngx_int_t ngx_webhook_thread_create(ngx_webhook_thread_t *thread,
    ngx_log_t *log);

/* Gives it a task: never fails.  Only while it is not "busy". */
void ngx_webhook_thread_begin(ngx_webhook_thread_t *thread);

/* At the exit of the process, before the owners of threads: ends all of them,
   each after the task that it has. */
void ngx_webhook_threads_exit(void);


#endif /* NGX_WEBHOOK_THREAD_H */
