
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a migration that looks at all rows of a table.
 */

#include "store/lmdb/migrate/webhook_store_migrate_rows.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


int
webhook_migrate_rows(webhook_migrate_t *m, webhook_db_e db, size_t key_len,
    webhook_migrate_row_pt row)
{
    int                     rc;
    MDB_val                 key, val;
    uint32_t                rows;
    MDB_cursor             *c;
    unsigned char           from[WEBHOOK_MIGRATE_CURSOR];
    webhook_migrate_row_t  *at;

    at = &m->row;

    memset(from, 0, sizeof(from));

    if (at->cursor.len == key_len) {
        memcpy(from, at->cursor.data, key_len);
    }

    rc = webhook_txn_seek(m->t, db, from, key_len, &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(m->t, db, &c);
    }

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size == key_len) {

            memcpy(from, key.mv_data, key_len);

            if (rows >= WEBHOOK_MIGRATE_ROWS || m->changed == m->changes) {
                memcpy(at->buf, from, key_len);

                at->cursor.data = at->buf;
                at->cursor.len = key_len;

                return 0;
            }

            rc = row(m, from, &val);
            if (rc) {
                return rc;
            }
        }

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    if (rc == MDB_NOTFOUND) {
        m->done = 1;
        m->t->dirty = 1;
        return 0;
    }

    return rc;
}
