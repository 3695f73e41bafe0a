
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The endpoints, as the store knows them.
 */

#include "http/outbound/delivery/ngx_http_webhook_dispatcher_int.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"


#define NGX_WEBHOOK_NAME          3600000       /* ms between two times that
                                                   the endpoints are named */
#define NGX_WEBHOOK_NAME_STEP     128           /* that were registered, at a
                                                   time */


typedef struct {
    ngx_webhook_main_conf_t  *wmcf;
    ngx_log_t                *log;

    ngx_msec_t                name_at;
    ngx_uint_t                unnamed;          /* ENDPOINT jobs to come */

    ngx_webhook_registered_t *set;              /* whose endpoints are being
                                                   named, or NULL; behind */
    uint64_t                  behind;           /*   this id, */
    ngx_event_t               step;
    unsigned                  apis:1;           /*   of APIs of receivers */

    unsigned                  named:1;          /* the store knows all */
} ngx_webhook_names_t;


/* An ENDPOINT on its way.  What was registered may go meanwhile, so that its
   name is copied. */

typedef struct {
    ngx_webhook_shared_job_t  shared;           /* first member */
    u_char                    name[1];
} ngx_webhook_naming_t;


static void ngx_webhook_dispatcher_register_steps(
    ngx_webhook_registered_t *set);
static void ngx_webhook_dispatcher_register_step(ngx_event_t *ev);
static ngx_uint_t ngx_webhook_dispatcher_register_next(ngx_array_t *objects,
    ngx_uint_t *left);
static ngx_webhook_endpoint_t *ngx_webhook_dispatcher_register_of(
    ngx_webhook_object_t *object);
