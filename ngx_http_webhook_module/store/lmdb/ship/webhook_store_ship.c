
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The node's place in the cluster, and what becomes of the outbox.
 */

#include "store/lmdb/ship/webhook_store_ship.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <errno.h>


#define WEBHOOK_SHIP_STEP   1024        /* entries removed at a time */


static int webhook_ship_own(webhook_txn_t *t);
static int webhook_ship_set(webhook_txn_t *t, webhook_op_ship_state_t *s);
static int webhook_ship_waits(webhook_txn_t *t, webhook_op_ship_state_t *s);
static int webhook_ship_lag(webhook_txn_t *t, uint64_t *lag);
static int webhook_ship_clean(webhook_txn_t *t, int *more);
static int webhook_ship_alone(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e);
static int webhook_ship_renumber(webhook_txn_t *t,
    const webhook_outbox_row_t *e, webhook_delivery_row_t *d, uint64_t number,
    unsigned alone);
static int webhook_ship_take_back(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e, uint32_t *count);


int
webhook_ship_state(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc;
    webhook_op_ship_state_t  *s;
    webhook_cluster_row_t    *c;

    s = &op->u.ship_state;
    c = &t->cluster;

    rc = webhook_outbox_cluster(t);

    if (rc == 0 && s->set) {
        rc = webhook_ship_set(t, s);
    }

    if (rc == 0) {
        rc = webhook_ship_waits(t, s);
    }

    if (rc == 0) {
        rc = webhook_ship_lag(t, &s->lag);
    }

    if (rc) {
        return rc;
    }

    s->next = c->next;
    s->change = c->change;
    s->incarnation = c->incarnation;
    s->session = c->session;
    s->epoch = c->epoch;
    s->assigned = c->assigned;
    s->confirmed = c->confirmed;
    s->base = c->base;
    s->fence = c->fence > t->now ? c->fence - t->now : 0;
    s->entries = c->entries;
    s->gone = c->gone;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_ship_set(webhook_txn_t *t, webhook_op_ship_state_t *s)
{
    int                     rc;
    webhook_cluster_row_t  *c;

    c = &t->cluster;

    rc = webhook_ship_own(t);
    if (rc) {
        return rc;
    }

    if (s->set & WEBHOOK_SHIP_SET_NEXT) {
        c->next = s->next;
    }

    if (s->set & WEBHOOK_SHIP_SET_SESSION) {
        c->session = c->next;
        memset(&c->next, 0, sizeof(webhook_id_t));
    }

    if (s->set & WEBHOOK_SHIP_SET_CHANGE) {
        c->change = s->change;
    }

    t->cluster_dirty = 1;

    return 0;
}


/* The row is there, with a name for the store. */

static int
webhook_ship_own(webhook_txn_t *t)
{
    int                     rc;
    webhook_id_t            none;
    webhook_cluster_row_t  *c;

    c = &t->cluster;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    memset(&none, 0, sizeof(none));

    if (memcmp(&c->incarnation, &none, sizeof(none)) != 0) {
        return 0;
    }

    if (webhook_id_make(&t->st->ids, webhook_clock_wall(), &c->incarnation)
        != WEBHOOK_OK)
    {
        return EIO;
    }

    if (c->assigned < WEBHOOK_OUTBOX_TOLD) {
        c->assigned = WEBHOOK_OUTBOX_TOLD;
        c->confirmed = WEBHOOK_OUTBOX_TOLD;
        c->base = WEBHOOK_OUTBOX_TOLD;
    }

    t->cluster_dirty = 1;

    return 0;
}


/* Sums up what waits. */

static int
webhook_ship_waits(webhook_txn_t *t, webhook_op_ship_state_t *s)
{
    int                     rc;
    MDB_val                 key, val;
    MDB_cursor             *c;
    webhook_endpoint_row_t  row;

    s->waits = 0;
    s->fenced = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (key.mv_size == WEBHOOK_KEY_ENDPOINT
            && webhook_row_read_endpoint(&val, &row) == 0)
        {
            s->fenced += row.fenced;
            s->waits += row.states[WEBHOOK_PENDING] > row.fenced
                        ? row.states[WEBHOOK_PENDING] - row.fenced : 0;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Since when the oldest of what is over has had no number. */

static int
webhook_ship_lag(webhook_txn_t *t, uint64_t *lag)
{
    int            rc;
    uint64_t       time;
    unsigned       class, i;
    unsigned char  key[WEBHOOK_KEY_FINISHED];

    *lag = 0;

    if (t->cluster.epoch == 0) {
        return 0;
    }

    for (class = 0; class < WEBHOOK_CLASSES; class++) {

        key[0] = (unsigned char) class;
        memcpy(key + 1, t->cluster.history[class], WEBHOOK_HISTORY_CURSOR);

        for (i = WEBHOOK_KEY_FINISHED - 1; ++key[i] == 0 && i; i--) {
            /* void */
        }

        rc = webhook_finished_from(t, key);

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        time = rc == 0 && key[0] == class ? webhook_get_u64(key + 1) : t->age;

        if (time < t->age && *lag < t->age - time) {
            *lag = t->age - time;
        }
    }

    return 0;
}


int
webhook_ship_epoch(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc, more;
    webhook_cluster_row_t    *c;
    webhook_op_ship_epoch_t  *e;

    e = &op->u.ship_epoch;
    c = &t->cluster;

    if (e->epoch == 0) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_ship_own(t);
    if (rc) {
        return rc;
    }

    if (c->epoch != e->epoch) {

        if (c->assigned > c->base) {
            c->again = 1;
        }

        c->epoch = e->epoch;
        c->change = 0;
        c->base = c->assigned;
        c->confirmed = c->assigned;
        c->fence = 0;
        c->audit = 0;

        memset(c->history, 0, sizeof(c->history));

        t->cluster_dirty = 1;

        memset(t->st->ship_pos, 0, WEBHOOK_SHIP_CURSOR);
        t->st->ship_clean = 1;
        t->st->ship_back = 0;
    }

    rc = webhook_ship_clean(t, &more);

    e->more = more ? 1 : 0;
    op->result = WEBHOOK_STORE_OK;

    return rc;
}


/* Removes entries that are confirmed, a few. */

static int
webhook_ship_clean(webhook_txn_t *t, int *more)
{
    int                    rc;
    uint64_t               number;
    unsigned               n;
    webhook_outbox_row_t   e;

    *more = 0;
    number = 0;

    for (n = 0; /* void */ ; n++) {

        rc = webhook_outbox_next(t, &number, &e);

        if (rc == MDB_NOTFOUND || (rc == 0 && number > t->cluster.confirmed)) {
            return 0;
        }

        if (rc == 0 && n == WEBHOOK_SHIP_STEP) {
            *more = 1;
            return 0;
        }

        if (rc == 0) {
            rc = webhook_outbox_del(t, number);
        }

        if (rc) {
            return rc;
        }
    }
}


int
webhook_ship_done(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, more;
    webhook_op_ship_done_t  *d;

    d = &op->u.ship_done;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (d->to > t->cluster.assigned) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    if (d->to > t->cluster.confirmed) {
        t->cluster.confirmed = d->to;
        t->cluster_dirty = 1;
    }

    rc = webhook_ship_clean(t, &more);

    d->more = more ? 1 : 0;
    op->result = WEBHOOK_STORE_OK;

    return rc;
}


int
webhook_ship_refused(webhook_txn_t *t, webhook_op_t *op)
{
    int                    rc;
    uint64_t               number;
    unsigned char          key[WEBHOOK_KEY_OUTBOX];
    webhook_outbox_row_t   e;

    number = op->u.ship_refused.number;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (number <= t->cluster.confirmed) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    number--;

    rc = webhook_outbox_next(t, &number, &e);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && number != op->u.ship_refused.number))
    {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    webhook_set_u64(key, number);

    rc = webhook_quarantine(t, WEBHOOK_DB_OUTBOX, key, sizeof(key), 0);

    if (rc == 0 && t->cluster.entries) {
        t->cluster.entries--;
        t->cluster_dirty = 1;
    }

    if (rc == 0 && e.kind == WEBHOOK_SHIP_DELIVERY) {
        rc = webhook_ship_alone(t, number, &e);
    }

    op->result = WEBHOOK_STORE_OK;

    return rc;
}


/* A delivery that the cluster does not take. */

static int
webhook_ship_alone(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e)
{
    int                      rc;
    webhook_delivery_row_t   d;

    rc = webhook_delivery_read(t, e->endpoint, &e->id, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0 && d.number != number))
    {
        return 0;
    }

    if (rc) {
        return rc;
    }

    return webhook_ship_renumber(t, e, &d, e->first > t->cluster.confirmed
                                           ? 0 : t->cluster.confirmed, 1);
}


/* Changes the number of a delivery, and where it waits; or it is the node's alone
   from now on. */

static int
webhook_ship_renumber(webhook_txn_t *t, const webhook_outbox_row_t *e,
    webhook_delivery_row_t *d, uint64_t number, unsigned alone)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    if (d->state != WEBHOOK_PENDING || d->parked) {
        d->number = number;
        d->alone = alone;
        return webhook_delivery_write(t, e->endpoint, &e->id, d);
    }

    rc = webhook_endpoint_row_get(t, e->endpoint, &ep);

    if (rc == 0) {
        rc = webhook_delivery_unwait(t, ep, &e->id, d);
    }

    d->number = number;
    d->alone = alone;

    return rc ? rc : webhook_delivery_wait(t, ep, &e->id, d);
}


