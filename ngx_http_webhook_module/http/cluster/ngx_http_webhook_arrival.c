
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who waits until the cluster was told of an event looks whether it was, each time
 * that it was told of something: of all that wait in this worker at once.
 */

#include "http/cluster/ngx_http_webhook_arrival.h"
#include "http/cluster/ngx_http_webhook_cluster_int.h"


#define NGX_WEBHOOK_ARRIVAL_LOOK   10           /* ms between two looks, ... */
#define NGX_WEBHOOK_ARRIVAL_AGAIN  200          /* ... and at the store, though
                                                   nothing seems to have changed */
#define NGX_WEBHOOK_ARRIVAL_MAX    5000         /* ms */
#define NGX_WEBHOOK_ARRIVAL_ASKED  256          /* deliveries at a time */


typedef struct {
    ngx_webhook_job_t              job;
    webhook_ship_have_t            have[NGX_WEBHOOK_ARRIVAL_ASKED];
} ngx_webhook_arrival_job_t;


typedef struct {
    ngx_queue_t                    waiting;
    ngx_event_t                    timer;
    uint64_t                       told;        /* as of the last question */
    ngx_msec_t                     at;          /* of it */
    unsigned                       init:1;
    unsigned                       asks:1;      /* one is under way */
    unsigned                       anew:1;      /* one came since */
} ngx_webhook_arrivals_t;


static void ngx_webhook_arrival_look(ngx_event_t *ev);
static void ngx_webhook_arrival_ask(ngx_webhook_arrivals_t *w);
static uint32_t ngx_webhook_arrival_add(const ngx_webhook_arrival_t *a,
    webhook_ship_have_t *have, uint32_t left);
static void ngx_webhook_arrival_told(ngx_webhook_job_t *job);
static void ngx_webhook_arrival_end(ngx_webhook_arrival_t *a, ngx_uint_t late);


static ngx_webhook_arrivals_t  ngx_webhook_arrivals;


ngx_int_t
ngx_webhook_arrival(ngx_webhook_arrival_t *a)
{
    ngx_webhook_arrivals_t      *w;
    ngx_webhook_cluster_shm_t    shm;
    ngx_webhook_cluster_conf_t  *conf;

    w = &ngx_webhook_arrivals;
    conf = ngx_webhook_cluster_conf();

    if (conf == NULL) {
        return NGX_DECLINED;
    }

    ngx_webhook_cluster_urge();

    if (!a->waits) {
        return NGX_OK;
    }

    ngx_webhook_cluster_see(conf, &shm);

    if (!shm.joined || shm.away) {
        return NGX_DECLINED;
    }

    if (!w->init) {
        w->init = 1;
        ngx_queue_init(&w->waiting);

        w->timer.handler = ngx_webhook_arrival_look;
        w->timer.data = w;
        w->timer.log = ngx_cycle->log;
        w->timer.cancelable = 1;
    }

    a->since = ngx_current_msec;
    a->late = 0;
    a->asked = 0;
    w->anew = 1;

    ngx_queue_insert_tail(&w->waiting, &a->queue);

    if (!w->timer.timer_set) {
        ngx_add_timer(&w->timer, NGX_WEBHOOK_ARRIVAL_LOOK);
    }

    return NGX_AGAIN;
}


void
ngx_webhook_arrival_exit(void)
{
    ngx_webhook_arrivals_t  *w;

    w = &ngx_webhook_arrivals;

    if (!w->init) {
        return;
    }

    if (w->timer.timer_set) {
        ngx_del_timer(&w->timer);
    }

    while (!ngx_queue_empty(&w->waiting)) {
        ngx_webhook_arrival_end(ngx_queue_data(ngx_queue_head(&w->waiting),
                                               ngx_webhook_arrival_t, queue),
                                1);
    }
}


