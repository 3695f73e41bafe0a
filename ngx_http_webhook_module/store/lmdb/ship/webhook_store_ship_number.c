
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is to be shipped gets numbers.
 *
 * What waits is found by a walk over the due index.  There it stands in lanes of
 * its own once it has a number, which are passed over, so that the walk costs
 * by what has none yet, and that is what came or failed within the last second.
 */

#include "store/lmdb/ship/webhook_store_ship_number.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_order.h"
#include "store/lmdb/ship/webhook_store_ship_history.h"
#include "store/lmdb/ship/webhook_store_ship_int.h"
#include "store/lmdb/ship/webhook_store_ship_tell.h"
#include "store/lmdb/ship/webhook_store_ship_walk.h"


#define WEBHOOK_SHIP_OVER   30000       /* ms by which a lease is longer than the
                                           send that was begun with it */
#define WEBHOOK_SHIP_SKEW   60000       /* ms: an id of a later time is taken for
                                           one that tells none */


static int webhook_ship_find(webhook_txn_t *t, webhook_ship_step_t *s);
static int webhook_ship_waiting(webhook_txn_t *t, webhook_ship_step_t *s);
static int webhook_ship_pass_over(webhook_txn_t *t, webhook_ship_step_t *s);
static int webhook_ship_wants(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_ship_hit_t *hit, webhook_delivery_row_t *d, int *wants);
static int webhook_ship_may(const webhook_txn_t *t,
    const webhook_delivery_row_t *d);
static int webhook_ship_old(webhook_txn_t *t, const webhook_ship_step_t *s,
    const webhook_id_t *id);
static int webhook_ship_event(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_id_t *id);
static int webhook_ship_ordered(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_ship_hit_t *hit, webhook_delivery_row_t *d);
static int webhook_ship_delivery(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_row_t *d);


int
webhook_ship_number_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                  rc;
    webhook_ship_step_t  s;

    memset(&s, 0, sizeof(s));

    s.n = &op->u.ship_number;
    s.left = 1;

    rc = webhook_ship_find(t, &s);

    *todo = s.todo;

    return (rc || s.todo) ? rc : webhook_ship_tell(t, op, todo);
}


int
webhook_ship_number(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, stale;
    webhook_ship_step_t  s;

    memset(&s, 0, sizeof(s));

    s.n = &op->u.ship_number;
    s.n->more = 0;
    s.left = s.n->max < WEBHOOK_SHIP_MAX ? s.n->max : WEBHOOK_SHIP_MAX;

    rc = webhook_ship_find(t, &s);

    return rc ? rc : webhook_ship_tell(t, op, &stale);
}


static int
webhook_ship_find(webhook_txn_t *t, webhook_ship_step_t *s)
{
    int       rc;
    uint64_t  shared, turns;

    rc = webhook_outbox_cluster(t);

    if (rc || t->cluster.epoch == 0) {
        return rc;
    }

    shared = 0;
    rc = webhook_share_next(t, &shared);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    s->n->limits = (rc == 0);

    turns = 0;
    rc = webhook_delivery_turns(t, &turns);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    s->n->turns = (rc == 0);

    rc = webhook_ship_waiting(t, s);

    if (rc == 0 && s->n->history && !s->todo) {
        rc = webhook_ship_history(t, s);
    }

    if (rc == 0 && s->n->history && !s->todo) {
        rc = webhook_ship_audit(t, s);
    }

    if (s->left == 0) {
        s->n->more = 1;
    }

    return rc;
}


/* A part of the walk over what waits. */

static int
webhook_ship_waiting(webhook_txn_t *t, webhook_ship_step_t *s)
{
    int                      rc, wants;
    unsigned                 looks;
    webhook_ship_hit_t       hit;
    webhook_delivery_row_t   d;

    for (looks = 0; s->left; looks++) {

        if (looks == WEBHOOK_SHIP_LOOKS) {
            s->n->more = 1;
            return 0;
        }

        rc = webhook_ship_walk(t, t->st->ship_pos, &hit);

        if (rc == MDB_NOTFOUND) {
            return webhook_ship_pass_over(t, s);
        }

        if (rc == 0) {
            rc = webhook_ship_wants(t, s, &hit, &d, &wants);
        }

        if (rc || s->todo) {
            return rc;
        }

        if (wants) {
            rc = d.ordered && !d.alone
                 ? webhook_ship_ordered(t, s, &hit, &d)
                 : webhook_ship_event(t, s, &hit.id);

            if (rc) {
                return rc;
            }

            webhook_ship_walk_pass(t->st->ship_pos);
        }
    }

    return 0;
}


/* The walk is at its end, and begins anew. */

static int
webhook_ship_pass_over(webhook_txn_t *t, webhook_ship_step_t *s)
{
    webhook_lmdb_t  *st;

    st = t->st;

    if (t->cluster.again && st->ship_clean) {

        if (!t->write) {
            s->todo = 1;
            return 0;
        }

        t->cluster.again = 0;
        t->cluster_dirty = 1;
    }

    memset(st->ship_pos, 0, WEBHOOK_SHIP_CURSOR);
    st->ship_clean = 1;

    return 0;
}


/* Is a delivery to get a number?  If not, the walk is behind it. */

