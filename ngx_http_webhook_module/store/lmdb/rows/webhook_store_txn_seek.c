
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Finding rows in a transaction, where some may be damaged.
 */

#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"


int
webhook_txn_seek(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *found, MDB_val *val)
{
    int            rc;
    MDB_cursor    *c;
    MDB_cursor_op  op;

    rc = webhook_txn_cursor(t, db, &c);
    if (rc) {
        return rc;
    }

    op = MDB_SET_RANGE;

    for ( ;; ) {

        if (op == MDB_SET_RANGE) {
            found->mv_data = (void *) key;
            found->mv_size = key_len;
        }

        rc = mdb_cursor_get(c, found, val, op);

        if (rc || found->mv_size == key_len) {
            return rc;
        }

        /* damaged: it has no place in this table */

        if (!t->write) {
            op = MDB_NEXT;
            continue;
        }

        rc = webhook_quarantine(t, db, found->mv_data, found->mv_size, 0);
        if (rc) {
            return rc;
        }
    }
}


int
webhook_txn_seek_before(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *found, MDB_val *val)
{
    int          rc;
    MDB_cursor  *c;

    rc = webhook_txn_cursor(t, db, &c);
    if (rc) {
        return rc;
    }

    found->mv_data = (void *) key;
    found->mv_size = key_len;

    rc = mdb_cursor_get(c, found, val, MDB_SET_RANGE);

    if (rc == MDB_NOTFOUND) {
        rc = mdb_cursor_get(c, found, val, MDB_LAST);

    } else if (rc == 0) {
        rc = mdb_cursor_get(c, found, val, MDB_PREV);
    }

    while (rc == 0 && found->mv_size != key_len) {
        rc = mdb_cursor_get(c, found, val, MDB_PREV);
    }

    return rc;
}


int
webhook_txn_meta_next(webhook_txn_t *t, const unsigned char *key,
    size_t key_len, uint64_t *number)
{
    int          rc;
    size_t       prefix;
    MDB_val      k, val;
    MDB_cursor  *c;

    prefix = key_len - 8;

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_META, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &k, &val, MDB_SET_RANGE);
    }

    if (rc) {
        return rc;
    }

    /* keys of other lengths stand in that table, too */

    if (k.mv_size != key_len || memcmp(k.mv_data, key, prefix) != 0) {
        return MDB_NOTFOUND;
    }

    *number = webhook_get_u64((unsigned char *) k.mv_data + prefix);

    return 0;
}
