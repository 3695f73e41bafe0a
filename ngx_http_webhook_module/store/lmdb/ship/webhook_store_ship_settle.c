
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the cluster says of deliveries that it knows of.
 */

#include "store/lmdb/ship/webhook_store_ship_settle.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/ship/webhook_store_ship_walk.h"

#include <errno.h>


#define WEBHOOK_SHIP_ASKED  16384       /* rows looked at in a call */
#define WEBHOOK_SHIP_GIVEN  1024        /* deliveries given in a call */
#define WEBHOOK_SHIP_PURGES 16384       /* entries looked at in a call */


static int webhook_ship_next(webhook_txn_t *t, unsigned char *pos,
    webhook_ship_hit_t *hit, webhook_delivery_row_t *d, int *found);
static int webhook_ship_purges(webhook_txn_t *t, webhook_op_ship_have_t *h);
static void webhook_ship_gone(webhook_op_ship_have_t *h,
    const webhook_id_t *event);
static int webhook_ship_over(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall);
static int webhook_ship_moved(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d);


int
webhook_ship_ask(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found;
    uint32_t                 max, looks;
    webhook_ship_hit_t       hit;
    webhook_ship_open_t     *open;
    webhook_op_ship_ask_t   *a;
    webhook_delivery_row_t   d;

    a = &op->u.ship_ask;

    max = a->max < WEBHOOK_SHIP_MAX ? a->max : WEBHOOK_SHIP_MAX;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    a->open = webhook_memory_alloc(&op->memory,
                                   max * sizeof(webhook_ship_open_t));
    if (a->open == NULL) {
        return ENOMEM;
    }

    if (!a->from) {
        memset(a->cursor, 0, WEBHOOK_SHIP_CURSOR);
    }

    op->result = WEBHOOK_STORE_OK;

    for (looks = 0; a->count < max && looks < WEBHOOK_SHIP_ASKED; looks++) {

        rc = webhook_ship_next(t, a->cursor, &hit, &d, &found);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (!found) {
            continue;
        }

        open = &a->open[a->count++];

        open->event = hit.id;
        open->endpoint = hit.endpoint;
        open->part = d.part;
        open->number = d.number;
        open->attempts = d.attempts;
        open->state = d.state;
    }

    a->more = 1;

    return 0;
}


/* The next row of the walk: *found if its delivery has a number, and is read.
   The place is behind it then. */

static int
webhook_ship_next(webhook_txn_t *t, unsigned char *pos,
    webhook_ship_hit_t *hit, webhook_delivery_row_t *d, int *found)
{
    int  rc;

    *found = 0;

    rc = webhook_ship_walk(t, pos, hit);
    if (rc) {
        return rc;
    }

    if (!hit->parked && hit->lane < WEBHOOK_LANE_LEASE) {

        /* these have none */

        webhook_ship_walk_to(pos, hit->endpoint, WEBHOOK_LANE_LEASE, 0);
        return 0;
    }

    webhook_ship_walk_pass(pos);

    rc = webhook_delivery_read(t, hit->endpoint, &hit->id, d);

    if (rc == 0) {
        *found = webhook_outbox_numbered(t, d);

    } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
        rc = 0;
    }

    return rc;
}


int
webhook_ship_have(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    uint32_t                 i;
    webhook_ship_have_t     *h;
    webhook_delivery_row_t   d;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    for (i = 0; i < op->u.ship_have.count; i++) {
        h = &op->u.ship_have.have[i];

        h->here = 0;
        h->open = 0;
        h->untold = 0;
        h->told = 0;

        rc = webhook_delivery_read(t, h->endpoint, &h->event, &d);

        if (rc == 0) {
            h->here = h->endpoint != 0;
            h->open = h->here && (d.state == WEBHOOK_PENDING
                                  || d.state == WEBHOOK_SENDING || d.blocks);
            h->untold = h->here && d.number > t->cluster.confirmed;
            h->told = h->here && (!h->open || !d.ordered || d.alone || d.turned
                                  || (webhook_outbox_numbered(t, &d)
                                      && !h->untold));

        } else if (rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
            return rc;
        }
    }

    op->result = WEBHOOK_STORE_OK;

    return webhook_ship_purges(t, &op->u.ship_have);
}


/* What is not here may have been purged, which the cluster has yet to be told. */

