
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
 * version of the record, and its writer writes the newer one.
 */

#include "store/lmdb/engine/webhook_store_migrate.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_time.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/files/webhook_store_env.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/ops/webhook_store_owner.h"
#include "store/lmdb/session/webhook_store_session.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_MIGRATE_ROWS  100000    /* looked at in a transaction */


/* What a step is given, and tells. */

typedef struct {
    webhook_txn_t          *t;
    webhook_migrate_row_t   row;        /* cursor: where to go on, the step's
                                           own; empty at its begin */
    uint32_t                changes;    /* in: so many at most */
    uint32_t                changed;    /* out */
    unsigned                done:1;     /* out: nothing is left */
} webhook_migrate_t;


typedef struct {
    uint32_t    format;                 /* it is a part of */
    int       (*run)(webhook_migrate_t *m);
} webhook_migrate_step_t;


static int webhook_migrate_refused(webhook_store_t *st);
static int webhook_migrate_some(webhook_store_t *st, webhook_migrate_t *m,
    int *more);
static int webhook_migrate_begin(webhook_txn_t *t, webhook_migrate_row_t *row);

static int webhook_migrate_ids(webhook_migrate_t *m);
static int webhook_migrate_finished(webhook_migrate_t *m);
static int webhook_migrate_over(webhook_txn_t *t, const unsigned char *key);
static int webhook_migrate_event(webhook_migrate_t *m,
    const webhook_id_t *old);
static int webhook_migrate_delivery(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id, uint64_t endpoint, const MDB_val *val);
static int webhook_migrate_attempts(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id);
static int webhook_migrate_move(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *from, const unsigned char *to, size_t len);
static int webhook_migrate_value(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *key, size_t len, const webhook_id_t *old,
    const webhook_id_t *id);


/* In their order; new ones go behind those that are there. */

static const webhook_migrate_step_t  webhook_migrate_steps[] = {
    { 2, webhook_migrate_ids },
    { 2, webhook_migrate_finished }
};

#define WEBHOOK_MIGRATE_STEPS                                                 \
    (sizeof(webhook_migrate_steps) / sizeof(webhook_migrate_steps[0]))


int
webhook_migrate(webhook_store_t *st)
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
                      "the store \"%s\" is brought from format %u to %u",
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
        st->told = 1;

        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" cannot be brought to format %u: "
                          "%s; what was done is kept, and the next start goes "
                          "on%s", st->path, WEBHOOK_STORE_FORMAT,
                          mdb_strerror(rc),
                          rc == MDB_MAP_FULL
                          ? ": give it a larger size= before" : "");
        return rc;
    }

    st->format = WEBHOOK_STORE_FORMAT;
    st->migrating = 0;

    webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\" has format %u now, %llu things were "
                      "changed", st->path, WEBHOOK_STORE_FORMAT,
                      (unsigned long long) changed);

    return 0;
}


/* Nobody may change rows meanwhile who takes them for those of the older
   format. */

static int
webhook_migrate_refused(webhook_store_t *st)
{
    if (st->admin && !st->copy) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u, and this version "
                          "writes format %u: nginx brings it to that when it "
                          "starts with the module of this version",
                          st->path, st->format, WEBHOOK_STORE_FORMAT);

    } else if (st->others || webhook_owner_any(st)) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_EMERG,
                          "the store \"%s\" has format %u, and other "
                          "processes (%ld) have it open: it is brought to "
                          "format %u once they have left it, and nothing is "
                          "kept until then; workers of an older version leave "
                          "it when they exit",
                          st->path, st->format, (long) st->others,
                          WEBHOOK_STORE_FORMAT);

    } else {
        return 0;
    }

    st->told = 1;

    return EBUSY;
}


/* One transaction. */

static int
webhook_migrate_some(webhook_store_t *st, webhook_migrate_t *m, int *more)
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


/* ------------------------------------------------- 2: ids of events --- */

/*
 * In format 1 an event with an Idempotency-Key had an id that was made from
 * the key.  Its first bits are no time, so lists by time did not find it, or
 * found it where it should not be.  It gets an id of the time when it
 * happened.  It is sent under its old id, by which receivers drop repeats.
 */

