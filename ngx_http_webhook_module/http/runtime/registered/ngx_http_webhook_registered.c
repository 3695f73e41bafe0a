
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The set that a worker has, whether it is the newest, and who waits for that.
 */

#include "http/runtime/registered/ngx_http_webhook_registered_int.h"
#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_REGISTERED_HEARERS  4
#define NGX_WEBHOOK_REGISTERED_SOON     50      /* ms in which changes gather
                                                   that nobody waits for */


/* In shared memory, which outlives reloads. */

typedef struct {
    ngx_atomic_t               change;          /* the last that was told */
} ngx_webhook_registered_shm_t;


typedef struct {
    ngx_webhook_registered_t      *set;
    ngx_webhook_registered_shm_t  *shm;
    void                         (*load)(void);
    ngx_log_t                     *log;
    uint64_t                       known;       /* the set is as of this change
                                                   at least */
    ngx_queue_t                    waiters;
    ngx_webhook_registered_pt      hearers[NGX_WEBHOOK_REGISTERED_HEARERS];
    ngx_uint_t                     nhearers;
    ngx_event_t                    failure;     /* to tell of it later */
    ngx_event_t                    soon;        /* to load what nobody waits
                                                   for */
    unsigned                       loading:1;
    unsigned                       beginning:1;     /* load() runs */
} ngx_webhook_registered_ctx_t;


static ngx_uint_t ngx_webhook_registered_old(ngx_webhook_registered_ctx_t *ctx);
static void ngx_webhook_registered_take(ngx_webhook_registered_ctx_t *ctx);
static void ngx_webhook_registered_soon(ngx_event_t *ev);
static void ngx_webhook_registered_load(ngx_webhook_registered_ctx_t *ctx);
static void ngx_webhook_registered_failure(ngx_event_t *ev);
static void ngx_webhook_registered_wake(ngx_webhook_registered_ctx_t *ctx,
    ngx_uint_t failed);


static ngx_webhook_registered_ctx_t  ngx_webhook_registered_ctx;


/* ------------------------------------------------------- shared memory --- */

/*
 * The zone bears the name of the store: of another one that is configured at a
 * reload the changes have other numbers.
 */

ngx_int_t
ngx_webhook_registered_zone(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name;

    name.len = sizeof("webhook_registry:") - 1 + wmcf->store->name.len;
    name.data = ngx_pnalloc(cf->pool, name.len + 1);

    if (name.data == NULL) {
        return NGX_ERROR;
    }

    ngx_sprintf(name.data, "webhook_registry:%V%Z", &wmcf->store->name);

    wmcf->registry->zone = ngx_webhook_shm_table(cf, &name,
                                     sizeof(ngx_webhook_registered_shm_t));

    return wmcf->registry->zone ? NGX_OK : NGX_ERROR;
}


/* ---------------------------------------------------- life of a worker --- */

void
ngx_webhook_registered_init(ngx_webhook_main_conf_t *wmcf,
    void (*load)(void), ngx_log_t *log)
{
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    ctx->shm = wmcf->registry->zone->data;
    ctx->load = load;
    ctx->log = log;

    ctx->failure.handler = ngx_webhook_registered_failure;
    ctx->failure.data = ctx;
    ctx->failure.log = log;

    ctx->soon.handler = ngx_webhook_registered_soon;
    ctx->soon.data = ctx;
    ctx->soon.log = log;
    ctx->soon.cancelable = 1;

    ngx_queue_init(&ctx->waiters);

    ngx_webhook_registered_load(ctx);
}


void
ngx_webhook_registered_exit(void)
{
    ngx_webhook_registered_t      *set;
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    if (ctx->shm == NULL) {
        return;
    }

    /* those who come from now on do not wait */

    ctx->load = NULL;

    if (ctx->failure.posted) {
        ngx_delete_posted_event(&ctx->failure);
    }

    if (ctx->soon.timer_set) {
        ngx_del_timer(&ctx->soon);
    }

    ngx_webhook_registered_wake(ctx, 1);

    set = ctx->set;
    ctx->set = NULL;

    ngx_webhook_registered_release(set);
}


/* ------------------------------------------------------------- changes --- */

void
ngx_webhook_registered_changed(uint64_t change)
{
    ngx_atomic_uint_t              old;
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    if (ctx->shm == NULL) {
        return;
    }

    for ( ;; ) {
        old = ctx->shm->change;

        if (old >= change || ngx_atomic_cmp_set(&ctx->shm->change, old, change))
        {
            break;
        }
    }

    ngx_webhook_registered_take(ctx);
}


/*
 * A worker that has nothing to do takes changes, too: it sends nothing by what
 * was removed, and names what is new to the store.  Many changes are taken at
 * once where nobody waits for one.
 */

static void
ngx_webhook_registered_take(ngx_webhook_registered_ctx_t *ctx)
{
    if (ctx->load == NULL || ctx->loading || !ngx_webhook_registered_old(ctx))
    {
        return;
    }

    if (ctx->set == NULL || !ngx_queue_empty(&ctx->waiters)) {
        ngx_webhook_registered_load(ctx);
        return;
    }

    if (!ctx->soon.timer_set) {
        ngx_add_timer(&ctx->soon, NGX_WEBHOOK_REGISTERED_SOON);
    }
}


