
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/delivery/ngx_http_webhook_dispatcher_int.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt.h"
#include "http/outbound/attempt/ngx_http_webhook_first.h"
#include "http/outbound/delivery/ngx_http_webhook_backlog.h"
#include "http/outbound/delivery/ngx_http_webhook_journal.h"
#include "http/outbound/delivery/ngx_http_webhook_quota.h"
#include "http/outbound/delivery/ngx_http_webhook_steps.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_SCAN          250           /* ms, the longest wait */
#define NGX_WEBHOOK_EXPIRE        1000          /* ms between expiries */
#define NGX_WEBHOOK_EXPIRE_MAX    512           /* events a step */
#define NGX_WEBHOOK_CLAIM_MAX     64            /* deliveries a claim */
#define NGX_WEBHOOK_CLAIM_BYTES   262144
#define NGX_WEBHOOK_PUT_TRIES     3             /* of a put that is unknown */
#define NGX_WEBHOOK_PUT_BYTES     (128 * 1024 * 1024)
                                                /* of events that wait for the
                                                   store's answer */


typedef struct {
    ngx_webhook_main_conf_t  *wmcf;
    ngx_log_t                *log;

    uint64_t                 *ids;              /* of endpoints, ascending */
    ngx_uint_t                ids_count;
    uint64_t                  lease;            /* ms, for any of them */
    uint64_t                  lease_conf;       /* of those of nginx.conf */
    ngx_webhook_registered_t *claimed;          /* set that the claim under way
                                                   refers to */

    ngx_msec_t                takeover_at;
    ngx_msec_t                expire_at;
    size_t                    behind;           /* bytes of puts under way */

    unsigned                  active:1;
    unsigned                  claiming:1;
    unsigned                  taking:1;
    unsigned                  expiring:1;
} ngx_webhook_dispatcher_t;


static void ngx_webhook_dispatcher_registered(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n);
static void ngx_webhook_dispatcher_kept(ngx_webhook_job_t *job);
static void ngx_webhook_dispatcher_put_done(ngx_webhook_job_t *job);
static void ngx_webhook_dispatcher_scan(ngx_event_t *ev);
static void ngx_webhook_dispatcher_claim(void);
static void ngx_webhook_dispatcher_claim_done(ngx_webhook_job_t *job);
static void ngx_webhook_dispatcher_takeover_done(ngx_webhook_job_t *job);
static void ngx_webhook_dispatcher_expire_done(ngx_webhook_job_t *job);


static ngx_webhook_dispatcher_t  ngx_webhook_dispatcher;


ngx_uint_t
ngx_webhook_dispatcher_behind(size_t size)
{
    size_t  behind;

    behind = ngx_webhook_dispatcher.behind;

    /* One alone is taken, whatever its size. */

    return behind && behind + size > NGX_WEBHOOK_PUT_BYTES;
}


void
ngx_webhook_dispatcher_put(ngx_webhook_event_t *event)
{
    ngx_uint_t                 i, n;
    webhook_op_put_event_t    *put;
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;
    put = &event->shared.job.op.u.put_event;

    event->shared.job.handler = ngx_webhook_dispatcher_put_done;
    event->shared.job.begun = ngx_webhook_first_early;

    /* one that may be in the store already is not kept beside it */

    event->shared.job.kept = (event->handler && event->data
                              && event->tries == 0)
                             ? ngx_webhook_dispatcher_kept : NULL;

    if (!event->counted) {
        event->counted = 1;
        c->behind += event->size;
    }

    if (ngx_webhook_backlog_behind(event)) {
        return;
    }

    put->lease = c->lease;

    n = ngx_webhook_schedule_reserve(put->count);

    for (i = 0; i < n; i++) {
        put->deliveries[i].lease = 1;
    }

    ngx_webhook_store_queue_post(&event->shared.job);
}


/* It is in the journal: the client has its answer now. */

