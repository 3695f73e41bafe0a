
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of LMDB's engine share beside store_suite.h: its files, its
 * rows, and what it has in memory.
 */

#ifndef STORE_UTIL_H
#define STORE_UTIL_H

#define STORE_ENGINE  "lmdb"

#include "store_suite.h"
#include "store/webhook_store_engine.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_beside.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/check/webhook_store_check.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/note/webhook_store_note.h"
#include "store/lmdb/engine/webhook_lmdb.h"


/* What the engine has of an open store. */

__attribute__((unused))
static webhook_lmdb_t *
util_lmdb(const util_t *u)
{
    return webhook_store_data(u->st);
}


/* Closes the files as the end of a process would: nothing is written. */

__attribute__((unused))
static void
util_abandon(util_t *u)
{
    uint32_t          i;
    webhook_lmdb_t  *st;

    st = util_lmdb(u);

    webhook_beside_free(st);
    webhook_note_free(st);
    webhook_credit_free(st);
    webhook_kept_free(st);
    webhook_env_close(st);
    webhook_slots_close(st);

    for (i = 0; i < st->rows_made; i++) {
        free(st->rows[i]);
    }

    free(st->rows);
    free(st->hash);
    free(st->path);
    free(st);
    free(u->st);

    u->st = NULL;
}


__attribute__((unused))
static void
util_tell(void *ctx, const char *text)
{
    (void) ctx;

    printf("# %s\n", text);
}


/* Puts a row into a table, behind the store's back. */
__attribute__((unused))
static void
tamper(util_t *u, webhook_db_e db, const void *key, size_t key_len,
    const void *data, size_t len)
{
    webhook_txn_t  t;

    if (webhook_session_begin(util_lmdb(u), &t, 1) != 0) {
        return;
    }

    if (data) {
        (void) webhook_txn_put(&t, db, key, key_len, data, len, 0);

    } else {
        (void) webhook_txn_del(&t, db, key, key_len);
    }

    /* not through the store, which would write its state as well */

    (void) mdb_txn_commit(t.txn);
}


#endif /* STORE_UTIL_H */
