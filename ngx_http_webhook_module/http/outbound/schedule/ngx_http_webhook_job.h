
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Operations of the store that are counted, or that nothing belongs to.
 */

#ifndef NGX_WEBHOOK_JOB_H
#define NGX_WEBHOOK_JOB_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


/*
 * A counted job.  The leases that an operation brought refer to its memory,
 * which lives until the last of their attempts is done.
 */

typedef struct {
    ngx_webhook_job_t      job;
    ngx_uint_t             refs;
    size_t                 size;            /* bytes of it; 0: they are few */
} ngx_webhook_shared_job_t;


/* Gives up one reference; with the last one, frees outputs and memory, on a
   thread where that is large. */
void ngx_webhook_job_release(ngx_webhook_shared_job_t *shared);

/* Posts an operation of its own; op is copied.  The handler gets a
   ngx_webhook_shared_job_t and releases it.  NGX_ERROR on lack of memory. */
ngx_int_t ngx_webhook_job_post(webhook_op_t *op, ngx_webhook_job_pt handler,
    ngx_log_t *log);


#endif /* NGX_WEBHOOK_JOB_H */
