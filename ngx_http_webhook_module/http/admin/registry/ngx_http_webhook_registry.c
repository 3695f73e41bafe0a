
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry in a worker: what has changed is read from the store, and
 * compiled in pieces, so that no turn of the event loop takes long; then a new
 * set takes the place of the old one.
 */

#include "http/admin/registry/ngx_http_webhook_registry_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_store_queue.h"
#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_REGISTRY_PAGE   256         /* objects that are read at a
                                                   time, */
#define NGX_WEBHOOK_REGISTRY_BYTES  1048576     /* and bytes */
#define NGX_WEBHOOK_REGISTRY_TIME   4000        /* microseconds a piece */
#define NGX_WEBHOOK_REGISTRY_AGAIN  1000        /* ms until what could not be
                                                   read is tried again */


static void ngx_webhook_registry_load(void);
static void ngx_webhook_registry_begin(ngx_webhook_registry_ctx_t *ctx);
static void ngx_webhook_registry_anew(ngx_webhook_registry_ctx_t *ctx);
static ngx_int_t ngx_webhook_registry_read(ngx_webhook_registry_ctx_t *ctx);
static void ngx_webhook_registry_page(ngx_webhook_job_t *job);
static void ngx_webhook_registry_piece(ngx_event_t *ev);
static ngx_int_t ngx_webhook_registry_found(ngx_webhook_registry_ctx_t *ctx,
    const webhook_object_t *object);
static void ngx_webhook_registry_done(ngx_webhook_registry_ctx_t *ctx);
static void ngx_webhook_registry_end(ngx_webhook_registry_ctx_t *ctx);
static void ngx_webhook_registry_told(ngx_webhook_registry_ctx_t *ctx);
static void ngx_webhook_registry_failed(ngx_webhook_registry_ctx_t *ctx,
    const char *reason);
static void ngx_webhook_registry_again(ngx_event_t *ev);


static ngx_webhook_registry_ctx_t  ngx_webhook_registry_ctx;


ngx_int_t
ngx_webhook_registry_init(ngx_cycle_t *cycle, ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_registry_ctx_t  *ctx;

    if (wmcf->registry == NULL) {
        return NGX_OK;
    }

    ctx = &ngx_webhook_registry_ctx;

    ngx_memzero(ctx, sizeof(ngx_webhook_registry_ctx_t));

    ctx->wmcf = wmcf;
    ctx->log = cycle->log;
    ctx->active = 1;

    ctx->event.handler = ngx_webhook_registry_piece;
    ctx->event.data = ctx;
    ctx->event.log = cycle->log;

    ctx->again.handler = ngx_webhook_registry_again;
    ctx->again.data = ctx;
    ctx->again.log = cycle->log;
    ctx->again.cancelable = 1;

    ngx_webhook_registered_init(wmcf, ngx_webhook_registry_load, cycle->log);

    ngx_webhook_store_queue_hear(ngx_webhook_registered_changed);

    return NGX_OK;
}


void
ngx_webhook_registry_exit(ngx_cycle_t *cycle)
{
    ngx_webhook_registry_ctx_t  *ctx;

    ctx = &ngx_webhook_registry_ctx;

    if (!ctx->active) {
        return;
    }

    ctx->active = 0;

    ngx_webhook_store_queue_hear(NULL);

    if (ctx->event.timer_set) {
        ngx_del_timer(&ctx->event);
    }

    if (ctx->again.timer_set) {
        ngx_del_timer(&ctx->again);
    }

    ngx_webhook_registry_rekey_exit();

    /* a page that is away comes back when the store queue exits */

    ngx_webhook_registry_end(ctx);

    ngx_webhook_registered_exit();
}


/* ---------------------------------------------------------------- load --- */

static void
ngx_webhook_registry_load(void)
{
    ngx_webhook_registered_t    *set;
    ngx_webhook_registry_ctx_t  *ctx;

    ctx = &ngx_webhook_registry_ctx;

    if (!ctx->active) {
        return;
    }

    set = ngx_webhook_registered_hold(ctx->wmcf);

    ctx->known = ngx_webhook_registered_known();
    ctx->since = set ? set->change : 0;
    ctx->whole = 0;
    ctx->all = (ctx->since == 0);

    ngx_webhook_registered_release(set);

    ngx_webhook_registry_begin(ctx);
}


