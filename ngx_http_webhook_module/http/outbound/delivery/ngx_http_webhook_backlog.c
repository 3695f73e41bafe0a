
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events that wait for room in a full store ("full=block"): each is put again
 * a few times a second, until it is kept or has waited too long.  There may be
 * so many of them only, and so many bytes, lest memory takes the disk's place.
 */

#include "http/outbound/delivery/ngx_http_webhook_backlog.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_BACKLOG_AGAIN  250                  /* ms */
#define NGX_WEBHOOK_BACKLOG_MAX    1024                 /* events */
#define NGX_WEBHOOK_BACKLOG_BYTES  (32 * 1024 * 1024)
#define NGX_WEBHOOK_BACKLOG_STEP   64                   /* put at a time */


typedef struct {
    ngx_msec_t    limit;                    /* 0: events do not wait */
    ngx_log_t    *log;
    void        (*put)(ngx_webhook_event_t *event);
    ngx_queue_t   events;                   /* the oldest first */
    ngx_uint_t    count;                    /* with those being put again */
    size_t        bytes;
    uint64_t      last;                     /* number of the youngest */
    ngx_event_t   again;
    unsigned      over:1;                   /* told that they are too many */
} ngx_webhook_backlog_t;


static size_t ngx_webhook_backlog_size(ngx_webhook_event_t *event);
static void ngx_webhook_backlog_again(ngx_event_t *ev);


static ngx_webhook_backlog_t  ngx_webhook_backlog;


void
ngx_webhook_backlog_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log,
    void (*put)(ngx_webhook_event_t *event))
{
    ngx_webhook_backlog_t  *w;

    w = &ngx_webhook_backlog;

    ngx_memzero(w, sizeof(ngx_webhook_backlog_t));

    if (wmcf->full == NGX_WEBHOOK_FULL_BLOCK) {
        w->limit = (ngx_msec_t) wmcf->full_wait;
    }

    w->log = log;
    w->put = put;
    ngx_queue_init(&w->events);

    /* Not cancelable: a worker that exits has accepted these events. */

    w->again.handler = ngx_webhook_backlog_again;
    w->again.data = w;
    w->again.log = log;
}


ngx_uint_t
ngx_webhook_backlog_behind(ngx_webhook_event_t *event)
{
    if (ngx_webhook_backlog.count == 0 || event->waits) {
        return 0;
    }

    return ngx_webhook_backlog_put(event);
}


ngx_uint_t
ngx_webhook_backlog_put(ngx_webhook_event_t *event)
{
    size_t                  size;
    ngx_queue_t            *q;
    ngx_webhook_backlog_t  *w;
    ngx_webhook_event_t    *other;

    w = &ngx_webhook_backlog;

    if (w->limit == 0 || ngx_webhook_store_queue_closing()) {
        return 0;
    }

    if (event->waits) {

        if ((ngx_msec_int_t) (ngx_current_msec - event->since - w->limit) >= 0)
        {
            return 0;
        }

    } else {
        size = ngx_webhook_backlog_size(event);

        if (w->count >= NGX_WEBHOOK_BACKLOG_MAX
            || w->bytes + size > NGX_WEBHOOK_BACKLOG_BYTES)
        {
            if (!w->over) {
                w->over = 1;

                ngx_log_error(NGX_LOG_ERR, w->log, 0,
                              "too many webhook events wait for room in the "
                              "store (%ui): further ones are lost", w->count);
            }

            return 0;
        }

        if (w->count == 0) {
            ngx_log_error(NGX_LOG_WARN, w->log, 0,
                          "webhook store is full: responses wait for room, "
                          "%M ms at most", w->limit);
        }

        event->waits = 1;
        event->since = ngx_current_msec;
        event->number = ++w->last;

        w->count++;
        w->bytes += size;

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_WAITED, 1);
    }

    /* One that was put again stands near the head: it goes back there. */

    for (q = ngx_queue_last(&w->events);
         q != ngx_queue_sentinel(&w->events);
         q = ngx_queue_prev(q))
    {
        other = (ngx_webhook_event_t *)
                    ngx_queue_data(q, ngx_webhook_job_t, queue);

        if (other->number < event->number) {
            break;
        }
    }

    ngx_queue_insert_after(q, &event->shared.job.queue);

    if (!w->again.timer_set) {
        ngx_add_timer(&w->again, NGX_WEBHOOK_BACKLOG_AGAIN);
    }

    return 1;
}


void
ngx_webhook_backlog_end(ngx_webhook_event_t *event, ngx_uint_t kept)
{
    ngx_webhook_backlog_t  *w;

    if (!event->waits) {
        return;
    }

    w = &ngx_webhook_backlog;

    event->waits = 0;

    w->count--;
    w->bytes -= ngx_webhook_backlog_size(event);
    w->over = 0;

    if (kept && w->again.timer_set) {

        /* there is room: the others need not wait for it */

        ngx_del_timer(&w->again);
        ngx_add_timer(&w->again, 1);
    }
}


/*
 * Puts again.  Where there are many, a part of them: the others would find the
 * store as full as these, and each batch of them keeps the store's lock.
 */

static void
ngx_webhook_backlog_again(ngx_event_t *ev)
{
    ngx_uint_t               n;
    ngx_queue_t             *q;
    ngx_webhook_job_t       *job;
    ngx_webhook_backlog_t   *w;

    w = ev->data;

    if (ngx_webhook_store_queue_leaving()) {
        /* the last batch tries once more */
        return;
    }

    for (n = 0; n < NGX_WEBHOOK_BACKLOG_STEP; n++) {

        if (ngx_queue_empty(&w->events)) {
            return;
        }

        q = ngx_queue_head(&w->events);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        webhook_op_free(&job->op);

        w->put((ngx_webhook_event_t *) job);
    }

    if (!ngx_queue_empty(&w->events)) {
        ngx_add_timer(&w->again, NGX_WEBHOOK_BACKLOG_AGAIN);
    }
}


void
ngx_webhook_backlog_exit(void)
{
    ngx_queue_t            *q;
    ngx_webhook_job_t      *job;
    ngx_webhook_backlog_t  *w;

    w = &ngx_webhook_backlog;

    if (w->again.timer_set) {
        ngx_del_timer(&w->again);
    }

    /* The last batch tries once more. */

    while (w->log && !ngx_queue_empty(&w->events)) {
        q = ngx_queue_head(&w->events);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        webhook_op_free(&job->op);

        w->put((ngx_webhook_event_t *) job);
    }
}


static size_t
ngx_webhook_backlog_size(ngx_webhook_event_t *event)
{
    size_t                   size;
    uint32_t                 i;
    webhook_op_put_event_t  *put;

    put = &event->shared.job.op.u.put_event;
    size = sizeof(ngx_webhook_event_t);

    for (i = 0; i < put->renditions_count; i++) {
        size += put->renditions[i].body.len + put->renditions[i].headers.len;
    }

    return size;
}
