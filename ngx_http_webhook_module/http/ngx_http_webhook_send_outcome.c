
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an answer, or its absence, means for the delivery and its endpoint.
 */

#include "ngx_http_webhook_send_int.h"


static uint64_t ngx_http_webhook_send_gap(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep);
static void ngx_http_webhook_send_attempt(ngx_http_webhook_send_t *send,
    ngx_log_t *log);


void
ngx_http_webhook_send_outcome(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep, ngx_log_t *log)
{
    webhook_op_complete_t        *complete;
    ngx_http_webhook_exchange_t  *x;

    x = &send->exchange;
    complete = &send->hold.job.op.u.complete;

    if (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL
        || x->fault == NGX_HTTP_WEBHOOK_FAULT_SHUTDOWN)
    {
        complete->outcome = WEBHOOK_RELEASE;
        complete->delay = (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL)
                          ? NGX_HTTP_WEBHOOK_LOCAL_DELAY : 0;

        if (x->fault == NGX_HTTP_WEBHOOK_FAULT_LOCAL) {
            ngx_http_webhook_send_log_failure(send, ep, log);
        }

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_RELEASED, 1);
        return;
    }

    ngx_http_webhook_send_attempt(send, log);

    if (x->fault == NGX_HTTP_WEBHOOK_FAULT_NONE
        && webhook_status_set_has(&ep->success, x->status))
    {
        complete->outcome = WEBHOOK_DONE;

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_DELIVERED, 1);
        return;
    }

    complete->delay = ngx_http_webhook_send_gap(send, ep);

    if (complete->delay) {
        complete->outcome = WEBHOOK_RETRY;

        ngx_http_webhook_send_log_failure(send, ep, log);

        ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_FAILED, 1);
        return;
    }

    complete->outcome = WEBHOOK_FAILED;

    ngx_http_webhook_send_log_dead(send, ep, log);

    ngx_http_webhook_count(NGX_HTTP_WEBHOOK_SENDS_DEAD, 1);
}


/*
 * Milliseconds until the next send, 0 if there is none.  What the endpoint
 * asks for can make that later, within a bound, and never earlier.
 */

static uint64_t
ngx_http_webhook_send_gap(ngx_http_webhook_send_t *send,
    ngx_http_webhook_endpoint_t *ep)
{
    uint64_t                      gap, after;
    ngx_http_webhook_exchange_t  *x;

    x = &send->exchange;

    gap = webhook_schedule_gap(&ep->retry, send->lease.attempt,
                               (uint32_t) ngx_random());

    if (gap == 0 || x->fault != NGX_HTTP_WEBHOOK_FAULT_NONE
        || x->retry_after <= 0)
    {
        return gap;
    }

    after = ep->retry_after;

    if ((uint64_t) x->retry_after < after / 1000) {
        after = (uint64_t) x->retry_after * 1000;
    }

    return ngx_max(gap, after);
}


/* Copies what history keeps; the client's memory goes. */

static void
ngx_http_webhook_send_attempt(ngx_http_webhook_send_t *send, ngx_log_t *log)
{
    u_char                       *p;
    size_t                        len;
    uint64_t                      wall, took;
    webhook_attempt_t            *a;
    ngx_http_webhook_exchange_t  *x;

    x = &send->exchange;
    a = &send->hold.job.op.u.complete.attempt;

    wall = ngx_http_webhook_wall();
    took = x->total_usec / 1000;

    a->wall = (wall > took) ? wall - took : wall;
    a->status = (uint32_t) x->status;
    a->connect = x->connect_usec;
    a->tls = x->tls_usec;
    a->first_byte = x->first_byte_usec;
    a->total = x->total_usec;

    len = x->error.len + x->address.len + x->answer.len;

    if (len == 0) {
        return;
    }

    p = ngx_alloc(len, log);
    if (p == NULL) {
        return;                     /* history without words, but history */
    }

    send->kept = p;

    a->error.data = p;
    a->error.len = x->error.len;
    p = ngx_cpymem(p, x->error.data, x->error.len);

    a->address.data = p;
    a->address.len = x->address.len;
    p = ngx_cpymem(p, x->address.data, x->address.len);

    a->answer.data = p;
    a->answer.len = x->answer.len;
    ngx_memcpy(p, x->answer.data, x->answer.len);
}
