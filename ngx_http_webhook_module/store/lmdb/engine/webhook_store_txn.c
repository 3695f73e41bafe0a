
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A transaction, and reading and writing rows in it.
 */

#include "store/lmdb/rows/webhook_store_internal.h"


static int webhook_txn_open(webhook_store_t *st, MDB_txn **txn, int write);
static int webhook_txn_state(webhook_txn_t *t);
static int webhook_txn_panic(webhook_store_t *st);
static void webhook_txn_end(webhook_txn_t *t);


int
webhook_txn_begin(webhook_store_t *st, webhook_txn_t *t, int write)
{
    int  rc;

    memset(t, 0, sizeof(webhook_txn_t));

    t->st = st;
    t->write = write ? 1 : 0;

    if (write) {
        webhook_owner_turn(st, 1);
    }

    rc = webhook_txn_open(st, &t->txn, write);

    if (write) {
        webhook_owner_turn(st, 0);
    }

    if (rc) {
        t->txn = NULL;
        return rc;
    }

    /* the wait for the lock may have been long */

    t->now = webhook_clock_now(st);

    rc = webhook_txn_state(t);

    if (rc == 0) {
        rc = webhook_pause_look(t);
    }

    if (rc) {
        webhook_txn_abort(t);
        return rc;
    }

    webhook_clock_age(t);

    return 0;
}


static int
webhook_txn_open(webhook_store_t *st, MDB_txn **txn, int write)
{
    int  rc, tries, dead;

    for (tries = 0; tries < 4; tries++) {

        if (st->env == NULL) {

            /* closed after a failure that LMDB does not recover from */

            rc = webhook_env_open(st);
            if (rc) {
                return rc;
            }
        }

        if (write) {
            rc = mdb_txn_begin(st->env, NULL, 0, txn);

        } else if (st->reader) {
            rc = mdb_txn_renew(st->reader);

        } else {
            rc = mdb_txn_begin(st->env, NULL, MDB_RDONLY, &st->reader);

            if (rc) {
                st->reader = NULL;
            }
        }

        if (rc == 0) {

            if (!write) {
                *txn = st->reader;
            }

            return 0;
        }

        if (st->reader) {
            mdb_txn_abort(st->reader);
            st->reader = NULL;
        }

        switch (rc) {

        case MDB_MAP_RESIZED:
            rc = webhook_env_resize(st);
            if (rc) {
                return rc;
            }

            break;

        case MDB_READERS_FULL:
            mdb_reader_check(st->env, &dead);
            break;

        case MDB_PANIC:
            webhook_env_close(st);
            break;

        default:
            return rc;
        }
    }

    return rc;
}


static int
webhook_txn_state(webhook_txn_t *t)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "state", 5, &val);

    if (rc == 0) {
        rc = webhook_row_read_state(&val, &t->state);
    }

    if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
        rc = webhook_repair_state(t);
    }

    return rc;
}

int
webhook_txn_commit(webhook_txn_t *t)
{
    int            rc;
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    if (!t->write) {
        webhook_txn_abort(t);
        return 0;
    }

    rc = webhook_endpoint_flush(t);

    if (rc == 0 && t->dirty) {
        t->state.last = t->now;
        t->state.wall = webhook_clock_real(t->st);
        len = webhook_row_write_state(buf, &t->state);
        rc = webhook_txn_put(t, WEBHOOK_DB_META, "state", 5, buf, len, 0);
    }

    if (rc || !t->dirty) {
        webhook_txn_abort(t);
        return rc;
    }

    webhook_txn_end(t);

    /* whatever it returns, the transaction is gone */

    rc = mdb_txn_commit(t->txn);

    t->txn = NULL;

    if (rc) {
        t->unknown = webhook_txn_panic(t->st);
    }

    return rc;
}


/*
 * A commit writes its pages, syncs, and then writes the one page that names
 * them.  If it failed before that, nothing was done.  If that write failed
 * itself, it is unknown what is on the disk, and LMDB gives the environment
 * up.
 */

static int
webhook_txn_panic(webhook_store_t *st)
{
    int       rc;
    MDB_txn  *txn;

    rc = mdb_txn_begin(st->env, NULL, MDB_RDONLY, &txn);

    if (rc == 0) {
        mdb_txn_abort(txn);
    }

    return rc == MDB_PANIC;
}


void
webhook_txn_abort(webhook_txn_t *t)
{
    if (t->txn == NULL) {
        return;
    }

    webhook_txn_end(t);

    if (t->write) {
        mdb_txn_abort(t->txn);

    } else {
        mdb_txn_reset(t->txn);
    }

    t->txn = NULL;
}


/* Whatever belongs to the transaction goes before it. */

static void
webhook_txn_end(webhook_txn_t *t)
{
    unsigned  i;

    for (i = 0; i < WEBHOOK_DBS; i++) {
        if (t->cursors[i]) {
            mdb_cursor_close(t->cursors[i]);
            t->cursors[i] = NULL;
        }
    }

    webhook_endpoint_forget(t->st);
}


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