static void
ngx_webhook_dispatcher_kept(ngx_webhook_job_t *job)
{
    ngx_webhook_event_t   *event;
    ngx_webhook_event_pt   handler;

    event = (ngx_webhook_event_t *) job;

    handler = event->handler;
    event->handler = NULL;

    handler(event, WEBHOOK_STORE_OK);
}


static void
ngx_webhook_dispatcher_put_done(ngx_webhook_job_t *job)
{
    ngx_uint_t                 i;
    webhook_put_t             *d;
    webhook_store_result_e     result;
    webhook_op_put_event_t    *put;
    ngx_webhook_event_t       *event;
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    event = (ngx_webhook_event_t *) job;
    put = &job->op.u.put_event;
    result = job->op.result;

    for (i = 0; i < put->count; i++) {
        d = &put->deliveries[i];

        if (d->lease && d->early == 0) {
            ngx_webhook_schedule_unreserve(1);
        }

        d->lease = 0;
    }

    if (result == WEBHOOK_STORE_UNKNOWN
        && ++event->tries < NGX_WEBHOOK_PUT_TRIES
        && !ngx_webhook_store_queue_closing())
    {
        /* If it was applied after all, the answer will be DUPLICATE. */

        webhook_op_free(&job->op);
        ngx_webhook_dispatcher_put(event);
        return;
    }

    if (result == WEBHOOK_STORE_FULL && !(put->refuse && put->over)
        && ngx_webhook_backlog_put(event))
    {
        return;
    }

    ngx_webhook_backlog_end(event, result <= WEBHOOK_STORE_DUPLICATE);

    if (event->counted) {
        event->counted = 0;
        c->behind -= event->size;
    }

    if (result == WEBHOOK_STORE_OK || result == WEBHOOK_STORE_DUPLICATE) {
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_COMMITTED, 1);

        if (put->over) {
            ngx_webhook_quota_over(c->wmcf, event, c->log);
        }

    } else if (!(put->refuse && put->over)) {
        ngx_webhook_count(NGX_WEBHOOK_EVENTS_FAILED, 1);
    }

    /* First the client's answer, then the endpoints. */

    if (!ngx_webhook_event_arrives(event, result) && event->handler) {
        event->handler(event, result);
    }

    if (result == WEBHOOK_STORE_OK && ngx_webhook_first_leased(job)) {
        ngx_webhook_schedule_wake((ngx_msec_t)
                                  ngx_min(put->wait, NGX_WEBHOOK_SCAN));
    }

    ngx_webhook_job_release(&event->shared);
}


/* ---------------------------------------------------- life of a worker --- */

ngx_int_t
ngx_webhook_dispatcher_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    uint64_t                  lease;
    ngx_uint_t                i;
    ngx_webhook_dispatcher_t *c;
    ngx_webhook_endpoint_t  **eps;

    c = &ngx_webhook_dispatcher;

    ngx_memzero(c, sizeof(ngx_webhook_dispatcher_t));

    c->wmcf = wmcf;
    c->log = cycle->log;

    eps = wmcf->endpoints.elts;

    c->ids = ngx_palloc(cycle->pool,
                        (wmcf->endpoints.nelts + 1) * sizeof(uint64_t));
    if (c->ids == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < wmcf->endpoints.nelts; i++) {
        c->ids[i] = eps[i]->id;

        lease = eps[i]->timeout.total + NGX_WEBHOOK_LEASE_MARGIN;

        if (c->lease < lease) {
            c->lease = lease;
        }
    }

    c->ids_count = wmcf->endpoints.nelts;
    c->lease_conf = c->lease;

    c->active = 1;

    if (wmcf->registry) {
        ngx_webhook_registered_hear(ngx_webhook_dispatcher_registered);
    }

    ngx_webhook_schedule_init(ngx_webhook_dispatcher_scan, cycle->log);
    ngx_webhook_dispatcher_register_init(wmcf, cycle->log);

    if (ngx_webhook_attempt_init(wmcf, cycle, c->lease) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webhook_backlog_init(wmcf, cycle->log, ngx_webhook_dispatcher_put);
    ngx_webhook_quota_init(cycle->log);
    ngx_webhook_steps_init(wmcf, cycle->log);
    ngx_webhook_journal_init(cycle->log, wmcf->journal != 0,
                             ngx_webhook_dispatcher_claim);

    if (ngx_webhook_store_queue_ready()) {
        ngx_webhook_dispatcher_register();
    }

    if (ngx_worker == 0
        && ngx_webhook_dispatcher_register_stats() != NGX_OK)
    {
        return NGX_ERROR;
    }

    c->takeover_at = ngx_current_msec;
    c->expire_at = ngx_current_msec;

    /* The first scan is at once: what a crash left goes out now. */

    ngx_webhook_schedule_wake(1);

    return NGX_OK;
}


