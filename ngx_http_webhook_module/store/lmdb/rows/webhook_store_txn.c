
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading and writing rows in a transaction.
 */

#include "store/lmdb/rows/webhook_store_txn.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"


/* What is appended goes to the end from wherever its cursor is: before, LMDB took
   one that had been there for one that still is (ITS#8557). */

#if (MDB_VERSION_FULL < MDB_VERINT(0, 9, 21))
#error "LMDB 0.9.21 or later is required"
#endif


static MDB_cursor *webhook_txn_point(webhook_txn_t *t, webhook_db_e db);
static void webhook_txn_written(webhook_txn_t *t, webhook_db_e db, int rc);


int
webhook_txn_get(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *val)
{
    MDB_val      k;
    MDB_cursor  *c;

    if (t->st->absent & 1U << db) {
        return MDB_NOTFOUND;
    }

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    c = webhook_txn_point(t, db);

    return c ? mdb_cursor_get(c, &k, val, MDB_SET)
             : mdb_get(t->txn, t->st->dbi[db], &k, val);
}


int
webhook_txn_put(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, const void *data, size_t len, unsigned flags)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *c;

    k.mv_data = (void *) key;
    k.mv_size = key_len;
    v.mv_data = (void *) data;
    v.mv_size = len;

    c = webhook_txn_point(t, db);

    rc = c ? mdb_cursor_put(c, &k, &v, flags)
           : mdb_put(t->txn, t->st->dbi[db], &k, &v, flags);

    webhook_txn_written(t, db, rc);

    return rc;
}


int
webhook_txn_append(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, size_t len, void **data)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *c;

    c = webhook_txn_point(t, db);

    k.mv_data = (void *) key;
    k.mv_size = key_len;
    v.mv_data = NULL;
    v.mv_size = len;

    rc = c ? mdb_cursor_put(c, &k, &v, MDB_APPEND|MDB_RESERVE)
           : mdb_put(t->txn, t->st->dbi[db], &k, &v,
                     MDB_APPEND|MDB_RESERVE);

    webhook_txn_written(t, db, rc);

    *data = v.mv_data;

    return rc;
}


int
webhook_txn_del(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len)
{
    int          rc;
    MDB_val      k, v;
    MDB_cursor  *c;

    k.mv_data = (void *) key;
    k.mv_size = key_len;

    c = webhook_txn_point(t, db);

    if (c) {
        rc = mdb_cursor_get(c, &k, &v, MDB_SET);

        if (rc == 0) {
            rc = mdb_cursor_del(c, 0);
        }

    } else {
        rc = mdb_del(t->txn, t->st->dbi[db], &k, NULL);
    }

    webhook_txn_written(t, db, rc);

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

    webhook_txn_written(t, db, rc);

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


void
webhook_txn_close(webhook_txn_t *t)
{
    unsigned  i;

    for (i = 0; i < WEBHOOK_DBS; i++) {

        if (t->cursors[i]) {
            mdb_cursor_close(t->cursors[i]);
            t->cursors[i] = NULL;
        }

        if (t->points[i]) {
            mdb_cursor_close(t->points[i]);
            t->points[i] = NULL;
        }
    }

    t->touched = 0;
}


/*
 * The cursor by which rows of a table are read and written, from the second of
 * a transaction on.  Rows of one event are neighbours, and those of a batch
 * are not far: where a row lies on the page of the one before it, LMDB finds it
 * there, and does not come from the root.  NULL: it is done without.
 */

static MDB_cursor *
webhook_txn_point(webhook_txn_t *t, webhook_db_e db)
{
    if (t->points[db]) {
        return t->points[db];
    }

    if (!t->write) {
        return NULL;
    }

    if (!(t->touched & 1U << db)) {
        t->touched |= 1U << db;
        return NULL;
    }

    if (mdb_cursor_open(t->txn, t->st->dbi[db], &t->points[db])) {
        t->points[db] = NULL;
    }

    return t->points[db];
}


static void
webhook_txn_written(webhook_txn_t *t, webhook_db_e db, int rc)
{
    if (db >= WEBHOOK_DBS_SELDOM) {
        t->st->seldom_time = 0;
    }

    if (rc == 0) {
        t->dirty = 1;
    }
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
