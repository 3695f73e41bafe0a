
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The fence: SHIP_FENCE.
 */

#include "store/lmdb/ship/webhook_store_ship.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


#define WEBHOOK_SHIP_WAKES  256         /* endpoints woken at a time */


int
webhook_ship_fence(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc;
    uint64_t                  fence, endpoint;
    unsigned                  n;
    webhook_endpoint_row_t   *ep;
    webhook_op_ship_fence_t  *f;

    f = &op->u.ship_fence;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (f->last && webhook_slots_any(t->st)) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    op->result = WEBHOOK_STORE_OK;

    fence = f->at ? f->at + (uint64_t) t->st->offset : t->now;
    fence = f->left ? webhook_later(fence, f->left) : 0;

    if (fence == 0 || fence > t->cluster.fence) {
        t->cluster.fence = fence;
        t->cluster_dirty = 1;
    }

    if (t->cluster.fence <= t->now) {
        return 0;
    }

    for (n = 0; n < WEBHOOK_SHIP_WAKES; n++) {

        rc = webhook_outbox_unshut(t, &endpoint);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        rc = webhook_endpoint_row_get(t, endpoint, &ep);
        if (rc) {
            return rc;
        }

        if (ep->shut) {
            ep->shut = 0;
            ep->dirty = 1;
        }
    }

    f->more = 1;

    return 0;
}
