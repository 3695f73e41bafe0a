
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that cannot be read.  One that can be made from what is in other
 * tables is made anew; any other is taken out of the way of those that can be
 * read.  Neither is thrown away: the bytes go to the table "quarantine", which
 * is counted, and the log tells.
 *
 * A read has nothing to write to: it passes over such a row.
 */

#include "store/lmdb/repair/webhook_store_repair.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_wake.h"


/* All rows that others hang on, when the store is opened. */

int
webhook_repair(webhook_txn_t *t)
{
    int                      rc;
    MDB_val                  key, val;
    uint64_t                 id, count;
    MDB_cursor              *c;
    unsigned char            from[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t   row, *ep;

    memset(from, 0, sizeof(from));

    for ( ;; ) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_ENDPOINTS, from, sizeof(from),
                              &key, &val);

        if (rc == 0) {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);
        }

        while (rc == 0 && key.mv_size == WEBHOOK_KEY_ENDPOINT
               && webhook_row_read_endpoint(&val, &row) == 0)
        {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
        }

        if (rc) {
            break;
        }

        if (key.mv_size != WEBHOOK_KEY_ENDPOINT) {
            rc = webhook_quarantine(t, WEBHOOK_DB_ENDPOINTS, key.mv_data,
                                    key.mv_size, 0);
        } else {
            id = webhook_get_u64(key.mv_data);
            memcpy(from, key.mv_data, sizeof(from));

            rc = webhook_endpoint_row_get(t, id, &ep);

            /* the row in the table is the new one from here on */

            if (rc == 0) {
                rc = webhook_wake_flush(t);
            }
        }

        if (rc) {
            return rc;
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_quarantine_count(t, &count);

    if (rc == 0 && count) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\" has %llu damaged rows in "
                          "quarantine", t->st->path,
                          (unsigned long long) count);
    }

    return rc;
}