static void
ngx_webhook_arrival_look(ngx_event_t *ev)
{
    ngx_queue_t                 *q, *next;
    ngx_webhook_arrival_t       *a;
    ngx_webhook_arrivals_t      *w;
    ngx_webhook_cluster_shm_t    shm;
    ngx_webhook_cluster_conf_t  *conf;

    w = ev->data;
    conf = ngx_webhook_cluster_conf();

    if (conf) {
        ngx_webhook_cluster_see(conf, &shm);
    }

    for (q = ngx_queue_head(&w->waiting);
         q != ngx_queue_sentinel(&w->waiting);
         q = next)
    {
        next = ngx_queue_next(q);
        a = ngx_queue_data(q, ngx_webhook_arrival_t, queue);

        /* what the store is asked about now is in use */

        if (!a->asked
            && (conf == NULL || !shm.joined || shm.away
                || ngx_current_msec - a->since >= NGX_WEBHOOK_ARRIVAL_MAX))
        {
            ngx_webhook_arrival_end(a, 1);
        }
    }

    if (ngx_queue_empty(&w->waiting)) {
        return;
    }

    if (!w->asks && conf
        && (w->anew || shm.told != w->told
            || ngx_current_msec - w->at >= NGX_WEBHOOK_ARRIVAL_AGAIN))
    {
        w->told = shm.told;
        ngx_webhook_arrival_ask(w);
    }

    ngx_add_timer(&w->timer, NGX_WEBHOOK_ARRIVAL_LOOK);
}


/* About those that have waited for longest; the others come after these. */

static void
ngx_webhook_arrival_ask(ngx_webhook_arrivals_t *w)
{
    uint32_t                    n, count;
    ngx_queue_t                *q;
    ngx_webhook_arrival_t      *a;
    ngx_webhook_arrival_job_t  *job;

    job = ngx_calloc(sizeof(ngx_webhook_arrival_job_t), ngx_cycle->log);
    if (job == NULL) {
        return;
    }

    count = 0;

    for (q = ngx_queue_head(&w->waiting);
         q != ngx_queue_sentinel(&w->waiting);
         q = ngx_queue_next(q))
    {
        a = ngx_queue_data(q, ngx_webhook_arrival_t, queue);

        n = ngx_webhook_arrival_add(a, &job->have[count],
                                    NGX_WEBHOOK_ARRIVAL_ASKED - count);
        if (n == 0) {
            break;
        }

        a->asked = 1;
        count += n;
    }

    w->asks = 1;
    w->anew = 0;
    w->at = ngx_current_msec;

    job->job.op.type = WEBHOOK_OP_SHIP_HAVE;
    job->job.op.u.ship_have.have = job->have;
    job->job.op.u.ship_have.count = count;
    job->job.handler = ngx_webhook_arrival_told;

    ngx_webhook_store_queue_post(&job->job);
}


/* The deliveries of one; 0: there is no room for them.  Of a great many some are
   looked at. */

static uint32_t
ngx_webhook_arrival_add(const ngx_webhook_arrival_t *a,
    webhook_ship_have_t *have, uint32_t left)
{
    uint32_t  i, n;

    for (n = 0, i = 0; i < a->put->count; i++) {

        if (!a->put->deliveries[i].ordered) {
            continue;
        }

        if (n == left) {
            return left == NGX_WEBHOOK_ARRIVAL_ASKED ? n : 0;
        }

        have[n].event = a->put->id;
        have[n++].endpoint = a->put->deliveries[i].endpoint;
    }

    return n;
}


static void
ngx_webhook_arrival_told(ngx_webhook_job_t *job)
{
    uint32_t                    i;
    ngx_queue_t                *q, *next;
    ngx_webhook_arrival_t      *a;
    ngx_webhook_arrivals_t     *w;
    webhook_op_ship_have_t     *h;

    w = &ngx_webhook_arrivals;
    h = &job->op.u.ship_have;

    w->asks = 0;
    i = 0;

    for (q = ngx_queue_head(&w->waiting);
         q != ngx_queue_sentinel(&w->waiting);
         q = next)
    {
        next = ngx_queue_next(q);
        a = ngx_queue_data(q, ngx_webhook_arrival_t, queue);

        if (!a->asked) {

            /* it came since */

            break;
        }

        a->asked = 0;
        a->late = 0;

        for ( /* void */ ;
             i < h->count
             && memcmp(&h->have[i].event, &a->put->id, sizeof(webhook_id_t))
                == 0;
             i++)
        {
            if (!h->have[i].told) {
                a->late = 1;
            }
        }

        if (job->op.result == WEBHOOK_STORE_OK && !a->late) {
            ngx_webhook_arrival_end(a, 0);
        }
    }

    webhook_op_free(&job->op);
    ngx_free(job);
}


static void
ngx_webhook_arrival_end(ngx_webhook_arrival_t *a, ngx_uint_t late)
{
    ngx_queue_remove(&a->queue);

    a->late = late;
    a->handler(a);
}
