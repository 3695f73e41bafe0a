
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Repeats of calls that ended are removed.
 */

#include "store/lmdb/repeats/webhook_store_dedupe_expire.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/repeats/webhook_store_dedupe_row.h"


int
webhook_dedupe_expire_peek(webhook_txn_t *t, int *over)
{
    int      rc;
    MDB_val  k, val;

    static const unsigned char  least[WEBHOOK_KEY_REPEAT];

    *over = 0;

    rc = webhook_txn_seek(t, WEBHOOK_DB_REPEATS, least, sizeof(least), &k,
                          &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (k.mv_size != WEBHOOK_KEY_REPEAT) {
        return MDB_CORRUPTED;
    }

    *over = webhook_get_u64(k.mv_data) <= t->age ? 1 : 0;

    return 0;
}


int
webhook_dedupe_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more)
{
    int                   rc;
    MDB_val               k, val;
    uint64_t              end;
    unsigned char         key[WEBHOOK_KEY_REPEAT];
    webhook_dedupe_row_t  row;

    static const unsigned char  least[WEBHOOK_KEY_REPEAT];

    *more = 0;

    for ( ;; ) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_REPEATS, least, sizeof(least), &k,
                              &val);
        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (k.mv_size != WEBHOOK_KEY_REPEAT) {
            return MDB_CORRUPTED;
        }

        end = webhook_get_u64(k.mv_data);

        if (end > t->age) {
            return 0;
        }

        if (*count >= max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        memcpy(key, k.mv_data, WEBHOOK_KEY_REPEAT);

        rc = webhook_dedupe_row_get(t, key + 8, &row);

        if (rc == 0 && row.end != end) {

            /* one that could not be read was here before it */

            rc = webhook_txn_del(t, WEBHOOK_DB_REPEATS, key, sizeof(key));

        } else if (rc == 0 || rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            rc = webhook_dedupe_row_del(t, key + 8, end);
        }

        if (rc) {
            return rc;
        }

        (*count)++;
        (*pages)++;
    }
}
