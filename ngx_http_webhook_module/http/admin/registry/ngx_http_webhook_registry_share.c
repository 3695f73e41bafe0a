
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A change on a node of a cluster:
 *
 *   what waits here? --> OBJECT of the cluster --> the store has it from there
 *     --> the record of the audit is kept
 *
 * What was read may be older than what the cluster has: then it is read again
 * once that is here, where the caller named no version.  An object that the
 * cluster does not have, since another one there has its name, is made there when
 * it is changed; it can be removed without the cluster.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/registered/ngx_http_webhook_registered_api.h"

#include <sys/random.h>


static uint64_t ngx_webhook_registry_share_key(
    ngx_webhook_registry_change_t *c);
static void ngx_webhook_registry_share_waits(ngx_webhook_job_t *job);
static void ngx_webhook_registry_share_post(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_share_told(ngx_webhook_link_call_t *call);
static ngx_webhook_registry_result_e ngx_webhook_registry_share_result(
    ngx_webhook_registry_job_t *rj);
static ngx_webhook_registry_result_e ngx_webhook_registry_share_conflict(
    ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_share_await(ngx_webhook_registry_job_t *rj,
    void (*handler)(ngx_webhook_link_wait_t *wait));
static void ngx_webhook_registry_share_newer(ngx_webhook_link_wait_t *wait);
static void ngx_webhook_registry_share_here(ngx_webhook_link_wait_t *wait);
static void ngx_webhook_registry_share_recorded(ngx_webhook_job_t *job);


void
ngx_webhook_registry_finish(ngx_webhook_registry_job_t *rj,
    ngx_webhook_registry_result_e result)
{
    rj->public.result = result;

    ngx_post_event(&rj->event, &ngx_posted_events);
}


void
ngx_webhook_registry_share(ngx_webhook_registry_job_t *rj)
{
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;

    if (c->action != NGX_WEBHOOK_REGISTRY_REMOVE || c->cancel) {
        ngx_webhook_registry_share_post(rj);
        return;
    }

    /* what the cluster was not told of yet */

    ngx_memzero(&rj->job.op, sizeof(webhook_op_t));

    rj->job.op.type = WEBHOOK_OP_STATS;
    rj->job.op.u.stats.endpoint = ngx_webhook_registry_share_key(c);
    rj->job.handler = ngx_webhook_registry_share_waits;

    ngx_webhook_store_queue_post(&rj->job);
}


/* By which the store knows its deliveries. */

static uint64_t
ngx_webhook_registry_share_key(ngx_webhook_registry_change_t *c)
{
    return c->kind == WEBHOOK_OBJECT_ENDPOINT
           ? webhook_id_name(&c->object.id)
           : ngx_webhook_registered_api_key(&c->object.id);
}


static void
ngx_webhook_registry_share_waits(ngx_webhook_job_t *job)
{
    webhook_op_stats_t             *stats;
    ngx_webhook_registry_job_t     *rj;
    ngx_webhook_registry_change_t  *c;

    rj = job->data;
    c = &rj->public;
    stats = &job->op.u.stats;

    if (job->op.result == WEBHOOK_STORE_OK && stats->count) {
        c->pending = stats->endpoints[0].states[WEBHOOK_PENDING];
        c->sending = stats->endpoints[0].states[WEBHOOK_SENDING];
    }

    webhook_op_free(&job->op);

    if (c->pending || c->sending) {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_OWED);
        return;
    }

    ngx_webhook_registry_share_post(rj);
}


static void
ngx_webhook_registry_share_post(ngx_webhook_registry_job_t *rj)
{
    webhook_cluster_object_t       *o;
    ngx_webhook_registry_conf_t    *rc;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;
    rc = c->wmcf->registry;

    ngx_memzero(&rj->call, sizeof(ngx_webhook_link_call_t));

    rj->call.op.type = WEBHOOK_CLUSTER_OBJECT;
    rj->call.lane = NGX_WEBHOOK_LINK_CHANGE;
    rj->call.handler = ngx_webhook_registry_share_told;
    rj->call.data = rj;

    o = &rj->call.op.u.object;

    if (getrandom(o->token.bytes, WEBHOOK_ID_LEN, GRND_NONBLOCK)
        != WEBHOOK_ID_LEN)
    {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
        return;
    }

    o->kind = c->kind;
    o->object = c->object;
    o->object.data.data = rj->data.data;
    o->object.data.len = rj->data.len;
    o->wall = ngx_webhook_clock_wall();

    if (!c->apart) {
        o->once = c->once;
        o->once.answer = *ngx_webhook_str(&c->answer);
    }

    if (c->action == NGX_WEBHOOK_REGISTRY_MAKE) {
        o->expect = WEBHOOK_OBJECT_MAKE;

        o->max_all = (uint32_t) (c->kind == WEBHOOK_OBJECT_ENDPOINT
                                 ? rc->endpoints : rc->receivers);
        o->max_company = c->object.company.len ? (uint32_t) rc->quota : 0;

    } else if (!rj->kept.shared) {

        /* it is this node's alone */

        o->expect = WEBHOOK_OBJECT_MAKE;
        o->past = 1;

    } else {
        o->expect = rj->kept.version;
    }

    if (c->action == NGX_WEBHOOK_REGISTRY_REMOVE) {
        o->remove = 1;
        o->endpoint = c->cancel ? 0 : ngx_webhook_registry_share_key(c);

        ngx_memzero(&o->object.name, sizeof(webhook_str_t));
        ngx_memzero(&o->object.data, sizeof(webhook_str_t));
    }

    ngx_webhook_link_post(&rj->call);
}


static void
ngx_webhook_registry_share_told(ngx_webhook_link_call_t *call)
{
    ngx_webhook_registry_job_t     *rj;
    ngx_webhook_registry_change_t  *c;

    rj = call->data;
    c = &rj->public;

    c->result = ngx_webhook_registry_share_result(rj);

    webhook_cluster_op_free(&call->op);

    if (c->result == NGX_WEBHOOK_REGISTRY_STALE
        && c->expect == WEBHOOK_OBJECT_ANY
        && ++rj->tries < NGX_WEBHOOK_REGISTRY_TRIES)
    {
        /* somebody was faster, on another node maybe */

        ngx_webhook_registry_share_await(rj, ngx_webhook_registry_share_newer);
        return;
    }

    if (c->result != NGX_WEBHOOK_REGISTRY_OK) {

        if (!call->apart
            && (c->result == NGX_WEBHOOK_REGISTRY_AWAY
                || c->result == NGX_WEBHOOK_REGISTRY_UNKNOWN))
        {
            ngx_log_error(NGX_LOG_ERR, c->log, 0,
                          "webhook cluster: a change of the registry %s: %*s",
                          c->result == NGX_WEBHOOK_REGISTRY_AWAY
                          ? "was not made" : "may have been made, or not",
                          call->error_len, call->error);
        }

        ngx_webhook_registry_finish(rj, c->result);
        return;
    }

    ngx_webhook_registry_share_await(rj, ngx_webhook_registry_share_here);
}


static ngx_webhook_registry_result_e
ngx_webhook_registry_share_result(ngx_webhook_registry_job_t *rj)
{
    webhook_cluster_object_t       *o;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;
    o = &rj->call.op.u.object;

    switch (rj->call.op.result) {

    case WEBHOOK_CLUSTER_OK:
        c->version = o->version;
        c->object.version = o->version;
        return NGX_WEBHOOK_REGISTRY_OK;

    case WEBHOOK_CLUSTER_DUPLICATE:

        if (o->once.differs) {
            return NGX_WEBHOOK_REGISTRY_DIFFERS;
        }

        c->answer.len = o->once.first.len;
        c->answer.data = ngx_pnalloc(c->pool, o->once.first.len + 1);

        if (c->answer.data == NULL) {
            return NGX_WEBHOOK_REGISTRY_UNAVAILABLE;
        }

        ngx_memcpy(c->answer.data, o->once.first.data, o->once.first.len);

        return NGX_WEBHOOK_REGISTRY_KNOWN;

    case WEBHOOK_CLUSTER_CONFLICT:
        return ngx_webhook_registry_share_conflict(rj);

    case WEBHOOK_CLUSTER_NOT_FOUND:
        return NGX_WEBHOOK_REGISTRY_NOT_FOUND;

    case WEBHOOK_CLUSTER_UNKNOWN:
        return NGX_WEBHOOK_REGISTRY_UNKNOWN;

    default:
        return NGX_WEBHOOK_REGISTRY_AWAY;
    }
}


static ngx_webhook_registry_result_e
ngx_webhook_registry_share_conflict(ngx_webhook_registry_job_t *rj)
{
    webhook_cluster_object_t       *o;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;
    o = &rj->call.op.u.object;

    if (o->taken) {
        return NGX_WEBHOOK_REGISTRY_TAKEN;
    }

    if (o->owed) {
        c->pending = o->pending;
        return NGX_WEBHOOK_REGISTRY_OWED;
    }

    if (o->bound) {
        return o->bound == 1 ? NGX_WEBHOOK_REGISTRY_LIMIT
                             : NGX_WEBHOOK_REGISTRY_QUOTA;
    }

    if (o->used && c->action == NGX_WEBHOOK_REGISTRY_MAKE) {

        /* an id of 128 random bits is not there twice */

        return NGX_WEBHOOK_REGISTRY_UNAVAILABLE;
    }

    c->version = o->version;
    rj->wait.change = o->change;

    return NGX_WEBHOOK_REGISTRY_STALE;
}


static void
ngx_webhook_registry_share_await(ngx_webhook_registry_job_t *rj,
    void (*handler)(ngx_webhook_link_wait_t *wait))
{
    if (rj->public.result == NGX_WEBHOOK_REGISTRY_OK) {
        rj->wait.change = rj->call.op.u.object.change;
    }

    rj->wait.handler = handler;
    rj->wait.data = rj;

    ngx_webhook_link_await(&rj->wait);
}


static void
ngx_webhook_registry_share_newer(ngx_webhook_link_wait_t *wait)
{
    ngx_webhook_registry_job_t  *rj;

    rj = wait->data;

    if (wait->late) {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_STALE);
        return;
    }

    rj->again(rj);
}


