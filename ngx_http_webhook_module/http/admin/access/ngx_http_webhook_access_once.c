
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/admin/access/ngx_http_webhook_access_once.h"
#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_ONCE_ROWS   1024
#define NGX_WEBHOOK_ONCE_LEASE  7200000         /* ms */


typedef struct {
    u_char                     key[WEBHOOK_ONCE_LEN];
    ngx_pid_t                  pid;             /* who has it; 0: nobody */
    ngx_msec_t                 until;
} ngx_webhook_once_row_t;


typedef struct {
    ngx_webhook_once_row_t     rows[NGX_WEBHOOK_ONCE_ROWS];
} ngx_webhook_once_t;


static ngx_uint_t ngx_webhook_access_once_live(ngx_webhook_once_row_t *row);


ngx_int_t
ngx_webhook_access_once_init(ngx_conf_t *cf, ngx_webhook_main_conf_t *wmcf)
{
    ngx_str_t  name = ngx_string("webhook_once");

    if (!wmcf->api) {
        return NGX_OK;
    }

    wmcf->once = ngx_webhook_shm_table(cf, &name, sizeof(ngx_webhook_once_t));

    return wmcf->once ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_webhook_access_once_take(ngx_webhook_main_conf_t *wmcf,
    const u_char key[WEBHOOK_ONCE_LEN], ngx_uint_t *row)
{
    ngx_int_t                rc;
    ngx_uint_t               i;
    ngx_slab_pool_t         *shpool;
    ngx_webhook_once_row_t  *rows;

    rows = ((ngx_webhook_once_t *) wmcf->once->data)->rows;
    shpool = (ngx_slab_pool_t *) wmcf->once->shm.addr;

    *row = NGX_WEBHOOK_ONCE_ROWS;
    rc = NGX_OK;

    ngx_shmtx_lock(&shpool->mutex);

    for (i = 0; i < NGX_WEBHOOK_ONCE_ROWS; i++) {

        if (rows[i].pid
            && ngx_memcmp(rows[i].key, key, WEBHOOK_ONCE_LEN) == 0)
        {
            if (ngx_webhook_access_once_live(&rows[i])) {
                rc = NGX_BUSY;
                break;
            }

            rows[i].pid = 0;
        }

        if (rows[i].pid == 0 && *row == NGX_WEBHOOK_ONCE_ROWS) {
            *row = i;
        }
    }

    /* only where there is no other room is it asked of all who is gone */

    for (i = 0;
         rc == NGX_OK && *row == NGX_WEBHOOK_ONCE_ROWS
         && i < NGX_WEBHOOK_ONCE_ROWS;
         i++)
    {
        if (!ngx_webhook_access_once_live(&rows[i])) {
            *row = i;
        }
    }

    if (rc == NGX_OK && *row == NGX_WEBHOOK_ONCE_ROWS) {
        rc = NGX_DECLINED;
    }

    if (rc == NGX_OK) {
        ngx_memcpy(rows[*row].key, key, WEBHOOK_ONCE_LEN);
        rows[*row].pid = ngx_pid;
        rows[*row].until = ngx_current_msec + NGX_WEBHOOK_ONCE_LEASE;
    }

    ngx_shmtx_unlock(&shpool->mutex);

    return rc;
}


static ngx_uint_t
ngx_webhook_access_once_live(ngx_webhook_once_row_t *row)
{
    return (ngx_msec_int_t) (row->until - ngx_current_msec) > 0
           && (row->pid == ngx_pid || kill(row->pid, 0) == 0
               || ngx_errno != ESRCH);
}


void
ngx_webhook_access_once_give(ngx_webhook_main_conf_t *wmcf,
    const u_char key[WEBHOOK_ONCE_LEN], ngx_uint_t row)
{
    ngx_slab_pool_t         *shpool;
    ngx_webhook_once_row_t  *rows;

    rows = ((ngx_webhook_once_t *) wmcf->once->data)->rows;
    shpool = (ngx_slab_pool_t *) wmcf->once->shm.addr;

    ngx_shmtx_lock(&shpool->mutex);

    /* after its time it may be another's */

    if (rows[row].pid == ngx_pid
        && ngx_memcmp(rows[row].key, key, WEBHOOK_ONCE_LEN) == 0)
    {
        rows[row].pid = 0;
    }

    ngx_shmtx_unlock(&shpool->mutex);
}
