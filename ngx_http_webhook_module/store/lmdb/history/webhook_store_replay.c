
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Replay: many finished deliveries are made due again, the oldest first.  What
 * is not meant is passed over without the writer's lock, and the lock is held
 * for so many rows at a time only, so that a million of them do not keep
 * events from being captured.
 */

#include "store/lmdb/history/webhook_store_replay.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/history/webhook_store_admin.h"
#include "store/lmdb/history/webhook_store_filter.h"


#define WEBHOOK_REPLAY_CHANGES  256     /* deliveries in a transaction */
#define WEBHOOK_REPLAY_ROWS     1024    /* looked at in it */


typedef struct {
    webhook_id_t            id;
    uint64_t                endpoint;
    webhook_delivery_row_t  d;
} webhook_replay_hit_t;


/* Where a walk over the deliveries is. */

typedef struct {
    unsigned char           cursor[WEBHOOK_CURSOR_LEN];  /* it is behind */
    unsigned                from:1;     /* the cursor is set */
    unsigned                cancel:1;   /* what waits is meant */
    uint32_t                rows;       /* that may be looked at yet */
} webhook_replay_walk_t;


static void webhook_replay_start(webhook_replay_walk_t *w,
    const webhook_op_replay_t *r, uint32_t rows);
static int webhook_replay_meant(const webhook_replay_walk_t *w,
    const webhook_delivery_row_t *d);
static int webhook_replay_one(webhook_txn_t *t, const webhook_replay_walk_t *w,
    webhook_replay_hit_t *hit, int *full);
static void webhook_replay_end(const webhook_replay_walk_t *w,
    webhook_filter_t *f);
static int webhook_replay_next(webhook_txn_t *t, const webhook_filter_t *f,
    webhook_replay_walk_t *w, webhook_replay_hit_t *hit, int *got);
static void webhook_replay_pass(webhook_replay_walk_t *w,
    const webhook_replay_hit_t *hit);
static int webhook_replay_seek(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_replay_walk_t *w, MDB_val *key, MDB_val *val);


/* Passes over what is not meant. */

int
webhook_replay_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                     rc, got;
    webhook_op_replay_t    *r;
    webhook_replay_hit_t    hit;
    webhook_replay_walk_t   w;

    r = &op->u.replay;

    webhook_replay_start(&w, r, WEBHOOK_FILTER_ROWS);

    rc = webhook_replay_next(t, &r->filter, &w, &hit, &got);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    /* the write finds the hit once more */

    *todo = (rc == 0 && got) ? 1 : 0;

    webhook_replay_end(&w, &r->filter);

    r->filter.more = (rc == 0) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_replay(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, got, full;
    uint32_t                 max;
    webhook_op_replay_t     *r;
    webhook_replay_hit_t     hit;
    webhook_replay_walk_t    w;

    r = &op->u.replay;

    max = WEBHOOK_REPLAY_CHANGES;

    if (r->filter.max && r->filter.max < max) {
        max = r->filter.max;
    }

    webhook_replay_start(&w, r, WEBHOOK_REPLAY_ROWS);

    op->result = WEBHOOK_STORE_OK;
    r->filter.more = 1;

    while (r->count < max) {

        rc = webhook_replay_next(t, &r->filter, &w, &hit, &got);

        if (rc == MDB_NOTFOUND) {
            r->filter.more = 0;
            break;
        }

        if (rc) {
            return rc;
        }

        if (!got) {
            break;
        }

        rc = webhook_replay_one(t, &w, &hit, &full);

        if (rc == MDB_NOTFOUND) {

            /* its event is damaged */

            webhook_replay_pass(&w, &hit);
            continue;
        }

        if (rc) {
            return rc;
        }

        if (full) {
            op->result = WEBHOOK_STORE_FULL;
            break;
        }

        webhook_replay_pass(&w, &hit);

        r->count++;
    }

    memcpy(r->next, w.cursor, WEBHOOK_CURSOR_LEN);
    r->moved = w.from;

    return 0;
}


/* The cursor moves once what is before it is on the disk. */

void
webhook_replay_committed(webhook_op_t *op)
{
    webhook_op_replay_t  *r;

    r = &op->u.replay;

    if (r->moved) {
        memcpy(r->filter.cursor, r->next, WEBHOOK_CURSOR_LEN);
        r->filter.from = 1;
    }
}


