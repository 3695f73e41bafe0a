
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What waits for endpoints of objects that were removed is cancelled, a few at
 * a time.  What is under way meanwhile may come back to wait, so an endpoint is
 * done with when that is over, too.
 */

#include "store/lmdb/upkeep/webhook_store_drain.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/objects/webhook_store_object_drain.h"
#include "store/lmdb/upkeep/webhook_store_orphan.h"


#define WEBHOOK_DRAIN_ROWS  256         /* endpoints looked at in a step */


static int webhook_drain_waits(const webhook_endpoint_row_t *ep);


int
webhook_drain_peek(webhook_txn_t *t, int *todo)
{
    int                     rc;
    MDB_val                 val;
    uint32_t                rows;
    uint64_t                id, from;
    unsigned char           key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  row;

    *todo = 0;
    from = 0;

    for (rows = 0; rows < WEBHOOK_DRAIN_ROWS; rows++) {

        rc = webhook_object_drain_next(t, from, &id);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        webhook_set_u64(key, id);

        rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        if (rc || webhook_row_read_endpoint(&val, &row) != 0
            || webhook_drain_waits(&row) || row.states[WEBHOOK_SENDING] == 0)
        {
            *todo = 1;
            return 0;
        }

        if (id == UINT64_MAX) {
            return 0;
        }

        from = id + 1;
    }

    return 0;
}


int
webhook_drain(webhook_txn_t *t, webhook_op_expire_t *x, uint32_t *pages,
    int *more)
{
    int                      rc;
    uint32_t                 rows;
    uint64_t                 id, from;
    webhook_endpoint_row_t  *ep;

    *more = 0;
    from = 0;

    for (rows = 0; rows < WEBHOOK_DRAIN_ROWS; rows++) {

        rc = webhook_object_drain_next(t, from, &id);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        rc = webhook_endpoint_row_get(t, id, &ep);

        if (rc == 0) {
            rc = webhook_orphan_cancel(t, x, ep, pages);
        }

        if (rc) {
            return rc;
        }

        if (x->count >= x->max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        if (!webhook_drain_waits(ep) && ep->states[WEBHOOK_SENDING] == 0) {
            rc = webhook_object_drain_end(t, id);
            if (rc) {
                return rc;
            }
        }

        if (id == UINT64_MAX) {
            return 0;
        }

        from = id + 1;
    }

    return 0;
}


static int
webhook_drain_waits(const webhook_endpoint_row_t *ep)
{
    return ep->states[WEBHOOK_PENDING] || ep->blocked;
}