static void
ngx_webhook_registered_soon(ngx_event_t *ev)
{
    ngx_webhook_registered_ctx_t *ctx = ev->data;

    if (ctx->load && ngx_webhook_registered_old(ctx)) {
        ngx_webhook_registered_load(ctx);
    }
}


uint64_t
ngx_webhook_registered_known(void)
{
    return ngx_webhook_registered_ctx.shm->change;
}


static ngx_uint_t
ngx_webhook_registered_old(ngx_webhook_registered_ctx_t *ctx)
{
    return ctx->set == NULL || ctx->shm->change > ctx->known;
}


ngx_uint_t
ngx_webhook_registered_behind(ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    return wmcf->registry && ctx->shm && ngx_webhook_registered_old(ctx);
}


static void
ngx_webhook_registered_load(ngx_webhook_registered_ctx_t *ctx)
{
    if (!ctx->loading) {
        ctx->loading = 1;

        if (ctx->soon.timer_set) {
            ngx_del_timer(&ctx->soon);
        }

        ctx->beginning = 1;
        ctx->load();
        ctx->beginning = 0;
    }
}


ngx_int_t
ngx_webhook_registered_await(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_registered_waiter_t *w)
{
    ngx_webhook_registered_ctx_t  *ctx;

    w->failed = 0;

    if (!ngx_webhook_registered_behind(wmcf)) {
        return NGX_OK;
    }

    ctx = &ngx_webhook_registered_ctx;

    if (ctx->load == NULL) {

        /* the process exits: what is at hand has to do */

        return NGX_OK;
    }

    w->change = ctx->shm->change;
    w->waits = 1;

    ngx_queue_insert_tail(&ctx->waiters, &w->queue);

    ngx_webhook_registered_load(ctx);

    return NGX_AGAIN;
}


ngx_int_t
ngx_webhook_registered_await_target(ngx_webhook_main_conf_t *wmcf,
    uint64_t id, ngx_webhook_registered_waiter_t *w)
{
    w->failed = 0;

    if (!ngx_webhook_registered_behind(wmcf)
        || ngx_webhook_endpoint_find(wmcf, id))
    {
        return NGX_OK;
    }

    return ngx_webhook_registered_await(wmcf, w);
}


void
ngx_webhook_registered_forget(ngx_webhook_registered_waiter_t *w)
{
    if (w->waits) {
        w->waits = 0;
        ngx_queue_remove(&w->queue);
    }
}


void
ngx_webhook_registered_hear(ngx_webhook_registered_pt handler)
{
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    if (ctx->nhearers < NGX_WEBHOOK_REGISTERED_HEARERS) {
        ctx->hearers[ctx->nhearers++] = handler;
    }
}


void
ngx_webhook_registered_swap(ngx_webhook_registered_t *set, uint64_t known,
    ngx_webhook_object_t **objects, ngx_uint_t n)
{
    ngx_uint_t                     i;
    ngx_webhook_registered_t      *old;
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    old = ctx->set;

    ngx_webhook_registered_succeed(set, old, objects, n);

    ctx->set = set;
    ctx->known = ngx_max(known, set->change);
    ctx->loading = 0;

    for (i = 0; i < ctx->nhearers; i++) {
        ctx->hearers[i](set, objects, n);
    }

    ngx_webhook_registered_release(old);

    ngx_webhook_registered_wake(ctx, 0);

    ngx_webhook_registered_take(ctx);
}


void
ngx_webhook_registered_failed(void)
{
    ngx_webhook_registered_ctx_t  *ctx;

    ctx = &ngx_webhook_registered_ctx;

    if (ctx->beginning) {

        /* nobody who has just begun to wait is called back before he knows */

        ngx_post_event(&ctx->failure, &ngx_posted_events);
        return;
    }

    ctx->loading = 0;

    ngx_webhook_registered_wake(ctx, 1);
}


static void
ngx_webhook_registered_failure(ngx_event_t *ev)
{
    ngx_webhook_registered_failed();
}


/* Those whose change has come, or all; a handler may wait anew. */

static void
ngx_webhook_registered_wake(ngx_webhook_registered_ctx_t *ctx,
    ngx_uint_t failed)
{
    ngx_queue_t                      *q, woken;
    ngx_webhook_registered_waiter_t  *w;

    ngx_queue_init(&woken);

    if (!ngx_queue_empty(&ctx->waiters)) {
        ngx_queue_add(&woken, &ctx->waiters);
        ngx_queue_init(&ctx->waiters);
    }

    while (!ngx_queue_empty(&woken)) {
        q = ngx_queue_head(&woken);
        ngx_queue_remove(q);

        w = ngx_queue_data(q, ngx_webhook_registered_waiter_t, queue);

        if (!failed && w->change > ctx->known) {
            ngx_queue_insert_tail(&ctx->waiters, q);
            continue;
        }

        w->waits = 0;
        w->failed = failed;
        w->handler(w);
    }
}


/* ---------------------------------------------------------------- sets --- */

ngx_webhook_registered_t *
ngx_webhook_registered_hold(ngx_webhook_main_conf_t *wmcf)
{
    ngx_webhook_registered_t  *set;

    set = wmcf->registry ? ngx_webhook_registered_ctx.set : NULL;

    if (set) {
        set->refs++;
    }

    return set;
}
