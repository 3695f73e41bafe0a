
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tables in shared memory: one block of bytes, zero at first, which all workers
 * have at the same address, and which a reload keeps.
 */

#ifndef NGX_WEBHOOK_SHM_TABLE_H
#define NGX_WEBHOOK_SHM_TABLE_H

#include <ngx_config.h>
#include <ngx_core.h>


/*
 * While a configuration is read: the zone of this name, or NULL, logged.  From
 * the time that the configuration is in force zone->data is the table, and the
 * mutex of the zone's slab pool is there for whoever locks it.  What it holds
 * is kept as long as each configuration asks for this name and size.
 */
ngx_shm_zone_t *ngx_webhook_shm_table(ngx_conf_t *cf, ngx_str_t *name,
    size_t size);


#endif /* NGX_WEBHOOK_SHM_TABLE_H */
