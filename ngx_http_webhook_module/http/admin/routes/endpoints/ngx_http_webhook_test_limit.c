
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Companies share rows where there are more than rows: the one that was used
 * longest ago is taken.  A turn of a worker that died ends with its time.
 */

#include "http/admin/routes/endpoints/ngx_http_webhook_test_limit.h"
#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_TEST_ROWS  512
#define NGX_WEBHOOK_TEST_MORE  5000             /* ms that a turn lasts longer
                                                   than its request may */


typedef struct {
    uint64_t     key;                           /* 0: nobody's */
    ngx_msec_t   began;                         /* of the minute */
    ngx_uint_t   count;                         /* in it */
    ngx_msec_t   until[NGX_WEBHOOK_TEST_TOGETHER];
    unsigned     busy[NGX_WEBHOOK_TEST_TOGETHER];
} ngx_webhook_test_row_t;


static ngx_webhook_test_row_t *ngx_webhook_test_limit_row(uint64_t key,
    ngx_msec_t now);


static ngx_str_t  ngx_webhook_test_limit_name =
    ngx_string("ngx_http_webhook_tests");

/* of this process */
static ngx_shm_zone_t  *ngx_webhook_test_zone;


ngx_int_t
ngx_webhook_test_limit_zone(ngx_conf_t *cf, ngx_shm_zone_t **zone)
{
    *zone = ngx_webhook_shm_table(cf, &ngx_webhook_test_limit_name,
                                  NGX_WEBHOOK_TEST_ROWS
                                  * sizeof(ngx_webhook_test_row_t));

    return *zone ? NGX_OK : NGX_ERROR;
}


void
ngx_webhook_test_limit_attach(ngx_shm_zone_t *zone)
{
    ngx_webhook_test_zone = zone;
}


ngx_int_t
ngx_webhook_test_limit_take(uint64_t key, ngx_msec_t total, ngx_uint_t *turn,
    ngx_msec_t *wait)
{
    ngx_int_t                rc;
    ngx_uint_t               i;
    ngx_msec_t               now;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_test_row_t  *row;

    if (ngx_webhook_test_zone == NULL) {
        *wait = NGX_WEBHOOK_TEST_SPAN;
        return NGX_DECLINED;
    }

    now = ngx_current_msec;
    rc = NGX_DECLINED;

    shpool = (ngx_slab_pool_t *) ngx_webhook_test_zone->shm.addr;
    ngx_shmtx_lock(&shpool->mutex);

    row = ngx_webhook_test_limit_row(key, now);

    if (now - row->began >= NGX_WEBHOOK_TEST_SPAN) {
        row->began = now;
        row->count = 0;
    }

    if (row->count == NGX_WEBHOOK_TEST_MINUTE) {
        *wait = row->began + NGX_WEBHOOK_TEST_SPAN - now;

    } else {
        *wait = 1000;

        for (i = 0; i < NGX_WEBHOOK_TEST_TOGETHER; i++) {

            if (row->busy[i]
                && (ngx_msec_int_t) (row->until[i] - now) > 0)
            {
                continue;
            }

            row->busy[i] = 1;
            row->until[i] = now + (total ? total : NGX_WEBHOOK_TEST_SPAN)
                            + NGX_WEBHOOK_TEST_MORE;
            row->count++;

            *turn = i;
            rc = NGX_OK;
            break;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}


/* The row of a key, or one that nobody needs. */

static ngx_webhook_test_row_t *
ngx_webhook_test_limit_row(uint64_t key, ngx_msec_t now)
{
    ngx_uint_t               i;
    ngx_webhook_test_row_t  *row, *oldest;

    row = ngx_webhook_test_zone->data;
    oldest = row;

    for (i = 0; i < NGX_WEBHOOK_TEST_ROWS; i++) {

        if (row[i].key == key) {
            return &row[i];
        }

        if (row[i].key == 0) {
            oldest = &row[i];
            break;
        }

        if (now - row[i].began > now - oldest->began) {
            oldest = &row[i];
        }
    }

    ngx_memzero(oldest, sizeof(ngx_webhook_test_row_t));

    oldest->key = key;
    oldest->began = now;

    return oldest;
}


ngx_uint_t
ngx_webhook_test_limit_left(uint64_t key)
{
    ngx_uint_t               i, left;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_test_row_t  *row;

    if (ngx_webhook_test_zone == NULL || ngx_webhook_test_zone->data == NULL) {
        return 0;
    }

    left = NGX_WEBHOOK_TEST_MINUTE;

    shpool = (ngx_slab_pool_t *) ngx_webhook_test_zone->shm.addr;
    ngx_shmtx_lock(&shpool->mutex);

    row = ngx_webhook_test_zone->data;

    for (i = 0; i < NGX_WEBHOOK_TEST_ROWS; i++) {

        if (row[i].key == key) {

            if (ngx_current_msec - row[i].began < NGX_WEBHOOK_TEST_SPAN) {
                left -= row[i].count;
            }

            break;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return left;
}


void
ngx_webhook_test_limit_give(uint64_t key, ngx_uint_t turn)
{
    ngx_uint_t               i;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_test_row_t  *row;

    if (ngx_webhook_test_zone == NULL) {
        return;
    }

    shpool = (ngx_slab_pool_t *) ngx_webhook_test_zone->shm.addr;
    ngx_shmtx_lock(&shpool->mutex);

    row = ngx_webhook_test_zone->data;

    for (i = 0; i < NGX_WEBHOOK_TEST_ROWS; i++) {
        if (row[i].key == key) {
            row[i].busy[turn] = 0;
            break;
        }
    }

    ngx_shmtx_unlock(&shpool->mutex);
}
