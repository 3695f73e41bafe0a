
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 4: the record of a call has the time under which the index of what is
 * finished has it, so that a call can be removed without a search there.
 */

#include "store/lmdb/migrate/webhook_store_migrate_calls.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


static int webhook_migrate_call(webhook_migrate_t *m,
    const unsigned char *finished);


int
webhook_migrate_calls(webhook_migrate_t *m)
{
    int                     rc;
    MDB_val                 key, val;
    uint32_t                rows;
    unsigned                i;
    unsigned char           from[WEBHOOK_KEY_FINISHED];
    webhook_migrate_row_t  *row;

    row = &m->row;

    memset(from, 0, sizeof(from));
    from[0] = WEBHOOK_CLASS_CALL;

    if (row->cursor.len == sizeof(from)) {
        memcpy(from, row->cursor.data, sizeof(from));
    }

    for (rows = 0; /* void */ ; rows++) {

        rc = webhook_txn_seek(m->t, WEBHOOK_DB_FINISHED, from, sizeof(from),
                              &key, &val);

        if (rc == MDB_NOTFOUND
            || (rc == 0
                && *(unsigned char *) key.mv_data != WEBHOOK_CLASS_CALL))
        {
            m->done = 1;
            m->t->dirty = 1;
            return 0;
        }

        if (rc) {
            return rc;
        }

        memcpy(from, key.mv_data, sizeof(from));

        if (rows >= WEBHOOK_MIGRATE_ROWS || m->changed == m->changes) {
            memcpy(row->buf, from, sizeof(from));

            row->cursor.data = row->buf;
            row->cursor.len = sizeof(from);

            return 0;
        }

        rc = webhook_migrate_call(m, from);
        if (rc) {
            return rc;
        }

        for (i = sizeof(from); i > 0 && ++from[i - 1] == 0; i--) { /* void */ }
    }
}


/* What cannot be read is left to those who meet it. */

static int
webhook_migrate_call(webhook_migrate_t *m, const unsigned char *finished)
{
    int                   rc;
    size_t                len;
    MDB_val               val;
    unsigned char         buf[WEBHOOK_ROW_MAX];
    webhook_call_row_t    call;
    const unsigned char  *id;

    id = finished + 9;

    rc = webhook_txn_get(m->t, WEBHOOK_DB_CALLS, id, 16, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (webhook_row_read_call(&val, &call) != 0 || call.kept) {
        return 0;
    }

    call.kept = webhook_get_u64(finished + 1);

    len = webhook_row_write_call(buf, &call);

    m->changed++;

    return webhook_txn_put(m->t, WEBHOOK_DB_CALLS, id, 16, buf, len, 0);
}
