
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Attempts that are over are noted on a thread before their slots pass to
 * others: what ends meanwhile goes with the next ones.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/runtime/threads/ngx_http_webhook_gather.h"


#define NGX_WEBHOOK_NOTE_MAX    128         /* at once */


typedef struct {
    ngx_webhook_gather_t     gather;        /* attempts */
    void                   (*noted)(ngx_webhook_attempt_t *attempt);
    webhook_op_t            *ops[NGX_WEBHOOK_NOTE_MAX];
    webhook_store_t         *store;
} ngx_webhook_attempt_notes_t;


static void ngx_webhook_attempt_note_take(ngx_queue_t *q, ngx_uint_t n);
static void ngx_webhook_attempt_note_run(void *data);
static void ngx_webhook_attempt_note_done(void *data);
static void ngx_webhook_attempt_note_over(ngx_queue_t *q);


static ngx_webhook_attempt_notes_t  ngx_webhook_attempt_notes;


ngx_int_t
ngx_webhook_attempt_note_init(ngx_cycle_t *cycle,
    void (*noted)(ngx_webhook_attempt_t *attempt))
{
    ngx_webhook_attempt_notes_t  *s;

    s = &ngx_webhook_attempt_notes;

    ngx_memzero(s, sizeof(ngx_webhook_attempt_notes_t));

    s->noted = noted;

    s->gather.thread.name = "webhook notes";
    s->gather.thread.run = ngx_webhook_attempt_note_run;
    s->gather.thread.done = ngx_webhook_attempt_note_done;
    s->gather.thread.look = ngx_webhook_store_queue_watch;
    s->gather.thread.data = s;
    s->gather.max = NGX_WEBHOOK_NOTE_MAX;
    s->gather.take = ngx_webhook_attempt_note_take;

    return ngx_webhook_gather_create(&s->gather, cycle->log);
}


void
ngx_webhook_attempt_note_exit(void)
{
    ngx_webhook_gather_exit(&ngx_webhook_attempt_notes.gather,
                            ngx_webhook_attempt_note_over);
}


void
ngx_webhook_attempt_note(ngx_webhook_attempt_t *attempt)
{
    ngx_webhook_gather_put(&ngx_webhook_attempt_notes.gather,
                           &attempt->queue);
}


static void
ngx_webhook_attempt_note_take(ngx_queue_t *q, ngx_uint_t n)
{
    ngx_webhook_attempt_t        *attempt;
    ngx_webhook_attempt_notes_t  *s;

    s = &ngx_webhook_attempt_notes;

    attempt = ngx_queue_data(q, ngx_webhook_attempt_t, queue);

    s->ops[n] = &attempt->shared.job.op;
    s->store = ngx_webhook_store_queue_store();
}


static void
ngx_webhook_attempt_note_run(void *data)
{
    ngx_webhook_attempt_notes_t *s = data;

    if (s->store) {
        webhook_store_note(s->store, s->ops, (uint32_t) s->gather.count);
    }
}


static void
ngx_webhook_attempt_note_done(void *data)
{
    ngx_queue_t                  *q;
    ngx_webhook_attempt_notes_t  *s;

    s = data;

    while (!ngx_queue_empty(&s->gather.away)) {
        q = ngx_queue_head(&s->gather.away);
        ngx_queue_remove(q);

        ngx_webhook_attempt_note_over(q);
    }

    ngx_webhook_gather_over(&s->gather);
}


static void
ngx_webhook_attempt_note_over(ngx_queue_t *q)
{
    ngx_webhook_attempt_notes.noted(ngx_queue_data(q, ngx_webhook_attempt_t,
                                                   queue));
}
