
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/attempt/ngx_http_webhook_job.h"
#include "http/runtime/ngx_http_webhook_cpu.h"


static void ngx_http_webhook_job_free(void *data);


void
ngx_http_webhook_job_release(ngx_http_webhook_hold_t *hold)
{
    if (--hold->refs == 0) {

        /* An event is as large as its body; so is what a claim read. */

        ngx_http_webhook_cpu_free(hold,
                                  hold->size + webhook_op_size(&hold->job.op),
                                  ngx_http_webhook_job_free);
    }
}


static void
ngx_http_webhook_job_free(void *data)
{
    ngx_http_webhook_hold_t *hold = data;

    webhook_op_free(&hold->job.op);
    ngx_free(hold);
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
