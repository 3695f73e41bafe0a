
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIST: deliveries, the newest first or the oldest.
 */

#include "store/lmdb/history/webhook_store_history_list.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"
#include "store/lmdb/walk/webhook_store_walk.h"

#include <errno.h>


#define WEBHOOK_HISTORY_PAGE  1000      /* entries in an answer at most */


static int webhook_history_page(webhook_txn_t *t, webhook_op_t *op,
    webhook_walk_t *w, uint32_t max);


int
webhook_history_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                 rc;
    uint32_t            max;
    webhook_walk_t      w;
    webhook_filter_t   *f;
    webhook_op_list_t  *l;

    l = &op->u.list;
    f = &l->filter;

    max = f->max < WEBHOOK_HISTORY_PAGE ? f->max : WEBHOOK_HISTORY_PAGE;

    l->deliveries = webhook_memory_alloc(&op->memory,
                                         max * sizeof(webhook_delivery_t));
    if (l->deliveries == NULL) {
        return ENOMEM;
    }

    webhook_walk_init(&w, f, WEBHOOK_FILTER_ROWS);

    rc = webhook_history_page(t, op, &w, max);

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    memcpy(f->cursor, w.cursor, WEBHOOK_CURSOR_LEN);

    f->more = (rc == 0) ? 1 : 0;
    l->damaged = w.damaged;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* MDB_NOTFOUND at the end of all. */

static int
webhook_history_page(webhook_txn_t *t, webhook_op_t *op, webhook_walk_t *w,
    uint32_t max)
{
    int                  rc, got;
    webhook_op_list_t   *l;
    webhook_walk_hit_t   hit;

    l = &op->u.list;

    for ( ;; ) {
        rc = webhook_walk_next(t, w, &hit, &got);

        if (rc || !got || l->count == max) {
            return rc;
        }

        rc = webhook_history_entry_fill(t, &op->memory, &hit.id, hit.endpoint,
                                        &hit.d, &hit.head,
                                        &l->deliveries[l->count]);
        if (rc) {
            return rc;
        }

        l->count++;

        webhook_walk_pass(w, &hit);
    }
}
