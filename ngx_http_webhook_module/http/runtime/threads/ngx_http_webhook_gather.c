
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/runtime/threads/ngx_http_webhook_gather.h"


static void ngx_webhook_gather_post(ngx_webhook_gather_t *gather);
static void ngx_webhook_gather_start(ngx_event_t *ev);
static void ngx_webhook_gather_each(ngx_queue_t *queue,
    void (*handler)(ngx_queue_t *q));


ngx_int_t
ngx_webhook_gather_create(ngx_webhook_gather_t *gather, ngx_log_t *log)
{
    ngx_queue_init(&gather->waiting);
    ngx_queue_init(&gather->away);

    ngx_memzero(&gather->start, sizeof(ngx_event_t));

    gather->start.handler = ngx_webhook_gather_start;
    gather->start.data = gather;
    gather->start.log = log;

    gather->busy = 0;

    return ngx_webhook_thread_create(&gather->thread, log);
}


void
ngx_webhook_gather_put(ngx_webhook_gather_t *gather, ngx_queue_t *q)
{
    ngx_queue_insert_tail(&gather->waiting, q);

    ngx_webhook_gather_post(gather);
}


void
ngx_webhook_gather_first(ngx_webhook_gather_t *gather, ngx_queue_t *q)
{
    ngx_queue_insert_head(&gather->waiting, q);

    ngx_webhook_gather_post(gather);
}


void
ngx_webhook_gather_over(ngx_webhook_gather_t *gather)
{
    gather->busy = 0;

    if (!ngx_queue_empty(&gather->waiting)) {
        ngx_webhook_gather_post(gather);
    }
}


static void
ngx_webhook_gather_post(ngx_webhook_gather_t *gather)
{
    if (!gather->busy && !gather->start.posted) {
        ngx_post_event(&gather->start, &ngx_posted_events);
    }
}


static void
ngx_webhook_gather_start(ngx_event_t *ev)
{
    ngx_webhook_gather_t *gather = ev->data;

    ngx_queue_t  *q;

    if (gather->busy || ngx_queue_empty(&gather->waiting)) {
        return;
    }

    gather->busy = 1;
    gather->count = 0;

    while (!ngx_queue_empty(&gather->waiting) && gather->count < gather->max) {
        q = ngx_queue_head(&gather->waiting);

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&gather->away, q);

        gather->take(q, gather->count++);
    }

    ngx_webhook_thread_begin(&gather->thread);
}


void
ngx_webhook_gather_exit(ngx_webhook_gather_t *gather,
    void (*handler)(ngx_queue_t *q))
{
    if (gather->start.posted) {
        ngx_delete_posted_event(&gather->start);
    }

    gather->busy = 1;

    ngx_webhook_gather_each(&gather->away, handler);
    ngx_webhook_gather_each(&gather->waiting, handler);
}


static void
ngx_webhook_gather_each(ngx_queue_t *queue, void (*handler)(ngx_queue_t *q))
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(queue)) {
        q = ngx_queue_head(queue);

        ngx_queue_remove(q);
        handler(q);
    }
}
