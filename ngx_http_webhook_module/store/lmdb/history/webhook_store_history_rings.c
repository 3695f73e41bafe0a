
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * RINGS: what came of sends, by minutes: those that are over out of the rings,
 * and that which is under way out of the rows of endpoints.  How many waited is
 * reckoned back from how many do now, by what changed since.
 */

#include "store/lmdb/history/webhook_store_history_rings.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_ring.h"

#include <errno.h>


/* What is asked for, in minutes, and the sums, one each step, whose "waiting" is
   the change until all are summed up. */

typedef struct {
    uint64_t         from;
    uint64_t         to;
    uint64_t         step;
    webhook_ring_t  *sums;
    int64_t          waiting;           /* now, without what changed behind
                                           all that is asked for */
    uint64_t         known;             /* minute before which it is not known
                                           how many waited */
} webhook_rings_t;


static int webhook_rings_past(webhook_txn_t *t, webhook_rings_t *r,
    uint64_t endpoint);
static int webhook_rings_now(webhook_txn_t *t, webhook_rings_t *r,
    uint64_t endpoint);
static int webhook_rings_now_all(webhook_txn_t *t, webhook_rings_t *r);
static void webhook_rings_row(webhook_rings_t *r,
    const webhook_endpoint_row_t *row);
static void webhook_rings_add(webhook_rings_t *r, uint64_t minute,
    const webhook_minute_t *m);
static uint32_t webhook_rings_waiting(webhook_rings_t *r, uint32_t count,
    int64_t *first);


int
webhook_history_rings(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    uint32_t             i, count;
    webhook_rings_t      r;
    webhook_op_rings_t  *o;

    o = &op->u.rings;

    if (o->endpoints_count > WEBHOOK_RINGS_ENDPOINTS) {
        webhook_store_log_error(t->st, EINVAL,
                                "rings of too many endpoints are asked for");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    op->result = WEBHOOK_STORE_OK;

    r.from = o->from;
    r.to = o->to < UINT32_MAX ? o->to : UINT32_MAX;
    r.step = o->step ? o->step : 1;
    r.waiting = 0;
    r.known = 0;

    if (r.to <= r.from) {
        return 0;
    }

    if (r.to - r.from > WEBHOOK_RINGS_MINUTES) {
        r.from = r.to - WEBHOOK_RINGS_MINUTES;
    }

    count = (uint32_t) ((r.to - 1) / r.step - r.from / r.step + 1);

    r.sums = webhook_memory_alloc(&op->memory, count * sizeof(webhook_ring_t));
    if (r.sums == NULL) {
        return ENOMEM;
    }

    if (o->endpoints_count == 0) {
        rc = webhook_rings_past(t, &r, 0);

        if (rc == 0) {
            rc = webhook_rings_now_all(t, &r);
        }

    } else {
        rc = 0;
    }

    for (i = 0; rc == 0 && i < o->endpoints_count; i++) {
        rc = webhook_rings_past(t, &r, o->endpoints[i]);

        if (rc == 0) {
            rc = webhook_rings_now(t, &r, o->endpoints[i]);
        }
    }

    if (rc) {
        return rc;
    }

    o->rings = r.sums;
    o->count = webhook_rings_waiting(&r, count, &o->waiting);

    return 0;
}


/* From the last one back to the first; those in which nothing happened are left
   out then.  Returns how many there are. */

static uint32_t
webhook_rings_waiting(webhook_rings_t *r, uint32_t count, int64_t *first)
{
    int64_t          waiting, change;
    uint32_t         i, n;
    uint64_t         minute;
    webhook_ring_t  *sum;

    waiting = r->waiting;

    for (i = count, n = count; i > 0; i--) {
        sum = &r->sums[i - 1];
        minute = (r->from / r->step + i - 1) * r->step;
        change = sum->waiting;

        /* one that is not known in all of its step is not */

        sum->minute = minute;
        sum->waiting = minute < r->known ? -1 : waiting > 0 ? waiting : 0;

        if (sum->sends || sum->delivered || sum->dead || change) {
            r->sums[--n] = *sum;
        }

        waiting -= change;
    }

    *first = r->from < r->known ? -1 : waiting > 0 ? waiting : 0;

    memmove(r->sums, &r->sums[n], (count - n) * sizeof(webhook_ring_t));

    return count - n;
}


static int
webhook_rings_past(webhook_txn_t *t, webhook_rings_t *r, uint64_t endpoint)
{
    int                  rc;
    MDB_val              key, val;
    uint64_t             hour;
    unsigned             i;
    MDB_cursor          *c;
    unsigned char        from[WEBHOOK_KEY_RING], *p;
    webhook_ring_row_t   row;

    webhook_key_ring(from, endpoint,
                     (uint32_t) (r->from / WEBHOOK_RING_MINUTES));

    rc = webhook_txn_seek(t, WEBHOOK_DB_RINGS, from, sizeof(from), &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_RINGS, &c);
    }

    while (rc == 0) {
        p = key.mv_data;

        if (key.mv_size != WEBHOOK_KEY_RING || memcmp(p, from, 8) != 0) {
            return 0;
        }

        hour = webhook_get_u32(p + 8);

        if (webhook_row_read_ring(&val, &row) == 0) {

            if (row.old && r->known < (hour + 1) * WEBHOOK_RING_MINUTES) {
                r->known = (hour + 1) * WEBHOOK_RING_MINUTES;
            }

            for (i = 0; i < WEBHOOK_RING_MINUTES; i++) {
                webhook_rings_add(r, hour * WEBHOOK_RING_MINUTES + i,
                                  &row.minutes[i]);
            }
        }

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_rings_now(webhook_txn_t *t, webhook_rings_t *r, uint64_t endpoint)
{
    int                     rc;
    MDB_val                 val;
    unsigned char           key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  row;

    webhook_set_u64(key, endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

    if (rc == 0 && webhook_row_read_endpoint(&val, &row) == 0) {
        webhook_rings_row(r, &row);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_rings_now_all(webhook_txn_t *t, webhook_rings_t *r)
{
    int                      rc;
    MDB_val                  key, val;
    MDB_cursor              *c;
    webhook_endpoint_row_t   row;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (webhook_row_read_endpoint(&val, &row) == 0) {
            webhook_rings_row(r, &row);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The minute that is under way, and how many wait now. */

static void
webhook_rings_row(webhook_rings_t *r, const webhook_endpoint_row_t *row)
{
    uint64_t          waiting;
    webhook_minute_t  m;

    waiting = row->states[WEBHOOK_PENDING] + row->states[WEBHOOK_SENDING];

    m = row->minute;
    m.change = m.minute ? webhook_ring_change(row) : 0;

    /* only a damaged row has more */

    r->waiting += waiting < WEBHOOK_RING_CHANGE ? (int64_t) waiting
                                                : WEBHOOK_RING_CHANGE;

    webhook_rings_add(r, m.minute, &m);
}


static void
webhook_rings_add(webhook_rings_t *r, uint64_t minute,
    const webhook_minute_t *m)
{
    webhook_ring_t  *sum;

    if (minute >= r->to) {
        r->waiting -= m->change;
        return;
    }

    if (minute < r->from) {
        return;
    }

    sum = &r->sums[minute / r->step - r->from / r->step];

    sum->sends += m->sends;
    sum->failed += m->failed;
    sum->delivered += m->delivered;
    sum->dead += m->dead;
    sum->took += m->took;
    sum->waiting += m->change;

    if (sum->longest < m->longest) {
        sum->longest = m->longest;
    }
}
