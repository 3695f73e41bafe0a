
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Each receiver with such a limit has a row in shared memory, with a counter
 * for each worker: a worker that died leaves its counters to the one that takes
 * its place, which begins by clearing them.  The zone is made anew with each
 * configuration; while old workers end the calls that they have, these do not
 * count against the new ones.
 *
 * Behind the rows of configured receivers stand those for receivers that are
 * registered, each with the id of the one that has it, or 0.  They are searched
 * and given away under the zone's lock, when a receiver is built.
 */


#include "http/inbound/intake/ngx_http_webhook_limit.h"


#define NGX_WEBHOOK_LIMIT_WORKERS  64           /* counters in a row: a power
                                                   of 2; more workers share
                                                   them */


typedef struct {
    ngx_atomic_t   counts[NGX_WEBHOOK_LIMIT_WORKERS];
} ngx_webhook_limit_row_t;


/* What the zone begins with. */

typedef struct {
    ngx_webhook_limit_row_t  *rows;
    ngx_uint_t                configured;   /* of them */
    ngx_uint_t                registered;   /* behind those */
    uint64_t                 *ids;          /* of the latter's receivers */
} ngx_webhook_limit_t;


static ngx_int_t ngx_webhook_limit_init_zone(ngx_shm_zone_t *zone, void *data);
static void ngx_webhook_limit_free(ngx_webhook_call_t *call);


static ngx_str_t  ngx_webhook_limit_name =
    ngx_string("ngx_http_webhook_inflight");

/* of this process; NULL in one that takes no calls */
static ngx_webhook_limit_t      *ngx_webhook_limit;
static ngx_slab_pool_t          *ngx_webhook_limit_shpool;
static ngx_uint_t                ngx_webhook_limit_column;


ngx_int_t
ngx_webhook_limit_zone(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    size_t                    size;
    ngx_uint_t                i, rows, registered;
    ngx_shm_zone_t           *zone;
    ngx_webhook_limit_t      *limit;
    ngx_webhook_receiver_t  **rcv;

    rcv = wmcf->receivers.elts;
    rows = 0;

    for (i = 0; i < wmcf->receivers.nelts; i++) {
        if (rcv[i]->inflight) {
            rcv[i]->row = rows++;
        }
    }

    /* some to spare, since those of removed ones are not free at once */

    registered = wmcf->registry ? wmcf->registry->receivers : 0;
    registered += registered / 8;

    if (rows + registered == 0) {
        return NGX_OK;
    }

    limit = ngx_pcalloc(cf->pool, sizeof(ngx_webhook_limit_t));
    if (limit == NULL) {
        return NGX_ERROR;
    }

    limit->configured = rows;
    limit->registered = registered;

    /* the slab's own pages, and one to spare */

    size = ngx_align((rows + registered) * sizeof(ngx_webhook_limit_row_t),
                     ngx_pagesize)
           + ngx_align(registered * sizeof(uint64_t), ngx_pagesize);
    size += size / 64 + 8 * ngx_pagesize;

    zone = ngx_shared_memory_add(cf, &ngx_webhook_limit_name, size,
                                 &ngx_http_webhook_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    zone->init = ngx_webhook_limit_init_zone;
    zone->data = limit;
    zone->noreuse = 1;

    wmcf->inflight = zone;

    return NGX_OK;
}


static ngx_int_t
ngx_webhook_limit_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t      *shpool;
    ngx_webhook_limit_t  *limit;

    shpool = (ngx_slab_pool_t *) zone->shm.addr;
    limit = zone->data;

    /* the same address in all processes, which are forked later */

    limit->rows = ngx_slab_calloc(shpool,
                                  (limit->configured + limit->registered)
                                  * sizeof(ngx_webhook_limit_row_t));
    if (limit->rows == NULL) {
        return NGX_ERROR;
    }

    if (limit->registered) {
        limit->ids = ngx_slab_calloc(shpool,
                                     limit->registered * sizeof(uint64_t));
        if (limit->ids == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_webhook_limit_attach(ngx_webhook_main_conf_t *wmcf)
{
    ngx_uint_t            i;
    ngx_webhook_limit_t  *limit;

    if (wmcf->inflight == NULL) {
        return;
    }

    limit = wmcf->inflight->data;

    ngx_webhook_limit = limit;
    ngx_webhook_limit_shpool = (ngx_slab_pool_t *) wmcf->inflight->shm.addr;
    ngx_webhook_limit_column = ngx_worker
                                    % NGX_WEBHOOK_LIMIT_WORKERS;

    if (ngx_worker >= NGX_WEBHOOK_LIMIT_WORKERS) {
        /* it shares the counters of another, which may be at work */
        return;
    }

    for (i = 0; i < limit->configured + limit->registered; i++) {
        limit->rows[i].counts[ngx_webhook_limit_column] = 0;
    }
}


ngx_int_t
ngx_webhook_limit_row(ngx_webhook_receiver_t *receiver,
    ngx_uint_t (*live)(void *data, uint64_t id), void *data)
{
    ngx_int_t             rc;
    ngx_uint_t            i, n, free;
    ngx_webhook_limit_t  *limit;

    limit = ngx_webhook_limit;

    if (receiver->inflight == 0) {
        return NGX_OK;
    }

    rc = NGX_DECLINED;

    if (limit == NULL || limit->registered == 0) {
        goto done;
    }

    free = limit->registered;

    ngx_shmtx_lock(&ngx_webhook_limit_shpool->mutex);

    for (i = 0; i < limit->registered; i++) {

        if (limit->ids[i] == receiver->id) {
            free = i;
            break;
        }

        if (free == limit->registered && limit->ids[i] == 0) {
            free = i;
        }
    }

    /* else one of those that nobody has any more */

    for (i = 0; free == limit->registered && i < limit->registered; i++) {

        if (live(data, limit->ids[i])) {
            continue;
        }

        for (n = 0; n < NGX_WEBHOOK_LIMIT_WORKERS; n++) {
            if (limit->rows[limit->configured + i].counts[n]) {
                break;
            }
        }

        if (n == NGX_WEBHOOK_LIMIT_WORKERS) {
            free = i;
        }
    }

    if (free < limit->registered) {
        limit->ids[free] = receiver->id;
        receiver->row = limit->configured + free;
        rc = NGX_OK;
    }

    ngx_shmtx_unlock(&ngx_webhook_limit_shpool->mutex);

done:

    if (rc != NGX_OK) {
        receiver->inflight = 0;
    }

    return rc;
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

    if (receiver->inflight == 0 || ngx_webhook_limit == NULL) {
        return NGX_OK;
    }

    row = &ngx_webhook_limit->rows[receiver->row];

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

    row = &ngx_webhook_limit->rows[call->row];

    (void) ngx_atomic_fetch_add(&row->counts[ngx_webhook_limit_column], -1);
}
