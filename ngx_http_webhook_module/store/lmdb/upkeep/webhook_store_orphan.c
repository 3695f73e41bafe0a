
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Orphans: endpoints that no configuration has named for options.orphans, and
 * those of objects that were removed; never those of objects that are there,
 * also while no configuration names these.  What waits for one is cancelled,
 * and its row is removed once its history is gone, a few at a time.
 */

#include "store/lmdb/upkeep/webhook_store_orphan.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/objects/webhook_store_object_row.h"


#define WEBHOOK_ORPHAN_LOOK  (60 * 60 * 1000)  /* ms between two walks */
#define WEBHOOK_ORPHAN_ROWS  256                /* looked at in a step */


static int webhook_orphan_next(webhook_txn_t *t, const webhook_op_expire_t *x,
    uint32_t *rows, uint64_t *id);
static int webhook_orphan_is(webhook_txn_t *t, const webhook_op_expire_t *x,
    const webhook_endpoint_row_t *ep, int *orphan);
static int webhook_orphan_one(webhook_txn_t *t, webhook_op_expire_t *x,
    uint64_t id, uint32_t *pages, int *done);
static void webhook_orphan_tell(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, webhook_owned_e owned, int removed);
static int webhook_orphan_lane(webhook_txn_t *t, webhook_op_expire_t *x,
    webhook_endpoint_row_t *ep, webhook_lane_e lane, uint32_t *pages);


int
webhook_orphan_peek(webhook_txn_t *t, const webhook_op_expire_t *x, int *todo)
{
    int       rc;
    uint32_t  rows;
    uint64_t  id;

    rows = WEBHOOK_ORPHAN_ROWS;

    rc = webhook_orphan_next(t, x, &rows, &id);

    if (rc == MDB_NOTFOUND) {
        *todo = 0;
        return 0;
    }

    *todo = rc == 0;

    return rc;
}


int
webhook_orphan_expire(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more)
{
    int       rc, done;
    uint32_t  rows;
    uint64_t  id;

    *more = 0;
    rows = WEBHOOK_ORPHAN_ROWS;

    for ( ;; ) {
        rc = webhook_orphan_next(t, x, &rows, &id);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (x->count >= x->max || *pages >= WEBHOOK_EXPIRE_PAGES) {
            *more = 1;
            return 0;
        }

        rc = webhook_orphan_one(t, x, id, pages, &done);
        if (rc) {
            return rc;
        }

        if (!done) {
            *more = 1;
            return 0;
        }
    }
}


/*
 * The next endpoint with something to do, from where the walk is.  MDB_NOTFOUND
 * if there is none among the rows that may be looked at for once.
 */

static int
webhook_orphan_next(webhook_txn_t *t, const webhook_op_expire_t *x,
    uint32_t *rows, uint64_t *id)
{
    int                      rc, orphan;
    MDB_val                  found, val;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_lmdb_t          *st;
    webhook_endpoint_row_t   row, *ep;

    st = t->st;

    if (t->now < st->orphan_look) {
        return MDB_NOTFOUND;
    }

    while (*rows) {
        webhook_set_u64(key, st->orphan_pos);

        rc = webhook_txn_seek(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key),
                              &found, &val);

        if (rc == MDB_NOTFOUND) {
            st->orphan_pos = 0;
            st->orphan_look = t->now + WEBHOOK_ORPHAN_LOOK;
            return MDB_NOTFOUND;
        }

        if (rc == 0 && found.mv_size != WEBHOOK_KEY_ENDPOINT) {
            rc = MDB_CORRUPTED;
        }

        if (rc) {
            return rc;
        }

        *id = webhook_get_u64(found.mv_data);
        (*rows)--;

        if (webhook_row_read_endpoint(&val, &row) == 0) {
            ep = &row;
            row.id = *id;

            if (t->write) {

                /* it may have changed in this transaction */

                rc = webhook_endpoint_row_get(t, *id, &ep);
                if (rc) {
                    return rc;
                }
            }

            rc = webhook_orphan_is(t, x, ep, &orphan);
            if (rc) {
                return rc;
            }

            if (orphan) {
                st->orphan_pos = *id;
                return 0;
            }
        }

        if (*id == UINT64_MAX) {
            st->orphan_pos = 0;
            st->orphan_look = t->now + WEBHOOK_ORPHAN_LOOK;
            return MDB_NOTFOUND;
        }

        st->orphan_pos = *id + 1;
    }

    return MDB_NOTFOUND;
}


/* Has it something to be done, be it that the time begins to run? */

static int
webhook_orphan_is(webhook_txn_t *t, const webhook_op_expire_t *x,
    const webhook_endpoint_row_t *ep, int *orphan)
{
    int               rc;
    uint32_t          i;
    webhook_owned_e   owned;

    *orphan = 0;

    rc = webhook_object_row_owned(t, ep->name, ep->name_len, &owned);

    if (rc || owned == WEBHOOK_OWNED_YES) {
        return rc;
    }

    if (owned == WEBHOOK_OWNED_NOT) {

        if (t->st->orphans == 0) {
            return 0;
        }

        for (i = 0; i < x->endpoints_count; i++) {
            if (x->endpoints[i] == ep->id) {
                return 0;
            }
        }

        if (ep->named == 0) {
            *orphan = 1;
            return 0;
        }

        if (webhook_later(ep->named, t->st->orphans) > t->age) {
            return 0;
        }
    }

    *orphan = ep->states[WEBHOOK_PENDING] || ep->blocked
              || webhook_endpoint_row_empty(ep);

    return 0;
}


