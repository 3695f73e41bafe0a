
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is done on a thread of the pool, and at exit on the main one.
 */

#include "http/runtime/ngx_http_webhook_store_queue_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "store/engines/webhook_engines.h"


#define NGX_WEBHOOK_STORE_QUEUE_AGAIN  5000     /* ms between tries to open */


static ngx_uint_t ngx_webhook_store_queue_due(uint64_t *tried);
static void ngx_webhook_store_queue_log(void *ctx, webhook_store_log_e level,
    const char *text);


void
ngx_webhook_store_queue_options(ngx_webhook_store_queue_ctx_t *ctx,
    ngx_webhook_main_conf_t *wmcf, ngx_log_t *log)
{
    ctx->options.engine = webhook_engines_find(NULL);
    ctx->options.path = (const char *) wmcf->store->name.data;
    ctx->options.size = wmcf->size;
    ctx->options.keep = wmcf->keep;
    ctx->options.keep_bytes = wmcf->keep_bytes;
    ctx->options.dedupe_rows = wmcf->dedupe_rows;
    ctx->options.orphans = wmcf->orphans;
    ctx->options.idempotency_rows = wmcf->idempotency_rows;
    ctx->options.high_water = (uint32_t) wmcf->high_water;
    ctx->options.warn_water = (uint32_t) wmcf->warn_water;
    ctx->options.keep_history = (wmcf->full == NGX_WEBHOOK_FULL_REFUSE);
    ctx->options.log = ngx_webhook_store_queue_log;
    ctx->options.ctx = log;
}


ngx_int_t
ngx_webhook_store_queue_open(ngx_webhook_store_queue_ctx_t *ctx)
{
    if (webhook_store_open(&ctx->options, &ctx->store) != WEBHOOK_STORE_OK) {
        ctx->store = NULL;
        return NGX_ERROR;
    }

    webhook_store_gather(ctx->store, ctx->more, ctx->data);

    return NGX_OK;
}


void
ngx_webhook_store_queue_thread(void *data, ngx_log_t *log)
{
    ngx_webhook_store_queue_ctx_t *ctx = data;

    uint64_t    began;
    ngx_uint_t  i;

    ctx->usec = 0;

    if (ctx->store == NULL && ngx_webhook_store_queue_due(&ctx->tried)) {
        (void) ngx_webhook_store_queue_open(ctx);
    }

    if (ctx->store) {
        began = ngx_webhook_clock_usec();

        webhook_store_apply(ctx->store, ctx->ops, (uint32_t) ctx->count);

        ctx->usec = ngx_webhook_clock_usec() - began;

        webhook_store_news(ctx->store, &ctx->news);
        return;
    }

    for (i = 0; i < ctx->count; i++) {
        ctx->ops[i]->result = WEBHOOK_STORE_UNAVAILABLE;
    }
}


static ngx_uint_t
ngx_webhook_store_queue_due(uint64_t *tried)
{
    uint64_t  now;

    now = ngx_webhook_clock_usec();

    if (now - *tried < NGX_WEBHOOK_STORE_QUEUE_AGAIN * 1000) {
        return 0;
    }

    *tried = now;

    return 1;
}


static void
ngx_webhook_store_queue_log(void *ctx, webhook_store_log_e level,
    const char *text)
{
    ngx_log_t *log = ctx;

    ngx_uint_t              n;
    ngx_webhook_redacted_t  redacted;

    switch (level) {

    case WEBHOOK_STORE_LOG_EMERG:
        n = NGX_LOG_EMERG;
        break;

    case WEBHOOK_STORE_LOG_ERROR:
        n = NGX_LOG_ERR;
        break;

    case WEBHOOK_STORE_LOG_WARN:
        n = NGX_LOG_WARN;
        break;

    default:
        n = NGX_LOG_NOTICE;
    }

    ngx_log_error(n, log, 0, "webhook store: %V",
                  ngx_webhook_redacted(&redacted, (u_char *) text,
                                       ngx_strlen(text)));
}


ngx_queue_t *
ngx_webhook_store_queue_read(ngx_queue_t *waiting, ngx_uint_t wrote)
{
    ngx_uint_t    writes;
    ngx_queue_t  *q, *read;

    read = NULL;
    writes = 0;

    for (q = ngx_queue_head(waiting);
         q != ngx_queue_sentinel(waiting) && (read == NULL || !writes);
         q = ngx_queue_next(q))
    {
        if (!ngx_webhook_store_queue_reads(q)) {
            writes = 1;

        } else if (read == NULL) {
            read = q;
        }
    }

    return (writes && !wrote) ? NULL : read;
}


ngx_uint_t
ngx_webhook_store_queue_reads(ngx_queue_t *q)
{
    ngx_webhook_job_t  *job;

    job = ngx_queue_data(q, ngx_webhook_job_t, queue);

    return job->op.type >= WEBHOOK_OP_LIST;
}