static void
ngx_webhook_registry_begin(ngx_webhook_registry_ctx_t *ctx)
{
    ctx->locked = 0;
    ctx->unfit = 0;
    ctx->damaged = 0;
    ctx->unread = 0;

    ctx->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, ctx->log);

    if (ctx->pool == NULL
        || ngx_array_init(&ctx->found, ctx->pool, 16,
                          sizeof(ngx_webhook_registry_found_t))
           != NGX_OK
        || ngx_webhook_registry_read(ctx) != NGX_OK)
    {
        ngx_webhook_registry_failed(ctx, "no memory");
    }
}


/* Asks for the next page. */

static ngx_int_t
ngx_webhook_registry_read(ngx_webhook_registry_ctx_t *ctx)
{
    ngx_webhook_job_t  *job;

    job = ngx_calloc(sizeof(ngx_webhook_job_t), ctx->log);
    if (job == NULL) {
        return NGX_ERROR;
    }

    job->op.type = WEBHOOK_OP_CHANGES;
    job->op.u.changes.since = ctx->since;
    job->op.u.changes.whole = ctx->whole;
    job->op.u.changes.max = NGX_WEBHOOK_REGISTRY_PAGE;
    job->op.u.changes.max_bytes = NGX_WEBHOOK_REGISTRY_BYTES;
    job->handler = ngx_webhook_registry_page;
    job->data = ctx;

    ngx_webhook_store_queue_post(job);

    return NGX_OK;
}


static void
ngx_webhook_registry_page(ngx_webhook_job_t *job)
{
    webhook_store_result_e       result;
    ngx_webhook_registry_ctx_t  *ctx;

    ctx = job->data;
    result = job->op.result;

    if (!ctx->active || result != WEBHOOK_STORE_OK) {

        webhook_op_free(&job->op);
        ngx_free(job);

        if (ctx->active) {
            ngx_webhook_registry_failed(ctx,
                                        webhook_store_result_text(result));
        }

        return;
    }

    ctx->job = job;
    ctx->next = 0;

    if (job->op.u.changes.lost) {
        ngx_webhook_registry_anew(ctx);
        return;
    }

    if (ctx->all && ctx->whole == 0) {
        ctx->whole = job->op.u.changes.last;
    }

    ctx->unread += job->op.u.changes.damaged;

    ngx_webhook_registry_piece(&ctx->event);
}


/* What was removed since this worker looked last is not known any more: all is
   loaded, into a set that has nothing of the one before. */

static void
ngx_webhook_registry_anew(ngx_webhook_registry_ctx_t *ctx)
{
    ngx_webhook_registry_end(ctx);

    ctx->since = 0;
    ctx->whole = 0;
    ctx->all = 1;

    ngx_webhook_registry_begin(ctx);
}


/* An exiting worker stays for it, by the timer: events wait for the set. */

static void
ngx_webhook_registry_piece(ngx_event_t *ev)
{
    uint64_t                     began;
    webhook_op_changes_t        *changes;
    ngx_webhook_registry_ctx_t  *ctx;

    ctx = ev->data;
    changes = &ctx->job->op.u.changes;

    began = ngx_webhook_clock_usec();

    while (ctx->next < changes->count) {

        if (ngx_webhook_registry_found(ctx, &changes->objects[ctx->next])
            != NGX_OK)
        {
            goto failed;
        }

        ctx->next++;

        if (ctx->next < changes->count
            && ngx_webhook_clock_usec() - began > NGX_WEBHOOK_REGISTRY_TIME)
        {
            ngx_add_timer(&ctx->event, 1);
            return;
        }
    }

    ctx->since = changes->more ? changes->next : changes->last;

    if (changes->more) {

        webhook_op_free(&ctx->job->op);
        ngx_free(ctx->job);
        ctx->job = NULL;

        if (ngx_webhook_registry_read(ctx) != NGX_OK) {
            goto failed;
        }

        return;
    }

    ngx_webhook_registry_done(ctx);

    return;

failed:

    ngx_webhook_registry_failed(ctx, "no memory");
}


static ngx_int_t
ngx_webhook_registry_found(ngx_webhook_registry_ctx_t *ctx,
    const webhook_object_t *object)
{
    ngx_webhook_object_t          *compiled;
    ngx_webhook_registry_found_t  *found;

    compiled = NULL;

    if (!object->removed) {
        compiled = ngx_webhook_registry_taken(ctx, object);

        if (compiled == NULL) {
            return NGX_ERROR;
        }
    }

    found = ngx_array_push(&ctx->found);

    if (found == NULL) {

        if (compiled) {
            ngx_webhook_held_release(compiled->held);
        }

        return NGX_ERROR;
    }

    found->kind = object->kind;
    found->key = webhook_id_name(&object->id);
    found->change = object->change;
    found->object = compiled;

    return NGX_OK;
}


