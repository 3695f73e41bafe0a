
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/send/ngx_http_webhook_job.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


void
ngx_http_webhook_job_release(ngx_http_webhook_hold_t *hold)
{
    if (--hold->refs == 0) {
        webhook_op_free(&hold->job.op);
        ngx_http_webhook_cpu_free(hold, hold->size);
    }
}


ngx_int_t
ngx_http_webhook_job_post(webhook_op_t *op,
    ngx_http_webhook_job_pt handler, ngx_log_t *log)
{
    ngx_http_webhook_hold_t  *hold;

    hold = ngx_calloc(sizeof(ngx_http_webhook_hold_t), log);
    if (hold == NULL) {
        return NGX_ERROR;
    }

    hold->refs = 1;
    hold->job.op = *op;
    hold->job.handler = handler;

    ngx_http_webhook_batch_post(&hold->job);

    return NGX_OK;
}
