
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * STATS of the store, and the rows of labels: of all that is configured or
 * registered, whether anything was counted of it or not.
 */

#include "http/outbound/delivery/ngx_http_webhook_watch.h"
#include "http/outbound/attempt/ngx_http_webhook_job.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_WATCH  5000                 /* ms between two looks */


typedef struct {
    ngx_webhook_main_conf_t  *wmcf;
    ngx_event_t               timer;
    unsigned                  away:1;           /* STATS is */
} ngx_webhook_watch_t;


static void ngx_webhook_watch_look(ngx_event_t *ev);
static void ngx_webhook_watch_done(ngx_webhook_job_t *job);
static void ngx_webhook_watch_store(webhook_op_stats_t *stats);
static void ngx_webhook_watch_labels(webhook_op_stats_t *stats);
static void ngx_webhook_watch_configured(webhook_op_stats_t *stats);
static void ngx_webhook_watch_registered(ngx_webhook_registered_t *set,
    webhook_op_stats_t *stats);
static void ngx_webhook_watch_endpoint(ngx_webhook_label_t *who,
    webhook_op_stats_t *stats, ngx_uint_t held);
static webhook_endpoint_stats_t *ngx_webhook_watch_find(
    webhook_op_stats_t *stats, uint64_t id);


static ngx_webhook_watch_t  ngx_webhook_watch;


void
ngx_webhook_watch_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_watch_t  *w;

    w = &ngx_webhook_watch;

    ngx_memzero(w, sizeof(ngx_webhook_watch_t));

    w->wmcf = wmcf;

    if (ngx_worker != 0 || !ngx_webhook_labels_on()) {
        return;
    }

    w->timer.handler = ngx_webhook_watch_look;
    w->timer.data = w;
    w->timer.log = cycle->log;
    w->timer.cancelable = 1;

    ngx_add_timer(&w->timer, 1);
}


void
ngx_webhook_watch_exit(void)
{
    if (ngx_webhook_watch.timer.timer_set) {
        ngx_del_timer(&ngx_webhook_watch.timer);
    }
}


static void
ngx_webhook_watch_look(ngx_event_t *ev)
{
    webhook_op_t          op;
    ngx_webhook_watch_t  *w;

    w = ev->data;

    if (ngx_exiting) {

        /* another worker looks, with another configuration */

        return;
    }

    ngx_add_timer(&w->timer, NGX_WEBHOOK_WATCH);

    if (w->away) {
        return;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));
    op.type = WEBHOOK_OP_STATS;

    if (ngx_webhook_job_post(&op, ngx_webhook_watch_done, w->timer.log)
        == NGX_OK)
    {
        w->away = 1;
    }
}


static void
ngx_webhook_watch_done(ngx_webhook_job_t *job)
{
    webhook_op_stats_t   *stats;
    ngx_webhook_watch_t  *w;

    w = &ngx_webhook_watch;

    w->away = 0;

    if (job->op.result == WEBHOOK_STORE_OK && !ngx_exiting) {

        stats = &job->op.u.stats;

        ngx_webhook_watch_store(stats);
        ngx_webhook_watch_labels(stats);
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


static void
ngx_webhook_watch_store(webhook_op_stats_t *stats)
{
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_USED, stats->used);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_SIZE, stats->size);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_HIGH, stats->mark);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_IS_FULL, stats->full);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_EVENTS, stats->events);
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_CALLS, stats->calls);
    ngx_webhook_gauge(NGX_WEBHOOK_WORKERS, stats->owners);
}


