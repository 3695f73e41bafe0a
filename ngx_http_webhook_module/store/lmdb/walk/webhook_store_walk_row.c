
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Of a walk: whether a row is meant, and that the walk is behind it.
 */

#include "store/lmdb/walk/webhook_store_walk_int.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"


void
webhook_walk_pass(webhook_walk_t *w, const webhook_walk_hit_t *hit)
{
    webhook_key_delivery(w->cursor, &hit->id, hit->endpoint);

    w->from = 1;
}


void
webhook_walk_pass_event(webhook_walk_t *w, const webhook_walk_hit_t *hit)
{
    webhook_key_delivery(w->cursor, &hit->id, w->oldest ? UINT64_MAX : 0);

    w->from = 1;
}


int
webhook_walk_over(const webhook_txn_t *t, const webhook_walk_t *w,
    const webhook_id_t *id)
{
    if (t->st->format == 1) {
        return 0;
    }

    return w->oldest
           ? w->f->until && webhook_id_time(id) >= w->f->until
           : w->f->since && webhook_id_time(id) < w->f->since;
}


int
webhook_walk_judge(webhook_txn_t *t, webhook_walk_t *w, int damaged,
    webhook_walk_hit_t *hit, int *got)
{
    int  rc;

    if (damaged) {
        w->damaged++;
        return 0;
    }

    if (!webhook_filter_delivery(w->f, hit->endpoint, &hit->d)
        || (w->meant && !w->meant(&hit->d)))
    {
        return 0;
    }

    rc = webhook_history_entry_head(t, &hit->id, &hit->head);

    if (rc == 0) {
        *got = webhook_filter_event(t, w->f, &hit->id, &hit->head);
        return 0;
    }

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* its event is gone without it; one that cannot be read has been
           counted, or will be */

        w->damaged += rc == MDB_NOTFOUND && !webhook_head_gone(&hit->head);
        return 0;
    }

    return rc;
}
