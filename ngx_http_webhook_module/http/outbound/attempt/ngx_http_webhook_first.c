
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/attempt/ngx_http_webhook_first.h"
#include "http/outbound/attempt/ngx_http_webhook_attempt.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


static void ngx_webhook_first_begin(ngx_webhook_job_t *job,
    const webhook_put_t *d, uint64_t token);


void
ngx_webhook_first_early(ngx_webhook_job_t *job)
{
    ngx_uint_t               i;
    const webhook_put_t     *d;
    webhook_op_put_event_t  *put;

    put = &job->op.u.put_event;

    for (i = 0; i < put->count; i++) {
        d = &put->deliveries[i];

        if (d->early) {
            ngx_webhook_schedule_unreserve(1);
            ngx_webhook_count(NGX_WEBHOOK_SENDS_EARLY, 1);

            ngx_webhook_first_begin(job, d, d->early);
        }
    }
}


ngx_uint_t
ngx_webhook_first_leased(ngx_webhook_job_t *job)
{
    ngx_uint_t               i, waits;
    const webhook_put_t     *d;
    webhook_op_put_event_t  *put;

    put = &job->op.u.put_event;
    waits = 0;

    for (i = 0; i < put->count; i++) {
        d = &put->deliveries[i];

        if (d->early) {
            continue;
        }

        if (d->lease_token == 0) {
            waits |= !d->over;
            continue;
        }

        ngx_webhook_first_begin(job, d, d->lease_token);
    }

    return waits;
}


static void
ngx_webhook_first_begin(ngx_webhook_job_t *job, const webhook_put_t *d,
    uint64_t token)
{
    webhook_lease_t          lease;
    webhook_op_put_event_t  *put;

    put = &job->op.u.put_event;

    ngx_memzero(&lease, sizeof(webhook_lease_t));

    lease.event.id = put->id;
    lease.event.wire = put->id;
    lease.event.wall = put->wall;
    lease.event.type = put->type;
    lease.event.rendition = put->renditions[d->rendition];
    lease.endpoint = d->endpoint;
    lease.lease_token = token;
    lease.attempt = 1;
    lease.number = 1;
    lease.early = d->early != 0;

    ngx_webhook_attempt_start(&lease, (ngx_webhook_shared_job_t *) job);
}
