
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A transaction that comes to a damaged page of the file fails, and with it the
 * step of a task.  What it failed for is kept in memory, for the next step of
 * this process.
 */

#include "store/lmdb/tasks/webhook_store_task_skip.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"


#define WEBHOOK_SKIP_CAREFUL  1         /* one thing a step, */
#define WEBHOOK_SKIP_END      2         /* and what is next cannot be read */


void
webhook_task_skip_bad(webhook_lmdb_t *st, const webhook_id_t *id,
    uint64_t endpoint)
{
    st->task_bad = 1;

    webhook_key_delivery(st->task_row, id, endpoint);
}


int
webhook_task_skip_is_bad(webhook_lmdb_t *st, const webhook_id_t *id,
    uint64_t endpoint)
{
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    webhook_key_delivery(key, id, endpoint);

    if (!st->task_bad || memcmp(st->task_row, key, sizeof(key)) != 0) {
        return 0;
    }

    st->task_bad = 0;

    webhook_task_skip_tell(st, id);

    return 1;
}


void
webhook_task_skip_tell(webhook_lmdb_t *st, const webhook_id_t *id)
{
    unsigned char  text[WEBHOOK_ID_TEXT_LEN];

    webhook_id_text(id, text);

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\": a task skips %.*s, which cannot be "
                      "read completely", st->path,
                      (int) sizeof(text), text);
}


void
webhook_task_skip_lost(webhook_lmdb_t *st, const webhook_id_t *task, int next)
{
    if (st->task_lost == 0
        || memcmp(&st->task_id, task, sizeof(webhook_id_t)) != 0)
    {
        st->task_lost = WEBHOOK_SKIP_CAREFUL;
        st->task_id = *task;

    } else if (next) {
        st->task_lost = WEBHOOK_SKIP_END;
    }
}


int
webhook_task_skip_is_lost(const webhook_lmdb_t *st, const webhook_id_t *task,
    int *end)
{
    *end = st->task_lost == WEBHOOK_SKIP_END;

    return st->task_lost
           && memcmp(&st->task_id, task, sizeof(webhook_id_t)) == 0;
}


void
webhook_task_skip_end(webhook_lmdb_t *st)
{
    st->task_lost = 0;

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\": a task cannot continue, because what "
                      "comes next cannot be read, and has been ended",
                      st->path);
}