static int
webhook_migrate_ids(webhook_migrate_t *m)
{
    int                    rc;
    uint32_t               rows;
    MDB_val                key, val;
    MDB_cursor            *c;
    webhook_id_t           id;
    unsigned char          from[WEBHOOK_KEY_DELIVERY];
    webhook_migrate_row_t *row;

    row = &m->row;

    memset(from, 0, sizeof(from));

    if (row->cursor.len == WEBHOOK_ID_LEN) {
        memcpy(from, row->cursor.data, WEBHOOK_ID_LEN);
    }

    rc = webhook_txn_seek(m->t, WEBHOOK_DB_DELIVERIES, from, sizeof(from),
                          &key, &val);

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            return MDB_CORRUPTED;
        }

        memcpy(id.bytes, key.mv_data, WEBHOOK_ID_LEN);

        if (rows == WEBHOOK_MIGRATE_ROWS || m->changed == m->changes) {
            memcpy(row->buf, id.bytes, WEBHOOK_ID_LEN);

            row->cursor.data = row->buf;
            row->cursor.len = WEBHOOK_ID_LEN;

            return 0;
        }

        if (!webhook_id_untimed(&id)) {
            rc = webhook_txn_cursor(m->t, WEBHOOK_DB_DELIVERIES, &c);

            if (rc == 0) {
                rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
            }

            continue;
        }

        rc = webhook_migrate_event(m, &id);

        if (rc == 0) {
            m->changed++;

            /* behind all of its rows, be they gone or not */

            webhook_key_delivery(from, &id, UINT64_MAX);

            rc = webhook_txn_seek(m->t, WEBHOOK_DB_DELIVERIES, from,
                                  sizeof(from), &key, &val);
        }
    }

    if (rc == MDB_NOTFOUND) {
        m->done = 1;
        return 0;
    }

    return rc;
}


/* All rows of one event get another id. */

static int
webhook_migrate_event(webhook_migrate_t *m, const webhook_id_t *old)
{
    int                  rc;
    size_t               len;
    uint64_t             endpoint;
    MDB_val              key, val;
    webhook_id_t         id;
    webhook_txn_t       *t;
    unsigned char        from[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char        fkey[2][25];
    webhook_head_row_t   head;

    t = m->t;

    webhook_key_delivery(from, old, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* damaged: nothing of it can be sent, nor told when it was */

        return 0;
    }

    if (rc) {
        return rc;
    }

    webhook_id_timed(old, head.wall, &id);

    webhook_key_delivery(from, old, 1);

    for ( ;; ) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from),
                              &key, &val);

        if (rc == MDB_NOTFOUND
            || (rc == 0
                && (key.mv_size != WEBHOOK_KEY_DELIVERY
                    || memcmp(key.mv_data, old->bytes, 16) != 0)))
        {
            break;
        }

        if (rc) {
            return rc;
        }

        endpoint = webhook_get_u64((unsigned char *) key.mv_data + 16);

        rc = webhook_migrate_delivery(t, old, &id, endpoint, &val);
        if (rc) {
            return rc;
        }
    }

    rc = webhook_migrate_attempts(t, old, &id);
    if (rc) {
        return rc;
    }

    /* the head once more: what was read is gone with the first write */

    webhook_key_delivery(from, old, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc) {
        return rc;
    }

    /* bodies may bear it, too, so it is the one that is sent, be it for the
       first time */

    head.wire = *old;
    head.wired = 1;

    len = webhook_row_write_head(buf, &head);

    if (head.open == 0) {

        /* the key of the finished index, as it was in format 1 */

        webhook_set_u64(fkey[0], head.finished);
        fkey[0][8] = 0;
        memcpy(fkey[1], fkey[0], 9);
        memcpy(fkey[0] + 9, old->bytes, 16);
        memcpy(fkey[1] + 9, id.bytes, 16);

        rc = webhook_migrate_move(t, WEBHOOK_DB_FINISHED, fkey[0], fkey[1],
                                  sizeof(fkey[0]));
        if (rc) {
            return rc;
        }
    }

    rc = webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from));

    if (rc == 0) {
        webhook_key_delivery(from, &id, 0);

        rc = webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from),
                             buf, len, 0);
    }

    return rc;
}


/* A delivery, and its rows in the queue. */

