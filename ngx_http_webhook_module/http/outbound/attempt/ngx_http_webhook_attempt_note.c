
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Attempts that are over are noted on a thread before their slots pass to
 * others: what ends meanwhile goes with the next ones.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"


#define NGX_WEBHOOK_NOTE_MAX    128         /* at once */
#define NGX_WEBHOOK_NOTE_LOOK   1000        /* ms between looks */
#define NGX_WEBHOOK_NOTE_AGAIN  10          /* ms, where the pool is full */


typedef struct {
    ngx_thread_pool_t       *pool;
    ngx_thread_task_t       *task;
    void                   (*noted)(ngx_webhook_attempt_t *attempt);

    ngx_queue_t              waiting;       /* attempts */
    ngx_queue_t              away;          /* those of the thread */
    ngx_uint_t               count;         /* of these */
    webhook_op_t            *ops[NGX_WEBHOOK_NOTE_MAX];
    webhook_store_t         *store;

    ngx_event_t              start;         /* posted: hand over */
    ngx_event_t              guard;         /* keeps an exiting worker until
                                               the task is back */
    unsigned                 busy:1;        /* the thread is away */
} ngx_webhook_attempt_notes_t;


static void ngx_webhook_attempt_note_start(ngx_event_t *ev);
static void ngx_webhook_attempt_note_guard(ngx_event_t *ev);
static void ngx_webhook_attempt_note_thread(void *data, ngx_log_t *log);
static void ngx_webhook_attempt_note_done(ngx_event_t *ev);
static void ngx_webhook_attempt_note_each(ngx_queue_t *attempts);


static ngx_webhook_attempt_notes_t  ngx_webhook_attempt_notes;


ngx_int_t
ngx_webhook_attempt_note_init(ngx_cycle_t *cycle, ngx_thread_pool_t *pool,
    void (*noted)(ngx_webhook_attempt_t *attempt))
{
    ngx_webhook_attempt_notes_t  *s;

    s = &ngx_webhook_attempt_notes;

    ngx_memzero(s, sizeof(ngx_webhook_attempt_notes_t));

    s->task = ngx_thread_task_alloc(cycle->pool, 0);
    if (s->task == NULL) {
        return NGX_ERROR;
    }

    s->task->ctx = s;
    s->task->handler = ngx_webhook_attempt_note_thread;
    s->task->event.handler = ngx_webhook_attempt_note_done;
    s->task->event.data = s;
    s->task->event.log = cycle->log;

    s->pool = pool;
    s->noted = noted;

    ngx_queue_init(&s->waiting);
    ngx_queue_init(&s->away);

    s->start.handler = ngx_webhook_attempt_note_start;
    s->start.data = s;
    s->start.log = cycle->log;

    s->guard.handler = ngx_webhook_attempt_note_guard;
    s->guard.data = s;
    s->guard.log = cycle->log;

    return NGX_OK;
}


void
ngx_webhook_attempt_note_exit(void)
{
    ngx_webhook_attempt_notes_t  *s;

    s = &ngx_webhook_attempt_notes;

    if (s->start.posted) {
        ngx_delete_posted_event(&s->start);
    }

    if (s->guard.timer_set) {
        ngx_del_timer(&s->guard);
    }

    /* The thread pools were drained and destroyed before. */

    ngx_webhook_attempt_note_each(&s->away);
    ngx_webhook_attempt_note_each(&s->waiting);
}


void
ngx_webhook_attempt_note(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_attempt_notes_t  *s;

    s = &ngx_webhook_attempt_notes;

    ngx_queue_insert_tail(&s->waiting, &attempt->queue);

    if (s->busy) {
        return;
    }

    /* What the turn's other events bring goes along. */

    if (!s->start.posted) {
        ngx_post_event(&s->start, &ngx_posted_events);
    }

    if (!s->guard.timer_set) {
        ngx_add_timer(&s->guard, NGX_WEBHOOK_NOTE_LOOK);
    }
}


static void
ngx_webhook_attempt_note_start(ngx_event_t *ev)
{
    ngx_queue_t                  *q;
    ngx_webhook_attempt_t        *attempt;
    ngx_webhook_attempt_notes_t  *s;

    s = ev->data;

    if (s->busy || ngx_queue_empty(&s->waiting)) {
        return;
    }

    s->store = ngx_webhook_store_queue_store();

    if (s->store == NULL) {
        ngx_webhook_attempt_note_each(&s->waiting);
        return;
    }

    s->count = 0;

    while (!ngx_queue_empty(&s->waiting) && s->count < NGX_WEBHOOK_NOTE_MAX) {
        q = ngx_queue_head(&s->waiting);
        ngx_queue_remove(q);
        ngx_queue_insert_tail(&s->away, q);

        attempt = ngx_queue_data(q, ngx_webhook_attempt_t, queue);
        s->ops[s->count++] = &attempt->shared.job.op;
    }

    s->busy = 1;

    if (ngx_thread_task_post(s->pool, s->task) != NGX_OK) {

        /* The pool's queue is full: its own log line says so. */

        s->busy = 0;

        if (!ngx_queue_empty(&s->waiting)) {
            ngx_queue_add(&s->away, &s->waiting);
            ngx_queue_init(&s->waiting);
        }

        ngx_queue_add(&s->waiting, &s->away);
        ngx_queue_init(&s->away);

        ngx_add_timer(&s->guard, NGX_WEBHOOK_NOTE_AGAIN);
        return;
    }

    ngx_add_timer(&s->guard, NGX_WEBHOOK_NOTE_LOOK);
}


static void
ngx_webhook_attempt_note_guard(ngx_event_t *ev)
{
    ngx_webhook_attempt_notes_t  *s;

    s = ev->data;

    if (!s->busy) {
        ngx_webhook_attempt_note_start(&s->start);
        return;
    }

    ngx_add_timer(&s->guard, NGX_WEBHOOK_NOTE_LOOK);
}


static void
ngx_webhook_attempt_note_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_attempt_notes_t *s = data;

    webhook_store_note(s->store, s->ops, (uint32_t) s->count);
}


static void
ngx_webhook_attempt_note_done(ngx_event_t *ev)
{
    ngx_webhook_attempt_notes_t  *s;

    s = ev->data;

    s->busy = 0;

    if (s->guard.timer_set) {
        ngx_del_timer(&s->guard);
    }

    ngx_webhook_attempt_note_each(&s->away);

    if (ngx_queue_empty(&s->waiting)) {
        return;
    }

    if (!s->start.posted) {
        ngx_post_event(&s->start, &ngx_posted_events);
    }

    if (!s->guard.timer_set) {
        ngx_add_timer(&s->guard, NGX_WEBHOOK_NOTE_LOOK);
    }
}


static void
ngx_webhook_attempt_note_each(ngx_queue_t *attempts)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(attempts)) {
        q = ngx_queue_head(attempts);
        ngx_queue_remove(q);

        ngx_webhook_attempt_notes.noted(ngx_queue_data(q,
                                                       ngx_webhook_attempt_t,
                                                       queue));
    }
}
