
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * STATS of the store, and the rows of labels: of all that is configured or
 * registered, whether anything was counted of it or not.
 */

#include "http/outbound/delivery/ngx_http_webhook_watch.h"
#include "http/outbound/schedule/ngx_http_webhook_job.h"
#include "http/runtime/ngx_http_webhook_metrics.h"
#include "http/runtime/notice/ngx_http_webhook_notice.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "http/runtime/registered/ngx_http_webhook_registered.h"


#define NGX_WEBHOOK_WATCH  5000                 /* ms between two looks */

/* how the reason of a pause begins where an endpoint was disabled */
#define NGX_WEBHOOK_WATCH_DISABLED  "disabled: "


/* Of an endpoint at the look before. */

typedef struct {
    uint64_t                  id;
    ngx_uint_t                paused;
} ngx_webhook_watch_pause_t;


typedef struct {
    ngx_webhook_main_conf_t    *wmcf;
    ngx_event_t                 timer;

    ngx_webhook_watch_pause_t  *pauses;         /* by ascending id */
    ngx_uint_t                  npauses;

    unsigned                    away:1;         /* STATS is */
    unsigned                    looked:1;       /* once */
    unsigned                    high:1;         /* the store is */
} ngx_webhook_watch_t;


static ngx_uint_t ngx_webhook_watch_wanted(void);
static void ngx_webhook_watch_look(ngx_event_t *ev);
static void ngx_webhook_watch_done(ngx_webhook_job_t *job);
static void ngx_webhook_watch_store(webhook_op_stats_t *stats);
static void ngx_webhook_watch_high(webhook_op_stats_t *stats);
static void ngx_webhook_watch_pauses(webhook_op_stats_t *stats);
static void ngx_webhook_watch_paused(webhook_endpoint_stats_t *e);
static void ngx_webhook_watch_labels(webhook_op_stats_t *stats);
static void ngx_webhook_watch_configured(webhook_op_stats_t *stats);
static void ngx_webhook_watch_registered(ngx_webhook_registered_t *set,
    webhook_op_stats_t *stats);
static void ngx_webhook_watch_endpoint(ngx_webhook_label_t *who,
    webhook_op_stats_t *stats, ngx_uint_t held);
static webhook_endpoint_stats_t *ngx_webhook_watch_find(
    webhook_op_stats_t *stats, uint64_t id);


static ngx_webhook_watch_t  ngx_webhook_watch;

/* a timer's data has a descriptor, for debugging */
static ngx_connection_t     ngx_webhook_watch_dumb;


void
ngx_webhook_watch_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_watch_t  *w;

    w = &ngx_webhook_watch;

    ngx_memzero(w, sizeof(ngx_webhook_watch_t));

    w->wmcf = wmcf;

    /* who looked before a reload has told of it */

    w->high = ngx_webhook_gauge_value(NGX_WEBHOOK_STORE_IS_HIGH) != 0;

    ngx_webhook_watch_dumb.fd = (ngx_socket_t) -1;

    if (ngx_worker != 0 || !ngx_webhook_watch_wanted()) {
        return;
    }

    w->timer.handler = ngx_webhook_watch_look;
    w->timer.data = &ngx_webhook_watch_dumb;
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

    if (ngx_webhook_watch.pauses) {
        ngx_free(ngx_webhook_watch.pauses);
        ngx_webhook_watch.pauses = NULL;
    }
}


static ngx_uint_t
ngx_webhook_watch_wanted(void)
{
    return ngx_webhook_labels_on()
           || ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_PAUSED)
           || ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_RESUMED)
           || ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_DISABLED)
           || ngx_webhook_notice_wanted(NGX_WEBHOOK_NOTICE_HIGH);
}


