
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events whose request was repeated: which event a key and a body were of, for
 * as long as that is to be known.  One key may stand with several bodies, each
 * of which made an event.  A second table has the same keys by the time they
 * end, so that what is over is at hand.
 *
 * Nothing here may lose an event: what cannot be read or kept means that a
 * repeat is not known as one.
 */

#include "store/lmdb/repeats/webhook_store_idempotency.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/expire/webhook_store_expire.h"


#define WEBHOOK_IDEMPOTENCY_SHARE  4096     /* bytes of the store for each */
#define WEBHOOK_IDEMPOTENCY_TAKES  512      /* bytes, of both rows */
#define WEBHOOK_IDEMPOTENCY_LOOK   4        /* bodies of a key looked at */
#define WEBHOOK_IDEMPOTENCY_STEP   2        /* ended ones that a put removes */
#define WEBHOOK_IDEMPOTENCY_QUIET  60000    /* ms between two warnings */


static int webhook_idempotency_get(webhook_txn_t *t, const unsigned char *key,
    webhook_idempotency_row_t *row);
static int webhook_idempotency_differs(webhook_txn_t *t,
    const unsigned char *key, int *differs);
static int webhook_idempotency_write(webhook_txn_t *t,
    const webhook_idempotency_t *i, const webhook_id_t *event, int *room);
static int webhook_idempotency_room(webhook_txn_t *t, int *room);
static int webhook_idempotency_del(webhook_txn_t *t, const unsigned char *end);


int
webhook_idempotency_seen(webhook_txn_t *t, webhook_op_put_event_t *p,
    int *seen)
{
    int                        rc, differs;
    unsigned char              key[WEBHOOK_KEY_IDEMPOTENCY];
    webhook_idempotency_row_t  row;

    *seen = 0;

    if (p->idempotency.keep == 0) {
        return 0;
    }

    webhook_key_idempotency(key, &p->idempotency);

    rc = webhook_idempotency_get(t, key, &row);

    if (rc == 0 && row.end > t->age) {
        p->first = row.event;
        *seen = 1;
        return 0;
    }

    if (rc == MDB_CORRUPTED) {
        webhook_store_log_error(t->st, rc, "a row of idempotency cannot be "
                                "read");

    } else if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_idempotency_differs(t, key, &differs);

    p->differs = differs;

    return rc;
}


/* Has the key made an event of another body? */

static int
webhook_idempotency_differs(webhook_txn_t *t, const unsigned char *key,
    int *differs)
{
    int                        rc;
    MDB_val                    k, val;
    unsigned                   n;
    MDB_cursor                *c;
    unsigned char              least[WEBHOOK_KEY_IDEMPOTENCY];
    webhook_idempotency_row_t  row;

    *differs = 0;

    memset(least, 0, sizeof(least));
    memcpy(least, key, WEBHOOK_IDEMPOTENCY_LEN);

    rc = webhook_txn_seek(t, WEBHOOK_DB_IDEMPOTENCY, least, sizeof(least), &k,
                          &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_IDEMPOTENCY, &c);
    }

    for (n = 0; rc == 0 && n < WEBHOOK_IDEMPOTENCY_LOOK; n++) {

        if (k.mv_size != WEBHOOK_KEY_IDEMPOTENCY
            || memcmp(k.mv_data, key, WEBHOOK_IDEMPOTENCY_LEN) != 0)
        {
            break;
        }

        if (webhook_row_read_idempotency(&val, &row) == 0
            && row.end > t->age)
        {
            *differs = 1;
            break;
        }

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_idempotency_keep(webhook_txn_t *t, webhook_op_put_event_t *p)
{
    int  rc, room;

    if (p->idempotency.keep == 0) {
        return 0;
    }

    rc = webhook_idempotency_write(t, &p->idempotency, &p->id, &room);

    if (rc == 0 && !room) {
        p->unprotected = 1;
    }

    return rc;
}


/* Writes a row, if there is room for it, over one that has ended. */

static int
webhook_idempotency_write(webhook_txn_t *t, const webhook_idempotency_t *i,
    const webhook_id_t *event, int *room)
{
    int                        rc;
    size_t                     len;
    unsigned char              key[WEBHOOK_KEY_IDEMPOTENCY];
    unsigned char              end[WEBHOOK_KEY_IDEMPOTENCY_END];
    unsigned char              buf[WEBHOOK_ROW_MAX];
    webhook_idempotency_row_t  row;

    webhook_key_idempotency(key, i);

    rc = webhook_idempotency_get(t, key, &row);

    if (rc == 0) {

        /* one that has ended */

        webhook_key_idempotency_end(end, row.end, key);

        rc = webhook_idempotency_del(t, end);

    } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
        rc = 0;
    }

    if (rc == 0) {
        rc = webhook_idempotency_room(t, room);
    }

    if (rc || !*room) {
        return rc;
    }

    row.event = *event;
    row.end = webhook_later(t->age, i->keep);

    len = webhook_row_write_idempotency(buf, &row);

    rc = webhook_txn_put(t, WEBHOOK_DB_IDEMPOTENCY, key, sizeof(key), buf,
                         len, 0);
    if (rc) {
        return rc;
    }

    webhook_key_idempotency_end(end, row.end, key);

    return webhook_txn_put(t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end, sizeof(end),
                           "", 0, 0);
}