static int
webhook_ship_purges(webhook_txn_t *t, webhook_op_ship_have_t *h)
{
    int                    rc;
    uint32_t               i, looks;
    uint64_t               number;
    webhook_outbox_row_t   e;

    for (i = 0; i < h->count && h->have[i].here; i++) {
        /* void */
    }

    if (i == h->count) {
        return 0;
    }

    number = t->cluster.confirmed;

    for (looks = 0; looks < WEBHOOK_SHIP_PURGES; looks++) {

        rc = webhook_outbox_next(t, &number, &e);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (e.kind == WEBHOOK_SHIP_PURGED) {
            webhook_ship_gone(h, &e.id);
        }
    }

    webhook_ship_gone(h, NULL);

    return 0;
}


/* Of an event, or of any. */

static void
webhook_ship_gone(webhook_op_ship_have_t *h, const webhook_id_t *event)
{
    uint32_t  i;

    for (i = 0; i < h->count; i++) {

        if (!h->have[i].here
            && (event == NULL
                || memcmp(&h->have[i].event, event, sizeof(webhook_id_t)) == 0))
        {
            h->have[i].untold = 1;
        }
    }
}


int
webhook_ship_settle(webhook_txn_t *t, webhook_op_t *op)
{
    int                        rc;
    webhook_delivery_row_t     d;
    webhook_op_ship_settle_t  *s;

    s = &op->u.ship_settle;

    if (s->verdict == WEBHOOK_SHIP_FINISHED
        && (s->state < WEBHOOK_DELIVERED || s->state >= WEBHOOK_STATES))
    {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_outbox_cluster(t);

    if (rc == 0) {
        rc = s->endpoint ? webhook_delivery_read(t, s->endpoint, &s->event, &d)
                         : MDB_NOTFOUND;
    }

    if (rc == MDB_NOTFOUND || (rc == 0 && !webhook_outbox_numbered(t, &d))) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (d.state == WEBHOOK_SENDING) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    if (d.state != WEBHOOK_PENDING
        && !(d.blocks && s->verdict == WEBHOOK_SHIP_MOVED))
    {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    op->result = WEBHOOK_STORE_OK;

    if (s->verdict == WEBHOOK_SHIP_MOVED) {
        return webhook_ship_moved(t, &s->event, s->endpoint, &d);
    }

    if (s->status) {
        d.status = s->status;
    }

    return webhook_ship_over(t, &s->event, s->endpoint, &d, s->state, s->wall);
}


/* One that waits, or is dead and blocks its key, is over since then. */

static int
webhook_ship_over(webhook_txn_t *t, const webhook_id_t *id, uint64_t endpoint,
    webhook_delivery_row_t *d, webhook_state_e state, uint64_t wall)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);
    if (rc) {
        return rc;
    }

    d->settled = 1;

    if (d->blocks) {
        return webhook_queue_cancel(t, ep, id, d);
    }

    rc = webhook_queue_unwait(t, ep, id, d);

    return rc ? rc : webhook_queue_end(t, ep, id, d, state, wall,
                                       state == WEBHOOK_DEAD);
}


static int
webhook_ship_moved(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d)
{
    int                rc;
    size_t             len;
    unsigned char      key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t  a;

    static unsigned char  error[] = "another node has it";

    memset(&a, 0, sizeof(a));

    a.wall = webhook_clock_wall();
    a.number = d->attempts + 1;
    a.error.data = error;
    a.error.len = sizeof(error) - 1;

    webhook_key_attempt(key, id, endpoint, a.number);

    len = webhook_row_write_attempt(buf, &a, 0);

    rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf, len,
                         0);
    if (rc) {
        return rc;
    }

    d->moved = 1;

    return webhook_ship_over(t, id, endpoint, d, WEBHOOK_CANCELLED, a.wall);
}


int
webhook_ship_give(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found;
    uint32_t                 max, looks;
    webhook_ship_hit_t       hit;
    webhook_op_ship_give_t  *g;
    webhook_delivery_row_t   d;

    g = &op->u.ship_give;

    max = g->max < WEBHOOK_SHIP_GIVEN ? g->max : WEBHOOK_SHIP_GIVEN;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (!g->from) {
        memset(g->cursor, 0, WEBHOOK_SHIP_CURSOR);
    }

    op->result = WEBHOOK_STORE_OK;

    for (looks = 0; g->count < max && looks < WEBHOOK_SHIP_ASKED; looks++) {

        rc = webhook_ship_next(t, g->cursor, &hit, &d, &found);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (!found || d.state != WEBHOOK_PENDING
            || d.number > t->cluster.confirmed)
        {
            continue;
        }

        rc = webhook_ship_moved(t, &hit.id, hit.endpoint, &d);
        if (rc) {
            return rc;
        }

        g->count++;
    }

    g->more = 1;

    return 0;
}
