
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that somebody registered: there may be many, whoever made them is
 * trusted with nothing, and what one of them asks for may not be at the expense
 * of others.
 *
 *   - An event goes to "fanout=" of them at most.
 *   - All their filters together have a few milliseconds.  A filter that took
 *     long is looked at behind those of others from then on, until it is fast
 *     again: who has a slow one runs out of that time first.
 */

#include "http/outbound/fanout/ngx_http_webhook_fanout_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_FANOUT_TIME  5000           /* microseconds, for filters of
                                                   one event */
#define NGX_WEBHOOK_FANOUT_SLOW  250            /* of one endpoint */


typedef struct {
    ngx_uint_t                max;
    ngx_uint_t                n;            /* that get it */
    ngx_uint_t                over;         /* that do not, by "fanout=" */
    ngx_uint_t                late;         /* for want of time */
    uint64_t                  spent;        /* microseconds */
    ngx_array_t              *slow;         /* ..._object_t *, or NULL */
} ngx_webhook_fanout_pass_t;


static void ngx_webhook_fanout_look(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);
static void ngx_webhook_fanout_defer(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);
static ngx_int_t ngx_webhook_fanout_judge(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object);


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
    ngx_uint_t                  i, n;
    ngx_webhook_fanout_t       *fanout;
    ngx_webhook_object_t      **object;
    ngx_webhook_listeners_t    *listeners;
    ngx_webhook_fanout_pass_t   pass;

    fanout = ctx->fanout;

    ngx_memzero(&pass, sizeof(ngx_webhook_fanout_pass_t));

    pass.max = max;

    for (n = 0; n < 2; n++) {
        listeners = &fanout->listeners[n];

        for (i = 0; i < listeners->n; i++) {

            if (listeners->objects[i]->slow) {
                ngx_webhook_fanout_defer(ctx, &pass, listeners->objects[i]);

            } else {
                ngx_webhook_fanout_look(ctx, &pass, listeners->objects[i]);
            }
        }
    }

    if (pass.slow) {
        object = pass.slow->elts;

        for (i = 0; i < pass.slow->nelts; i++) {

            if (pass.spent >= NGX_WEBHOOK_FANOUT_TIME) {
                pass.late += pass.slow->nelts - i;
                break;
            }

            ngx_webhook_fanout_look(ctx, &pass, object[i]);
        }
    }

    if (pass.over) {
        ctx->unmade = 1;

        ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                      "webhook event \"%V\" %V is not sent to %ui registered "
                      "endpoints that may ask for it: \"fanout=%ui\" of "
                      "webhook_registry is reached",
                      fanout->type, fanout->id_text, pass.over, max);

        ngx_webhook_count(NGX_WEBHOOK_DELIVERIES_UNMADE, pass.over);
    }

    if (pass.late) {
        ngx_log_error(NGX_LOG_ERR, fanout->log, 0,
                      "webhook event \"%V\" %V is not sent to %ui registered "
                      "endpoints whose filters are slow: those of one event "
                      "have %d ms in all", fanout->type, fanout->id_text,
                      pass.late, NGX_WEBHOOK_FANOUT_TIME / 1000);

        ngx_webhook_count(NGX_WEBHOOK_EVENTS_UNJUDGED, pass.late);
    }
}


static void
ngx_webhook_fanout_look(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object)
{
    ngx_int_t                rc;
    ngx_webhook_endpoint_t  *ep;

    ep = object->endpoint;

    if (object->unconfirmed == NGX_WEBHOOK_UNCONFIRMED_NEW
        || object->key == ctx->fanout->except)
    {
        return;
    }

    if (pass->n == pass->max) {
        pass->over++;
        return;
    }

    ctx->err.text[0] = '\0';
    ctx->reason = NULL;

    rc = ep->filters.nelts ? ngx_webhook_fanout_judge(ctx, pass, object)
                           : NGX_OK;

    if (rc == NGX_OK) {
        rc = ngx_webhook_fanout_deliver(ctx, ep);
        pass->n += (rc == NGX_OK);
    }

    if (rc == NGX_ERROR) {
        ngx_webhook_fanout_unmade(ctx, ep);
    }
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
        pass->late++;
        return;
    }

    *slow = object;
}


/* Threads may do this at once: what is lost then is a mark. */

static ngx_int_t
ngx_webhook_fanout_judge(ngx_webhook_fanout_ctx_t *ctx,
    ngx_webhook_fanout_pass_t *pass, ngx_webhook_object_t *object)
{
    uint64_t   began, took;
    ngx_int_t  rc;

    began = ngx_webhook_clock_usec();

    rc = ngx_webhook_fanout_filter(ctx, object->endpoint);

    took = ngx_webhook_clock_usec() - began;

    pass->spent += took;

    if (object->slow != (took > NGX_WEBHOOK_FANOUT_SLOW)) {
        object->slow = (took > NGX_WEBHOOK_FANOUT_SLOW);
    }

    return rc;
}
