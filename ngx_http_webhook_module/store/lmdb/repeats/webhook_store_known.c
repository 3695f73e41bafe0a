
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is known of repeats, of calls (dedupe) and of events (idempotency):
 * told, so that another store can know it, and put where it comes from one.
 */

#include "store/lmdb/repeats/webhook_store_known.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/repeats/webhook_store_dedupe.h"
#include "store/lmdb/repeats/webhook_store_idempotency.h"

#include <errno.h>


#define WEBHOOK_KNOWN_PAGE  1000        /* entries in an answer at most */
#define WEBHOOK_KNOWN_ROWS  10000       /* looked at for one */


int
webhook_known_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, over, call;
    size_t               len;
    MDB_val              key, val;
    uint32_t             rows, max;
    MDB_cursor          *c;
    webhook_db_e         db;
    webhook_answered_t   answer;
    webhook_known_t     *known;
    webhook_op_known_t  *l;

    l = &op->u.known;

    call = l->kind == WEBHOOK_KNOWN_CALL;
    db = call ? WEBHOOK_DB_DEDUPE : WEBHOOK_DB_IDEMPOTENCY;
    len = call ? WEBHOOK_KEY_DEDUPE : WEBHOOK_KEY_IDEMPOTENCY;

    max = l->max < WEBHOOK_KNOWN_PAGE ? l->max : WEBHOOK_KNOWN_PAGE;

    l->known = webhook_memory_alloc(&op->memory,
                                    max * sizeof(webhook_known_t));
    if (l->known == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    rc = webhook_txn_cursor(t, db, &c);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (l->from) {
        key.mv_data = l->cursor;
        key.mv_size = len;

        rc = mdb_cursor_get(c, &key, &val, MDB_SET_RANGE);

        if (rc == 0 && key.mv_size == len
            && memcmp(key.mv_data, l->cursor, len) == 0)
        {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
        }

    } else {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != len) {
            l->damaged++;
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
            continue;
        }

        if (l->count == max || rows >= WEBHOOK_KNOWN_ROWS) {
            l->more = 1;
            return 0;
        }

        memcpy(l->cursor, key.mv_data, len);

        known = &l->known[l->count];

        rc = call ? webhook_dedupe_known(t, key.mv_data, &val, known, &over)
                  : webhook_idempotency_known(t, key.mv_data, &val, known,
                                              &over);

        if (rc) {
            l->damaged++;

        } else if (!over) {

            answer = known->answer;

            if (webhook_memory_text(&op->memory, &answer.text,
                                    &known->answer.text)
                || webhook_memory_text(&op->memory, &answer.type,
                                       &known->answer.type))
            {
                return ENOMEM;
            }

            l->count++;
        }

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_known_remember(webhook_txn_t *t, webhook_op_t *op)
{
    const webhook_known_t  *known;

    known = &op->u.remember.known;

    if (known->answer.text.len > WEBHOOK_DEDUPE_ANSWER
        || known->answer.type.len > WEBHOOK_DEDUPE_TYPE)
    {
        webhook_store_log_error(t->st, EINVAL, "an answer exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    if (t->st->replaced || known->left == 0) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    return known->kind == WEBHOOK_KNOWN_CALL
           ? webhook_dedupe_remember(t, op)
           : webhook_idempotency_remember(t, op);
}
