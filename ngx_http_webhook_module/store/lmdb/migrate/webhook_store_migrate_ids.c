
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 2: the ids of events.
 */

#include "store/lmdb/migrate/webhook_store_migrate_ids.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_result.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/migrate/webhook_store_migrate_int.h"

#include <errno.h>
#include <stdlib.h>


static int webhook_migrate_event(webhook_migrate_t *m,
    const webhook_id_t *old);
static int webhook_migrate_head(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id);
static int webhook_migrate_delivery(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id, uint64_t endpoint, const MDB_val *val);
static int webhook_migrate_attempts(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id);
static int webhook_migrate_move(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *from, const unsigned char *to, size_t len);
static int webhook_migrate_value(webhook_txn_t *t, webhook_db_e db,
    const unsigned char *key, size_t len, const webhook_id_t *old,
    const webhook_id_t *id);


/*
 * In format 1 an event with an Idempotency-Key had an id that was made from
 * the key.  Its first bits are no time, so lists by time did not find it, or
 * found it where it should not be.  It gets an id of the time when it
 * happened.  It is sent under its old id, by which receivers drop repeats.
 */

int
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
    uint64_t             endpoint;
    MDB_val              key, val;
    webhook_id_t         id;
    webhook_txn_t       *t;
    unsigned char        from[WEBHOOK_KEY_DELIVERY];
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

    return webhook_migrate_head(t, old, &id);
}


/* The head, behind all others of its rows. */

static int
webhook_migrate_head(webhook_txn_t *t, const webhook_id_t *old,
    const webhook_id_t *id)
{
    int                  rc;
    size_t               len;
    MDB_val              val;
    unsigned char        from[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char        fkey[2][25];
    webhook_head_row_t   head;

    /* once more: what was read is gone with the first write */

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
        memcpy(fkey[1] + 9, id->bytes, 16);

        rc = webhook_migrate_move(t, WEBHOOK_DB_FINISHED, fkey[0], fkey[1],
                                  sizeof(fkey[0]));
        if (rc) {
            return rc;
        }
    }

    rc = webhook_txn_del(t, WEBHOOK_DB_DELIVERIES, from, sizeof(from));

    if (rc == 0) {
        webhook_key_delivery(from, id, 0);

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
           : d.blocks ? WEBHOOK_LANE_BLOCK : webhook_delivery_lane(&d);

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
