
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading and writing rows in a transaction.
 */

#include "store/lmdb/rows/webhook_store_txn.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"


int
webhook_txn_get(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *val)
{
    MDB_val  k;

    if (t->st->absent & 1U << db) {
        return MDB_NOTFOUND;
    }

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    return mdb_get(t->txn, t->st->dbi[db], &k, val);
}


int
webhook_txn_put(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, const void *data, size_t len, unsigned flags)
{
    int      rc;
    MDB_val  k, v;

    k.mv_data = (void *) key;
    k.mv_size = key_len;
    v.mv_data = (void *) data;
    v.mv_size = len;

    rc = mdb_put(t->txn, t->st->dbi[db], &k, &v, flags);

    if (db >= WEBHOOK_DBS_SELDOM) {
        t->st->seldom_time = 0;
    }

    if (rc == 0) {
        t->dirty = 1;
    }

    return rc;
}


int
webhook_txn_del(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len)
{
    int      rc;
    MDB_val  k;

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    rc = mdb_del(t->txn, t->st->dbi[db], &k, NULL);

    if (db >= WEBHOOK_DBS_SELDOM) {
        t->st->seldom_time = 0;
    }

    if (rc == 0) {
        t->dirty = 1;
    }

    return rc;
}


int
webhook_txn_take(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, size_t *len)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *c;

    rc = webhook_txn_cursor(t, db, &c);
    if (rc) {
        return rc;
    }

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    rc = mdb_cursor_get(c, &k, &v, MDB_SET);
    if (rc) {
        return rc;
    }

    *len = v.mv_size;

    rc = mdb_cursor_del(c, 0);

    if (db >= WEBHOOK_DBS_SELDOM) {
        t->st->seldom_time = 0;
    }

    if (rc == 0) {
        t->dirty = 1;
    }

    return rc;
}


int
webhook_txn_stat(webhook_txn_t *t, webhook_db_e db, MDB_stat *stat)
{
    if (t->st->absent & 1U << db) {
        memset(stat, 0, sizeof(MDB_stat));
        return 0;
    }

    return mdb_stat(t->txn, t->st->dbi[db], stat);
}


int
webhook_txn_cursor(webhook_txn_t *t, webhook_db_e db, MDB_cursor **c)
{
    int  rc;

    if (t->st->absent & 1U << db) {
        return MDB_NOTFOUND;
    }

    if (t->cursors[db] == NULL) {

        rc = mdb_cursor_open(t->txn, t->st->dbi[db], &t->cursors[db]);
        if (rc) {
            t->cursors[db] = NULL;
            return rc;
        }
    }

    *c = t->cursors[db];

    return 0;
}


int
webhook_txn_number(webhook_txn_t *t, webhook_db_e db, uint64_t *number)
{
    int          rc;
    MDB_val      key, val;
    MDB_cursor  *c;

    *number = 0;

    rc = webhook_txn_cursor(t, db, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_LAST);
    }

    if (rc == 0 && key.mv_size == 8) {
        *number = webhook_get_u64(key.mv_data) + 1;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