int
webhook_idempotency_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over)
{
    int                        rc;
    webhook_idempotency_row_t  row;

    rc = webhook_row_read_idempotency(v, &row);
    if (rc) {
        return rc;
    }

    *over = row.end <= t->age;

    known->kind = WEBHOOK_KNOWN_EVENT;
    memcpy(known->key, key, WEBHOOK_IDEMPOTENCY_LEN);
    memcpy(known->body, key + WEBHOOK_IDEMPOTENCY_LEN,
           WEBHOOK_IDEMPOTENCY_LEN);
    known->event = row.event;
    known->left = row.end - t->age;

    return 0;
}


int
webhook_idempotency_remember(webhook_txn_t *t, webhook_op_t *op)
{
    int                        rc, room, taken;
    unsigned char              key[WEBHOOK_KEY_IDEMPOTENCY];
    const webhook_known_t     *known;
    webhook_idempotency_t      i;
    webhook_idempotency_row_t  row;

    known = &op->u.remember.known;

    memcpy(i.key, known->key, WEBHOOK_IDEMPOTENCY_LEN);
    memcpy(i.body, known->body, WEBHOOK_IDEMPOTENCY_LEN);
    i.keep = known->left;

    webhook_key_idempotency(key, &i);

    rc = webhook_idempotency_get(t, key, &row);

    if (rc == 0 && row.end > t->age) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
        return rc;
    }

    op->result = WEBHOOK_STORE_FULL;

    rc = webhook_expire_take(t, WEBHOOK_IDEMPOTENCY_TAKES, &taken);

    if (rc || !taken) {
        return rc;
    }

    rc = webhook_idempotency_write(t, &i, &known->event, &room);

    if (rc == 0 && room) {
        op->result = WEBHOOK_STORE_OK;
    }

    return rc;
}


/* Is there room for one more?  Those that have ended make some. */

static int
webhook_idempotency_room(webhook_txn_t *t, int *room)
{
    int               rc, more;
    uint32_t          count, pages;
    uint64_t          rows, max;
    webhook_lmdb_t  *st;

    st = t->st;

    max = st->idempotency_rows ? st->idempotency_rows
                               : st->limit / WEBHOOK_IDEMPOTENCY_SHARE;

    rc = webhook_idempotency_count(t, &rows);

    if (rc == 0 && rows >= max) {
        count = 0;
        pages = 0;

        rc = webhook_idempotency_expire(t, WEBHOOK_IDEMPOTENCY_STEP, &count,
                                        &pages, &more);
        rows -= count < rows ? count : rows;
    }

    if (rc) {
        return rc;
    }

    *room = (rows < max);

    if (!*room
        && (st->idempotency_logged == 0
            || t->now - st->idempotency_logged >= WEBHOOK_IDEMPOTENCY_QUIET))
    {
        st->idempotency_logged = t->now;

        webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\" knows %llu repeats, which is the "
                          "limit: events are stored, but a repeat of their "
                          "request will create another event; raise "
                          "idempotency_rows", st->path,
                          (unsigned long long) rows);
    }

    return 0;
}


int
webhook_idempotency_count(webhook_txn_t *t, uint64_t *rows)
{
    int       rc;
    MDB_stat  stat;

    rc = webhook_txn_stat(t, WEBHOOK_DB_IDEMPOTENCY, &stat);

    *rows = rc ? 0 : stat.ms_entries;

    return rc;
}


int
webhook_idempotency_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more)
{
    int            rc, found;
    unsigned char  end[WEBHOOK_KEY_IDEMPOTENCY_END];

    *more = 0;

    for ( ;; ) {
        rc = webhook_expire_ended(t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end,
                                  sizeof(end), &found);
        if (rc || !found) {
            return rc;
        }

        if (*count >= max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        rc = webhook_idempotency_del(t, end);
        if (rc) {
            return rc;
        }

        (*count)++;
        (*pages)++;
    }
}


/* Removes what ends then, and its end.  A row that ends at another time has an
   end of its own: one that could not be read was here before it. */

static int
webhook_idempotency_del(webhook_txn_t *t, const unsigned char *end)
{
    int                        rc;
    webhook_idempotency_row_t  row;

    rc = webhook_idempotency_get(t, end + 8, &row);

    if ((rc == 0 && row.end == webhook_get_u64(end)) || rc == MDB_CORRUPTED) {
        rc = webhook_txn_del(t, WEBHOOK_DB_IDEMPOTENCY, end + 8,
                             WEBHOOK_KEY_IDEMPOTENCY);
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_txn_del(t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end,
                         WEBHOOK_KEY_IDEMPOTENCY_END);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_idempotency_get(webhook_txn_t *t, const unsigned char *key,
    webhook_idempotency_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_IDEMPOTENCY, key,
                         WEBHOOK_KEY_IDEMPOTENCY, &val);

    return rc ? rc : webhook_row_read_idempotency(&val, row);
}