/* What is registered has changed: the store is told before anything is put for
   what is new. */

static void
ngx_webhook_dispatcher_registered(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n)
{
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    if (!c->active) {
        return;
    }

    c->lease = ngx_max(c->lease_conf, set->total + NGX_WEBHOOK_LEASE_MARGIN);

    ngx_webhook_attempt_lease(c->lease);

    ngx_webhook_dispatcher_register_objects(set, objects, n);

    /* what waits for them goes out now */

    ngx_webhook_schedule_wake(1);
}


void
ngx_webhook_dispatcher_exit(ngx_cycle_t *cycle)
{
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    if (!c->active) {
        return;
    }

    c->active = 0;

    ngx_webhook_schedule_exit();
    ngx_webhook_dispatcher_register_exit();
    ngx_webhook_steps_exit();
    ngx_webhook_backlog_exit();
    ngx_webhook_attempt_exit();
}


/* --------------------------------------------------------------- scan --- */

static void
ngx_webhook_dispatcher_scan(ngx_event_t *ev)
{
    webhook_op_t               op;
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    if (!c->active) {
        return;
    }

    if (ngx_exiting) {
        ngx_webhook_journal_leave();
        return;
    }

    ngx_webhook_dispatcher_register_check();
    ngx_webhook_steps_look();

    if (!c->taking && (ngx_msec_int_t) (ngx_current_msec - c->takeover_at) >= 0)
    {
        ngx_memzero(&op, sizeof(webhook_op_t));
        op.type = WEBHOOK_OP_TAKEOVER;

        if (ngx_webhook_job_post(&op, ngx_webhook_dispatcher_takeover_done,
                                 c->log)
            == NGX_OK)
        {
            c->taking = 1;
            c->takeover_at = ngx_current_msec + NGX_WEBHOOK_SCAN;
        }
    }

    ngx_webhook_journal_look();
    ngx_webhook_dispatcher_claim();

    if (ngx_worker == 0 && !c->expiring
        && (ngx_msec_int_t) (ngx_current_msec - c->expire_at) >= 0)
    {
        ngx_memzero(&op, sizeof(webhook_op_t));
        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = NGX_WEBHOOK_EXPIRE_MAX;
        op.u.expire.endpoints = c->ids;
        op.u.expire.endpoints_count = (uint32_t) c->ids_count;

        if (ngx_webhook_job_post(&op, ngx_webhook_dispatcher_expire_done,
                                 c->log)
            == NGX_OK)
        {
            c->expiring = 1;
        }
    }

    /*
     * Jitter keeps the workers' scans apart; an earlier due time sets the
     * timer anew when the claim is back.
     */

    ngx_webhook_schedule_wake(NGX_WEBHOOK_SCAN - ngx_random() % 32);
}


