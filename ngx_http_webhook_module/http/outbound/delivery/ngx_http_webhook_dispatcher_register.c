
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The endpoints, as the store knows them.
 */

#include "http/outbound/delivery/ngx_http_webhook_dispatcher_int.h"
#include "http/outbound/attempt/ngx_http_webhook_schedule.h"


#define NGX_WEBHOOK_NAME          3600000       /* ms between two times that
                                                   the endpoints are named */


typedef struct {
    ngx_webhook_main_conf_t  *wmcf;
    ngx_log_t                *log;

    ngx_msec_t                name_at;
    ngx_uint_t                unnamed;          /* ENDPOINT jobs to come */

    unsigned                  named:1;          /* the store knows all */
} ngx_webhook_names_t;


static void ngx_webhook_dispatcher_registered(ngx_uint_t named);
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
}


void
ngx_webhook_dispatcher_register(void)
{
    ngx_uint_t               i;
    webhook_op_t             op;
    ngx_webhook_names_t     *c;
    ngx_webhook_endpoint_t **eps;

    c = &ngx_webhook_names;

    if (c->unnamed) {
        return;
    }

    /* Operations are applied in order: puts posted from now on find them. */

    ngx_webhook_dispatcher_registered(1);
    c->name_at = ngx_current_msec + NGX_WEBHOOK_NAME;

    eps = c->wmcf->endpoints.elts;

    for (i = 0; i < c->wmcf->endpoints.nelts; i++) {

        ngx_memzero(&op, sizeof(webhook_op_t));

        op.type = WEBHOOK_OP_ENDPOINT;
        op.u.endpoint.id = eps[i]->id;
        op.u.endpoint.name = *ngx_webhook_str(&eps[i]->name);
        op.u.endpoint.inflight = (uint32_t) eps[i]->inflight;
        op.u.endpoint.rate = eps[i]->rate;
        op.u.endpoint.per = eps[i]->per;
        op.u.endpoint.burst = eps[i]->burst;
        op.u.endpoint.break_failures = eps[i]->break_failures;
        op.u.endpoint.break_percent = eps[i]->break_percent;
        op.u.endpoint.break_window = eps[i]->break_window;
        op.u.endpoint.break_open_timeout = eps[i]->break_open_timeout;
        op.u.endpoint.order_block = eps[i]->order_block;

        if (ngx_webhook_job_post(&op, ngx_webhook_dispatcher_register_done,
                                 c->log)
            != NGX_OK)
        {
            ngx_webhook_dispatcher_registered(0);
            return;
        }

        c->unnamed++;
    }
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

        ngx_webhook_dispatcher_registered(0);
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
    ngx_webhook_dispatcher_registered(0);
}


static void
ngx_webhook_dispatcher_registered(ngx_uint_t named)
{
    ngx_webhook_names.named = (named != 0);

    ngx_webhook_schedule_open(named);
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
                || ngx_webhook_endpoint_find(c->wmcf, ep->id))
            {
                continue;
            }

            ngx_log_error(NGX_LOG_WARN, c->log, 0,
                          "%uL deliveries wait for webhook endpoint \"%V\", "
                          "which is not in the configuration any more",
                          ep->states[WEBHOOK_PENDING],
                          ngx_webhook_redacted(&redacted, ep->name.data,
                                               ep->name.len));
        }
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}