static int
webhook_orphan_one(webhook_txn_t *t, webhook_op_expire_t *x, uint64_t id,
    uint32_t *pages, int *done)
{
    int                      rc;
    webhook_lmdb_t          *st;
    webhook_owned_e          owned;
    webhook_endpoint_row_t  *ep;

    st = t->st;
    *done = 0;

    rc = webhook_endpoint_row_get(t, id, &ep);

    if (rc == 0) {
        rc = webhook_object_row_owned(t, ep->name, ep->name_len, &owned);
    }

    if (rc) {
        return rc;
    }

    if (ep->named == 0 && owned == WEBHOOK_OWNED_NOT) {

        /* of before that was kept: from now on */

        ep->named = t->age;
        ep->dirty = 1;
        x->count++;
        st->orphan_pos = id + 1;
        *done = 1;

        return 0;
    }

    if ((ep->states[WEBHOOK_PENDING] || ep->blocked) && st->orphan_logged != id)
    {
        st->orphan_logged = id;
        webhook_orphan_tell(t, ep, owned, 0);
    }

    rc = webhook_orphan_cancel(t, x, ep, pages);
    if (rc) {
        return rc;
    }

    if (x->count >= x->max || *pages >= WEBHOOK_EXPIRE_PAGES) {
        return 0;
    }

    if (webhook_endpoint_row_empty(ep)) {
        rc = webhook_endpoint_row_remove(t, ep);
        if (rc) {
            return rc;
        }

        x->removed++;
        x->count++;
        (*pages)++;

        webhook_orphan_tell(t, ep, owned, 1);
    }

    st->orphan_pos = id + 1;
    *done = 1;

    return 0;
}


/* What waits is cancelled, or the endpoint's row is removed. */

static void
webhook_orphan_tell(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    webhook_owned_e owned, int removed)
{
    uint64_t         days, waiting;
    webhook_lmdb_t  *st;

    st = t->st;

    days = st->orphans / (24 * 3600 * 1000);
    waiting = ep->states[WEBHOOK_PENDING] + ep->blocked;

    if (owned == WEBHOOK_OWNED_REMOVED) {

        if (!removed) {
            webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                              "the store \"%s\": \"%.*s\" was removed: the "
                              "%llu deliveries that are pending for it are "
                              "cancelled",
                              st->path, (int) ep->name_len, ep->name,
                              (unsigned long long) waiting);
        }

    } else if (removed) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the store \"%s\": an endpoint that no configuration "
                          "has named for %llu days is removed: \"%.*s\"",
                          st->path, (unsigned long long) days,
                          (int) ep->name_len, ep->name);

    } else {
        webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                          "the store \"%s\": no configuration has named the "
                          "endpoint \"%.*s\" for %llu days: the %llu "
                          "deliveries that are pending for it are cancelled",
                          st->path, (int) ep->name_len, ep->name,
                          (unsigned long long) days,
                          (unsigned long long) waiting);
    }
}


int
webhook_orphan_cancel(webhook_txn_t *t, webhook_op_expire_t *x,
    webhook_endpoint_row_t *ep, uint32_t *pages)
{
    int       rc;
    unsigned  i;

    /* who was behind a dead one comes into the lane of first sends */

    static const webhook_lane_e  lanes[] = {
        WEBHOOK_LANE_BLOCK, WEBHOOK_LANE_FIRST, WEBHOOK_LANE_RETRY,
        WEBHOOK_LANE_FENCED, WEBHOOK_LANE_FENCED_RETRY, WEBHOOK_LANE_TURN,
        WEBHOOK_LANE_UNTOLD
    };

    for (i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++) {
        rc = webhook_orphan_lane(t, x, ep, lanes[i], pages);
        if (rc) {
            return rc;
        }
    }

    return 0;
}


/* Cancels what stands in a lane; those that are promoted come into it. */

static int
webhook_orphan_lane(webhook_txn_t *t, webhook_op_expire_t *x,
    webhook_endpoint_row_t *ep, webhook_lane_e lane, uint32_t *pages)
{
    int                     rc;
    uint64_t                time;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DUE];
    webhook_delivery_row_t  d;

    while (x->count < x->max && *pages < WEBHOOK_EXPIRE_PAGES) {

        rc = webhook_delivery_first(t, ep->id, lane, &time, &id, NULL);

        if (rc || time == WEBHOOK_NEVER) {
            return rc;
        }

        rc = webhook_delivery_read(t, ep->id, &id, &d);

        if (rc == 0 && d.due == time
            && (lane == WEBHOOK_LANE_BLOCK
                ? d.blocks
                : d.state == WEBHOOK_PENDING && !d.parked))
        {
            rc = webhook_queue_cancel(t, ep, &id, &d);

        } else if (rc == 0 || rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            webhook_key_due(key, ep->id, lane, time, &id);

            rc = webhook_queue_dead_letter_row(t, ep, key);
        }

        if (rc) {
            return rc;
        }

        x->cancelled++;
        x->count++;
        (*pages)++;
    }

    return 0;
}