static void
ngx_webhook_registry_done(ngx_webhook_registry_ctx_t *ctx)
{
    ngx_uint_t                     i, n, nobjects;
    ngx_webhook_object_t         **objects;
    ngx_webhook_registered_t      *set, *old;
    ngx_webhook_registry_ctx_t     over;
    ngx_webhook_registry_found_t  *found;

    old = ctx->all ? NULL : ngx_webhook_registered_hold(ctx->wmcf);

    set = ngx_webhook_registry_set(ctx->wmcf, old, &ctx->found, &n, ctx->since,
                                   ctx->log);

    ngx_webhook_registered_release(old);

    objects = ngx_palloc(ctx->pool, (ctx->found.nelts + 1)
                                    * sizeof(ngx_webhook_object_t *));

    if (set == NULL || objects == NULL) {
        ngx_webhook_registered_release(set);
        ngx_webhook_registry_failed(ctx, "no memory");
        return;
    }

    ngx_webhook_registry_told(ctx);

    found = ctx->found.elts;
    nobjects = 0;

    for (i = 0; i < n; i++) {
        if (found[i].object) {
            objects[nobjects++] = found[i].object;
        }
    }

    /* the next load may begin from within */

    over = *ctx;

    ctx->job = NULL;
    ctx->pool = NULL;

    ngx_webhook_registered_swap(set, over.known, objects, nobjects);

    ngx_webhook_registry_end(&over);
}


/* What does not act in all, where not each was told of; and that a load that
   had failed has come to its end. */

static void
ngx_webhook_registry_told(ngx_webhook_registry_ctx_t *ctx)
{
    if (ctx->failing) {
        ctx->failing = 0;

        ngx_log_error(NGX_LOG_NOTICE, ctx->log, 0,
                      "what is registered has been loaded");
    }

    if (!ngx_webhook_registry_tells()) {
        return;
    }

    if (ctx->unread) {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "%ui rows of registered objects are damaged in the "
                      "webhook store: these objects are not "
                      "used", ctx->unread);
    }

    if (ctx->damaged > NGX_WEBHOOK_REGISTRY_TOLD) {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "%ui registered objects are not used: they are "
                      "damaged, or were not sealed for their "
                      "ids", ctx->damaged);
    }

    if (ctx->locked > NGX_WEBHOOK_REGISTRY_TOLD) {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "%ui registered objects are not used: no \"key\" of "
                      "webhook_registry decrypts them", ctx->locked);
    }

    if (ctx->unfit > NGX_WEBHOOK_REGISTRY_TOLD) {
        ngx_log_error(NGX_LOG_ALERT, ctx->log, 0,
                      "%ui registered objects are not used: they no longer "
                      "fit nginx.conf", ctx->unfit);
    }
}


/* Nothing of a load is left. */

static void
ngx_webhook_registry_end(ngx_webhook_registry_ctx_t *ctx)
{
    ngx_uint_t                     i;
    ngx_webhook_registry_found_t  *found;

    if (ctx->job) {
        webhook_op_free(&ctx->job->op);
        ngx_free(ctx->job);
        ctx->job = NULL;
    }

    if (ctx->pool == NULL) {
        return;
    }

    found = ctx->found.elts;

    for (i = 0; i < ctx->found.nelts; i++) {
        if (found[i].object) {
            ngx_webhook_held_release(found[i].object->held);
        }
    }

    ngx_destroy_pool(ctx->pool);
    ctx->pool = NULL;
}


/* Whoever waits is told; the worker itself tries again, until it succeeds. */

static void
ngx_webhook_registry_failed(ngx_webhook_registry_ctx_t *ctx,
    const char *reason)
{
    ngx_webhook_registry_end(ctx);

    if (!ctx->failing) {
        ctx->failing = 1;

        ngx_log_error(NGX_LOG_ERR, ctx->log, 0,
                      "what is registered cannot be loaded: %s; this worker "
                      "tries again every second, and does not use it until "
                      "then", reason);
    }

    if (!ctx->again.timer_set && !ngx_exiting) {
        ngx_add_timer(&ctx->again, NGX_WEBHOOK_REGISTRY_AGAIN);
    }

    ngx_webhook_registered_failed();
}


static void
ngx_webhook_registry_again(ngx_event_t *ev)
{
    ngx_webhook_registered_changed(0);
}
