
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events that wait for room in a full store ("full=block"): each is put again
 * a few times a second, until it is kept or has waited too long.  There may be
 * so many of them only, and so many bytes, lest memory takes the disk's place.
 */

#include "http/outbound/delivery/ngx_http_webhook_backlog.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_HTTP_WEBHOOK_WAIT_AGAIN  250                /* ms */
#define NGX_HTTP_WEBHOOK_WAIT_MAX    1024               /* events */
#define NGX_HTTP_WEBHOOK_WAIT_BYTES  (32 * 1024 * 1024)
#define NGX_HTTP_WEBHOOK_WAIT_STEP   64                 /* put at a time */


typedef struct {
    ngx_msec_t    limit;                    /* 0: events do not wait */
    ngx_log_t    *log;
    void        (*put)(ngx_http_webhook_event_t *event);
    ngx_queue_t   events;                   /* the oldest first */
    ngx_uint_t    count;                    /* with those being put again */
    size_t        bytes;
    uint64_t      last;                     /* number of the youngest */
    ngx_event_t   again;
    unsigned      over:1;                   /* told that they are too many */
} ngx_http_webhook_wait_t;


static size_t ngx_http_webhook_wait_size(ngx_http_webhook_event_t *event);
static void ngx_http_webhook_wait_again(ngx_event_t *ev);


static ngx_http_webhook_wait_t  ngx_http_webhook_wait;


void
ngx_http_webhook_wait_init(ngx_http_webhook_main_conf_t *wmcf, ngx_log_t *log,
    void (*put)(ngx_http_webhook_event_t *event))
{
    ngx_http_webhook_wait_t  *w;

    w = &ngx_http_webhook_wait;

    ngx_memzero(w, sizeof(ngx_http_webhook_wait_t));

    if (wmcf->full == NGX_HTTP_WEBHOOK_FULL_BLOCK) {
        w->limit = (ngx_msec_t) wmcf->full_wait;
    }

    w->log = log;
    w->put = put;
    ngx_queue_init(&w->events);

    /* Not cancelable: a worker that exits has accepted these events. */

    w->again.handler = ngx_http_webhook_wait_again;
    w->again.data = w;
    w->again.log = log;
}


ngx_uint_t
ngx_http_webhook_wait_behind(ngx_http_webhook_event_t *event)
{
    if (ngx_http_webhook_wait.count == 0 || event->waits) {
        return 0;
    }

    return ngx_http_webhook_wait_put(event);
}


ngx_uint_t
ngx_http_webhook_wait_put(ngx_http_webhook_event_t *event)
{
    size_t                     size;
    ngx_queue_t               *q;
    ngx_http_webhook_wait_t   *w;
    ngx_http_webhook_event_t  *other;

    w = &ngx_http_webhook_wait;

    if (w->limit == 0 || ngx_http_webhook_batch_closing()) {
        return 0;
    }

    if (event->waits) {

        if ((ngx_msec_int_t) (ngx_current_msec - event->since - w->limit) >= 0)
        {
            return 0;
        }

    } else {
        size = ngx_http_webhook_wait_size(event);

        if (w->count >= NGX_HTTP_WEBHOOK_WAIT_MAX
            || w->bytes + size > NGX_HTTP_WEBHOOK_WAIT_BYTES)
        {
            if (!w->over) {
                w->over = 1;

                ngx_log_error(NGX_LOG_ERR, w->log, 0,
                              "too many webhook events wait for room in the "
                              "store (%ui): more are lost", w->count);
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

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_EVENTS_WAITED, 1);
    }

    /* One that was put again stands near the head: it goes back there. */

    for (q = ngx_queue_last(&w->events);
         q != ngx_queue_sentinel(&w->events);
         q = ngx_queue_prev(q))
    {
        other = (ngx_http_webhook_event_t *)
                    ngx_queue_data(q, ngx_http_webhook_job_t, queue);

        if (other->number < event->number) {
            break;
        }
    }

    ngx_queue_insert_after(q, &event->hold.job.queue);

    if (!w->again.timer_set) {
        ngx_add_timer(&w->again, NGX_HTTP_WEBHOOK_WAIT_AGAIN);
    }

    return 1;
}


void
ngx_http_webhook_wait_end(ngx_http_webhook_event_t *event, ngx_uint_t kept)
{
    ngx_http_webhook_wait_t  *w;

    if (!event->waits) {
        return;
    }

    w = &ngx_http_webhook_wait;

    event->waits = 0;

    w->count--;
    w->bytes -= ngx_http_webhook_wait_size(event);
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
ngx_http_webhook_wait_again(ngx_event_t *ev)
{
    ngx_uint_t                 n;
    ngx_queue_t               *q;
    ngx_http_webhook_job_t    *job;
    ngx_http_webhook_wait_t   *w;

    w = ev->data;

    if (ngx_http_webhook_batch_leaving()) {
        /* the last batch tries once more */
        return;
    }

    for (n = 0; n < NGX_HTTP_WEBHOOK_WAIT_STEP; n++) {

        if (ngx_queue_empty(&w->events)) {
            return;
        }

        q = ngx_queue_head(&w->events);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_http_webhook_job_t, queue);

        webhook_op_free(&job->op);

        w->put((ngx_http_webhook_event_t *) job);
    }

    if (!ngx_queue_empty(&w->events)) {
        ngx_add_timer(&w->again, NGX_HTTP_WEBHOOK_WAIT_AGAIN);
    }
}


void
ngx_http_webhook_wait_exit(void)
{
    ngx_queue_t              *q;
    ngx_http_webhook_job_t   *job;
    ngx_http_webhook_wait_t  *w;

    w = &ngx_http_webhook_wait;

    if (w->again.timer_set) {
        ngx_del_timer(&w->again);
    }

    /* The last batch tries once more. */

    while (w->log && !ngx_queue_empty(&w->events)) {
        q = ngx_queue_head(&w->events);
        ngx_queue_remove(q);

        job = ngx_queue_data(q, ngx_http_webhook_job_t, queue);

        webhook_op_free(&job->op);

        w->put((ngx_http_webhook_event_t *) job);
    }
}


static size_t
ngx_http_webhook_wait_size(ngx_http_webhook_event_t *event)
{
    size_t                   size;
    uint32_t                 i;
    webhook_op_put_event_t  *put;

    put = &event->hold.job.op.u.put_event;
    size = sizeof(ngx_http_webhook_event_t);

    for (i = 0; i < put->forms_count; i++) {
        size += put->forms[i].body.len + put->forms[i].headers.len;
    }

    return size;
}
