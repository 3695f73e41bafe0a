
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How often a company may ask the API: "quota requests=" of webhook_registry,
 * counted in shared memory for all workers.
 */

#ifndef NGX_WEBHOOK_ACCESS_RATE_H
#define NGX_WEBHOOK_ACCESS_RATE_H

#include "http/admin/access/ngx_http_webhook_access.h"


/* Makes the shared memory, in postconfiguration, where there is a quota. */
ngx_int_t ngx_webhook_access_rate_init(ngx_conf_t *cf,
    ngx_webhook_main_conf_t *wmcf);

/*
 * Counts a request of the caller's company: 0, or the seconds, from 1 on, after
 * which it may come again.  So many as the quota has may come in a row, and
 * then they come back evenly.  Callers of all companies are not counted.  Where
 * more than 2048 companies ask at a time, some may get more than their quota.
 * Event loop.
 */
ngx_uint_t ngx_webhook_access_rate(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_access_t *access);

/* How many requests the caller's company may make yet, without one that is
   counted for it; 0 also where there is no quota. */
ngx_uint_t ngx_webhook_access_rate_left(ngx_webhook_main_conf_t *wmcf,
    ngx_webhook_access_t *access);


#endif /* NGX_WEBHOOK_ACCESS_RATE_H */
