
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A table of rows, each with the time at which all that its company asked for
 * will be paid (GCRA).  A company has its place in one of a few rows beside
 * each other; where all are taken, the one that is paid first makes way.
 */

#include "http/admin/access/ngx_http_webhook_access_rate.h"
#include "http/shm/ngx_http_webhook_shm_table.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "core/base/webhook_id.h"


#define NGX_WEBHOOK_RATE_SETS  512
#define NGX_WEBHOOK_RATE_WAYS  8


typedef struct {
    uint64_t                   company;     /* 0: nobody's */
    uint64_t                   paid;        /* usec */
} ngx_webhook_rate_row_t;


typedef struct {
    ngx_webhook_rate_row_t     rows[NGX_WEBHOOK_RATE_SETS]
                                   [NGX_WEBHOOK_RATE_WAYS];
} ngx_webhook_rate_t;


static ngx_webhook_rate_row_t *ngx_webhook_access_rate_row(
    ngx_webhook_rate_t *rate, uint64_t company);


ngx_int_t
ngx_webhook_access_rate_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name = ngx_string("webhook_requests");

    if (!wmcf->api || wmcf->registry == NULL || wmcf->registry->requests == 0)
    {
        return NGX_OK;
    }

    wmcf->requests = ngx_webhook_shm_table(cf, &name,
                                           sizeof(ngx_webhook_rate_t));

    return wmcf->requests ? NGX_OK : NGX_ERROR;
}


ngx_uint_t
ngx_webhook_access_rate(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_access_t *access)
{
    uint64_t                 now, paid, period;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_rate_row_t  *row;

    if (wmcf->requests == NULL || access->all) {
        return 0;
    }

    shpool = (ngx_slab_pool_t *) wmcf->requests->shm.addr;

    period = (uint64_t) wmcf->registry->requests_per * 1000;
    now = ngx_webhook_clock_usec();

    ngx_shmtx_lock(&shpool->mutex);

    row = ngx_webhook_access_rate_row(wmcf->requests->data,
              webhook_id_name(ngx_webhook_str(&access->company)));

    /* not more than all of it is owed, also where the quota was another */

    row->paid = ngx_min(ngx_max(row->paid, now), now + period);

    paid = row->paid + period / wmcf->registry->requests;

    if (paid <= now + period) {
        row->paid = paid;
        paid = 0;
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return paid ? (paid - now - period) / 1000000 + 1 : 0;
}


ngx_uint_t
ngx_webhook_access_rate_left(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_access_t *access)
{
    uint64_t                 now, paid, period;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_rate_row_t  *row;

    if (wmcf->requests == NULL || access->all) {
        return 0;
    }

    shpool = (ngx_slab_pool_t *) wmcf->requests->shm.addr;

    period = (uint64_t) wmcf->registry->requests_per * 1000;
    now = ngx_webhook_clock_usec();

    ngx_shmtx_lock(&shpool->mutex);

    /* its request has made a row */

    row = ngx_webhook_access_rate_row(wmcf->requests->data,
              webhook_id_name(ngx_webhook_str(&access->company)));

    paid = ngx_min(ngx_max(row->paid, now), now + period);

    ngx_shmtx_unlock(&shpool->mutex);

    return (ngx_uint_t) ((now + period - paid) * wmcf->registry->requests
                         / period);
}


static ngx_webhook_rate_row_t *
ngx_webhook_access_rate_row(ngx_webhook_rate_t *rate, uint64_t company)
{
    ngx_uint_t               i;
    ngx_webhook_rate_row_t  *row, *first;

    row = rate->rows[company % NGX_WEBHOOK_RATE_SETS];
    first = &row[0];

    for (i = 0; i < NGX_WEBHOOK_RATE_WAYS; i++) {

        if (row[i].company == company) {
            return &row[i];
        }

        if (row[i].paid < first->paid) {
            first = &row[i];
        }
    }

    first->company = company;
    first->paid = 0;

    return first;
}
