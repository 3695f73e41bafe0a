
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in quarantine, the table of rows that could not be read: listed, and
 * removed by hand.
 */

#include "store/lmdb/repair/webhook_store_quarantined.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"

#include <errno.h>


#define WEBHOOK_QUARANTINE_PAGE  1000   /* entries in an answer at most */
#define WEBHOOK_QUARANTINE_STEP  500    /* removed at a time */


static int webhook_quarantined_row(const MDB_val *val, void **memory,
    webhook_quarantined_t *out);


int
webhook_quarantined_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc;
    size_t                    bytes;
    MDB_val                   key, val;
    uint32_t                  max;
    uint64_t                  number;
    MDB_cursor               *c;
    unsigned char             first[WEBHOOK_KEY_QUARANTINE];
    webhook_quarantined_t    *row;
    webhook_op_quarantine_t  *q;

    q = &op->u.quarantine;

    max = q->max < WEBHOOK_QUARANTINE_PAGE ? q->max : WEBHOOK_QUARANTINE_PAGE;

    q->rows = webhook_memory_alloc(&op->memory,
                                   max * sizeof(webhook_quarantined_t));
    if (q->rows == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    webhook_set_u64(first, q->first);

    rc = webhook_txn_seek(t, WEBHOOK_DB_QUARANTINE, first, sizeof(first),
                          &key, &val);

    for (bytes = 0; rc == 0; bytes += val.mv_size) {

        if (key.mv_size != WEBHOOK_KEY_QUARANTINE) {
            goto next;
        }

        number = webhook_get_u64(key.mv_data);

        if (q->count == max || (q->count && bytes > q->max_bytes)) {
            q->first = number;
            q->more = 1;
            return 0;
        }

        row = &q->rows[q->count++];

        row->number = number;

        rc = webhook_quarantined_row(&val, &op->memory, row);
        if (rc) {
            return rc;
        }

    next:

        rc = webhook_txn_cursor(t, WEBHOOK_DB_QUARANTINE, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* What a row says; if it is damaged itself, its bytes are the value. */

static int
webhook_quarantined_row(const MDB_val *val, void **memory,
    webhook_quarantined_t *out)
{
    webhook_quarantine_row_t  row;

    if (webhook_row_read_quarantine(val, &row) != 0) {
        memset(&row, 0, sizeof(row));

        row.value.data = val->mv_data;
        row.value.len = val->mv_size;
    }

    out->wall = row.wall;

    if (webhook_memory_text(memory, &row.table, &out->table) != 0
        || webhook_memory_text(memory, &row.key, &out->key) != 0
        || webhook_memory_text(memory, &row.value, &out->value) != 0)
    {
        return ENOMEM;
    }

    return 0;
}


int
webhook_quarantined_discard(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    MDB_val                found, val;
    unsigned char          key[WEBHOOK_KEY_QUARANTINE];
    webhook_op_discard_t  *d;

    d = &op->u.discard;

    webhook_set_u64(key, d->number);

    if (!d->all) {
        rc = webhook_txn_del(t, WEBHOOK_DB_QUARANTINE, key, sizeof(key));

        if (rc == MDB_NOTFOUND) {
            op->result = WEBHOOK_STORE_NOT_FOUND;
            return 0;
        }

        d->count = rc == 0;
        op->result = WEBHOOK_STORE_OK;

        return rc;
    }

    for ( ;; ) {
        webhook_set_u64(key, 0);

        rc = webhook_txn_seek(t, WEBHOOK_DB_QUARANTINE, key, sizeof(key),
                              &found, &val);

        if (rc == MDB_NOTFOUND
            || (rc == 0 && webhook_get_u64(found.mv_data) > d->number))
        {
            break;
        }

        if (rc) {
            return rc;
        }

        if (d->count == WEBHOOK_QUARANTINE_STEP) {
            d->more = 1;
            break;
        }

        memcpy(key, found.mv_data, sizeof(key));

        rc = webhook_txn_del(t, WEBHOOK_DB_QUARANTINE, key, sizeof(key));
        if (rc) {
            return rc;
        }

        d->count++;
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}