int
webhook_replay_count(webhook_txn_t *t, webhook_op_t *op)
{
    int                     rc, got;
    webhook_op_replay_t    *r;
    webhook_replay_hit_t    hit;
    webhook_replay_walk_t   w;

    r = &op->u.replay;

    webhook_replay_start(&w, r, WEBHOOK_FILTER_ROWS);

    for ( ;; ) {
        rc = webhook_replay_next(t, &r->filter, &w, &hit, &got);

        if (rc || !got) {
            break;
        }

        webhook_replay_pass(&w, &hit);

        r->count++;
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_replay_end(&w, &r->filter);

    r->filter.more = (rc == 0) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_replay_one(webhook_txn_t *t, const webhook_replay_walk_t *w,
    webhook_replay_hit_t *hit, int *full)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    *full = 0;

    rc = webhook_endpoint_row_get(t, hit->endpoint, &ep);
    if (rc) {
        return rc;
    }

    return w->cancel ? webhook_queue_cancel(t, ep, &hit->id, &hit->d)
                     : webhook_admin_again(t, ep, &hit->id, &hit->d, full);
}


static int
webhook_replay_meant(const webhook_replay_walk_t *w,
    const webhook_delivery_row_t *d)
{
    if (w->cancel) {
        return d->state == WEBHOOK_PENDING || d->blocks;
    }

    return d->state != WEBHOOK_PENDING && d->state != WEBHOOK_SENDING;
}


static void
webhook_replay_start(webhook_replay_walk_t *w, const webhook_op_replay_t *r,
    uint32_t rows)
{
    memcpy(w->cursor, r->filter.cursor, WEBHOOK_CURSOR_LEN);

    w->from = r->filter.from;
    w->cancel = r->cancel;
    w->rows = rows;
}


static void
webhook_replay_end(const webhook_replay_walk_t *w, webhook_filter_t *f)
{
    memcpy(f->cursor, w->cursor, WEBHOOK_CURSOR_LEN);

    f->from = w->from;
}


/*
 * The next delivery that is meant; the walk stands before it.  MDB_NOTFOUND at
 * the end; *got is 0 where enough has been looked at for once.
 */

static int
webhook_replay_next(webhook_txn_t *t, const webhook_filter_t *f,
    webhook_replay_walk_t *w, webhook_replay_hit_t *hit, int *got)
{
    int                  rc;
    MDB_val              key, val;
    MDB_cursor          *c;
    webhook_head_row_t   head;

    *got = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    if (rc == 0) {
        rc = webhook_replay_seek(t, f, w, &key, &val);
    }

    while (rc == 0 && w->rows) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
            continue;
        }

        memcpy(hit->id.bytes, key.mv_data, 16);

        if (f->until && webhook_id_time(&hit->id) >= f->until) {
            return MDB_NOTFOUND;
        }

        w->rows--;

        hit->endpoint = webhook_get_u64((unsigned char *) key.mv_data + 16);

        if (hit->endpoint
            && webhook_row_read_delivery(&val, &hit->d) == 0
            && webhook_replay_meant(w, &hit->d)
            && webhook_filter_match(t, f, &hit->id, hit->endpoint, &hit->d,
                                    &head))
        {
            *got = 1;
            return 0;
        }

        webhook_replay_pass(w, hit);

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    return rc;
}


static void
webhook_replay_pass(webhook_replay_walk_t *w, const webhook_replay_hit_t *hit)
{
    webhook_key_delivery(w->cursor, &hit->id, hit->endpoint);
    w->from = 1;
}


/* The first row that may be meant. */

static int
webhook_replay_seek(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_replay_walk_t *w, MDB_val *key, MDB_val *val)
{
    int             rc;
    uint64_t        since;
    MDB_cursor     *c;
    unsigned char   bound[WEBHOOK_KEY_DELIVERY];

    if (w->from) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, w->cursor,
                              WEBHOOK_CURSOR_LEN, key, val);

        if (rc == 0 && key->mv_size == WEBHOOK_CURSOR_LEN
            && memcmp(key->mv_data, w->cursor, WEBHOOK_CURSOR_LEN) == 0)
        {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

            return rc ? rc : mdb_cursor_get(c, key, val, MDB_NEXT);
        }

        return rc;
    }

    /* the first 48 bits of an id are its time */

    since = f->since >> 48 ? ((uint64_t) 1 << 48) - 1 : f->since;

    memset(bound, 0, sizeof(bound));
    webhook_set_u64(bound, since << 16);

    return webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, bound, sizeof(bound),
                            key, val);
}
