
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys that are in an order for all nodes.  What comes first of such a key here
 * stands in a lane of its own until the cluster has said that it goes first
 * there, too; it is asked about those of that lane.
 *
 * What the cluster says stays true while the node has it: places there ascend, so
 * that nothing comes before it any more, and others get it with its place once
 * the lease of this node has ended.
 */

#include "store/lmdb/ship/turns/webhook_store_ship_turns.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_order.h"

#include <errno.h>


#define WEBHOOK_TURNS_LOOKS  4096       /* rows looked at in a call */


/* Where a key is on its way through what the cluster said. */

typedef struct {
    uint64_t  endpoint;
    uint64_t  order;
    uint64_t  place;                    /* of the last one that goes */
    unsigned  first:1;                  /* none was before */
    unsigned  ends:1;                   /* no further one goes */
} webhook_turn_key_t;


static int webhook_turns_next(webhook_txn_t *t, unsigned char *pos);
static int webhook_turn_one(webhook_txn_t *t, const webhook_ship_turn_t *turn,
    webhook_turn_key_t *key, webhook_op_ship_turn_t *s);


int
webhook_ship_turns(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc;
    uint32_t                  max, looks;
    uint64_t                  endpoint;
    webhook_id_t              id;
    unsigned char            *pos;
    webhook_delivery_row_t    d;
    webhook_op_ship_turns_t  *s;

    s = &op->u.ship_turns;

    max = s->max < WEBHOOK_SHIP_TURNS_MAX ? s->max : WEBHOOK_SHIP_TURNS_MAX;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    s->turns = webhook_memory_alloc(&op->memory,
                                    (max + 1) * sizeof(webhook_ship_turn_t));
    if (s->turns == NULL) {
        return ENOMEM;
    }

    if (!s->from) {
        memset(s->cursor, 0, WEBHOOK_SHIP_CURSOR);
    }

    pos = s->cursor;
    op->result = WEBHOOK_STORE_OK;

    for (looks = 0; s->count < max && looks < WEBHOOK_TURNS_LOOKS; looks++) {

        rc = webhook_turns_next(t, pos);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        endpoint = webhook_get_u64(pos);
        memcpy(id.bytes, pos + 17, 16);

        s->waits++;

        if (pos[8] == WEBHOOK_LANE_UNTOLD) {
            continue;
        }

        rc = webhook_delivery_read(t, endpoint, &id, &d);

        if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            continue;
        }

        if (rc) {
            return rc;
        }

        if (!webhook_outbox_numbered(t, &d)
            || d.number > t->cluster.confirmed)
        {
            continue;
        }

        s->turns[s->count].event = id;
        s->turns[s->count].endpoint = endpoint;
        s->turns[s->count++].order = d.order;
    }

    s->more = 1;

    return 0;
}


/* The next row of the two lanes of an endpoint that has such keys; the place
   moves to it. */

static int
webhook_turns_next(webhook_txn_t *t, unsigned char *pos)
{
    int            rc;
    MDB_val        found, val;
    unsigned       i;
    uint64_t       endpoint;
    webhook_id_t   none;

    memset(&none, 0, sizeof(none));

    if (pos[8] >= WEBHOOK_LANE_TURN) {

        for (i = WEBHOOK_KEY_DUE; i && ++pos[i - 1] == 0; i--) {
            /* void */
        }

        rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, pos, WEBHOOK_KEY_DUE, &found,
                              &val);

        if (rc == 0 && memcmp(found.mv_data, pos, 8) == 0) {
            memcpy(pos, found.mv_data, WEBHOOK_KEY_DUE);
            return 0;
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    endpoint = webhook_get_u64(pos);

    for ( ;; ) {
        rc = webhook_delivery_turns(t, &endpoint);
        if (rc) {
            return rc;
        }

        webhook_key_due(pos, endpoint, WEBHOOK_LANE_TURN, 0, &none);

        rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, pos, WEBHOOK_KEY_DUE, &found,
                              &val);

        if (rc == 0 && memcmp(found.mv_data, pos, 8) == 0) {
            memcpy(pos, found.mv_data, WEBHOOK_KEY_DUE);
            return 0;
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }
}


int
webhook_ship_turn(webhook_txn_t *t, webhook_op_t *op)
{
    int                          rc;
    uint32_t                     i;
    webhook_turn_key_t           key;
    const webhook_ship_turn_t   *turn;
    webhook_op_ship_turn_t      *s;

    s = &op->u.ship_turn;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (memcmp(&s->session, &t->cluster.session, sizeof(webhook_id_t)) != 0) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    memset(&key, 0, sizeof(key));

    for (i = 0; i < s->count; i++) {
        turn = &s->turns[i];

        if (i == 0 || turn->endpoint != key.endpoint
            || turn->order != key.order)
        {
            memset(&key, 0, sizeof(key));
            key.endpoint = turn->endpoint;
            key.order = turn->order;
            key.first = 1;
        }

        rc = key.ends || turn->endpoint == 0
             ? 0 : webhook_turn_one(t, turn, &key, s);
        if (rc) {
            return rc;
        }
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* Those of a key are sent in the order of their places here, so that those go
   which have it. */

static int
webhook_turn_one(webhook_txn_t *t, const webhook_ship_turn_t *turn,
    webhook_turn_key_t *key, webhook_op_ship_turn_t *s)
{
    int                      rc, done;
    webhook_endpoint_row_t  *ep;
    webhook_delivery_row_t   d;

    rc = webhook_delivery_read(t, turn->endpoint, &turn->event, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
        key->ends = 1;
        s->missing += (rc == MDB_NOTFOUND);
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (d.state == WEBHOOK_DELIVERED || d.state == WEBHOOK_CANCELLED
        || (d.state == WEBHOOK_DEAD && !d.blocks))
    {
        /* it is over, of which the cluster has yet to be told */

        return 0;
    }

    if (d.order != turn->order || !d.ordered || d.alone
        || !webhook_outbox_numbered(t, &d)
        || (!key->first && d.place <= key->place))
    {
        key->ends = 1;
        return 0;
    }

    if (d.state == WEBHOOK_PENDING && (!d.turned || (key->first && d.parked)))
    {
        rc = webhook_endpoint_row_get(t, turn->endpoint, &ep);

        done = 1;

        if (rc == 0) {
            rc = webhook_order_turn(t, ep, &turn->event, &d, key->first,
                                    &done);
        }

        if (rc) {
            return rc;
        }

        if (!done) {
            key->ends = 1;
            return 0;
        }

        s->turned++;
    }

    key->first = 0;
    key->place = d.place;

    return 0;
}
