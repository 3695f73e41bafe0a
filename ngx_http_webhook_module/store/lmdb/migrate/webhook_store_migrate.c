
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Brings a store of an older format to that of today, when it is opened and
 * nobody else has it open.  It is done in steps, and a step in transactions
 * that are bounded; how far it got is written in the same transactions, so a
 * process may be killed at any instant, and the next one goes on.  The format
 * is that of today from the first of them on, lest an older version takes
 * what is half done for its own.
 *
 * A step that was released is never changed, and reads and writes rows by
 * what it has here where their layout has changed since.  Where the key of a
 * row stays as it is, no step is needed: the record's reader takes the older
 * version of the record, and its writer writes the newer one.  The format has
 * a new number all the same, since an older version would take the newer
 * record for a damaged one.
 *
 * Format 3 has no step: in format 2 rows of repeats and records of calls were
 * of version 1, and they are read as they are.  Format 4 has tables that the
 * others have not, which are made when the store is opened, and newer records
 * of what the store keeps of itself; one of the tables, an index, is filled in
 * a step, and in another one calls get the time when they were kept.  In
 * format 5 rows of the queue bear marks: those that are there have none, so in
 * its step all of them come into the index.  Format 6 has no step: a row of that
 * index is of many deliveries, and those of one each are read as they are.
 */

#include "store/lmdb/migrate/webhook_store_migrate.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/files/webhook_store_slots.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/migrate/webhook_store_migrate_calls.h"
#include "store/lmdb/migrate/webhook_store_migrate_finished.h"
#include "store/lmdb/migrate/webhook_store_migrate_first.h"
#include "store/lmdb/migrate/webhook_store_migrate_ids.h"
#include "store/lmdb/migrate/webhook_store_migrate_int.h"
#include "store/lmdb/migrate/webhook_store_migrate_listed.h"

#include <errno.h>


typedef struct {
    uint32_t    format;                 /* it is a part of */
    int       (*run)(webhook_migrate_t *m);
} webhook_migrate_step_t;


static int webhook_migrate_refused(webhook_lmdb_t *st);
static int webhook_migrate_some(webhook_lmdb_t *st, webhook_migrate_t *m,
    int *more);
static int webhook_migrate_begin(webhook_txn_t *t, webhook_migrate_row_t *row);


/* In their order; new ones go behind those that are there. */

static const webhook_migrate_step_t  webhook_migrate_steps[] = {
    { 2, webhook_migrate_ids },
    { 2, webhook_migrate_finished },
    { 4, webhook_migrate_listed },
    { 4, webhook_migrate_calls },
    { 5, webhook_migrate_first }
};

#define WEBHOOK_MIGRATE_STEPS                                                 \
    (sizeof(webhook_migrate_steps) / sizeof(webhook_migrate_steps[0]))


int
webhook_migrate(webhook_lmdb_t *st)
{
    int                rc, more;
    uint64_t           changed;
    webhook_migrate_t  m;

    if (st->readonly || (st->format == WEBHOOK_STORE_FORMAT && !st->migrating))
    {
        return 0;
    }

    rc = webhook_env_others(st);

    if (rc == 0) {
        rc = webhook_migrate_refused(st);
    }

    if (rc) {
        return rc;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\" is being converted from format %u to "
                      "%u",
                      st->path, st->format, WEBHOOK_STORE_FORMAT);

    memset(&m, 0, sizeof(m));

    m.changes = st->changes;
    changed = 0;

    do {
        rc = webhook_migrate_some(st, &m, &more);

        if (rc == 0) {
            changed += m.changed;

        } else if ((rc == MDB_MAP_FULL || rc == MDB_TXN_FULL)
                   && m.changes > 1)
        {
            /* what a transaction changes needs room, too */

            m.changes /= 2;
            more = 1;
            rc = 0;
        }

    } while (rc == 0 && more);

    if (rc) {
        st->explained = 1;

        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" cannot be converted to format %u: "
                          "%s; what was done is kept, and the next start "
                          "continues%s", st->path, WEBHOOK_STORE_FORMAT,
                          mdb_strerror(rc),
                          rc == MDB_MAP_FULL
                          ? ": give it a larger size= before" : "");
        return rc;
    }

    st->format = WEBHOOK_STORE_FORMAT;
    st->migrating = 0;

    webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\" now has format %u, %llu rows were "
                      "changed", st->path, WEBHOOK_STORE_FORMAT,
                      (unsigned long long) changed);

    return 0;
}


