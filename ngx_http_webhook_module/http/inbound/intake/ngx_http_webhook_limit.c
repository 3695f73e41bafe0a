
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Each receiver with such a limit has a row in shared memory, with a counter
 * for each worker: a worker that died leaves its counters to the one that takes
 * its place, which begins by clearing them.  The zone is made anew with each
 * configuration; while old workers end the calls that they have, these do not
 * count against the new ones.
 */


#include "http/inbound/intake/ngx_http_webhook_limit.h"


#define NGX_WEBHOOK_LIMIT_WORKERS  64           /* counters in a row: a power
                                                   of 2; more workers share
                                                   them */


typedef struct {
    ngx_atomic_t   counts[NGX_WEBHOOK_LIMIT_WORKERS];
} ngx_webhook_limit_row_t;


static ngx_int_t ngx_webhook_limit_init_zone(ngx_shm_zone_t *zone, void *data);
static void ngx_webhook_limit_free(ngx_webhook_call_t *call);


static ngx_str_t  ngx_webhook_limit_name =
    ngx_string("ngx_http_webhook_inflight");

/* of this process; NULL in one that takes no calls */
static ngx_webhook_limit_row_t  *ngx_webhook_limit_rows;
static ngx_uint_t                ngx_webhook_limit_column;


ngx_int_t
ngx_webhook_limit_zone(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    size_t                    size;
    ngx_uint_t                i, rows;
    ngx_shm_zone_t           *zone;
    ngx_webhook_receiver_t  **rcv;

    rcv = wmcf->receivers.elts;
    rows = 0;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        if (rcv[i]->inflight) {
            rcv[i]->row = rows++;
        }
    }

    if (rows == 0) {
        return NGX_OK;
    }

    /* the slab's own pages, and one to spare */

    size = ngx_align(rows * sizeof(ngx_webhook_limit_row_t), ngx_pagesize);
    size += size / 64 + 8 * ngx_pagesize;

    zone = ngx_shared_memory_add(cf, &ngx_webhook_limit_name, size,
                                 &ngx_http_webhook_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->init = ngx_webhook_limit_init_zone;
    zone->data = (void *) rows;
    zone->noreuse = 1;

    wmcf->inflight = zone;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_limit_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_uint_t        rows;
    ngx_slab_pool_t  *shpool;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    rows = (ngx_uint_t) zone->data;

    zone->data = ngx_slab_calloc(shpool,
                                 rows * sizeof(ngx_webhook_limit_row_t));

    return zone->data ? NGX_OK : NGX_ERROR;
}


void
ngx_webhook_limit_attach(ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t                i;
    ngx_webhook_receiver_t  **rcv;

    if (wmcf->inflight == NULL) {
        return;
    }

    ngx_webhook_limit_rows = wmcf->inflight->data;
    ngx_webhook_limit_column = ngx_worker
                                    % NGX_WEBHOOK_LIMIT_WORKERS;

    if (ngx_worker >= NGX_WEBHOOK_LIMIT_WORKERS) {
        /* it shares the counters of another, which may be at work */
        return;
    }

    rcv = wmcf->receivers.elts;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        if (rcv[i]->inflight) {
            ngx_webhook_limit_rows[rcv[i]->row]
                .counts[ngx_webhook_limit_column] = 0;
        }
    }
}


/*
 * Counts first and adds up then: two that come at a time may both be refused,
 * but never both be taken where there is room for one.
 */

ngx_int_t
ngx_webhook_limit_take(ngx_webhook_call_t *call)
{
    ngx_uint_t                i;
    ngx_atomic_uint_t         sum;
    ngx_webhook_receiver_t   *receiver;
    ngx_webhook_limit_row_t  *row;

    receiver = call->receiver;

    if (receiver->inflight == 0 || ngx_webhook_limit_rows == NULL) {
        return NGX_OK;
    }

    row = &ngx_webhook_limit_rows[receiver->row];

    (void) ngx_atomic_fetch_add(&row->counts[ngx_webhook_limit_column], 1);
    call->counted = 1;
    call->row = receiver->row;

    ngx_webhook_call_on_end(call, NGX_WEBHOOK_END_LIMIT,
                            ngx_webhook_limit_free);

    sum = 0;

    for (i = 0; i < NGX_WEBHOOK_LIMIT_WORKERS; i++) {
        sum += row->counts[i];
    }

    if (sum <= receiver->inflight) {
        return NGX_OK;
    }

    ngx_webhook_limit_free(call);

    return NGX_BUSY;
}


static void
ngx_webhook_limit_free(ngx_webhook_call_t *call)
{
    ngx_webhook_limit_row_t  *row;

    if (!call->counted) {
        return;
    }

    call->counted = 0;

    row = &ngx_webhook_limit_rows[call->row];

    (void) ngx_atomic_fetch_add(&row->counts[ngx_webhook_limit_column], -1);
}
