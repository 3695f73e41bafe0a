
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leases that end without an outcome: of those that ran out, and of processes
 * that are gone.
 */

#include "store/lmdb/queue/webhook_store_reclaim.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_queue.h"


int
webhook_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count)
{
    int                     rc;
    MDB_val                 found, val;
    uint32_t                i;
    uint64_t                time, owner;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DUE], dkey[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t  d;

    memset(&id, 0, sizeof(id));

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, 0, &id);

    for ( ;; ) {
        rc = webhook_delivery_seek(t, key, &found, &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memcpy(key, found.mv_data, WEBHOOK_KEY_DUE);

        time = webhook_get_u64(key + 9);
        memcpy(id.bytes, key + 17, 16);

        owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;

        if (time > t->now) {

            if (owners_count == 0) {
                return 0;
            }

            for (i = 0; i < owners_count; i++) {
                if (owners[i] == owner) {
                    break;
                }
            }

            if (i == owners_count) {
                goto next;
            }
        }

        webhook_key_delivery(dkey, &id, ep->id);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &val);
        if (rc == 0) {
            rc = webhook_row_read_delivery(&val, &d);
        }

        if (rc == 0 && (d.state != WEBHOOK_SENDING || d.end != time)) {
            rc = MDB_CORRUPTED;
        }

        if (rc == 0) {
            rc = webhook_delivery_unlease(t, ep, &id, &d);

            if (rc == 0) {
                rc = webhook_queue_wait(t, ep, &id, &d);
            }

        } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            rc = webhook_queue_dead_letter_row(t, ep, key);
        }

        if (rc) {
            return rc;
        }

        (*count)++;

    next:

        /* go on behind it */

        for (i = WEBHOOK_KEY_DUE - 1; ++key[i] == 0; i--) {
            if (i == 9) {
                return 0;
            }
        }
    }
}