/* Nobody may change rows meanwhile who takes them for those of the older
   format. */

static int
webhook_migrate_refused(webhook_lmdb_t *st)
{
    if (st->admin && !st->copy) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u, and this version "
                          "writes format %u: nginx converts it when it starts "
                          "with the module of this version",
                          st->path, st->format, WEBHOOK_STORE_FORMAT);

    } else if (st->others || webhook_slots_any(st)) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u, and other "
                          "processes (%ld) have it open: it will be converted "
                          "to format %u once they have closed it, and nothing "
                          "is stored until then; workers of an older version "
                          "close it when they exit",
                          st->path, st->format, (long) st->others,
                          WEBHOOK_STORE_FORMAT);

    } else {
        return 0;
    }

    st->explained = 1;

    return EBUSY;
}


/* One transaction. */

static int
webhook_migrate_some(webhook_lmdb_t *st, webhook_migrate_t *m, int *more)
{
    int            rc;
    size_t         len;
    webhook_txn_t  t;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    *more = 0;

    rc = webhook_session_begin(st, &t, 1);
    if (rc) {
        return rc;
    }

    m->t = &t;
    m->changed = 0;
    m->done = 0;

    rc = webhook_time_start(&t);

    if (rc == 0) {
        rc = webhook_migrate_begin(&t, &m->row);
    }

    /* steps of formats that the store is beyond */

    while (rc == 0 && m->row.step < WEBHOOK_MIGRATE_STEPS
           && webhook_migrate_steps[m->row.step].format <= m->row.from)
    {
        m->row.step++;
    }

    if (rc == 0 && m->row.step < WEBHOOK_MIGRATE_STEPS) {
        rc = webhook_migrate_steps[m->row.step].run(m);

        if (m->done) {
            m->row.step++;
            m->row.cursor.len = 0;
        }
    }

    if (rc == 0 && m->row.step < WEBHOOK_MIGRATE_STEPS) {
        *more = 1;

        len = webhook_row_write_migrate(buf, &m->row);

        rc = webhook_txn_put(&t, WEBHOOK_DB_META, "migrate", 7, buf, len, 0);

    } else if (rc == 0) {
        rc = webhook_txn_del(&t, WEBHOOK_DB_META, "migrate", 7);

        if (rc == MDB_NOTFOUND) {
            rc = 0;
        }
    }

    if (rc == 0) {
        len = webhook_row_write_format(buf, WEBHOOK_STORE_FORMAT);

        rc = webhook_txn_put(&t, WEBHOOK_DB_META, "format", 6, buf, len, 0);
    }

    if (rc) {
        webhook_session_abort(&t);
        return rc;
    }

    return webhook_session_commit(&t);
}


/* Where it was left, or the begin. */

static int
webhook_migrate_begin(webhook_txn_t *t, webhook_migrate_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "migrate", 7, &val);

    if (rc == 0 && webhook_row_read_migrate(&val, row) == 0) {
        return 0;
    }

    if (rc == 0) {

        /* each step may be done again */

        rc = webhook_quarantine(t, WEBHOOK_DB_META, "migrate", 7, 0);
        if (rc) {
            return rc;
        }

    } else if (rc != MDB_NOTFOUND) {
        return rc;
    }

    memset(row, 0, sizeof(webhook_migrate_row_t));

    row->from = t->st->format;

    return 0;
}
