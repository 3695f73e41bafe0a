
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that cannot be read are put into a table of such, and that is told.
 */

#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_table.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"

#include <errno.h>
#include <stdlib.h>


int
webhook_quarantine(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, int keep)
{
    int                       rc;
    size_t                    len, size;
    MDB_val                   val;
    uint64_t                  number;
    unsigned char             nkey[WEBHOOK_KEY_QUARANTINE], *buf;
    unsigned char             copy[WEBHOOK_KEY_MAX];
    webhook_quarantine_row_t  row;

    if (key_len > sizeof(copy)) {
        return MDB_BAD_VALSIZE;
    }

    /* the key may be a view into what is written to */

    memcpy(copy, key, key_len);

    rc = webhook_txn_get(t, db, copy, key_len, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    rc = webhook_txn_number(t, WEBHOOK_DB_QUARANTINE, &number);
    if (rc) {
        return rc;
    }

    row.wall = webhook_clock_wall();
    row.table.data = (unsigned char *) webhook_table_name(db);
    row.table.len = strlen(webhook_table_name(db));
    row.key.data = copy;
    row.key.len = key_len;
    row.value.data = val.mv_data;
    row.value.len = val.mv_size;

    size = val.mv_size + key_len + 128;

    buf = malloc(size);
    if (buf == NULL) {
        return ENOMEM;
    }

    len = webhook_row_write_quarantine(buf, size, &row);

    webhook_set_u64(nkey, number);

    rc = webhook_txn_put(t, WEBHOOK_DB_QUARANTINE, nkey, sizeof(nkey), buf,
                         len, 0);

    free(buf);

    if (rc == 0 && !keep) {
        rc = webhook_txn_del(t, db, copy, key_len);
    }

    if (rc == 0) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\": a row of the table \"%s\" is "
                          "damaged; it is kept in quarantine", t->st->path,
                          webhook_table_name(db));
    }

    return rc;
}


int
webhook_quarantine_count(webhook_txn_t *t, uint64_t *count)
{
    int       rc;
    MDB_stat  stat;

    rc = webhook_txn_stat(t, WEBHOOK_DB_QUARANTINE, &stat);

    *count = rc ? 0 : stat.ms_entries;

    return rc;
}
