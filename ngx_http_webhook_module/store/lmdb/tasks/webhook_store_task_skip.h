
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What steps of tasks could not read, on damaged pages of the file.
 */

#ifndef WEBHOOK_STORE_TASK_SKIP_H
#define WEBHOOK_STORE_TASK_SKIP_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The step fails for this delivery, or call (then endpoint is 0); the next one
   asks, and passes over it if it was this one, which the log tells.  It is the
   last thing of that step, lest what comes next takes it back. */
void webhook_task_skip_bad(webhook_lmdb_t *st, const webhook_id_t *id,
    uint64_t endpoint);
int webhook_task_skip_is_bad(webhook_lmdb_t *st, const webhook_id_t *id,
    uint64_t endpoint);

/* Tells of one that is passed over since it cannot be read. */
void webhook_task_skip_tell(webhook_lmdb_t *st, const webhook_id_t *id);

/* The step fails since what comes next cannot be found; "next" if it is what
   the task stands before.  Then 1 for this task: steps are to do one thing, or
   where *end is set it is to be ended; and that it is, which the log tells. */
void webhook_task_skip_lost(webhook_lmdb_t *st, const webhook_id_t *task,
    int next);
int webhook_task_skip_is_lost(const webhook_lmdb_t *st,
    const webhook_id_t *task, int *end);
void webhook_task_skip_end(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_TASK_SKIP_H */
