
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of what waits or is dead, made anew for an endpoint.
 */

#include "store/lmdb/lists/webhook_store_listed_recount.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"


static int webhook_listed_drop(webhook_txn_t *t, uint64_t endpoint);
static int webhook_listed_mend(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);


int
webhook_listed_recount(webhook_txn_t *t, uint64_t endpoint)
{
    int                      rc;
    MDB_val                  key, val;
    MDB_cursor              *c;
    webhook_id_t             id;
    unsigned char           *p;
    webhook_delivery_row_t   d;

    rc = webhook_listed_drop(t, endpoint);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    }

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
        p = key.mv_data;

        if (key.mv_size != WEBHOOK_KEY_DELIVERY
            || webhook_get_u64(p + 16) != endpoint
            || webhook_row_read_delivery(&val, &d) != 0)
        {
            continue;
        }

        memcpy(id.bytes, p, sizeof(id.bytes));

        rc = webhook_listed_mend(t, endpoint, &id, &d);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* All rows of the endpoint go. */

static int
webhook_listed_drop(webhook_txn_t *t, uint64_t endpoint)
{
    int            rc;
    MDB_val        found, val;
    webhook_id_t   none;
    unsigned char  key[WEBHOOK_KEY_LISTED];

    memset(&none, 0, sizeof(none));

    do {
        webhook_key_listed(key, endpoint, 0, &none);

        rc = webhook_txn_seek(t, WEBHOOK_DB_LISTED, key, sizeof(key), &found,
                              &val);

        if (rc || memcmp(found.mv_data, key, 8) != 0) {
            break;
        }

        memcpy(key, found.mv_data, sizeof(key));

        rc = webhook_txn_del(t, WEBHOOK_DB_LISTED, key, sizeof(key));

    } while (rc == 0);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* One that waits or is dead is in them, but for a first send with a mark. */

static int
webhook_listed_mend(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DUE];

    if (d->state != WEBHOOK_PENDING && d->state != WEBHOOK_DEAD) {
        return 0;
    }

    if (d->state == WEBHOOK_PENDING && !d->parked && d->tries == 0) {

        webhook_key_due(key, endpoint, WEBHOOK_LANE_FIRST, d->due, id);

        rc = webhook_txn_get(t, WEBHOOK_DB_DUE, key, sizeof(key), &val);

        if (rc == 0 && val.mv_size) {
            return 0;
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    return webhook_listed_rows_put(t, endpoint, d->state, id);
}
