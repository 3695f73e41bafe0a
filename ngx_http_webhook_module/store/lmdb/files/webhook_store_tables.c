
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables: opened, made, and looked at, with the format that the store has.
 */

#include "store/lmdb/files/webhook_store_tables.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_table.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"

#include <errno.h>


static int webhook_tables_format(webhook_txn_t *t, int made, uint32_t absent);
static int webhook_tables_reformat(webhook_txn_t *t, uint32_t absent);
static int webhook_tables_probe(webhook_txn_t *t);


int
webhook_tables_open(webhook_lmdb_t *st, int made)
{
    int            rc;
    MDB_txn       *txn;
    uint32_t       absent;
    unsigned       i;
    webhook_txn_t  t;

    /* handles are good for the environment's life once this is committed */

    rc = mdb_txn_begin(st->env, NULL, st->readonly ? MDB_RDONLY : 0, &txn);
    if (rc) {
        return rc;
    }

    memset(&t, 0, sizeof(t));

    t.st = st;
    t.txn = txn;
    t.write = !st->readonly;

    st->absent = 0;

    for (i = 0; i < WEBHOOK_DBS; i++) {

        rc = mdb_dbi_open(txn, webhook_table_name(i), 0, &st->dbi[i]);

        if (rc == MDB_NOTFOUND) {

            if (i >= WEBHOOK_DBS_1) {

                /* who reads an older format does without */

                st->absent |= 1U << i;
                rc = 0;
            }

            if (!st->readonly) {
                rc = mdb_dbi_open(txn, webhook_table_name(i), MDB_CREATE,
                                  &st->dbi[i]);
            }
        }

        if (rc == MDB_NOTFOUND) {

            /* no store of ours, or one that was never finished */

            rc = MDB_INVALID;
        }

        if (rc == 0 && !(st->readonly && st->absent & 1U << i)) {
            rc = mdb_set_compare(txn, st->dbi[i], webhook_table_compare);
        }

        if (rc) {
            break;
        }
    }

    absent = st->absent;

    if (!st->readonly) {
        st->absent = 0;
    }

    if (rc == 0) {
        rc = webhook_tables_format(&t, made, absent);
    }

    if (rc == 0) {
        rc = webhook_tables_probe(&t);
    }

    webhook_txn_close(&t);

    if (rc) {
        mdb_txn_abort(txn);
        return rc;
    }

    return mdb_txn_commit(txn);
}


static int
webhook_tables_format(webhook_txn_t *t, int made, uint32_t absent)
{
    int                    rc;
    size_t                 len;
    MDB_val                val;
    uint32_t               format;
    unsigned char          buf[WEBHOOK_ROW_MAX];
    webhook_state_row_t    state;
    webhook_migrate_row_t  migrate;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "format", 6, &val);

    if (rc == MDB_NOTFOUND && t->write) {

        MDB_stat  stat;

        /* a store that was made but whose first commit was not */

        rc = mdb_stat(t->txn, t->st->dbi[WEBHOOK_DB_DELIVERIES], &stat);
        if (rc) {
            return rc;
        }

        if (!made && stat.ms_entries) {
            return webhook_tables_reformat(t, absent);
        }

        t->st->format = WEBHOOK_STORE_FORMAT;
        t->st->migrating = 0;

        len = webhook_row_write_format(buf, WEBHOOK_STORE_FORMAT);

        rc = webhook_txn_put(t, WEBHOOK_DB_META, "format", 6, buf, len, 0);
        if (rc) {
            return rc;
        }

        /* tokens of a store that was before this one are not to fit */

        memset(&state, 0, sizeof(state));

        state.lease = webhook_clock_wall() << 20;

        len = webhook_row_write_state(buf, &state);

        return webhook_txn_put(t, WEBHOOK_DB_META, "state", 5, buf, len, 0);
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc == 0) {
        rc = webhook_row_read_format(&val, &format);
    }

    if (rc || format == 0) {
        return webhook_tables_reformat(t, absent);
    }

    if (format > WEBHOOK_STORE_FORMAT) {

        t->st->explained = 1;

        /* not damaged: who went back to an older module can go forth again,
           and finds all that was waiting */

        webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u of a newer "
                          "version; this one knows up to %u", t->st->path,
                          format, WEBHOOK_STORE_FORMAT);
        return ENOTSUP;
    }

    t->st->format = format;
    t->st->migrating = 0;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "migrate", 7, &val);

    if (rc == 0) {
        t->st->format = webhook_row_read_migrate(&val, &migrate) == 0
                        ? migrate.from : 1;
        t->st->migrating = 1;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The format is not known any more: the tables tell it. */

static int
webhook_tables_reformat(webhook_txn_t *t, uint32_t absent)
{
    int            rc;
    size_t         len;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    /* one of format 4 is taken for one of today: lists may lack some of its
       first sends until they are sent, but nobody has to leave the store */

    t->st->format = WEBHOOK_STORE_FORMAT;

    if (absent & 1U << WEBHOOK_DBS_1) {
        t->st->format = 1;

    } else if (absent & 1U << WEBHOOK_DBS_2) {
        t->st->format = 3;              /* which has the rows of 2, too */
    }

    t->st->migrating = 0;

    if (!t->write) {
        return 0;
    }

    rc = webhook_quarantine(t, WEBHOOK_DB_META, "format", 6, 0);
    if (rc) {
        return rc;
    }

    len = webhook_row_write_format(buf, t->st->format);

    return webhook_txn_put(t, WEBHOOK_DB_META, "format", 6, buf, len, 0);
}


/* Looks at both ends of each table. */

static int
webhook_tables_probe(webhook_txn_t *t)
{
    int          rc;
    MDB_val      key, val;
    unsigned     i, end;
    MDB_cursor  *c;

    for (i = 0; i < WEBHOOK_DBS; i++) {

        rc = webhook_txn_cursor(t, i, &c);

        if (rc == MDB_NOTFOUND) {
            continue;
        }

        if (rc) {
            return rc;
        }

        for (end = 0; end < 2; end++) {
            rc = mdb_cursor_get(c, &key, &val, end ? MDB_LAST : MDB_FIRST);

            if (rc && rc != MDB_NOTFOUND) {
                return rc;
            }
        }
    }

    return 0;
}
