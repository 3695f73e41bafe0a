
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an answer, or its absence, means for the delivery and its endpoint.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_GONE      410               /* nginx has no name for it */

#define NGX_WEBHOOK_SLOW      1000              /* ms that first attempts are
                                                   held, when an endpoint asks
                                                   to go slow and not for how
                                                   long */
#define NGX_WEBHOOK_SLOW_MAX  60000


static uint64_t ngx_webhook_attempt_gap(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);
static uint64_t ngx_webhook_attempt_after(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_attempt_wishes(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep);
static void ngx_webhook_attempt_outcome_text(ngx_webhook_attempt_t *attempt,
    ngx_log_t *log);


void
ngx_webhook_attempt_outcome(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    webhook_op_complete_t   *complete;
    ngx_webhook_exchange_t  *x;

    x = &attempt->exchange;
    complete = &attempt->shared.job.op.u.complete;

    if (x->fault == NGX_WEBHOOK_FAULT_LOCAL
        || x->fault == NGX_WEBHOOK_FAULT_SHUTDOWN)
    {
        complete->outcome = WEBHOOK_RELEASE;
        complete->delay = (x->fault == NGX_WEBHOOK_FAULT_LOCAL)
                          ? NGX_WEBHOOK_LOCAL_DELAY : 0;

        if (x->fault == NGX_WEBHOOK_FAULT_LOCAL) {
            ngx_webhook_attempt_log_failure(attempt, ep, log);
        }

        ngx_webhook_attempt_count(attempt, ep, NGX_WEBHOOK_SEND_RELEASED);
        return;
    }

    ngx_webhook_attempt_outcome_text(attempt, log);

    if (x->fault == NGX_WEBHOOK_FAULT_NONE
        && webhook_status_set_has(&ep->success, x->status))
    {
        complete->outcome = WEBHOOK_DONE;

        ngx_webhook_attempt_count(attempt, ep, NGX_WEBHOOK_SEND_DELIVERED);
        return;
    }

    complete->disable = ep->disable_after;

    ngx_webhook_attempt_wishes(attempt, ep);

    complete->delay = ngx_webhook_attempt_gap(attempt, ep);

    if (complete->delay) {
        complete->outcome = WEBHOOK_RETRY;

        ngx_webhook_attempt_log_failure(attempt, ep, log);

        ngx_webhook_attempt_count(attempt, ep, NGX_WEBHOOK_SEND_FAILED);
        return;
    }

    complete->outcome = WEBHOOK_FAILED;

    ngx_webhook_attempt_log_dead(attempt, ep, log);

    ngx_webhook_attempt_count(attempt, ep, NGX_WEBHOOK_SEND_DEAD);
}


/* To try again is of no use before somebody has changed the endpoint. */

void
ngx_webhook_attempt_headless(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    ngx_webhook_exchange_t  *x;

    x = &attempt->exchange;

    x->fault = NGX_WEBHOOK_FAULT_AUTH;          /* as where nothing was sent */
    ngx_str_set(&x->error, "not sent: no \"key\" of webhook_registry "
                           "decrypted the headers of the endpoint when the "
                           "event happened, so those with placeholders are "
                           "missing");

    ngx_webhook_attempt_outcome_text(attempt, log);

    attempt->shared.job.op.u.complete.outcome = WEBHOOK_FAILED;

    ngx_webhook_attempt_log_dead(attempt, ep, log);

    ngx_webhook_attempt_count(attempt, ep, NGX_WEBHOOK_SEND_DEAD);
}


void
ngx_webhook_attempt_count(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_webhook_send_e outcome)
{
    ngx_webhook_label_t      who;
    ngx_webhook_exchange_t  *x;

    static const ngx_webhook_counter_e  counters[] = {
        NGX_WEBHOOK_SENDS_DELIVERED,
        NGX_WEBHOOK_SENDS_FAILED,
        NGX_WEBHOOK_SENDS_DEAD,
        NGX_WEBHOOK_SENDS_RELEASED
    };

    ngx_webhook_count(counters[outcome], 1);

    if (ep == NULL) {
        return;
    }

    x = &attempt->exchange;

    who.id = ep->id;
    who.label = &ep->name;
    who.title = NULL;
    who.company = NULL;

    ngx_webhook_label_send(&who, outcome, x->status, x->total_usec);

    if (outcome != NGX_WEBHOOK_SEND_RELEASED) {
        ngx_webhook_label_phases(x->connect_usec, x->tls_usec,
                                 x->first_byte_usec, x->total_usec);
    }
}


/*
 * Milliseconds until the next attempt, 0 if there is none.  What the endpoint
 * asks for can make that later, within a bound, and never earlier.
 */

static uint64_t
ngx_webhook_attempt_gap(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    uint64_t  gap, after;

    gap = webhook_schedule_gap(&ep->retry, attempt->lease.attempt,
                               (uint32_t) ngx_random());

    if (gap == 0) {
        return 0;
    }

    after = ngx_webhook_attempt_after(attempt, ep);

    return ngx_max(gap, after);
}


/* Milliseconds of the answer's Retry-After, within its bound; 0: none. */

static uint64_t
ngx_webhook_attempt_after(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    ngx_webhook_exchange_t  *x;

    x = &attempt->exchange;

    if (x->fault != NGX_WEBHOOK_FAULT_NONE || x->retry_after <= 0) {
        return 0;
    }

    /* the header may say any number */

    if ((uint64_t) x->retry_after > ep->retry_after / 1000) {
        return ep->retry_after;
    }

    return (uint64_t) x->retry_after * 1000;
}


/* What a failed answer asks of us for all that goes to the endpoint. */

static void
ngx_webhook_attempt_wishes(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    uint64_t                 after;
    webhook_op_complete_t   *complete;
    ngx_webhook_exchange_t  *x;

    x = &attempt->exchange;
    complete = &attempt->shared.job.op.u.complete;

    if (x->fault != NGX_WEBHOOK_FAULT_NONE) {
        return;
    }

    switch (x->status) {

    case NGX_WEBHOOK_GONE:

        if (!ep->gone_ignore) {
            complete->gone = 1;
        }

        break;

    case NGX_HTTP_TOO_MANY_REQUESTS:
    case NGX_HTTP_BAD_GATEWAY:
    case NGX_HTTP_GATEWAY_TIME_OUT:

        after = ngx_webhook_attempt_after(attempt, ep);

        complete->slow = ngx_max(after, NGX_WEBHOOK_SLOW);
        complete->slow = ngx_min(complete->slow, NGX_WEBHOOK_SLOW_MAX);

        break;
    }
}


/* Copies what history keeps; the client's memory goes. */

static void
ngx_webhook_attempt_outcome_text(ngx_webhook_attempt_t *attempt, ngx_log_t *log)
{
    u_char                  *p;
    size_t                   len;
    uint64_t                 wall, took;
    ngx_str_t               *type;
    webhook_attempt_t       *a;
    ngx_webhook_exchange_t  *x;

    x = &attempt->exchange;
    type = ngx_webhook_nstr(&attempt->lease.event.type);
    a = &attempt->shared.job.op.u.complete.attempt;

    wall = ngx_webhook_clock_wall();
    took = x->total_usec / 1000;

    a->wall = (wall > took) ? wall - took : wall;
    a->status = (uint32_t) x->status;
    a->connect = x->connect_usec;
    a->tls = x->tls_usec;
    a->first_byte = x->first_byte_usec;
    a->total = x->total_usec;

    len = x->error.len + x->address.len + x->answer.len + type->len;

    p = attempt->texts;

    if (len > sizeof(attempt->texts)) {

        p = ngx_alloc(len, log);
        if (p == NULL) {
            return;                 /* history without words, but history */
        }

        attempt->kept = p;
    }

    a->error.data = p;
    a->error.len = x->error.len;
    p = ngx_cpymem(p, x->error.data, x->error.len);

    a->address.data = p;
    a->address.len = x->address.len;
    p = ngx_cpymem(p, x->address.data, x->address.len);

    a->answer.data = p;
    a->answer.len = x->answer.len;
    p = ngx_cpymem(p, x->answer.data, x->answer.len);

    attempt->type.data = p;
    attempt->type.len = type->len;
    ngx_memcpy(p, type->data, type->len);
}
