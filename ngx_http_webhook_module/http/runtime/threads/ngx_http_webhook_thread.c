
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/threads/ngx_http_webhook_thread.h"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>


#define NGX_WEBHOOK_THREAD_LOOK   1000      /* ms between looks */


/* Bits of "state", which is a futex. */

#define NGX_WEBHOOK_THREAD_SLEEPS 1
#define NGX_WEBHOOK_THREAD_TASK   2         /* it has one */
#define NGX_WEBHOOK_THREAD_EXIT   4         /* it is to end, behind its task */


typedef struct {
    ngx_webhook_thread_t  *all;
    ngx_webhook_thread_t  *finished;    /* by threads, the last one first */
    uint32_t               told;        /* the event loop will look at these */
    ngx_connection_t       connection;  /* of the descriptor */
    ngx_event_t            read;
    ngx_event_t            write;
    ngx_uint_t             ready;
} ngx_webhook_threads_t;


static ngx_int_t ngx_webhook_threads_open(ngx_log_t *log);
static void ngx_webhook_threads_close(void);
static void *ngx_webhook_thread_main(void *data);
static void ngx_webhook_thread_sleep(ngx_webhook_thread_t *thread);
static void ngx_webhook_thread_finish(ngx_webhook_thread_t *thread);
static void ngx_webhook_thread_wake(ngx_webhook_thread_t *thread,
    uint32_t bit);
static void ngx_webhook_threads_collect(ngx_event_t *ev);
static void ngx_webhook_thread_guard(ngx_event_t *ev);


static ngx_webhook_threads_t  ngx_webhook_threads;


ngx_int_t
ngx_webhook_thread_create(ngx_webhook_thread_t *thread, ngx_log_t *log)
{
    int       err;
    sigset_t  set, was;

    if (ngx_webhook_threads_open(log) != NGX_OK) {
        return NGX_ERROR;
    }

    thread->state = 0;
    thread->busy = 0;

    ngx_memzero(&thread->guard, sizeof(ngx_event_t));

    thread->guard.handler = ngx_webhook_thread_guard;
    thread->guard.data = thread;
    thread->guard.log = log;

    /* Signals are for the event loop's thread; the thread begins with what is
       blocked here. */

    sigfillset(&set);
    sigdelset(&set, SIGILL);
    sigdelset(&set, SIGFPE);
    sigdelset(&set, SIGSEGV);
    sigdelset(&set, SIGBUS);

    (void) pthread_sigmask(SIG_BLOCK, &set, &was);

    err = pthread_create(&thread->tid, NULL, ngx_webhook_thread_main, thread);

    (void) pthread_sigmask(SIG_SETMASK, &was, NULL);

    if (err) {
        ngx_log_error(NGX_LOG_EMERG, log, err,
                      "webhook: pthread_create() failed for \"%s\"%s",
                      thread->name, err == EAGAIN
                      ? ": there may be no more threads, raise \"TasksMax=\" "
                        "of the service, the limit of the container, or that "
                        "of the user (RLIMIT_NPROC)" : "");
        return NGX_ERROR;
    }

    (void) pthread_setname_np(thread->tid, thread->name);

    thread->next = ngx_webhook_threads.all;
    ngx_webhook_threads.all = thread;

    return NGX_OK;
}


void
ngx_webhook_thread_begin(ngx_webhook_thread_t *thread)
{
    thread->busy = 1;
    thread->began = ngx_current_msec;
    thread->alarm = 0;

    ngx_add_timer(&thread->guard, NGX_WEBHOOK_THREAD_LOOK);

    ngx_webhook_thread_wake(thread, NGX_WEBHOOK_THREAD_TASK);
}


void
ngx_webhook_threads_exit(void)
{
    ngx_webhook_thread_t  *thread;

    for (thread = ngx_webhook_threads.all; thread; thread = thread->next) {

        if (thread->guard.timer_set) {
            ngx_del_timer(&thread->guard);
        }

        ngx_webhook_thread_wake(thread, NGX_WEBHOOK_THREAD_EXIT);
    }

    while (ngx_webhook_threads.all) {
        thread = ngx_webhook_threads.all;
        ngx_webhook_threads.all = thread->next;

        (void) pthread_join(thread->tid, NULL);
    }

    ngx_webhook_threads_close();
}


/* The descriptor by which threads wake up the event loop. */

