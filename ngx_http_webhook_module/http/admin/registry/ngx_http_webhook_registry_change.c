
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A change, from who asks for it to where it is in force:
 *
 *   read what is kept --> judge --> seal --> OBJECT --> this worker has it
 *
 * On a node of a cluster the OBJECT is the cluster's, and the store has it from
 * there: registry_share.c.
 *
 * What is read may be changed by somebody else before it is written: the store
 * compares versions, and where the caller named none it is read again.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"


static void ngx_webhook_registry_read_old(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_old(ngx_webhook_job_t *job);
static ngx_int_t ngx_webhook_registry_copied(ngx_pool_t *pool,
    webhook_str_t *text);
static void ngx_webhook_registry_go(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_write(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_written(ngx_webhook_job_t *job);
static ngx_webhook_registry_result_e ngx_webhook_registry_result(
    ngx_webhook_registry_job_t *rj, webhook_op_object_t *op,
    webhook_store_result_e result);
static void ngx_webhook_registry_again(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_kept(ngx_webhook_registry_job_t *rj);
static void ngx_webhook_registry_known(ngx_webhook_registered_waiter_t *w);
static void ngx_webhook_registry_over(ngx_event_t *ev);
static void ngx_webhook_registry_drop(ngx_webhook_registry_job_t *rj);


ngx_webhook_registry_change_t *
ngx_webhook_registry_change_create(ngx_webhook_main_conf_t *wmcf,
    ngx_log_t *log)
{
    ngx_pool_t                  *pool;
    ngx_webhook_registry_job_t  *rj;

    /* it outlives the request, and so does its log */

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    rj = ngx_calloc(sizeof(ngx_webhook_registry_job_t), log);

    if (rj == NULL
        || ngx_array_init(&rj->public.problems, pool, 4,
                          sizeof(ngx_webhook_registry_problem_t))
           != NGX_OK)
    {
        if (rj) {
            ngx_free(rj);
        }

        ngx_destroy_pool(pool);
        return NULL;
    }

    rj->public.pool = pool;
    rj->public.log = ngx_cycle->log;
    rj->public.wmcf = wmcf;

    webhook_buf_init(&rj->data, WEBHOOK_OBJECT_DATA_MAX);

    rj->job.data = rj;

    rj->event.handler = ngx_webhook_registry_over;
    rj->event.data = rj;
    rj->event.log = ngx_cycle->log;

    rj->waiter.handler = ngx_webhook_registry_known;
    rj->waiter.data = rj;

    rj->again = ngx_webhook_registry_again;
    rj->shared = ngx_webhook_registry_kept;

    return &rj->public;
}


void
ngx_webhook_registry_change_destroy(ngx_webhook_registry_change_t *c)
{
    ngx_webhook_registry_job_t  *rj;

    rj = (ngx_webhook_registry_job_t *) c;

    ngx_webhook_registry_drop(rj);

    json_decref(c->body);

    webhook_buf_free(&rj->data);
    ngx_destroy_pool(c->pool);
    ngx_free(rj);
}


/* What was judged, before it is judged anew or all goes. */

static void
ngx_webhook_registry_drop(ngx_webhook_registry_job_t *rj)
{
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;

    json_decref(rj->old);
    json_decref(c->definition);
    json_decref(c->made);

    rj->old = NULL;
    c->definition = NULL;
    c->made = NULL;

    if (c->compiled) {
        ngx_webhook_held_release(c->compiled->held);
        c->compiled = NULL;
    }

    c->problems.nelts = 0;

    if (rj->audit) {
        free(rj->audit);
        rj->audit = NULL;
    }

    rj->data.len = 0;
}


void
ngx_webhook_registry_change_post(ngx_webhook_registry_change_t *c)
{
    webhook_str_t                id;
    ngx_webhook_registry_job_t  *rj;

    rj = (ngx_webhook_registry_job_t *) c;

    c->object.kind = c->kind;
    c->object.by = *ngx_webhook_str(&c->by);

    /* what the caller gave is the caller's, who may go */

    if (ngx_webhook_registry_copied(c->pool, &c->whose.name) != NGX_OK
        || ngx_webhook_registry_copied(c->pool, &c->object.by) != NGX_OK)
    {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
        return;
    }

    c->by = *ngx_webhook_nstr(&c->object.by);

    if (c->action != NGX_WEBHOOK_REGISTRY_MAKE
        && c->action != NGX_WEBHOOK_REGISTRY_TRY)
    {
        c->object.id = *ngx_webhook_str(&c->id);

        if (ngx_webhook_registry_copied(c->pool, &c->object.id) != NGX_OK) {
            ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
            return;
        }

        c->id = *ngx_webhook_nstr(&c->object.id);

        ngx_webhook_registry_read_old(rj);
        return;
    }

    if (webhook_definition_id((webhook_definition_kind_e) c->kind, rj->id)
        != WEBHOOK_OK)
    {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
        return;
    }

    id.data = (u_char *) rj->id;
    id.len = ngx_strlen(rj->id);

    c->object.id = id;
    c->id = *ngx_webhook_nstr(&id);

    ngx_webhook_registry_go(rj);
}


static ngx_int_t
ngx_webhook_registry_copied(ngx_pool_t *pool, webhook_str_t *text)
{
    u_char  *p;

    p = ngx_pnalloc(pool, text->len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (text->len) {
        ngx_memcpy(p, text->data, text->len);
    }

    p[text->len] = '\0';
    text->data = p;

    return NGX_OK;
}


/* ---------------------------------------------------------------- read --- */

static void
ngx_webhook_registry_read_old(ngx_webhook_registry_job_t *rj)
{
    webhook_op_objects_t           *op;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;

    ngx_memzero(&rj->job.op, sizeof(webhook_op_t));

    rj->job.op.type = WEBHOOK_OP_OBJECTS;
    rj->job.handler = ngx_webhook_registry_old;

    op = &rj->job.op.u.objects;

    op->kind = c->kind;
    op->id = c->object.id;
    op->company = c->whose;
    op->max = 1;

    ngx_webhook_store_queue_post(&rj->job);
}


static void
ngx_webhook_registry_old(ngx_webhook_job_t *job)
{
    webhook_object_t               *kept;
    ngx_webhook_why_t               held;
    webhook_op_objects_t           *op;
    ngx_webhook_registry_job_t     *rj;
    ngx_webhook_registry_change_t  *c;
    ngx_webhook_registry_result_e   result;

    rj = job->data;
    c = &rj->public;
    op = &job->op.u.objects;

    result = NGX_WEBHOOK_REGISTRY_UNAVAILABLE;

    if (job->op.result == WEBHOOK_STORE_NOT_FOUND
        || (job->op.result == WEBHOOK_STORE_OK && op->count == 0))
    {
        result = NGX_WEBHOOK_REGISTRY_NOT_FOUND;
        goto failed;
    }

    if (job->op.result != WEBHOOK_STORE_OK) {
        goto failed;
    }

    kept = &op->objects[0];

    c->object.company = kept->company;
    c->object.name = kept->name;

    if (ngx_webhook_registry_copied(c->pool, &c->object.company) != NGX_OK
        || ngx_webhook_registry_copied(c->pool, &c->object.name) != NGX_OK)
    {
        goto failed;
    }

    rj->kept.version = kept->version;
    rj->kept.change = kept->change;
    rj->kept.shared = kept->shared;

    c->version = kept->version;
    c->object.version = kept->version;
    c->object.change = kept->change;
    c->object.created = kept->created;
    c->object.updated = kept->updated;

    if (c->expect != WEBHOOK_OBJECT_ANY && c->expect != kept->version) {
        result = NGX_WEBHOOK_REGISTRY_STALE;
        goto failed;
    }

    rj->old = ngx_webhook_registry_open(c->wmcf, kept, &held);

    if (held.text && c->action != NGX_WEBHOOK_REGISTRY_REMOVE) {
        result = NGX_WEBHOOK_REGISTRY_LOCKED;
        goto failed;
    }

    webhook_op_free(&job->op);

    ngx_webhook_registry_go(rj);

    return;

failed:

    webhook_op_free(&job->op);

    ngx_webhook_registry_finish(rj, result);
}


/* --------------------------------------------------------------- write --- */

static void
ngx_webhook_registry_go(ngx_webhook_registry_job_t *rj)
{
    int                             rc;
    uint64_t                        now;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;
    now = ngx_webhook_clock_wall();

    if (c->action == NGX_WEBHOOK_REGISTRY_REMOVE) {
        c->definition = json_incref(rj->old);

    } else {
        if (c->action == NGX_WEBHOOK_REGISTRY_MAKE
            || c->action == NGX_WEBHOOK_REGISTRY_TRY)
        {
            c->object.created = now;
            c->object.version = 0;
        }

        c->object.version++;
        c->object.updated = now;

        ngx_webhook_registry_judge(c, rj->old);

        if (c->result != NGX_WEBHOOK_REGISTRY_OK
            || c->action == NGX_WEBHOOK_REGISTRY_TRY)
        {
            ngx_webhook_registry_finish(rj, c->result);
            return;
        }

        rc = webhook_definition_seal((webhook_definition_kind_e) c->kind,
                                     &c->object.id, c->definition,
                                     c->wmcf->registry->keys, &rj->data);

        if (rc == WEBHOOK_LIMIT) {
            ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_LARGE);
            return;
        }

        if (rc != WEBHOOK_OK) {
            ngx_webhook_registry_finish(rj, rc == WEBHOOK_DEFINITION_LOCKED
                                            ? NGX_WEBHOOK_REGISTRY_LOCKED
                                            : NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
            return;
        }
    }

    rj->audit = ngx_webhook_registry_audit(c, rj->old);

    if (rj->audit == NULL
        || (c->make_answer && c->make_answer(c) != NGX_OK))
    {
        ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_UNAVAILABLE);
        return;
    }

    if (c->wmcf->cluster
        && (c->action != NGX_WEBHOOK_REGISTRY_REMOVE || rj->kept.shared))
    {
        ngx_webhook_registry_share(rj);
        return;
    }

    ngx_webhook_registry_write(rj);
}


static void
ngx_webhook_registry_write(ngx_webhook_registry_job_t *rj)
{
    webhook_op_object_t            *op;
    ngx_webhook_registry_conf_t    *rc;
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;
    rc = c->wmcf->registry;

    ngx_memzero(&rj->job.op, sizeof(webhook_op_t));

    rj->job.op.type = WEBHOOK_OP_OBJECT;
    rj->job.handler = ngx_webhook_registry_written;

    op = &rj->job.op.u.object;

    op->object = c->object;
    op->object.data.data = rj->data.data;
    op->object.data.len = rj->data.len;
    op->wall = ngx_webhook_clock_wall();
    op->audit.data = (u_char *) rj->audit;
    op->audit.len = ngx_strlen(rj->audit);
    op->once = c->once;
    op->once.answer = *ngx_webhook_str(&c->answer);

    if (c->action == NGX_WEBHOOK_REGISTRY_MAKE) {
        op->expect = WEBHOOK_OBJECT_MAKE;

        op->max_all = (uint32_t) (c->kind == WEBHOOK_OBJECT_ENDPOINT
                                  ? rc->endpoints : rc->receivers);
        op->max_company = c->object.company.len ? (uint32_t) rc->quota : 0;

    } else {
        op->expect = rj->kept.version;

        if (c->action == NGX_WEBHOOK_REGISTRY_REMOVE) {
            op->remove = 1;
            op->cancel = c->cancel;
            ngx_memzero(&op->object.name, sizeof(webhook_str_t));
            ngx_memzero(&op->object.data, sizeof(webhook_str_t));
        }
    }

    ngx_webhook_store_queue_post(&rj->job);
}


static void
ngx_webhook_registry_written(ngx_webhook_job_t *job)
{
    webhook_op_object_t            *op;
    ngx_webhook_registry_job_t     *rj;
    ngx_webhook_registry_change_t  *c;

    rj = job->data;
    c = &rj->public;
    op = &job->op.u.object;

    if (job->op.result == WEBHOOK_STORE_STALE && !op->owed
        && c->expect == WEBHOOK_OBJECT_ANY
        && ++rj->tries < NGX_WEBHOOK_REGISTRY_TRIES)
    {
        /* somebody was faster, and the caller did not say which version */

        webhook_op_free(&job->op);
        ngx_webhook_registry_again(rj);
        return;
    }

    c->result = ngx_webhook_registry_result(rj, op, job->op.result);

    webhook_op_free(&job->op);

    ngx_webhook_registry_kept(rj);
}


static void
ngx_webhook_registry_again(ngx_webhook_registry_job_t *rj)
{
    ngx_webhook_registry_drop(rj);
    ngx_webhook_registry_read_old(rj);
}


/* It is kept, or is not. */

static void
ngx_webhook_registry_kept(ngx_webhook_registry_job_t *rj)
{
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;

    if (c->result != NGX_WEBHOOK_REGISTRY_OK) {
        ngx_webhook_registry_finish(rj, c->result);
        return;
    }

    /* all workers are told by now; this one has it before the answer */

    if (ngx_webhook_registered_await(c->wmcf, &rj->waiter) == NGX_AGAIN) {
        return;
    }

    ngx_webhook_registry_finish(rj, c->result);
}


static void
ngx_webhook_registry_known(ngx_webhook_registered_waiter_t *w)
{
    ngx_webhook_registry_job_t  *rj;

    rj = w->data;

    /* it is kept, whatever this worker could read */

    ngx_webhook_registry_finish(rj, NGX_WEBHOOK_REGISTRY_OK);
}


static ngx_webhook_registry_result_e
ngx_webhook_registry_result(ngx_webhook_registry_job_t *rj,
    webhook_op_object_t *op, webhook_store_result_e result)
{
    ngx_webhook_registry_change_t  *c;

    c = &rj->public;

    switch (result) {

    case WEBHOOK_STORE_OK:
        c->version = op->version;
        c->object.version = op->version;
        c->object.change = op->change;
        return NGX_WEBHOOK_REGISTRY_OK;

    case WEBHOOK_STORE_DUPLICATE:

        if (op->once.differs) {
            return NGX_WEBHOOK_REGISTRY_DIFFERS;
        }

        if (op->once.known) {
            c->answer.len = op->once.first.len;
            c->answer.data = ngx_pnalloc(c->pool, op->once.first.len + 1);

            if (c->answer.data == NULL) {
                return NGX_WEBHOOK_REGISTRY_UNAVAILABLE;
            }

            ngx_memcpy(c->answer.data, op->once.first.data,
                       op->once.first.len);

            return NGX_WEBHOOK_REGISTRY_KNOWN;
        }

        /* an id of 128 random bits is not there twice */

        return op->taken ? NGX_WEBHOOK_REGISTRY_TAKEN
                         : NGX_WEBHOOK_REGISTRY_UNAVAILABLE;

    case WEBHOOK_STORE_STALE:
        c->version = op->version;

        if (op->owed) {
            c->pending = op->pending;
            c->sending = op->sending;
            return NGX_WEBHOOK_REGISTRY_OWED;
        }

        return NGX_WEBHOOK_REGISTRY_STALE;

    case WEBHOOK_STORE_NOT_FOUND:
        return NGX_WEBHOOK_REGISTRY_NOT_FOUND;

    case WEBHOOK_STORE_FULL:

        switch (op->bound) {

        case 1:
            return NGX_WEBHOOK_REGISTRY_LIMIT;

        case 2:
            return NGX_WEBHOOK_REGISTRY_QUOTA;

        default:
            return NGX_WEBHOOK_REGISTRY_FULL;
        }

    case WEBHOOK_STORE_UNKNOWN:
        return NGX_WEBHOOK_REGISTRY_UNKNOWN;

    default:
        return NGX_WEBHOOK_REGISTRY_UNAVAILABLE;
    }
}


static void
ngx_webhook_registry_over(ngx_event_t *ev)
{
    ngx_webhook_registry_job_t  *rj;

    rj = ev->data;

    rj->public.handler(&rj->public);
}
