
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 4: the index of what waits and is dead.
 */

#include "store/lmdb/migrate/webhook_store_migrate_listed.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed.h"


/* A row for each delivery that is PENDING or DEAD.  What cannot be read has
   none: it is told of by whoever meets it. */

int
webhook_migrate_listed(webhook_migrate_t *m)
{
    int                      rc;
    MDB_val                  key, val;
    uint32_t                 rows;
    uint64_t                 endpoint;
    MDB_cursor              *c;
    webhook_id_t             id;
    unsigned char            from[WEBHOOK_KEY_DELIVERY];
    webhook_migrate_row_t   *row;
    webhook_delivery_row_t   d;

    row = &m->row;

    memset(from, 0, sizeof(from));

    if (row->cursor.len == sizeof(from)) {
        memcpy(from, row->cursor.data, sizeof(from));
    }

    rc = webhook_txn_seek(m->t, WEBHOOK_DB_DELIVERIES, from, sizeof(from),
                          &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(m->t, WEBHOOK_DB_DELIVERIES, &c);
    }

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size == sizeof(from)) {

            memcpy(from, key.mv_data, sizeof(from));

            if (rows >= WEBHOOK_MIGRATE_ROWS || m->changed == m->changes) {
                memcpy(row->buf, from, sizeof(from));

                row->cursor.data = row->buf;
                row->cursor.len = sizeof(from);

                return 0;
            }

            memcpy(id.bytes, from, 16);
            endpoint = webhook_get_u64(from + 16);

            if (endpoint && webhook_row_read_delivery(&val, &d) == 0
                && (d.state == WEBHOOK_PENDING || d.state == WEBHOOK_DEAD))
            {
                m->changed++;

                rc = webhook_listed_put(m->t, endpoint, d.state, &id);
                if (rc) {
                    return rc;
                }
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