static ngx_int_t
ngx_webhook_threads_open(ngx_log_t *log)
{
    ngx_connection_t       *c;
    ngx_webhook_threads_t  *s;

    s = &ngx_webhook_threads;

    if (s->ready) {
        return NGX_OK;
    }

    if (!(ngx_event_flags & NGX_USE_CLEAR_EVENT)) {
        ngx_log_error(NGX_LOG_EMERG, log, 0,
                      "\"webhook_store\" needs \"use epoll\" in \"events\"");
        return NGX_ERROR;
    }

    ngx_memzero(s, sizeof(ngx_webhook_threads_t));

    c = &s->connection;

    c->fd = eventfd(0, EFD_NONBLOCK|EFD_CLOEXEC);

    if (c->fd == -1) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno,
                      "webhook: eventfd() failed");
        return NGX_ERROR;
    }

    c->read = &s->read;
    c->write = &s->write;
    c->log = log;

    s->read.handler = ngx_webhook_threads_collect;
    s->read.data = c;
    s->read.log = log;

    s->write.data = c;
    s->write.log = log;

    /* Each write to it is an event: it does not have to be read. */

    if (ngx_add_event(&s->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        (void) close(c->fd);
        return NGX_ERROR;
    }

    s->ready = 1;

    return NGX_OK;
}


static void
ngx_webhook_threads_close(void)
{
    ngx_webhook_threads_t  *s;

    s = &ngx_webhook_threads;

    if (!s->ready) {
        return;
    }

    if (s->read.posted) {
        ngx_delete_posted_event(&s->read);
    }

    (void) close(s->connection.fd);

    s->finished = NULL;
    s->ready = 0;
}


static void *
ngx_webhook_thread_main(void *data)
{
    ngx_webhook_thread_t *thread = data;

    uint32_t  state;

    for ( ;; ) {
        state = __atomic_load_n(&thread->state, __ATOMIC_ACQUIRE);

        if (state & NGX_WEBHOOK_THREAD_TASK) {
            thread->run(thread->data);
            ngx_webhook_thread_finish(thread);
            continue;
        }

        if (state & NGX_WEBHOOK_THREAD_EXIT) {
            return NULL;
        }

        ngx_webhook_thread_sleep(thread);
    }
}


static void
ngx_webhook_thread_sleep(ngx_webhook_thread_t *thread)
{
    uint32_t  state;

    state = 0;

    if (!__atomic_compare_exchange_n(&thread->state, &state,
                                     NGX_WEBHOOK_THREAD_SLEEPS, 0,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
    {
        return;
    }

    (void) syscall(SYS_futex, &thread->state, FUTEX_WAIT_PRIVATE,
                   NGX_WEBHOOK_THREAD_SLEEPS, NULL, NULL, 0);

    (void) __atomic_fetch_and(&thread->state, ~NGX_WEBHOOK_THREAD_SLEEPS,
                              __ATOMIC_ACQ_REL);
}


static void
ngx_webhook_thread_wake(ngx_webhook_thread_t *thread, uint32_t bit)
{
    uint32_t  state;

    state = __atomic_fetch_or(&thread->state, bit, __ATOMIC_ACQ_REL);

    if (state & NGX_WEBHOOK_THREAD_SLEEPS) {
        (void) syscall(SYS_futex, &thread->state, FUTEX_WAKE_PRIVATE, 1, NULL,
                       NULL, 0);
    }
}


/* On the thread: its next task may come once the event loop has seen it. */

static void
ngx_webhook_thread_finish(ngx_webhook_thread_t *thread)
{
    uint64_t                one;
    ngx_webhook_thread_t   *first;
    ngx_webhook_threads_t  *s;

    s = &ngx_webhook_threads;

    (void) __atomic_fetch_and(&thread->state, ~NGX_WEBHOOK_THREAD_TASK,
                              __ATOMIC_ACQ_REL);

    first = __atomic_load_n(&s->finished, __ATOMIC_RELAXED);

    do {
        thread->finished = first;

    } while (!__atomic_compare_exchange_n(&s->finished, &first, thread, 1,
                                          __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));

    if (__atomic_exchange_n(&s->told, 1, __ATOMIC_SEQ_CST)) {
        return;
    }

    one = 1;

    if (write(s->connection.fd, &one, sizeof(uint64_t)) == -1) {
        ngx_log_error(NGX_LOG_ALERT, thread->guard.log, ngx_errno,
                      "webhook: write() to eventfd failed");
    }
}


/* What finishes from here on is told anew. */

static void
ngx_webhook_threads_collect(ngx_event_t *ev)
{
    ngx_webhook_thread_t  *thread, *next, *done;

    __atomic_store_n(&ngx_webhook_threads.told, 0, __ATOMIC_SEQ_CST);

    next = __atomic_exchange_n(&ngx_webhook_threads.finished, NULL,
                               __ATOMIC_SEQ_CST);
    done = NULL;

    /* the first to finish goes first */

    while (next) {
        thread = next;
        next = thread->finished;

        thread->finished = done;
        done = thread;
    }

    while (done) {
        thread = done;
        done = thread->finished;

        thread->busy = 0;

        if (thread->guard.timer_set) {
            ngx_del_timer(&thread->guard);
        }

        thread->done(thread->data);
    }
}


static void
ngx_webhook_thread_guard(ngx_event_t *ev)
{
    ngx_webhook_thread_t *thread = ev->data;

    if (thread->look) {
        thread->look(thread->began, &thread->alarm);
    }

    ngx_add_timer(ev, NGX_WEBHOOK_THREAD_LOOK);
}
