
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sends, and what came of them, are counted for each minute of a week.  The
 * minute that is under way stands in the row of its endpoint, which is written
 * anyway; as the first outcome of another minute comes it goes to the rings, a
 * row of which is an hour.  So the rings cost a commit nothing, but once a
 * minute.
 *
 * Of how many wait a minute has the change alone: that adds up over endpoints,
 * so who knows how many wait now can reckon back how many there were.
 *
 * Minutes are those of the wall clock, which may be wrong for days.  A row of
 * "meta" has by how much it is ahead of the store's own time, and since when;
 * only where that has been the same for a week hours are removed for their age.
 * So a clock that was set a week ahead and back has removed nothing.
 */

#include "store/lmdb/lists/webhook_store_ring.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_space.h"


#define WEBHOOK_RING_OLD   4            /* hours that go as one is begun */
#define WEBHOOK_RING_LOOK  (60 * 60 * 1000)     /* ms between two walks */
#define WEBHOOK_RING_ROWS  256          /* endpoints looked at in a step, ... */
#define WEBHOOK_RING_MAX   64           /* ... and hours that go in it */
#define WEBHOOK_RING_STEP  (60 * 60 * 1000)     /* ms: the clock was set */
#define WEBHOOK_RING_SURE  ((uint64_t) WEBHOOK_RING_HOURS * 3600 * 1000)


static int webhook_ring_old(webhook_txn_t *t, uint32_t *hour, int *todo);
static int webhook_ring_put(webhook_txn_t *t, uint64_t endpoint,
    const webhook_minute_t *m);
static int64_t webhook_ring_bound(int64_t change);
static int webhook_ring_next(webhook_txn_t *t, uint32_t *rows,
    uint32_t hour);


int
webhook_ring_minute(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_minute_t **minute)
{
    *minute = &ep->minute;

    return webhook_ring_turn(t, ep);
}


