
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A machine of the shipper: what it asks for is done by the store queue, by its
 * thread, or by a timer; then it is asked what comes next.
 */

#include "http/cluster/ngx_http_webhook_cluster_int.h"


#define NGX_WEBHOOK_MACHINE_AGAIN  100      /* ms, where there is no memory */


static void ngx_webhook_machine_next(ngx_webhook_machine_t *m,
    const char *error);
static ngx_int_t ngx_webhook_machine_store(ngx_webhook_machine_t *m);
static void ngx_webhook_machine_applied(ngx_webhook_job_t *job);
static void ngx_webhook_machine_ask(ngx_webhook_machine_t *m);
static void ngx_webhook_machine_run(void *data);
static ngx_uint_t ngx_webhook_machine_joined(const ngx_webhook_machine_t *m);
static void ngx_webhook_machine_answered(void *data);
static void ngx_webhook_machine_timer(ngx_event_t *ev);


ngx_int_t
ngx_webhook_machine_init(ngx_webhook_machine_t *m, ngx_cycle_t *cycle)
{
    m->thread.name = m->beats ? "webhook lease" : "webhook cluster";
    m->thread.run = ngx_webhook_machine_run;
    m->thread.done = ngx_webhook_machine_answered;
    m->thread.data = m;

    m->timer.handler = ngx_webhook_machine_timer;
    m->timer.data = m;
    m->timer.log = cycle->log;
    m->timer.cancelable = 1;

    return ngx_webhook_thread_create(&m->thread, cycle->log);
}


void
ngx_webhook_machine_go(ngx_webhook_machine_t *m)
{
    ngx_webhook_machine_next(m, NULL);
}


ngx_uint_t
ngx_webhook_machine_stop(ngx_webhook_machine_t *m)
{
    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }

    return !m->thread.busy && m->left == 0;
}


void
ngx_webhook_machine_hurry(ngx_webhook_machine_t *m)
{
    if (m->todo && m->todo->need == WEBHOOK_SHIPPER_WAIT
        && m->timer.timer_set)
    {
        ngx_add_timer(&m->timer, 0);
    }
}


static void
ngx_webhook_machine_next(ngx_webhook_machine_t *m, const char *error)
{
    ngx_webhook_cluster_t  *c;

    c = m->cluster;

    if (c->closing || c->shipper == NULL) {
        return;
    }

    m->todo = m->beats ? webhook_shipper_beat(c->shipper, error)
                       : webhook_shipper_next(c->shipper, error);

    ngx_webhook_cluster_publish(c);

    if (!m->beats && webhook_shipper_ready(c->shipper)) {
        ngx_webhook_machine_hurry(&c->machines[1]);
    }

    switch (m->todo->need) {

    case WEBHOOK_SHIPPER_STORE:

        if (ngx_webhook_machine_store(m) == NGX_OK) {
            return;
        }

        /* the operations are UNAVAILABLE, as they were set before */

        ngx_add_timer(&m->timer, NGX_WEBHOOK_MACHINE_AGAIN);
        return;

    case WEBHOOK_SHIPPER_CLUSTER:
        ngx_webhook_machine_ask(m);
        return;

    default:
        ngx_add_timer(&m->timer, (ngx_msec_t) m->todo->wait + 1);
    }
}


/* A batch, as jobs of the store queue, which keeps their order. */

static ngx_int_t
ngx_webhook_machine_store(ngx_webhook_machine_t *m)
{
    uint32_t                    i, count;
    ngx_webhook_cluster_job_t  *jobs[WEBHOOK_SHIPPER_OPS];

    count = m->todo->count;

    for (i = 0; i < count; i++) {

        m->todo->ops[i]->result = WEBHOOK_STORE_UNAVAILABLE;

        jobs[i] = ngx_calloc(sizeof(ngx_webhook_cluster_job_t),
                             m->cluster->log);
        if (jobs[i] == NULL) {

            while (i) {
                ngx_free(jobs[--i]);
            }

            return NGX_ERROR;
        }

        jobs[i]->op = m->todo->ops[i];
        jobs[i]->job.op = *m->todo->ops[i];
        jobs[i]->job.handler = ngx_webhook_machine_applied;
        jobs[i]->job.data = m;
    }

    m->left = count;

    if (count == 0) {
        return NGX_ERROR;
    }

    for (i = 0; i < count; i++) {
        ngx_webhook_store_queue_post(&jobs[i]->job);
    }

    return NGX_OK;
}


static void
ngx_webhook_machine_applied(ngx_webhook_job_t *job)
{
    ngx_webhook_machine_t      *m;
    ngx_webhook_cluster_job_t  *cj;

    m = job->data;
    cj = (ngx_webhook_cluster_job_t *) job;

    /* the outputs are the machine's now, which frees them */

    *cj->op = job->op;

    ngx_free(cj);

    if (--m->left == 0) {
        ngx_webhook_machine_next(m, NULL);
    }
}


static void
ngx_webhook_machine_ask(ngx_webhook_machine_t *m)
{
    ngx_webhook_cluster_t  *c;

    c = m->cluster;

    if (m->beats) {
        webhook_cluster_use(m->handle, &c->session);
    }

    ngx_webhook_thread_begin(&m->thread);
}


static void
ngx_webhook_machine_run(void *data)
{
    ngx_webhook_machine_t *m = data;

    webhook_cluster_session_t  session;

    webhook_cluster_run(m->handle, m->todo->op);

    if (ngx_webhook_machine_joined(m)) {
        webhook_cluster_session(m->handle, &session);
        ngx_webhook_leave_keep(m->cluster, &session);
    }
}


static ngx_uint_t
ngx_webhook_machine_joined(const ngx_webhook_machine_t *m)
{
    return !m->beats && m->todo->op->type == WEBHOOK_CLUSTER_JOIN
           && m->todo->op->result == WEBHOOK_CLUSTER_OK;
}


static void
ngx_webhook_machine_answered(void *data)
{
    ngx_webhook_machine_t *m = data;

    if (ngx_webhook_machine_joined(m)) {
        webhook_cluster_session(m->handle, &m->cluster->session);
    }

    ngx_webhook_machine_next(m, webhook_cluster_error(m->handle));
}


static void
ngx_webhook_machine_timer(ngx_event_t *ev)
{
    ngx_webhook_machine_t  *m;

    m = ev->data;

    ngx_webhook_machine_next(m, NULL);
}
