
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What goes to the thread, what is done on it, and at exit on the main one; and the end of a worker whose thread does not come back.
 */

#include "http/runtime/ngx_http_webhook_store_queue_int.h"
#include "http/runtime/ngx_http_webhook_clock.h"
#include "store/engines/webhook_engines.h"


#define NGX_WEBHOOK_STORE_QUEUE_BLOCK  4096     /* of the journal, for each event
                                                   at most */
#define NGX_WEBHOOK_STORE_QUEUE_AGAIN  5000     /* ms between tries to open */
#define NGX_WEBHOOK_STORE_QUEUE_BYTES  8388608  /* of bodies that may join a
                                                   task under way */


static void ngx_webhook_store_queue_take(ngx_webhook_store_queue_t *b,
    ngx_queue_t *q);
static ngx_queue_t *ngx_webhook_store_queue_read(ngx_queue_t *waiting,
    ngx_uint_t wrote);
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
    ctx->options.journal = wmcf->journal;
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
ngx_webhook_store_queue_run(void *data)
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


void
ngx_webhook_store_queue_wait(ngx_webhook_store_queue_t *b,
    ngx_webhook_job_t *job)
{
    uint32_t                 i;
    webhook_op_put_event_t  *put;

    if (!job->lazy || ngx_exiting) {
        b->eager = 1;
        return;
    }

    b->lazy++;

    if (job->op.type != WEBHOOK_OP_PUT_EVENT) {
        return;
    }

    put = &job->op.u.put_event;

    b->bytes += NGX_WEBHOOK_STORE_QUEUE_BLOCK;

    for (i = 0; i < put->renditions_count; i++) {
        b->bytes += put->renditions[i].body.len;
    }
}


void
ngx_webhook_store_queue_release(ngx_webhook_store_queue_t *b)
{
    ngx_queue_t        *q;
    ngx_webhook_job_t  *job;

    while (!ngx_queue_empty(&b->waiting)) {
        q = ngx_queue_head(&b->waiting);
        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        if (job->turn) {
            return;
        }

        ngx_queue_remove(q);
        b->beside(b->ctx->store, job);
    }
}


void
ngx_webhook_store_queue_gather(ngx_webhook_store_queue_t *b)
{
    ngx_queue_t  *q, *next, *read;

    b->ctx->count = 0;

    read = b->closing ? NULL
                      : ngx_webhook_store_queue_read(&b->waiting, b->wrote);

    b->wrote = (read == NULL);

    if (read) {
        ngx_webhook_store_queue_take(b, read);
        return;
    }

    q = ngx_queue_head(&b->waiting);

    while (q != ngx_queue_sentinel(&b->waiting)
           && b->ctx->count < NGX_WEBHOOK_STORE_QUEUE_MAX)
    {
        next = ngx_queue_next(q);

        if (b->closing || !ngx_webhook_store_queue_reads(q)) {
            ngx_webhook_store_queue_take(b, q);
        }

        q = next;
    }
}


static void
ngx_webhook_store_queue_take(ngx_webhook_store_queue_t *b, ngx_queue_t *q)
{
    ngx_webhook_job_t  *job;

    ngx_queue_remove(q);
    ngx_queue_insert_tail(&b->away, q);

    job = ngx_queue_data(q, ngx_webhook_job_t, queue);
    b->ctx->ops[b->ctx->count++] = &job->op;
}


/* The job that reads in a batch, and is to go alone now, of those that wait; or
   NULL, and all that write go.  What reads may take milliseconds, and for what
   is written somebody waits; so reads go in turns with writes ("wrote": these had
   the last turn). */

static ngx_queue_t *
ngx_webhook_store_queue_read(ngx_queue_t *waiting, ngx_uint_t wrote)
{
    ngx_uint_t          writes;
    ngx_queue_t        *q, *read;
    ngx_webhook_job_t  *job;

    read = NULL;
    writes = 0;

    for (q = ngx_queue_head(waiting);
         q != ngx_queue_sentinel(waiting) && (read == NULL || !writes);
         q = ngx_queue_next(q))
    {
        job = ngx_queue_data(q, ngx_webhook_job_t, queue);

        if (!ngx_webhook_store_queue_reads(q)) {
            writes = 1;

        } else if (read == NULL && job->turn) {
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


uint32_t
ngx_webhook_store_queue_more(void *data)
{
    ngx_webhook_store_queue_t *b = data;

    size_t         bytes;
    uint32_t       i, n;
    ngx_queue_t   *q, *next;
    webhook_op_t  *op;

    n = 0;
    bytes = 0;

    if (ngx_thread_mutex_lock(&b->mutex, b->log) != NGX_OK) {
        return 0;
    }

    for (q = ngx_queue_head(&b->waiting);
         q != ngx_queue_sentinel(&b->waiting)
         && b->ctx->count < NGX_WEBHOOK_STORE_QUEUE_MAX; q = next)
    {
        next = ngx_queue_next(q);
        op = &(ngx_queue_data(q, ngx_webhook_job_t, queue))->op;

        if (ngx_webhook_store_queue_reads(q)) {
            continue;
        }

        if (op->type == WEBHOOK_OP_PUT_EVENT) {
            for (i = 0; i < op->u.put_event.renditions_count; i++) {
                bytes += op->u.put_event.renditions[i].body.len;
            }

            if (bytes > NGX_WEBHOOK_STORE_QUEUE_BYTES) {
                break;
            }

        } else if (op->type != WEBHOOK_OP_COMPLETE) {
            break;
        }

        ngx_webhook_store_queue_take(b, q);
        n++;
    }

    (void) ngx_thread_mutex_unlock(&b->mutex, b->log);

    return n;
}


/* The end of a worker that may wait no longer for a thread which does not come
   back: it cannot be joined, and nginx would wait for it with all of a
   processor.  To the store this is the death of a process, which it bears. */

void
ngx_webhook_store_queue_leave(ngx_msec_t since, ngx_uint_t handed,
    ngx_uint_t waits, ngx_log_t *log)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_open_file_t  *file;

    ngx_log_error(NGX_LOG_ALERT, log, 0,
                  "webhook store has not answered for %M ms: the worker exits "
                  "without it; what it had handed over (%ui operations) and "
                  "%ui more may be lost",
                  since, handed, waits);

    /* buffered logs */

    part = (ngx_list_part_t *) &ngx_cycle->open_files.part;
    file = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                break;
            }

            part = part->next;
            file = part->elts;
            i = 0;
        }

        if (file[i].flush) {
            file[i].flush(&file[i], log);
        }
    }

    _exit(0);
}
