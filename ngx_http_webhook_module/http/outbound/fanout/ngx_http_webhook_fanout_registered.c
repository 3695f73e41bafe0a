
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that somebody registered: there may be many, whoever made them is
 * trusted with nothing, and what one of them asks for may not be at the expense
 * of others.
 *
 *   - An event goes to "fanout=" of them at most.
 *   - All their filters together may take so much work and no more, whoever
 *     wrote them.  Half of it is for a first look, in which each endpoint has
 *     the same share; whose filters take more is looked at once more behind all
 *     others, with an equal share of what is left then.  So who has slow ones
 *     is who goes without, and one with quick ones never is.
 *   - Most of many filters want another value than the event has.  It is looked
 *     up once for all of them, and they are passed over by its mark.
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


/* What is at the path of some filters. */

typedef struct {
    webhook_condition_marks_t  marks;
    unsigned                   looked:1;    /* it was looked up, */
    unsigned                   known:1;     /*   and has these marks */
} ngx_webhook_fanout_value_t;


typedef struct {
    ngx_uint_t                max;
    ngx_uint_t                n;            /* that get it */
    ngx_uint_t                over;         /* that do not, by "fanout=" */
    ngx_uint_t                late;         /* whose filters took too much */
    ngx_str_t                *first;        /* the id of one of those */
    size_t                    limit;        /* of work, */
    size_t                    work;         /*   that is left */
    size_t                    share;        /* of one endpoint */
    ngx_array_t              *slow;         /* ..._object_t *, or NULL */
    ngx_webhook_listeners_t  *listeners;    /* those that are looked at, */
    ngx_webhook_fanout_value_t  *values;    /*   and what is at their paths;
                                               NULL: they have none, or there
                                               is no memory for it */
} ngx_webhook_fanout_pass_t;


static void ngx_webhook_fanout_all(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass);
static ngx_uint_t ngx_webhook_fanout_unwanted(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_listener_need_t *need);
static ngx_int_t ngx_webhook_fanout_look(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);
static ngx_int_t ngx_webhook_fanout_judge(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);
static void ngx_webhook_fanout_defer(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);
static void ngx_webhook_fanout_late(ngx_webhook_fanout_pass_t *pass,
    ngx_webhook_object_t *object);
static void ngx_webhook_fanout_again(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass);
static void ngx_webhook_fanout_tell(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass);


ngx_int_t
ngx_webhook_fanout_listen(ngx_webhook_fanout_t *fanout,
    ngx_webhook_registered_t *set, ngx_webhook_type_t *type,
    ngx_str_t *company)
{
    fanout->company = *company;

    if (set == NULL) {
        return NGX_OK;
    }

    return ngx_webhook_registered_listeners(set, type, company,
                                            fanout->listeners);
}


void
ngx_webhook_fanout_registered(ngx_webhook_fanout_ctx_t *ctx, ngx_uint_t max)
{
    ngx_uint_t                  n, filtered;
    ngx_webhook_fanout_t       *fanout;
    ngx_webhook_fanout_pass_t   pass;

    fanout = ctx->fanout;

    ngx_memzero(&pass, sizeof(ngx_webhook_fanout_pass_t));

    pass.max = max;
    pass.limit = fanout->threaded ? NGX_WEBHOOK_FANOUT_WORK_THREAD
                 : fanout->listeners[0].expressions
                   || fanout->listeners[1].expressions
                   ? NGX_WEBHOOK_FANOUT_WORK_LESS : NGX_WEBHOOK_FANOUT_WORK;
    pass.work = pass.limit;

    filtered = fanout->listeners[0].filtered + fanout->listeners[1].filtered;

    pass.share = filtered > 1 ? pass.work / 2 / filtered : pass.work;

    for (n = 0; n < 2; n++) {
        pass.listeners = &fanout->listeners[n];

        ngx_webhook_fanout_all(ctx, &pass);
    }

    if (pass.slow) {
        ngx_webhook_fanout_again(ctx, &pass);
    }

    ngx_webhook_fanout_tell(ctx, &pass);
}


static void
ngx_webhook_fanout_all(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass)
{
    ngx_uint_t                i;
    ngx_webhook_listeners_t  *listeners;

    listeners = pass->listeners;
    pass->values = NULL;

    if (listeners->npaths) {
        pass->values = ngx_pcalloc(ctx->fanout->pool, listeners->npaths
                                   * sizeof(ngx_webhook_fanout_value_t));
    }

    for (i = 0; i < listeners->n; i++) {

        if (pass->values
            && ngx_webhook_fanout_unwanted(ctx, pass, &listeners->needs[i]))
        {
            continue;
        }

        if (ngx_webhook_fanout_look(ctx, pass, listeners->objects[i])
            == NGX_BUSY)
        {
            ngx_webhook_fanout_defer(ctx, pass, listeners->objects[i]);
        }
    }
}


