
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Log lines about attempts.
 */

#include "http/outbound/attempt/ngx_http_webhook_attempt_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"


#define NGX_WEBHOOK_QUIET  10000                /* ms between log lines about
                                                   one endpoint's failures */


/* Failures of an endpoint that were not logged, one by one. */

typedef struct {
    uint64_t      id;
    ngx_msec_t    until;
    ngx_uint_t    count;
} ngx_webhook_quiet_t;


static ngx_int_t ngx_webhook_attempt_log_turn(ngx_webhook_endpoint_t *ep,
    ngx_uint_t *count);


static ngx_array_t  ngx_webhook_attempt_quiet;      /* of ..._quiet_t */


void
ngx_webhook_attempt_log_init(void)
{
    ngx_memzero(&ngx_webhook_attempt_quiet, sizeof(ngx_array_t));
}


void
ngx_webhook_attempt_log_failure(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    u_char                   id[WEBHOOK_ID_TEXT_LEN];
    ngx_uint_t               count;
    ngx_webhook_exchange_t  *x;
    ngx_webhook_redacted_t   redacted;

    if (ngx_webhook_attempt_log_turn(ep, &count) != NGX_OK) {
        return;
    }

    x = &attempt->exchange;

    webhook_id_text(&attempt->lease.event.id, id);

    ngx_log_error(NGX_LOG_WARN, log, 0,
                  "webhook delivery %*s.%V (%V) failed at send %uD: "
                  "status %ui%s%V; %ui more of this endpoint since the last "
                  "such line",
                  (size_t) WEBHOOK_ID_TEXT_LEN, id, &ep->name,
                  ngx_webhook_nstr(&attempt->lease.event.type),
                  attempt->lease.attempt, x->status,
                  x->error.len ? ", " : "",
                  ngx_webhook_redacted(&redacted, x->error.data, x->error.len),
                  count);
}


void
ngx_webhook_attempt_log_dead(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    u_char                   id[WEBHOOK_ID_TEXT_LEN];
    ngx_webhook_exchange_t  *x;
    ngx_webhook_redacted_t   redacted;

    x = &attempt->exchange;

    webhook_id_text(&attempt->lease.event.id, id);

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "webhook delivery %*s.%V (%V) is dead after %uD sends: "
                  "status %ui%s%V",
                  (size_t) WEBHOOK_ID_TEXT_LEN, id, &ep->name,
                  ngx_webhook_nstr(&attempt->lease.event.type),
                  attempt->lease.attempt, x->status,
                  x->error.len ? ", " : "",
                  ngx_webhook_redacted(&redacted, x->error.data,
                                       x->error.len));
}


void
ngx_webhook_attempt_log_unsigned(ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    ngx_uint_t  count;

    if (ngx_webhook_attempt_log_turn(ep, &count) != NGX_OK) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, log, 0,
                  "the secrets of webhook endpoint \"%V\" have expired: its "
                  "deliveries wait for a new one, since nothing is sent "
                  "unsigned",
                  &ep->name);
}


void
ngx_webhook_attempt_log_endpoint(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep, ngx_log_t *log)
{
    webhook_op_complete_t  *complete;

    complete = &attempt->shared.job.op.u.complete;

    if (complete->disabled) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "webhook endpoint \"%V\" has failed for %uL s and is "
                      "disabled: its deliveries wait until \"webhookctl "
                      "resume %V\"", &ep->name, complete->disable / 1000,
                      &ep->name);

    } else if (complete->paused) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "webhook endpoint \"%V\" answered 410 Gone and is "
                      "paused: its deliveries wait until \"webhookctl resume "
                      "%V\"", &ep->name, &ep->name);
    }

    if (complete->opened) {
        ngx_log_error(NGX_LOG_ERR, log, 0,
                      "the breaker of webhook endpoint \"%V\" opened: first "
                      "sends are held for %uL ms, retries continue",
                      &ep->name, ep->break_open_timeout);
    }

    if (complete->closed) {
        ngx_log_error(NGX_LOG_NOTICE, log, 0,
                      "the breaker of webhook endpoint \"%V\" closed",
                      &ep->name);
    }
}


void
ngx_webhook_attempt_log_line(ngx_webhook_attempt_t *attempt,
    ngx_webhook_endpoint_t *ep)
{
    uint64_t                  wall;
    webhook_op_complete_t    *complete;
    ngx_webhook_exchange_t   *x;
    ngx_webhook_log_entry_t   entry;

    static const char  *outcomes[] = {
        "delivered", "failed", "dead", "released"
    };

    x = &attempt->exchange;
    complete = &attempt->shared.job.op.u.complete;

    wall = ngx_webhook_clock_wall();

    entry.event = &attempt->lease.event.id;
    entry.wire = &attempt->lease.event.wire;
    entry.wall = wall - ngx_min(wall, x->total_usec / 1000);
    entry.type = ngx_webhook_nstr(&attempt->lease.event.type);
    entry.endpoint = &ep->name;
    entry.number = attempt->lease.number;
    entry.outcome = outcomes[complete->outcome];
    entry.status = x->status;
    entry.address = &x->address;
    entry.error = &x->error;
    entry.bytes = attempt->lease.event.rendition.body.len;
    entry.connect = x->connect_usec;
    entry.tls = x->tls_usec;
    entry.first_byte = x->first_byte_usec;
    entry.total = x->total_usec;
    entry.delay = (complete->outcome == WEBHOOK_RETRY
                   || complete->outcome == WEBHOOK_RELEASE)
                  ? complete->delay : 0;
    entry.trace = attempt->trace;

    ngx_webhook_log(&entry);
}


/*
 * NGX_OK if a line may be written: a dead endpoint must not fill the log.
 * *count failures went by in silence since the last one.
 */

static ngx_int_t
ngx_webhook_attempt_log_turn(ngx_webhook_endpoint_t *ep, ngx_uint_t *count)
{
    ngx_uint_t            i;
    ngx_array_t          *all;
    ngx_webhook_quiet_t  *quiet;

    all = &ngx_webhook_attempt_quiet;

    if (all->elts == NULL
        && ngx_array_init(all, ngx_cycle->pool, 8, sizeof(ngx_webhook_quiet_t))
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    *count = 0;
    quiet = all->elts;

    for (i = 0; i < all->nelts; i++) {
        if (quiet[i].id == ep->id) {
            break;
        }
    }

    if (i == all->nelts) {
        quiet = ngx_array_push(all);
        if (quiet == NULL) {
            return NGX_ERROR;
        }

        quiet->id = ep->id;

    } else {
        quiet = &quiet[i];

        if ((ngx_msec_int_t) (ngx_current_msec - quiet->until) < 0) {
            quiet->count++;
            return NGX_DECLINED;
        }

        *count = quiet->count;
    }

    quiet->count = 0;
    quiet->until = ngx_current_msec + NGX_WEBHOOK_QUIET;

    return NGX_OK;
}
