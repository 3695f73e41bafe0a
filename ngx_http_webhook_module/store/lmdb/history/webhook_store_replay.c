
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Replay: many finished deliveries are made due again, the oldest first.  What
 * is not meant is passed over without the writer's lock, and the lock is held
 * for so many rows at a time only, so that a million of them do not keep
 * events from being captured.
 */

#include "store/lmdb/history/webhook_store_replay.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_walk.h"
#include "store/lmdb/history/webhook_store_admin.h"


#define WEBHOOK_REPLAY_CHANGES  256     /* deliveries in a transaction */
#define WEBHOOK_REPLAY_ROWS     1024    /* looked at in it */


static void webhook_replay_start(webhook_walk_t *w,
    const webhook_op_replay_t *r, uint32_t rows);
static int webhook_replay_over(const webhook_delivery_row_t *d);
static int webhook_replay_waits(const webhook_delivery_row_t *d);
static int webhook_replay_some(webhook_txn_t *t, webhook_op_replay_t *r,
    webhook_walk_t *w, uint32_t max, int *full);
static int webhook_replay_one(webhook_txn_t *t, const webhook_op_replay_t *r,
    webhook_walk_hit_t *hit, int *full);


/* Passes over what is not meant. */

int
webhook_replay_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                   rc, got;
    webhook_walk_t        w;
    webhook_op_replay_t  *r;
    webhook_walk_hit_t    hit;

    r = &op->u.replay;

    webhook_replay_start(&w, r, WEBHOOK_FILTER_ROWS);

    rc = webhook_walk_next(t, &w, &hit, &got);

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    /* the write finds the hit once more */

    *todo = (rc == 0 && got) ? 1 : 0;

    webhook_walk_end(&w, &r->filter);

    r->filter.more = (rc == 0) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_replay(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc, full;
    uint32_t              max;
    webhook_walk_t        w;
    webhook_op_replay_t  *r;

    r = &op->u.replay;

    max = WEBHOOK_REPLAY_CHANGES;

    if (r->filter.max && r->filter.max < max) {
        max = r->filter.max;
    }

    webhook_replay_start(&w, r, WEBHOOK_REPLAY_ROWS);

    full = 0;

    rc = webhook_replay_some(t, r, &w, max, &full);

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    r->filter.more = (rc == 0) ? 1 : 0;

    memcpy(r->next, w.cursor, WEBHOOK_CURSOR_LEN);
    r->moved = w.from;

    op->result = full ? WEBHOOK_STORE_FULL : WEBHOOK_STORE_OK;

    return 0;
}


/* So many, as rows and room allow; MDB_NOTFOUND at the end of all. */

static int
webhook_replay_some(webhook_txn_t *t, webhook_op_replay_t *r,
    webhook_walk_t *w, uint32_t max, int *full)
{
    int                  rc, got;
    webhook_walk_hit_t   hit;

    while (r->count < max) {

        rc = webhook_walk_next(t, w, &hit, &got);

        if (rc || !got) {
            return rc;
        }

        rc = webhook_replay_one(t, r, &hit, full);

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        if (*full) {
            return 0;
        }

        webhook_walk_pass(w, &hit);

        /* where it was not found its event is damaged */

        r->count += (rc == 0);
    }

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
    int                   rc, got;
    webhook_walk_t        w;
    webhook_op_replay_t  *r;
    webhook_walk_hit_t    hit;

    r = &op->u.replay;

    webhook_replay_start(&w, r, WEBHOOK_FILTER_ROWS);

    for ( ;; ) {
        rc = webhook_walk_next(t, &w, &hit, &got);

        if (rc || !got) {
            break;
        }

        webhook_walk_pass(&w, &hit);

        r->count++;
    }

    webhook_walk_free(&w);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_walk_end(&w, &r->filter);

    r->filter.more = (rc == 0) ? 1 : 0;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_replay_one(webhook_txn_t *t, const webhook_op_replay_t *r,
    webhook_walk_hit_t *hit, int *full)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, hit->endpoint, &ep);
    if (rc) {
        return rc;
    }

    return r->cancel ? webhook_queue_cancel(t, ep, &hit->id, &hit->d)
                     : webhook_admin_again(t, ep, &hit->id, &hit->d, full);
}


static void
webhook_replay_start(webhook_walk_t *w, const webhook_op_replay_t *r,
    uint32_t rows)
{
    webhook_walk_init(w, &r->filter, rows);

    w->oldest = 1;
    w->narrow = 1;
    w->meant = r->cancel ? webhook_replay_waits : webhook_replay_over;
}


static int
webhook_replay_waits(const webhook_delivery_row_t *d)
{
    return d->state == WEBHOOK_PENDING || d->blocks;
}


static int
webhook_replay_over(const webhook_delivery_row_t *d)
{
    return d->state != WEBHOOK_PENDING && d->state != WEBHOOK_SENDING;
}
