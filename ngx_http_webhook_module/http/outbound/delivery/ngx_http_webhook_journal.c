
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "http/outbound/delivery/ngx_http_webhook_journal.h"
#include "http/outbound/schedule/ngx_http_webhook_job.h"
#include "http/outbound/schedule/ngx_http_webhook_schedule.h"
#include "http/runtime/ngx_http_webhook_metrics.h"


#define NGX_WEBHOOK_JOURNAL_LOOK   250      /* ms between looks */
#define NGX_WEBHOOK_JOURNAL_PAUSE  5        /* ms between steps, in which others
                                               have the store */


typedef struct {
    ngx_log_t    *log;
    void        (*put)(void);
    ngx_uint_t    kept;                     /* workers have journals */
    ngx_msec_t    at;                       /* the next look */
    unsigned      away:1;                   /* one is under way */
    unsigned      left:1;                   /* nothing new is kept */
} ngx_webhook_journal_t;


static void ngx_webhook_journal_done(ngx_webhook_job_t *job);
static void ngx_webhook_journal_left(ngx_webhook_job_t *job);


static ngx_webhook_journal_t  ngx_webhook_journal;


void
ngx_webhook_journal_init(ngx_log_t *log, ngx_uint_t kept, void (*put)(void))
{
    ngx_webhook_journal_t  *j;

    j = &ngx_webhook_journal;

    ngx_memzero(j, sizeof(ngx_webhook_journal_t));

    j->log = log;
    j->put = put;
    j->kept = kept;
    j->at = ngx_current_msec;
}


void
ngx_webhook_journal_look(void)
{
    webhook_op_t            op;
    ngx_webhook_journal_t  *j;

    j = &ngx_webhook_journal;

    if (j->away || (ngx_msec_int_t) (ngx_current_msec - j->at) < 0) {
        return;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));
    op.type = WEBHOOK_OP_JOURNAL;

    if (ngx_webhook_job_post(&op, ngx_webhook_journal_done, j->log) == NGX_OK) {
        j->away = 1;
        j->at = ngx_current_msec + NGX_WEBHOOK_JOURNAL_LOOK;
    }
}


static void
ngx_webhook_journal_done(ngx_webhook_job_t *job)
{
    uint32_t                count;
    ngx_webhook_journal_t  *j;

    j = &ngx_webhook_journal;

    j->away = 0;
    count = job->op.u.journal.count;

    if (job->op.result == WEBHOOK_STORE_OK && count) {

        ngx_log_error(NGX_LOG_NOTICE, j->log, 0,
                      "webhook: %uD events of a journal were written to the "
                      "store", count);

        ngx_webhook_count(NGX_WEBHOOK_JOURNAL_REPLAYED, count);

        if (!ngx_webhook_store_queue_closing()) {
            j->put();
        }
    }

    if (job->op.result == WEBHOOK_STORE_OK && job->op.u.journal.more) {
        j->at = ngx_current_msec;
        ngx_webhook_schedule_wake(NGX_WEBHOOK_JOURNAL_PAUSE);
    }

    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}


void
ngx_webhook_journal_leave(void)
{
    webhook_op_t            op;
    ngx_webhook_journal_t  *j;

    j = &ngx_webhook_journal;

    if (j->left || !j->kept) {
        return;
    }

    ngx_memzero(&op, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_TAKEOVER;
    op.u.takeover.leave = 1;

    if (ngx_webhook_job_post(&op, ngx_webhook_journal_left, j->log) == NGX_OK) {
        j->left = 1;
    }
}


static void
ngx_webhook_journal_left(ngx_webhook_job_t *job)
{
    ngx_webhook_job_release((ngx_webhook_shared_job_t *) job);
}