static int
webhook_ship_wants(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_ship_hit_t *hit, webhook_delivery_row_t *d, int *wants)
{
    int             rc, old;
    unsigned char  *pos;

    pos = t->st->ship_pos;
    *wants = 0;

    if (!hit->parked && hit->lane == WEBHOOK_LANE_FIRST
        && hit->time <= t->now)
    {
        if (t->now - hit->time < s->n->older) {

            /* and so are those behind it, but for what has a delay */

            webhook_ship_walk_to(pos, hit->endpoint, WEBHOOK_LANE_FIRST,
                                 t->now + 1);
            return 0;
        }

        old = 1;

    } else if (!hit->parked && webhook_delivery_numbers(hit->lane)
               && !t->cluster.again)
    {
        webhook_ship_walk_to(pos, hit->endpoint, WEBHOOK_LANE_UNTOLD, 0);
        return 0;

    } else {
        old = webhook_ship_old(t, s, &hit->id)
              || (!hit->parked && hit->lane == WEBHOOK_LANE_UNTOLD);
    }

    if (old || hit->parked || t->cluster.again) {
        rc = webhook_delivery_read(t, hit->endpoint, &hit->id, d);

        if (rc == 0) {

            /* what waits for its turn is told at once */

            *wants = !webhook_outbox_numbered(t, d) && !d->alone
                     && (old || d->number || d->ordered);

            if (*wants && d->number) {
                t->st->ship_clean = 0;
            }

            *wants = *wants && webhook_ship_may(t, d);

        } else if (rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
            return rc;
        }
    }

    if (!*wants) {
        webhook_ship_walk_pass(pos);

    } else if (!t->write) {
        s->todo = 1;
    }

    return 0;
}


/*
 * May a delivery get a number, as it is now?  One that is being sent was begun
 * without a look at the fence: if that lasts longer than this node may send it,
 * another one might send it meanwhile.  And when one that is leased ahead will be
 * begun is not known here.  Both get their numbers later, or when they are back.
 */

static int
webhook_ship_may(const webhook_txn_t *t, const webhook_delivery_row_t *d)
{
    return d->state != WEBHOOK_SENDING
           || (!d->stocked
               && d->end <= webhook_later(t->cluster.fence,
                                          WEBHOOK_SHIP_OVER));
}


/* Is an event older than that?  Ids begin with the time they were made at. */

static int
webhook_ship_old(webhook_txn_t *t, const webhook_ship_step_t *s,
    const webhook_id_t *id)
{
    uint64_t  real, time;

    real = webhook_clock_real(t->st);
    time = webhook_id_time(id);

    return time > real ? time - real > WEBHOOK_SHIP_SKEW
                       : real - time >= s->n->older;
}


/* All deliveries of an event that have none get numbers. */

static int
webhook_ship_event(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_id_t *id)
{
    int                      rc;
    MDB_val                  found, val;
    uint64_t                 endpoint;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t   d;

    endpoint = 0;

    while (endpoint < UINT64_MAX) {

        webhook_key_delivery(key, id, endpoint + 1);

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                              &found, &val);

        if (rc == MDB_NOTFOUND
            || (rc == 0 && memcmp(found.mv_data, id->bytes, 16) != 0))
        {
            return 0;
        }

        if (rc) {
            return rc;
        }

        endpoint = webhook_get_u64((unsigned char *) found.mv_data + 16);

        /* those of keys that the cluster orders get theirs in that order */

        if (webhook_row_read_delivery(&val, &d) == 0
            && !webhook_outbox_numbered(t, &d) && !d.alone && !d.ordered
            && webhook_ship_may(t, &d))
        {
            rc = webhook_ship_delivery(t, s, id, endpoint, &d);
            if (rc) {
                return rc;
            }
        }
    }

    return 0;
}


/*
 * One of a key that the cluster orders: that is the order of numbers.  Where the
 * walk finds it, all that are parked before it have theirs; but the head of the
 * key, which stands elsewhere, may have none.
 */

static int
webhook_ship_ordered(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_ship_hit_t *hit, webhook_delivery_row_t *d)
{
    int                      rc;
    webhook_id_t             head;
    webhook_delivery_row_t   other;

    if (!d->parked) {
        return webhook_ship_delivery(t, s, &hit->id, hit->endpoint, d);
    }

    rc = webhook_order_head(t, hit->endpoint, d->order, &head);

    if (rc == 0) {
        rc = webhook_delivery_read(t, hit->endpoint, &head, &other);
    }

    if (rc == 0 && other.ordered && !other.alone
        && !webhook_outbox_numbered(t, &other))
    {
        if (!webhook_ship_may(t, &other)) {
            return 0;
        }

        rc = webhook_ship_delivery(t, s, &head, hit->endpoint, &other);
    }

    if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
        return rc;
    }

    return webhook_ship_delivery(t, s, &hit->id, hit->endpoint, d);
}


static int
webhook_ship_delivery(webhook_txn_t *t, webhook_ship_step_t *s,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_row_t *d)
{
    int                      rc, waits;
    webhook_outbox_row_t     e;
    webhook_endpoint_row_t  *ep;

    memset(&e, 0, sizeof(e));

    e.kind = WEBHOOK_SHIP_DELIVERY;
    e.part = webhook_ship_part(s, id);
    e.id = *id;
    e.endpoint = endpoint;
    e.first = d->known ? WEBHOOK_OUTBOX_TOLD : 0;

    waits = d->state == WEBHOOK_PENDING && !d->parked;
    ep = NULL;
    rc = 0;

    if (waits) {
        rc = webhook_endpoint_row_get(t, endpoint, &ep);

        if (rc == 0) {
            rc = webhook_delivery_unwait(t, ep, id, d);
        }
    }

    if (rc == 0) {
        d->part = e.part;

        /* whatever was said in another epoch */

        d->turned = 0;

        rc = webhook_outbox_add(t, &e, &d->number);
    }

    if (rc == 0) {
        rc = waits ? webhook_delivery_wait(t, ep, id, d)
                   : webhook_delivery_write(t, endpoint, id, d);
    }

    if (s->left) {
        s->left--;
    }

    return rc;
}
