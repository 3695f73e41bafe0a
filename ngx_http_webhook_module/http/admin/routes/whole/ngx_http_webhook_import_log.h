
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an import has done so far.  It is kept under the request's
 * Idempotency-Key in the transaction of each change; where the worker is killed,
 * a request with the same key finds it, and does the rest.  Event loop.
 */

#ifndef NGX_WEBHOOK_IMPORT_LOG_H
#define NGX_WEBHOOK_IMPORT_LOG_H

#include "http/admin/api/ngx_http_webhook_api.h"


typedef struct {
    json_t  *done;              /* in their order: "item", "result", "id" */
    size_t   place;             /* of the next one to come by */
} ngx_webhook_import_log_t;


/* Begins with what an earlier request has done.  NGX_OK or NGX_ERROR. */
ngx_int_t ngx_webhook_import_log_init(ngx_webhook_api_t *api,
    ngx_webhook_import_log_t *log);
void ngx_webhook_import_log_free(ngx_webhook_import_log_t *log);

/* Items ascend.  What was done with it before, borrowed; NULL: nothing was. */
json_t *ngx_webhook_import_log_known(ngx_webhook_import_log_t *log,
    size_t item);

/* Before a change, each time that it is tried: *answer, in the pool, is what is
   to be kept with it.  NGX_OK or NGX_ERROR.  And where the change was not
   made. */
ngx_int_t ngx_webhook_import_log_keep(ngx_webhook_api_t *api,
    ngx_webhook_import_log_t *log, size_t item, const char *result,
    const webhook_str_t *id, ngx_pool_t *pool, ngx_str_t *answer);
void ngx_webhook_import_log_drop(ngx_webhook_import_log_t *log, size_t item);


#endif /* NGX_WEBHOOK_IMPORT_LOG_H */