/* True if a filter cannot hold, since the payload has another value; 0 where
   that cannot be told yet. */

static ngx_uint_t
ngx_webhook_fanout_unwanted(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_listener_need_t *need)
{
    webhook_value_t              v;
    ngx_webhook_fanout_value_t  *value;

    if (need->path == 0) {
        return 0;
    }

    value = &pass->values[need->path - 1];

    if (!value->looked) {
        value->looked = 1;

        ngx_memzero(&v, sizeof(webhook_value_t));

        value->known =
             ngx_webhook_fanout_lookup(ctx, pass->listeners->paths[need->path
                                                                   - 1], &v)
             == WEBHOOK_OK
             && !v.unread
             && webhook_condition_marks(&v, &value->marks) == WEBHOOK_OK;
    }

    return value->known && !webhook_condition_may(need->mark, &value->marks);
}


/* NGX_BUSY: its filters take more than its share. */

static ngx_int_t
ngx_webhook_fanout_look(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object)
{
    ngx_int_t                rc;
    ngx_webhook_endpoint_t  *ep;

    ep = object->endpoint;

    if (object->unconfirmed == NGX_WEBHOOK_UNCONFIRMED_NEW
        || object->key == ctx->fanout->except)
    {
        return NGX_OK;
    }

    if (pass->n == pass->max) {
        pass->over++;
        return NGX_OK;
    }

    ctx->err.text[0] = '\0';
    ctx->reason = NULL;

    rc = ep->filters.nelts ? ngx_webhook_fanout_judge(ctx, pass, object)
                           : NGX_OK;

    if (rc == NGX_OK) {
        rc = ngx_webhook_fanout_deliver(ctx, ep);

        if (rc == NGX_OK) {
            ctx->deliveries[ctx->ndeliveries - 1].quota = object->company.len;
            pass->n++;
        }
    }

    if (rc == NGX_ERROR) {
        ngx_webhook_fanout_unmade(ctx, ep);
    }

    return rc;
}


static ngx_int_t
ngx_webhook_fanout_judge(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object)
{
    size_t     work, share;
    ngx_int_t  rc;

    share = ngx_min(pass->share, pass->work);
    work = share;

    rc = ngx_webhook_fanout_filter(ctx, object->endpoint, &work);

    pass->work -= share - work;

    return rc;
}


static void
ngx_webhook_fanout_defer(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object)
{
    ngx_webhook_object_t  **slow;

    if (pass->slow == NULL) {
        pass->slow = ngx_array_create(ctx->fanout->pool, 16,
                                      sizeof(ngx_webhook_object_t *));
    }

    slow = pass->slow ? ngx_array_push(pass->slow) : NULL;

    if (slow == NULL) {
        ngx_webhook_fanout_late(pass, object);
        return;
    }

    *slow = object;
}


static void
ngx_webhook_fanout_late(ngx_webhook_fanout_pass_t *pass,
    ngx_webhook_object_t *object)
{
    if (pass->late++ == 0) {
        pass->first = &object->id;
    }
}


/* What one leaves of its share is for those behind it. */

static void
ngx_webhook_fanout_again(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass)
{
    size_t                  before;
    ngx_uint_t              i;
    ngx_webhook_object_t  **object;

    object = pass->slow->elts;
    before = pass->share;

    for (i = 0; i < pass->slow->nelts; i++) {

        pass->share = pass->work / (pass->slow->nelts - i);

        if (pass->share <= before
            || ngx_webhook_fanout_look(ctx, pass, object[i]) == NGX_BUSY)
        {
            ngx_webhook_fanout_late(pass, object[i]);
        }
    }
}


static void
ngx_webhook_fanout_tell(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass)
{
    ngx_webhook_fanout_t  *fanout;

    fanout = ctx->fanout;

    if (pass->over) {
        ctx->unmade = 1;

        ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                      "webhook event \"%V\" %V is not sent to %ui registered "
                      "endpoints that may ask for it: \"fanout=%ui\" of "
                      "webhook_registry is reached",
                      fanout->type, fanout->id_text, pass->over, pass->max);

        ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_UNMADE, pass->over);
    }

    if (pass->late) {
        ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                      "webhook event \"%V\" %V is not sent to %ui registered "
                      "endpoints whose filters are slow, \"%V\" among them: "
                      "those of one event have %uz ms in all", fanout->type,
                      fanout->id_text, pass->late, pass->first,
                      pass->limit / NGX_WEBHOOK_FANOUT_WORK_MS);

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, pass->late);
    }
}
