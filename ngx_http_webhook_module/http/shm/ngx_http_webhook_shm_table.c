
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/shm/ngx_http_webhook_shm_table.h"


#define NGX_WEBHOOK_SHM_SLAB  8         /* pages, for what the slab pool needs
                                           by itself, and some to spare */


extern ngx_module_t  ngx_http_webhook_module;


static ngx_int_t ngx_webhook_shm_table_init(ngx_shm_zone_t *zone, void *data);


ngx_shm_zone_t *
ngx_webhook_shm_table(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
    ngx_shm_zone_t  *zone;

    zone = ngx_shared_memory_add(cf, name,
                                 ngx_align(size, ngx_pagesize)
                                 + NGX_WEBHOOK_SHM_SLAB * ngx_pagesize,
                                 &ngx_http_webhook_module);
    if (zone == NULL) {
        return NULL;
    }

    /* the size stands there until the table is */

    zone->init = ngx_webhook_shm_table_init;
    zone->data = (void *) size;

    return zone;
}


static ngx_int_t
ngx_webhook_shm_table_init(ngx_shm_zone_t *zone, void *data)
{
    size_t            size;
    ngx_slab_pool_t  *shpool;

    size = (size_t) zone->data;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    shpool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = shpool->data;
        return NGX_OK;
    }

    shpool->data = ngx_slab_calloc(shpool, size);
    zone->data = shpool->data;

    return zone->data ? NGX_OK : NGX_ERROR;
}