static ngx_int_t ngx_webhook_dispatcher_register_one(
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_dispatcher_named(ngx_uint_t named);
static ngx_uint_t ngx_webhook_dispatcher_is_id(webhook_str_t *name);
static void ngx_webhook_dispatcher_register_done(ngx_webhook_job_t *job);
static void ngx_webhook_dispatcher_stats_done(ngx_webhook_job_t *job);


static ngx_webhook_names_t  ngx_webhook_names;


void
ngx_webhook_dispatcher_register_init(ngx_webhook_main_conf_t *wmcf,
    ngx_log_t *log)
{
    ngx_webhook_names_t  *c;

    c = &ngx_webhook_names;

    ngx_memzero(c, sizeof(ngx_webhook_names_t));

    c->wmcf = wmcf;
    c->log = log;

    c->step.handler = ngx_webhook_dispatcher_register_step;
    c->step.data = c;
    c->step.log = log;
    c->step.cancelable = 1;
}


void
ngx_webhook_dispatcher_register_exit(void)
{
    ngx_webhook_names_t  *c;

    c = &ngx_webhook_names;

    if (c->step.timer_set) {
        ngx_del_timer(&c->step);
    }

    ngx_webhook_registered_release(c->set);
    c->set = NULL;
}


void
ngx_webhook_dispatcher_register(void)
{
    ngx_uint_t                 i;
    ngx_webhook_names_t       *c;
    ngx_webhook_endpoint_t   **eps;
    ngx_webhook_registered_t  *set;

    c = &ngx_webhook_names;

    if (c->unnamed || c->set) {
        return;
    }

    /* Operations are applied in order: puts posted from now on find them. */

    ngx_webhook_dispatcher_named(1);
    c->name_at = ngx_current_msec + NGX_WEBHOOK_NAME;

    eps = c->wmcf->endpoints.elts;

    for (i = 0; i < c->wmcf->endpoints.nelts; i++) {
        if (ngx_webhook_dispatcher_register_one(eps[i]) != NGX_OK) {
            ngx_webhook_dispatcher_named(0);
            return;
        }
    }

    set = ngx_webhook_registered_hold(c->wmcf);

    if (set) {
        ngx_webhook_dispatcher_register_steps(set);
        ngx_webhook_registered_release(set);
    }
}


/*
 * A few are named before anything is put for them.  Where there are many, as
 * when a worker begins, the store knows nearly all of them: they are named in
 * steps, so that no turn of the event loop takes long.
 */

void
ngx_webhook_dispatcher_register_objects(ngx_webhook_registered_t *set,
    ngx_webhook_object_t **objects, ngx_uint_t n)
{
    ngx_uint_t               i;
    ngx_webhook_names_t     *c;
    ngx_webhook_endpoint_t  *ep;

    c = &ngx_webhook_names;

    if (n > NGX_WEBHOOK_NAME_STEP) {
        ngx_webhook_dispatcher_register_steps(set);
        return;
    }

    for (i = 0; i < n; i++) {
        ep = ngx_webhook_dispatcher_register_of(objects[i]);

        if (ep && ngx_webhook_dispatcher_register_one(ep) != NGX_OK) {
            ngx_webhook_dispatcher_named(0);
            break;
        }
    }

    if (c->set) {

        /* what is still to be named is named as it is now */

        ngx_webhook_registered_release(c->set);

        c->set = set;
        set->refs++;
    }
}


/* Begins with the first of them. */

static void
ngx_webhook_dispatcher_register_steps(ngx_webhook_registered_t *set)
{
    ngx_webhook_names_t  *c;

    c = &ngx_webhook_names;

    set->refs++;

    ngx_webhook_registered_release(c->set);

    c->set = set;
    c->behind = 0;
    c->apis = 0;

    ngx_webhook_dispatcher_register_step(&c->step);
}


static void
ngx_webhook_dispatcher_register_step(ngx_event_t *ev)
{
    ngx_uint_t                 left;
    ngx_webhook_names_t       *c;
    ngx_webhook_registered_t  *set;

    c = ev->data;
    left = NGX_WEBHOOK_NAME_STEP;

    if (!c->apis
        && ngx_webhook_dispatcher_register_next(&c->set->endpoints, &left))
    {
        c->apis = 1;
        c->behind = 0;
    }

    if (c->apis
        && ngx_webhook_dispatcher_register_next(&c->set->apis, &left))
    {
        set = c->set;
        c->set = NULL;

        if (c->step.timer_set) {
            ngx_del_timer(&c->step);
        }

        ngx_webhook_registered_release(set);
        return;
    }

    ngx_add_timer(&c->step, 1);
}


/* As many as are left for this step; 1: there are no more.  They are ascending
   by the ids of their endpoints. */

static ngx_uint_t
ngx_webhook_dispatcher_register_next(ngx_array_t *objects, ngx_uint_t *left)
{
    uint64_t                  id;
    ngx_uint_t                i;
    ngx_webhook_names_t      *c;
    ngx_webhook_object_t    **object;
    ngx_webhook_endpoint_t   *ep;

    c = &ngx_webhook_names;
    object = objects->elts;

    for (i = 0; i < objects->nelts; i++) {

        ep = ngx_webhook_dispatcher_register_of(object[i]);
        id = ep ? ep->id : object[i]->key;

        if (id <= c->behind) {
            continue;
        }

        if (*left == 0) {
            return 0;
        }

        if (ep && ngx_webhook_dispatcher_register_one(ep) != NGX_OK) {
            ngx_webhook_dispatcher_named(0);
            return 1;
        }

        (*left)--;
        c->behind = id;
    }

    return 1;
}


static ngx_webhook_endpoint_t *
ngx_webhook_dispatcher_register_of(ngx_webhook_object_t *object)
{
    return object->receiver ? object->receiver->api : object->endpoint;
}


static ngx_int_t
ngx_webhook_dispatcher_register_one(ngx_webhook_endpoint_t *ep)
{
    ngx_webhook_names_t    *c;
    ngx_webhook_naming_t   *naming;
    webhook_op_endpoint_t  *op;

    c = &ngx_webhook_names;

    naming = ngx_calloc(sizeof(ngx_webhook_naming_t) + ep->name.len, c->log);
    if (naming == NULL) {
        return NGX_ERROR;
    }

    naming->shared.refs = 1;
    naming->shared.job.op.type = WEBHOOK_OP_ENDPOINT;
    naming->shared.job.handler = ngx_webhook_dispatcher_register_done;

    ngx_memcpy(naming->name, ep->name.data, ep->name.len);

    op = &naming->shared.job.op.u.endpoint;

    op->id = ep->id;
    op->name.data = naming->name;
    op->name.len = ep->name.len;
    op->inflight = (uint32_t) ep->inflight;
    op->rate = ep->rate;
    op->per = ep->per;
    op->burst = ep->burst;
    op->break_failures = ep->break_failures;
    op->break_percent = ep->break_percent;
    op->break_window = ep->break_window;
    op->break_open_timeout = ep->break_open_timeout;
    op->order_block = ep->order_block;
    op->shared = ep->limit_shared;

    ngx_webhook_store_queue_post(&naming->shared.job);

    c->unnamed++;

    return NGX_OK;
}


static void
ngx_webhook_dispatcher_register_done(ngx_webhook_job_t *job)
{
    ngx_webhook_names_t  *c;

    c = &ngx_webhook_names;

    c->unnamed--;

    if (job->op.result != WEBHOOK_STORE_OK
        && job->op.result != WEBHOOK_STORE_DUPLICATE)
    {
        /* The next scan tries again. */

        ngx_webhook_dispatcher_named(0);
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


void
ngx_webhook_dispatcher_register_check(void)
{
    ngx_webhook_names_t  *c;

    c = &ngx_webhook_names;

    if (!c->named
        || (ngx_msec_int_t) (ngx_current_msec - c->name_at) >= 0)
    {
        ngx_webhook_dispatcher_register();
    }
}


void
ngx_webhook_dispatcher_register_again(void)
{
    ngx_webhook_dispatcher_named(0);
}


static void
ngx_webhook_dispatcher_named(ngx_uint_t named)
{
    ngx_webhook_names.named = (named != 0);

    ngx_webhook_schedule_open(named);
}


/* The name of what is registered, which may not be loaded by now. */

static ngx_uint_t
ngx_webhook_dispatcher_is_id(webhook_str_t *name)
{
    return (name->len > 3 && ngx_memcmp(name->data, "ep_", 3) == 0)
           || (name->len > 12 && ngx_memcmp(name->data, "receiver:rc_", 12)
                                 == 0);
}


ngx_int_t
ngx_webhook_dispatcher_register_stats(void)
{
    webhook_op_t  op;

    ngx_memzero(&op, sizeof(webhook_op_t));
    op.type = WEBHOOK_OP_STATS;

    return ngx_webhook_job_post(&op, ngx_webhook_dispatcher_stats_done,
                                ngx_webhook_names.log);
}


static void
ngx_webhook_dispatcher_stats_done(ngx_webhook_job_t *job)
{
    ngx_uint_t                   i;
    webhook_op_stats_t          *stats;
    ngx_webhook_redacted_t       redacted;
    webhook_endpoint_stats_t    *ep;
    ngx_webhook_names_t         *c;

    c = &ngx_webhook_names;
    stats = &job->op.u.stats;

    if (job->op.result == WEBHOOK_STORE_OK) {

        for (i = 0; i < stats->count; i++) {
            ep = &stats->endpoints[i];

            if (ep->states[WEBHOOK_PENDING] == 0
                || ngx_webhook_endpoint_find(c->wmcf, ep->id)
                || (c->wmcf->registry
                    && ngx_webhook_dispatcher_is_id(&ep->name)))
            {
                continue;
            }

            ngx_log_error(NGX_LOG_WARN, c->log, 0,
                          "%uL deliveries wait for webhook endpoint \"%V\", "
                          "which is no longer in the configuration",
                          ep->states[WEBHOOK_PENDING],
                          ngx_webhook_redacted(&redacted, ep->name.data,
                                               ep->name.len));
        }
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}