static void
ngx_webhook_dispatcher_claim(void)
{
    ngx_uint_t                 room;
    webhook_op_t               op;
    ngx_webhook_dispatcher_t  *c;
    ngx_webhook_registered_t  *set;

    c = &ngx_webhook_dispatcher;

    if (c->claiming) {
        return;
    }

    set = ngx_webhook_registered_hold(c->wmcf);

    if ((set ? set->nids : c->ids_count) == 0) {
        ngx_webhook_registered_release(set);
        return;
    }

    room = ngx_webhook_schedule_reserve(NGX_WEBHOOK_CLAIM_MAX);

    if (room == 0) {
        ngx_webhook_registered_release(set);
        return;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_CLAIM;
    op.u.claim.endpoints = set ? set->ids : c->ids;
    op.u.claim.endpoints_count = (uint32_t) (set ? set->nids : c->ids_count);
    op.u.claim.max = (uint32_t) room;
    op.u.claim.max_bytes = NGX_WEBHOOK_CLAIM_BYTES;
    op.u.claim.lease = c->lease;
    op.u.claim.takes = c->lease - NGX_WEBHOOK_LEASE_MARGIN;

    if (ngx_webhook_job_post(&op, ngx_webhook_dispatcher_claim_done, c->log)
        != NGX_OK)
    {
        ngx_webhook_schedule_unreserve(room);
        ngx_webhook_registered_release(set);
        return;
    }

    c->claimed = set;
    c->claiming = 1;
}


static void
ngx_webhook_dispatcher_claim_done(ngx_webhook_job_t *job)
{
    ngx_uint_t                 i;
    webhook_op_claim_t        *claim;
    ngx_webhook_shared_job_t  *shared;
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    shared = (ngx_webhook_shared_job_t *) job;
    claim = &job->op.u.claim;

    c->claiming = 0;
    ngx_webhook_schedule_unreserve(claim->max);

    ngx_webhook_registered_release(c->claimed);
    c->claimed = NULL;

    if (job->op.result == WEBHOOK_STORE_OK) {

        for (i = 0; i < claim->count; i++) {
            ngx_webhook_attempt_start(&claim->leases[i], shared);
        }

        if (claim->next < NGX_WEBHOOK_SCAN) {

            /* Something is due by now, yet none was to be had: its worker
               will take it.  Do not spin for it. */

            ngx_webhook_schedule_wake(
                                   (claim->count == 0 && claim->next == 0)
                                   ? 10 : (ngx_msec_t) claim->next);
        }
    }

    ngx_webhook_job_release(shared);
}


static void
ngx_webhook_dispatcher_takeover_done(ngx_webhook_job_t *job)
{
    uint32_t                   count;
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    c->taking = 0;
    count = job->op.u.takeover.count;

    if (job->op.u.takeover.forgot) {
        ngx_webhook_dispatcher_register_again();
    }

    if (job->op.result == WEBHOOK_STORE_OK && count) {

        ngx_log_error(NGX_LOG_NOTICE, c->log, 0,
                      "webhook: %uD deliveries of a worker that has ended are "
                      "sent again", count);

        ngx_webhook_count(NGX_WEBHOOK_TAKEN_OVER, count);
    }

    if (job->op.result == WEBHOOK_STORE_OK && count
        && !ngx_webhook_store_queue_closing())
    {
        ngx_webhook_dispatcher_claim();
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


static void
ngx_webhook_dispatcher_expire_done(ngx_webhook_job_t *job)
{
    ngx_webhook_dispatcher_t  *c;

    c = &ngx_webhook_dispatcher;

    c->expiring = 0;

    if (job->op.result == WEBHOOK_STORE_OK && job->op.u.expire.cancelled) {
        ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_CANCELLED,
                          job->op.u.expire.cancelled);
    }

    if (job->op.result == WEBHOOK_STORE_OK && job->op.u.expire.more) {
        c->expire_at = ngx_current_msec;
        ngx_webhook_schedule_wake(5);

    } else {
        c->expire_at = ngx_current_msec + NGX_WEBHOOK_EXPIRE;
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}
