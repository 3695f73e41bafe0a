
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process: where it stands.
 */

#include "store/lmdb/kept/webhook_store_kept_own.h"
#include "store/lmdb/handle/webhook_store_handle.h"


webhook_kept_e
webhook_kept_state(webhook_kept_t *k, uint64_t *last)
{
    webhook_kept_e  state;

    pthread_mutex_lock(&k->mutex);

    state = k->state;
    *last = k->last;

    pthread_mutex_unlock(&k->mutex);

    return state;
}


void
webhook_kept_row_own(webhook_lmdb_t *st, uint64_t applied,
    webhook_kept_row_t *row)
{
    memset(row, 0, sizeof(*row));
    memcpy(row->id, st->kept->journal.id, WEBHOOK_JOURNAL_ID);

    row->incarnation = st->incarnation;
    row->slot = (uint32_t) st->slot;
    row->applied = applied;
    row->damaged = st->kept->damaged;
    row->cleaned = st->kept->cleaned;
}