int
webhook_ring_turn(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int  rc;

    if (t->minute == 0) {
        t->minute = (uint32_t) (webhook_clock_real(t->st) / 60000);
    }

    if (ep->minute.minute != t->minute) {

        rc = webhook_ring_flush(t, ep);
        if (rc) {
            return rc;
        }

        ep->minute.minute = t->minute;
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_ring_flush(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int  rc;

    if (ep->minute.minute == 0) {
        return 0;
    }

    /* what is left above the mark is for outcomes themselves */

    if (webhook_space_attempt(t) == 0) {
        memset(&ep->minute, 0, sizeof(webhook_minute_t));
        return 0;
    }

    ep->minute.change = webhook_ring_change(ep);

    rc = webhook_ring_put(t, ep->id, &ep->minute);

    if (rc == 0) {
        rc = webhook_ring_put(t, 0, &ep->minute);
    }

    if (rc == 0) {
        memset(&ep->minute, 0, sizeof(webhook_minute_t));
        ep->began = ep->states[WEBHOOK_PENDING] + ep->states[WEBHOOK_SENDING];
    }

    return rc;
}


int64_t
webhook_ring_change(const webhook_endpoint_row_t *ep)
{
    return webhook_ring_bound((int64_t) (ep->states[WEBHOOK_PENDING]
                                         + ep->states[WEBHOOK_SENDING]
                                         - ep->began));
}


static int
webhook_ring_put(webhook_txn_t *t, uint64_t endpoint,
    const webhook_minute_t *m)
{
    int                  rc;
    size_t               len;
    MDB_val              val;
    uint32_t             hour, old, removed;
    unsigned char        key[WEBHOOK_KEY_RING], buf[WEBHOOK_ROW_RING_MAX];
    webhook_ring_row_t   row;

    hour = m->minute / WEBHOOK_RING_MINUTES;

    webhook_key_ring(key, endpoint, hour);

    rc = webhook_txn_get(t, WEBHOOK_DB_RINGS, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND) {
        memset(&row, 0, sizeof(row));

        rc = webhook_ring_old(t, &old, NULL);

        if (rc == 0) {
            rc = webhook_ring_expire(t, endpoint, old, WEBHOOK_RING_OLD,
                                     &removed);
        }

    } else if (rc == 0 && webhook_row_read_ring(&val, &row) != 0) {
        memset(&row, 0, sizeof(row));

        rc = webhook_quarantine(t, WEBHOOK_DB_RINGS, key, sizeof(key), 0);
    }

    if (rc) {
        return rc;
    }

    webhook_ring_add(&row.minutes[m->minute % WEBHOOK_RING_MINUTES], m);

    len = webhook_row_write_ring(buf, &row);

    return webhook_txn_put(t, WEBHOOK_DB_RINGS, key, sizeof(key), buf, len,
                           0);
}


void
webhook_ring_add(webhook_minute_t *to, const webhook_minute_t *from)
{
    to->sends += from->sends;
    to->failed += from->failed;
    to->delivered += from->delivered;
    to->dead += from->dead;
    to->took += from->took;
    to->change = webhook_ring_bound(to->change + from->change);

    if (to->longest < from->longest) {
        to->longest = from->longest;
    }
}


/* There are not that many deliveries: only a damaged row says so. */

static int64_t
webhook_ring_bound(int64_t change)
{
    return change < -WEBHOOK_RING_CHANGE ? -WEBHOOK_RING_CHANGE
           : change > WEBHOOK_RING_CHANGE ? WEBHOOK_RING_CHANGE : change;
}


/* Hours before *hour are too old; 0 where none is to go, as the clock was set
   not long ago, which is noted down.  Who only reads is told by *todo that
   there is something to be noted. */

static int
webhook_ring_old(webhook_txn_t *t, uint32_t *hour, int *todo)
{
    int             rc;
    MDB_val         val;
    int64_t         ahead, was;
    uint64_t        wall, since;
    unsigned char   row[16], *p;

    *hour = 0;

    wall = webhook_clock_real(t->st);
    ahead = (int64_t) (wall - t->age);

    rc = webhook_txn_get(t, WEBHOOK_DB_META, "rings", 5, &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (rc == 0 && val.mv_size == sizeof(row)) {
        p = val.mv_data;

        was = (int64_t) webhook_get_u64(p);
        since = webhook_get_u64(p + 8);

        if (since <= t->age && ahead - was <= WEBHOOK_RING_STEP
            && was - ahead <= WEBHOOK_RING_STEP)
        {
            wall = wall / 60000 / WEBHOOK_RING_MINUTES;

            if (t->age - since >= WEBHOOK_RING_SURE
                && wall > WEBHOOK_RING_HOURS)
            {
                *hour = (uint32_t) (wall - WEBHOOK_RING_HOURS);
            }

            return 0;
        }
    }

    if (!t->write) {

        if (todo) {
            *todo = 1;
        }

        return 0;
    }

    webhook_set_u64(row, (uint64_t) ahead);
    webhook_set_u64(row + 8, t->age);

    return webhook_txn_put(t, WEBHOOK_DB_META, "rings", 5, row, sizeof(row),
                           0);
}


int
webhook_ring_expire(webhook_txn_t *t, uint64_t endpoint, uint32_t hour,
    uint32_t max, uint32_t *removed)
{
    int            rc;
    MDB_val        found, val;
    unsigned char  key[WEBHOOK_KEY_RING];

    for (*removed = 0; *removed < max; (*removed)++) {

        webhook_key_ring(key, endpoint, 0);

        rc = webhook_txn_seek(t, WEBHOOK_DB_RINGS, key, sizeof(key), &found,
                              &val);
        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (memcmp(found.mv_data, key, 8) != 0
            || webhook_get_u32((unsigned char *) found.mv_data + 8) >= hour)
        {
            return 0;
        }

        memcpy(key, found.mv_data, sizeof(key));

        rc = webhook_txn_del(t, WEBHOOK_DB_RINGS, key, sizeof(key));
        if (rc) {
            return rc;
        }
    }

    return 0;
}


int
webhook_ring_sweep_peek(webhook_txn_t *t, int *todo)
{
    int       rc;
    uint32_t  rows, hour;

    rows = WEBHOOK_RING_ROWS;
    *todo = 0;

    if (t->now < t->st->ring_look) {
        return 0;
    }

    rc = webhook_ring_old(t, &hour, todo);

    if (rc || *todo) {
        return rc;
    }

    rc = webhook_ring_next(t, &rows, hour);

    *todo = (rc == 0);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_ring_sweep(webhook_txn_t *t, int *more)
{
    int       rc;
    uint32_t  rows, hour, left, removed;

    rows = WEBHOOK_RING_ROWS;
    left = WEBHOOK_RING_MAX;

    *more = 0;

    if (t->now < t->st->ring_look) {
        return 0;
    }

    rc = webhook_ring_old(t, &hour, NULL);
    if (rc) {
        return rc;
    }

    for ( ;; ) {
        rc = webhook_ring_next(t, &rows, hour);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (left == 0) {
            *more = 1;
            return 0;
        }

        rc = webhook_ring_expire(t, t->st->ring_pos, hour, left, &removed);
        if (rc) {
            return rc;
        }

        left -= removed;
    }
}


/* The next endpoint that has hours before this one, from where the walk is on.
   MDB_NOTFOUND where there is none among those that may be looked at for
   once. */

static int
webhook_ring_next(webhook_txn_t *t, uint32_t *rows, uint32_t hour)
{
    int              rc;
    MDB_val          found, val;
    unsigned char    key[WEBHOOK_KEY_RING];
    webhook_lmdb_t  *st;

    st = t->st;

    for ( /* void */ ; *rows; (*rows)--) {

        webhook_key_ring(key, st->ring_pos, 0);

        rc = webhook_txn_seek(t, WEBHOOK_DB_RINGS, key, sizeof(key), &found,
                              &val);

        if (rc == 0) {
            st->ring_pos = webhook_get_u64(found.mv_data);

            if (webhook_get_u32((unsigned char *) found.mv_data + 8) < hour) {
                return 0;
            }
        }

        if (rc == MDB_NOTFOUND || st->ring_pos == UINT64_MAX) {
            st->ring_pos = 0;
            st->ring_look = t->now + WEBHOOK_RING_LOOK;
            return MDB_NOTFOUND;
        }

        if (rc) {
            return rc;
        }

        st->ring_pos++;
    }

    return MDB_NOTFOUND;
}
