
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * When an endpoint wants to be looked at.  As a transaction ends, the rows of
 * endpoints that it changed are written, and with each of them its one row in
 * the wake index: the time from which on its first due delivery may be sent,
 * or of its first lease's end if that is earlier.  So an endpoint that is at
 * its limit, with a million waiting, costs nothing until a lease ends, and one
 * that is paused nothing at all.
 */

#include "store/lmdb/queue/webhook_store_wake.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_delivery.h"


int
webhook_wake_flush(webhook_txn_t *t)
{
    int                      rc, stock;
    size_t                   len;
    uint32_t                 i;
    uint64_t                 wake;
    unsigned char            key[WEBHOOK_KEY_WAKE], buf[WEBHOOK_ROW_MAX];
    webhook_endpoint_row_t  *row;

    for (i = 0; i < t->st->rows_count; i++) {
        row = t->st->rows[i];

        if (!row->dirty) {
            continue;
        }

        rc = webhook_wake_time(t, row, 0, &wake);
        if (rc) {
            return rc;
        }

        if (row->named == 0) {
            row->named = t->age;
        }

        rc = webhook_share_flush(t, row);
        if (rc) {
            return rc;
        }

        stock = webhook_admission_stock(t, row);

        if (row->stock && !stock) {

            /* whoever has leased something ahead must not send it any more */

            webhook_revoked_raise(t->st, row->id);
        }

        row->stock = stock ? 1 : 0;

        if (wake != row->wake) {

            if (row->wake != WEBHOOK_NEVER) {
                webhook_key_wake(key, row->wake, row->id);

                rc = webhook_txn_del(t, WEBHOOK_DB_WAKE, key, sizeof(key));
                if (rc && rc != MDB_NOTFOUND) {
                    return rc;
                }
            }

            if (wake != WEBHOOK_NEVER) {
                webhook_key_wake(key, wake, row->id);

                rc = webhook_txn_put(t, WEBHOOK_DB_WAKE, key, sizeof(key),
                                     "", 0, 0);
                if (rc) {
                    return rc;
                }
            }

            row->wake = wake;
        }

        webhook_set_u64(key, row->id);

        len = webhook_row_write_endpoint(buf, row);

        rc = webhook_txn_put(t, WEBHOOK_DB_ENDPOINTS, key,
                             WEBHOOK_KEY_ENDPOINT, buf, len, 0);
        if (rc) {
            return rc;
        }

        row->exists = 1;
        row->dirty = 0;
    }

    return 0;
}


int
webhook_wake_time(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int waiting, uint64_t *time)
{
    int       rc;
    unsigned  lane;
    uint64_t  first, open;

    *time = WEBHOOK_NEVER;

    for (lane = WEBHOOK_LANE_FIRST; lane <= WEBHOOK_LANE_FENCED_RETRY;
         lane++) {

        if (ep->aside && !waiting && lane != WEBHOOK_LANE_LEASE) {
            continue;
        }

        open = 0;

        switch (lane) {

        case WEBHOOK_LANE_LEASE:

            if (ep->states[WEBHOOK_SENDING] == 0 || waiting) {
                continue;
            }

            break;

        case WEBHOOK_LANE_BLOCK:

            /* who blocks, though that is not wanted any more */

            if (ep->blocked == 0 || ep->order_block || waiting) {
                continue;
            }

            break;

        case WEBHOOK_LANE_FENCED:
        case WEBHOOK_LANE_FENCED_RETRY:

            open = webhook_admission_time(t, ep, lane == WEBHOOK_LANE_FENCED
                                                 ? WEBHOOK_LANE_FIRST
                                                 : WEBHOOK_LANE_RETRY);

            if (open >= *time || ep->fenced == 0 || ep->shut) {
                continue;
            }

            break;

        default:

            open = webhook_admission_time(t, ep, lane);

            if (open >= *time || ep->states[WEBHOOK_PENDING] == 0
                || (ep->shared && ep->shut))
            {
                continue;
            }
        }

        rc = webhook_delivery_first(t, ep->id, lane, &first, NULL, NULL);
        if (rc) {
            return rc;
        }

        if (first != WEBHOOK_NEVER && first < open) {
            first = open;
        }

        if (first < *time) {
            *time = first;
        }
    }

    return 0;
}
