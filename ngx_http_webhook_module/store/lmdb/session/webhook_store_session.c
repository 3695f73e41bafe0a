
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Transactions: begun, committed, aborted.
 */

#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store/lmdb/history/webhook_store_pause.h"


static int webhook_session_open(webhook_lmdb_t *st, MDB_txn **txn, int write);
static int webhook_session_state(webhook_txn_t *t);
static int webhook_session_panic(webhook_lmdb_t *st);
static void webhook_session_end(webhook_txn_t *t);


int
webhook_session_begin(webhook_lmdb_t *st, webhook_txn_t *t, int write)
{
    int  rc;

    memset(t, 0, sizeof(webhook_txn_t));

    t->st = st;
    t->write = write ? 1 : 0;

    if (write) {
        webhook_slots_turn(st, 1);
    }

    rc = webhook_session_open(st, &t->txn, write);

    if (write) {
        webhook_slots_turn(st, 0);
    }

    if (rc) {
        t->txn = NULL;
        return rc;
    }

    /* the wait for the lock may have been long */

    t->now = webhook_clock_now(st);

    rc = webhook_session_state(t);

    if (rc == 0) {
        rc = webhook_pause_look(t);
    }

    if (rc) {
        webhook_session_abort(t);
        return rc;
    }

    webhook_clock_age(t);

    return 0;
}


static int
webhook_session_open(webhook_lmdb_t *st, MDB_txn **txn, int write)
{
    int  rc, tries, dead;

    for (tries = 0; tries < 4; tries++) {

        if (st->env == NULL && !st->shares) {

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

        if (st->shares) {

            /* whose files they are comes to terms with it */

            return rc;
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
webhook_session_state(webhook_txn_t *t)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "state", 5, &val);

    if (rc == 0) {
        rc = webhook_row_read_state(&val, &t->state);
    }

    if (rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {
        rc = webhook_recount_state(t);
    }

    if (rc == 0) {
        t->st->change = t->state.change;
        t->st->tasks = t->state.tasks;
    }

    return rc;
}


int
webhook_session_commit(webhook_txn_t *t)
{
    int            rc;
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    if (!t->write) {
        webhook_session_abort(t);
        return 0;
    }

    rc = webhook_wake_flush(t);

    if (rc == 0) {
        rc = webhook_outbox_flush(t);
    }

    if (rc == 0 && t->dirty) {
        t->state.last = t->now;
        t->state.wall = webhook_clock_real(t->st);
        len = webhook_row_write_state(buf, &t->state);
        rc = webhook_txn_put(t, WEBHOOK_DB_META, "state", 5, buf, len, 0);
    }

    if (rc || !t->dirty) {
        webhook_session_abort(t);
        return rc;
    }

    webhook_session_end(t);

    /* whatever it returns, the transaction is gone */

    rc = mdb_txn_commit(t->txn);

    t->txn = NULL;

    if (rc) {
        t->unknown = webhook_session_panic(t->st);
        return rc;
    }

    t->st->change = t->state.change;
    t->st->tasks = t->state.tasks;

    return 0;
}


/*
 * A commit writes its pages, syncs, and then writes the one page that names
 * them.  If it failed before that, nothing was done.  If that write failed
 * itself, it is unknown what is on the disk, and LMDB gives the environment
 * up.
 */

static int
webhook_session_panic(webhook_lmdb_t *st)
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
webhook_session_abort(webhook_txn_t *t)
{
    if (t->txn == NULL) {
        return;
    }

    webhook_session_end(t);

    if (t->write) {
        mdb_txn_abort(t->txn);

    } else {
        mdb_txn_reset(t->txn);
    }

    t->txn = NULL;
}


/* Whatever belongs to the transaction goes before it. */

static void
webhook_session_end(webhook_txn_t *t)
{
    webhook_txn_close(t);
    webhook_endpoint_row_forget(t->st);
}
