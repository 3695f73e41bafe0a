
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the routes of the whole: their handlers.  Event loop.
 */

#ifndef NGX_WEBHOOK_WHOLE_INT_H
#define NGX_WEBHOOK_WHOLE_INT_H

#include "http/admin/routes/common/ngx_http_webhook_scope.h"
#include "http/labels/ngx_http_webhook_labels.h"
#include "store/webhook_store.h"


/* _stats.c */
ngx_int_t ngx_webhook_whole_stats(ngx_webhook_api_t *api);

/* _trouble.c: JSON of which endpoints are in trouble, and of how long sends took;
   NULL: there is no memory.  Any thread. */
json_t *ngx_webhook_whole_trouble(ngx_webhook_api_t *api,
    const webhook_op_stats_t *stats);
json_t *ngx_webhook_whole_latency(const ngx_webhook_label_times_t *times);

/* _limits.c */
ngx_int_t ngx_webhook_whole_limits(ngx_webhook_api_t *api);

/* _events.c */
ngx_int_t ngx_webhook_whole_events(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_example(ngx_webhook_api_t *api);

/* _bulk.c */
ngx_int_t ngx_webhook_whole_bulk_retry(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_bulk_cancel(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_bulk_replay(ngx_webhook_api_t *api);

/* _purge.c */
ngx_int_t ngx_webhook_whole_purge(ngx_webhook_api_t *api);

/* _tasks.c */
ngx_int_t ngx_webhook_whole_tasks(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_task(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_task_end(ngx_webhook_api_t *api);

/* _export.c, _import.c */
ngx_int_t ngx_webhook_whole_export(ngx_webhook_api_t *api);
ngx_int_t ngx_webhook_whole_import(ngx_webhook_api_t *api);

/* _audit.c */
ngx_int_t ngx_webhook_whole_audit(ngx_webhook_api_t *api);


/* A task as JSON; NULL: there is no memory. */
json_t *ngx_webhook_whole_task_json(ngx_webhook_api_t *api,
    const webhook_task_t *task);

/* Of TASK, whose answer is set, and kept: answers it, or why there is none. */
ngx_int_t ngx_webhook_whole_task_made(ngx_webhook_api_t *api,
    webhook_op_t *op);


#endif /* NGX_WEBHOOK_WHOLE_INT_H */
