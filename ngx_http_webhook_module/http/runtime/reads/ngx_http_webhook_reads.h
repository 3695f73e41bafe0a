
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reads of the store beside its batches, one at a time, on a thread of the same
 * pool.  Nobody who writes waits for one; and on a busy machine the scheduler has
 * the thread wait for all others, as far as it may (SCHED_BATCH, while it
 * reads).  What was registered is read first, and like anything else, since
 * others wait for that.  Where the store cannot read beside its batches, these do
 * it.
 */

#ifndef NGX_WEBHOOK_READS_H
#define NGX_WEBHOOK_READS_H

#include "http/model/ngx_http_webhook.h"


/* In a worker, behind the store queue's: NGX_ERROR on lack of memory. */
ngx_int_t ngx_webhook_reads_init(ngx_cycle_t *cycle,
    ngx_webhook_main_conf_t *wmcf);

/* At its exit, before the store queue's: what was under way is a batch's. */
void ngx_webhook_reads_exit(void);


#endif /* NGX_WEBHOOK_READS_H */