int
webhook_ship_back(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    uint64_t                 number;
    unsigned                 n;
    webhook_outbox_row_t     e;
    webhook_op_ship_back_t  *b;

    b = &op->u.ship_back;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    number = t->st->ship_back > t->cluster.confirmed ? t->st->ship_back
                                                     : t->cluster.confirmed;
    t->st->ship_back = 0;

    for (n = 0; /* void */ ; n++) {

        rc = webhook_outbox_next(t, &number, &e);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (n == WEBHOOK_SHIP_STEP) {
            t->st->ship_back = number - 1;
            b->more = 1;
            return 0;
        }

        if (e.kind == WEBHOOK_SHIP_DELIVERY && e.first > t->cluster.confirmed) {
            rc = webhook_ship_take_back(t, number, &e, &b->count);
            if (rc) {
                return rc;
            }
        }
    }
}


/* A delivery of which the cluster knows nothing is the node's alone again.  One
   that is over stays in the outbox, for it is in no index any more that it would
   be found by. */

static int
webhook_ship_take_back(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e, uint32_t *count)
{
    int                     rc;
    webhook_delivery_row_t  d;

    rc = webhook_delivery_read(t, e->endpoint, &e->id, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0 && d.number != number))
    {
        return webhook_outbox_del(t, number);
    }

    if (rc) {
        return rc;
    }

    if (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING) {
        return 0;
    }

    rc = webhook_ship_renumber(t, e, &d, 0, 0);

    (*count)++;

    /* the walk begins anew, so that they get others in the same order */

    memset(t->st->ship_pos, 0, WEBHOOK_SHIP_CURSOR);
    t->st->ship_clean = 1;

    return rc ? rc : webhook_outbox_del(t, number);
}