static void
ngx_webhook_watch_labels(webhook_op_stats_t *stats)
{
    uint64_t                   orphaned;
    ngx_uint_t                 i;
    webhook_endpoint_stats_t  *e;
    ngx_webhook_watch_t       *w;
    ngx_webhook_registered_t  *set;

    w = &ngx_webhook_watch;

    set = ngx_webhook_registered_hold(w->wmcf);

    orphaned = 0;

    for (i = 0; i < stats->count; i++) {
        e = &stats->endpoints[i];

        if (ngx_webhook_endpoint_find(w->wmcf, e->id) == NULL
            && ngx_webhook_registered_endpoint(set, e->id) == NULL)
        {
            orphaned += e->states[WEBHOOK_PENDING];
        }
    }

    ngx_webhook_gauge(NGX_WEBHOOK_ORPHANED, orphaned);

    ngx_webhook_labels_round();

    ngx_webhook_watch_configured(stats);

    if (set) {
        ngx_webhook_watch_registered(set, stats);
        ngx_webhook_registered_release(set);
    }

    ngx_webhook_labels_round_done();
}


static void
ngx_webhook_watch_configured(webhook_op_stats_t *stats)
{
    ngx_uint_t                i;
    ngx_webhook_label_t       who;
    ngx_webhook_watch_t      *w;
    ngx_webhook_endpoint_t  **ep;
    ngx_webhook_receiver_t  **rcv;

    w = &ngx_webhook_watch;

    ngx_memzero(&who, sizeof(ngx_webhook_label_t));

    ep = w->wmcf->endpoints.elts;

    for (i = 0; i < w->wmcf->endpoints.nelts; i++) {
        who.id = ep[i]->id;
        who.label = &ep[i]->name;

        ngx_webhook_watch_endpoint(&who, stats, 0);
    }

    rcv = w->wmcf->receivers.elts;

    for (i = 0; i < w->wmcf->receivers.nelts; i++) {
        who.id = rcv[i]->id;
        who.label = &rcv[i]->name;

        ngx_webhook_labels_name(NGX_WEBHOOK_LABEL_RECEIVER, &who, NULL);
    }
}


static void
ngx_webhook_watch_registered(ngx_webhook_registered_t *set,
    webhook_op_stats_t *stats)
{
    ngx_uint_t              i;
    ngx_webhook_label_t     who;
    ngx_webhook_object_t  **object;

    object = set->endpoints.elts;

    for (i = 0; i < set->endpoints.nelts; i++) {
        who.id = object[i]->key;
        who.label = &object[i]->id;
        who.title = &object[i]->name;
        who.company = &object[i]->company;

        ngx_webhook_watch_endpoint(&who, stats, object[i]->reason != NULL
                                                || object[i]->endpoint
                                                   == NULL);
    }

    object = set->receivers.elts;

    for (i = 0; i < set->receivers.nelts; i++) {
        who.id = object[i]->key;
        who.label = &object[i]->id;
        who.title = &object[i]->name;
        who.company = &object[i]->company;

        ngx_webhook_labels_name(NGX_WEBHOOK_LABEL_RECEIVER, &who, NULL);
    }
}


/* The store may not know it yet. */

static void
ngx_webhook_watch_endpoint(ngx_webhook_label_t *who,
    webhook_op_stats_t *stats, ngx_uint_t held)
{
    webhook_endpoint_stats_t   *e;
    ngx_webhook_label_state_t   state;

    ngx_memzero(&state, sizeof(ngx_webhook_label_state_t));

    state.held = (held != 0);

    e = ngx_webhook_watch_find(stats, who->id);

    if (e) {
        state.waiting = e->states[WEBHOOK_PENDING];
        state.sending = e->states[WEBHOOK_SENDING];
        state.dead = e->states[WEBHOOK_DEAD];
        state.due = e->due;
        state.hold = e->held;
        state.paused = e->paused;
        state.open = e->open;
    }

    ngx_webhook_labels_name(NGX_WEBHOOK_LABEL_ENDPOINT, who, &state);
}


/* They come by ascending id. */

static webhook_endpoint_stats_t *
ngx_webhook_watch_find(webhook_op_stats_t *stats, uint64_t id)
{
    uint32_t  first, last, mid;

    first = 0;
    last = stats->count;

    while (first < last) {
        mid = first + (last - first) / 2;

        if (stats->endpoints[mid].id < id) {
            first = mid + 1;

        } else {
            last = mid;
        }
    }

    if (first < stats->count && stats->endpoints[first].id == id) {
        return &stats->endpoints[first];
    }

    return NULL;
}
