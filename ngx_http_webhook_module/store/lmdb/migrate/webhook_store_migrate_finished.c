
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 2: the index of what is finished.
 */

#include "store/lmdb/migrate/webhook_store_migrate_finished.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/migrate/webhook_store_migrate_int.h"


static int webhook_migrate_over(webhook_txn_t *t, const unsigned char *key);


/*
 * In format 1 its keys were the time, a kind and the id, and its rows were
 * empty; they are told from new ones by that.
 */

int
webhook_migrate_finished(webhook_migrate_t *m)
{
    int                    rc;
    uint32_t               rows;
    MDB_val                key, val;
    MDB_cursor            *c;
    unsigned char          from[25];
    webhook_migrate_row_t *row;

    row = &m->row;

    memset(from, 0, sizeof(from));

    if (row->cursor.len == sizeof(from)) {
        memcpy(from, row->cursor.data, sizeof(from));
    }

    rc = webhook_txn_seek(m->t, WEBHOOK_DB_FINISHED, from, sizeof(from),
                          &key, &val);

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != sizeof(from)) {
            return MDB_CORRUPTED;
        }

        memcpy(from, key.mv_data, sizeof(from));

        if (rows == WEBHOOK_MIGRATE_ROWS || m->changed == m->changes) {
            memcpy(row->buf, from, sizeof(from));

            row->cursor.data = row->buf;
            row->cursor.len = sizeof(from);

            return 0;
        }

        if (val.mv_size) {
            rc = webhook_txn_cursor(m->t, WEBHOOK_DB_FINISHED, &c);

            if (rc == 0) {
                rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
            }

            continue;
        }

        rc = webhook_txn_del(m->t, WEBHOOK_DB_FINISHED, from, sizeof(from));

        if (rc == 0) {
            rc = webhook_migrate_over(m->t, from);
        }

        if (rc == 0) {
            m->changed++;

            rc = webhook_txn_seek(m->t, WEBHOOK_DB_FINISHED, from,
                                  sizeof(from), &key, &val);
        }
    }

    if (rc == MDB_NOTFOUND) {
        m->done = 1;
        m->t->dirty = 1;
        return webhook_recount_history(m->t);
    }

    return rc;
}


/* One event or call, by its old key, that has no row now. */

static int
webhook_migrate_over(webhook_txn_t *t, const unsigned char *key)
{
    int                 rc;
    MDB_val             val;
    webhook_id_t        id;
    unsigned char       dkey[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t  head;
    webhook_call_row_t  call;

    memcpy(id.bytes, key + 9, 16);

    if (key[8]) {
        rc = webhook_txn_get(t, WEBHOOK_DB_CALLS, id.bytes, 16, &val);

        if (rc) {

            /* it is not there any more */

            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (webhook_row_read_call(&val, &call) != 0) {
            call.record_len = 0;
        }

        return webhook_finished_call(t, &id, webhook_get_u64(key),
                                     call.record_len);
    }

    webhook_key_delivery(dkey, &id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
        return rc;
    }

    return webhook_finished_event(t, &id, webhook_get_u64(key),
                                  rc ? NULL : &head);
}