/* The store has it.  A record that cannot be kept is no reason to say that it was
   not done. */

static void
ngx_webhook_registry_share_here(ngx_webhook_link_wait_t *wait)
{
    webhook_op_record_t            *record;
    ngx_webhook_registry_job_t     *rj;
    ngx_webhook_registry_change_t  *c;

    rj = wait->data;
    c = &rj->public;

    if (wait->late) {
        c->result = NGX_WEBHOOK_REGISTRY_LATE;
    }

    ngx_memzero(&rj->job.op, sizeof(webhook_op_t));

    rj->job.op.type = WEBHOOK_OP_RECORD;
    rj->job.handler = ngx_webhook_registry_share_recorded;

    record = &rj->job.op.u.record;

    record->wall = ngx_webhook_clock_wall();
    record->company = c->object.company;
    record->data.data = (u_char *) rj->audit;
    record->data.len = ngx_strlen(rj->audit);
    record->once = c->once;
    record->once.answer = *ngx_webhook_str(&c->answer);

    ngx_webhook_store_queue_post(&rj->job);
}


static void
ngx_webhook_registry_share_recorded(ngx_webhook_job_t *job)
{
    ngx_webhook_registry_job_t  *rj;

    rj = job->data;

    if (job->op.result != WEBHOOK_STORE_OK
        && job->op.result != WEBHOOK_STORE_DUPLICATE)
    {
        ngx_log_error(NGX_LOG_ERR, rj->public.log, 0,
                      "webhook: a change of the registry was made in the "
                      "cluster, and the record of it could not be kept");
    }

    webhook_op_free(&job->op);

    rj->shared(rj);
}