static void
ngx_webhook_watch_look(ngx_event_t *ev)
{
    webhook_op_t          op;
    ngx_webhook_watch_t  *w;

    w = &ngx_webhook_watch;

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
    op.u.stats.look = ngx_webhook_labels_on() ? 1 : 0;

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

    if (job->op.result == WEBHOOK_STORE_OK && !ngx_exiting
        && !ngx_webhook_store_queue_closing())
    {

        stats = &job->op.u.stats;

        ngx_webhook_watch_high(stats);
        ngx_webhook_watch_pauses(stats);

        if (ngx_webhook_labels_on()) {
            ngx_webhook_watch_store(stats);
            ngx_webhook_watch_labels(stats);
        }
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
    ngx_webhook_gauge(NGX_WEBHOOK_JOURNALS_LEFT, stats->journals_left);
    ngx_webhook_gauge(NGX_WEBHOOK_JOURNAL_SIZE, stats->journal_bytes);
    ngx_webhook_gauge(NGX_WEBHOOK_JOURNAL_USED, stats->journal_used);
}


/* Told again once it was well below that. */

static void
ngx_webhook_watch_high(webhook_op_stats_t *stats)
{
    u_char                 text[64];
    ngx_webhook_watch_t   *w;
    ngx_webhook_notice_t   notice;

    w = &ngx_webhook_watch;

    if (w->high && stats->used < stats->warn - stats->warn / 20) {
        w->high = 0;
        ngx_webhook_gauge(NGX_WEBHOOK_STORE_IS_HIGH, 0);
    }

    if (w->high || stats->used < stats->warn) {
        return;
    }

    w->high = 1;
    ngx_webhook_gauge(NGX_WEBHOOK_STORE_IS_HIGH, 1);

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = NGX_WEBHOOK_NOTICE_HIGH;
    notice.used = stats->used;
    notice.size = stats->size;
    notice.reason.data = text;
    notice.reason.len = ngx_sprintf(text, "%uL percent of the store is in use",
                                    stats->used * 100 / stats->size)
                        - text;

    ngx_webhook_notice(&notice);
}


/* Whoever paused an endpoint, or resumed it, since the look before. */

static void
ngx_webhook_watch_pauses(webhook_op_stats_t *stats)
{
    ngx_uint_t                  i, n, paused;
    ngx_webhook_watch_t        *w;
    webhook_endpoint_stats_t   *e;
    ngx_webhook_registered_t   *set;
    ngx_webhook_watch_pause_t  *pauses;

    w = &ngx_webhook_watch;

    pauses = ngx_alloc((stats->count + 1) * sizeof(ngx_webhook_watch_pause_t),
                       w->timer.log);
    if (pauses == NULL) {
        return;
    }

    n = 0;
    set = ngx_webhook_registered_hold(w->wmcf);

    for (i = 0; i < stats->count; i++) {
        e = &stats->endpoints[i];

        while (n < w->npauses && w->pauses[n].id < e->id) {
            n++;
        }

        paused = (n < w->npauses && w->pauses[n].id == e->id)
                 ? w->pauses[n].paused : 0;

        /* one that is nobody's was removed, which pauses it */

        if (w->looked && paused != e->paused
            && (ngx_webhook_endpoint_find(w->wmcf, e->id)
                || ngx_webhook_registered_owns(set, e->id, &e->name)))
        {
            ngx_webhook_watch_paused(e);
        }

        pauses[i].id = e->id;
        pauses[i].paused = e->paused;
    }

    ngx_webhook_registered_release(set);

    if (w->pauses) {
        ngx_free(w->pauses);
    }

    w->pauses = pauses;
    w->npauses = stats->count;
    w->looked = 1;
}


static void
ngx_webhook_watch_paused(webhook_endpoint_stats_t *e)
{
    size_t                len;
    ngx_webhook_notice_t  notice;

    ngx_memzero(&notice, sizeof(ngx_webhook_notice_t));

    notice.kind = e->paused ? NGX_WEBHOOK_NOTICE_PAUSED
                            : NGX_WEBHOOK_NOTICE_RESUMED;
    notice.subject = e->id;
    notice.id = *ngx_webhook_nstr(&e->name);
    notice.reason = *ngx_webhook_nstr(&e->reason);

    len = sizeof(NGX_WEBHOOK_WATCH_DISABLED) - 1;

    if (e->paused && e->reason.len >= len
        && ngx_memcmp(e->reason.data, NGX_WEBHOOK_WATCH_DISABLED, len) == 0)
    {
        notice.kind = NGX_WEBHOOK_NOTICE_DISABLED;
        notice.reason.data += len;
        notice.reason.len -= len;
    }

    ngx_webhook_notice(&notice);
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

    if (set == NULL && w->wmcf->registry) {

        /* it is being loaded */

        return;
    }

    orphaned = 0;

    for (i = 0; i < stats->count; i++) {
        e = &stats->endpoints[i];

        if (ngx_webhook_endpoint_find(w->wmcf, e->id) == NULL
            && !ngx_webhook_registered_owns(set, e->id, &e->name))
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
                                                || object[i]->unconfirmed
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

    /* where their deliveries go, if they are made later */

    object = set->apis.elts;

    for (i = 0; i < set->apis.nelts; i++) {
        who.id = object[i]->receiver->api->id;
        who.label = &object[i]->receiver->api->name;
        who.title = &object[i]->name;
        who.company = &object[i]->company;

        ngx_webhook_watch_endpoint(&who, stats, object[i]->reason != NULL);
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