static int
webhook_migrate_delivery(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id, uint64_t endpoint, const MDB_val *val)
{
    int                      rc, moved;
    webhook_lane_e           lane;
    unsigned char            from[WEBHOOK_KEY_DUE], to[WEBHOOK_KEY_DUE];
    webhook_delivery_row_t   d;

    rc = webhook_row_read_delivery(val, &d);

    webhook_key_delivery(from, old, endpoint);
    webhook_key_delivery(to, id, endpoint);

    /* where it is damaged, its row in the queue leads to nothing then, and is
       found out */

    moved = webhook_migrate_move(t, WEBHOOK_DB_DELIVERIES, from, to,
                                 WEBHOOK_KEY_DELIVERY);

    if (moved || rc) {
        return moved;
    }

    if (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING && !d.blocks)
    {
        return 0;
    }

    if (d.parked) {
        webhook_key_parked(from, endpoint, d.order, d.place);

        return webhook_migrate_value(t, WEBHOOK_DB_PARKED, from,
                                     WEBHOOK_KEY_PARKED, old, id);
    }

    if (d.order) {
        webhook_key_head(from, endpoint, d.order);

        rc = webhook_migrate_value(t, WEBHOOK_DB_HEADS, from,
                                   WEBHOOK_KEY_HEAD, old, id);
        if (rc) {
            return rc;
        }
    }

    lane = d.state == WEBHOOK_SENDING ? WEBHOOK_LANE_LEASE
           : d.blocks ? WEBHOOK_LANE_BLOCK : webhook_queue_lane(&d);

    webhook_key_due(from, endpoint, lane,
                    d.state == WEBHOOK_SENDING ? d.end : d.due, old);

    memcpy(to, from, WEBHOOK_KEY_DUE);
    memcpy(to + 17, id->bytes, 16);

    return webhook_migrate_move(t, WEBHOOK_DB_DUE, from, to, WEBHOOK_KEY_DUE);
}


static int
webhook_migrate_attempts(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id)
{
    int            rc;
    MDB_val        key, val;
    unsigned char  from[WEBHOOK_KEY_ATTEMPT], to[WEBHOOK_KEY_ATTEMPT];

    for ( ;; ) {
        webhook_key_attempt(from, old, 0, 0);

        rc = webhook_txn_seek(t, WEBHOOK_DB_ATTEMPTS, from, sizeof(from),
                              &key, &val);

        if (rc == MDB_NOTFOUND
            || (rc == 0
                && (key.mv_size != WEBHOOK_KEY_ATTEMPT
                    || memcmp(key.mv_data, old->bytes, 16) != 0)))
        {
            return 0;
        }

        if (rc) {
            return rc;
        }

        memcpy(from, key.mv_data, sizeof(from));
        memcpy(to, from, sizeof(to));
        memcpy(to, id->bytes, 16);

        rc = webhook_migrate_move(t, WEBHOOK_DB_ATTEMPTS, from, to,
                                  sizeof(from));
        if (rc) {
            return rc;
        }
    }
}


/* A row gets another key of the same length; nothing where there is none. */

static int
webhook_migrate_move(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *from, const unsigned char *to, size_t len)
{
    int      rc;
    void    *copy;
    MDB_val  val;

    rc = webhook_txn_get(t, db, from, len, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    /* it is good until the next write only */

    copy = malloc(val.mv_size + 1);
    if (copy == NULL) {
        return ENOMEM;
    }

    memcpy(copy, val.mv_data, val.mv_size);

    rc = webhook_txn_del(t, db, from, len);

    if (rc == 0) {
        rc = webhook_txn_put(t, db, to, len, copy, val.mv_size, 0);
    }

    free(copy);

    return rc;
}


/* A row whose value is the one id gets the other. */

static int
webhook_migrate_value(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *key, size_t len, const webhook_id_t *old,
    const webhook_id_t *id)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, db, key, len, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (val.mv_size != 16 || memcmp(val.mv_data, old->bytes, 16) != 0) {
        return 0;
    }

    return webhook_txn_put(t, db, key, len, id->bytes, 16, 0);
}


/* ------------------------------------- 2: the index of what is finished --- */

/*
 * In format 1 its keys were the time, a kind and the id, and its rows were
 * empty; they are told from new ones by that.
 */

static int
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
