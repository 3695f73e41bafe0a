
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/schedule/ngx_http_webhook_job.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


static void ngx_webhook_job_free(void *data);


void
ngx_webhook_job_release(ngx_webhook_shared_job_t *shared)
{
    if (--shared->refs == 0) {

        /* An event is as large as its body; so is what a claim read. */

        ngx_webhook_cpu_free(shared,
                             shared->size + webhook_op_size(&shared->job.op),
                             ngx_webhook_job_free);
    }
}


static void
ngx_webhook_job_free(void *data)
{
    ngx_webhook_shared_job_t *shared = data;

    webhook_op_free(&shared->job.op);
    ngx_free(shared);
}


ngx_int_t
ngx_webhook_job_post(webhook_op_t *op,
    ngx_webhook_job_pt handler, ngx_log_t *log)
{
    ngx_webhook_shared_job_t  *shared;

    shared = ngx_calloc(sizeof(ngx_webhook_shared_job_t), log);
    if (shared == NULL) {
        return NGX_ERROR;
    }

    shared->refs = 1;
    shared->job.op = *op;
    shared->job.handler = handler;

    ngx_webhook_store_queue_post(&shared->job);

    return NGX_OK;
}
