
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The queue: due deliveries and leases.  A delivery that is not finished
 * stands in one place exactly: in the due index, in the lane of first sends
 * or of retries under the time it is due, or in the lane of leases under the
 * time its lease ends; or it is parked behind another of its key.  An
 * endpoint's row counts its leases in the same transaction, so that its limit
 * holds over all processes.
 *
 * A dead delivery that blocks its key is not finished for its event: that
 * stays until somebody has decided.
 */

#include "store/lmdb/queue/webhook_store_queue.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_gate.h"
#include "store/lmdb/queue/webhook_store_order.h"


#define WEBHOOK_QUEUE_UNBLOCK  256      /* at a time */


static int webhook_queue_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_queue_finish(webhook_txn_t *t, const webhook_id_t *id);
static int webhook_queue_reopen(webhook_txn_t *t, const webhook_id_t *id);
static int webhook_queue_seek(webhook_txn_t *t, const unsigned char *key,
    MDB_val *found, MDB_val *val);


int
webhook_queue_read(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    webhook_key_delivery(key, id, endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    return rc ? rc : webhook_row_read_delivery(&val, d);
}


static int
webhook_queue_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];

    webhook_key_delivery(key, id, endpoint);

    len = webhook_row_write_delivery(buf, d);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    d->state = WEBHOOK_PENDING;
    d->end = 0;

    if (d->parked) {
        rc = webhook_order_park(t, ep->id, id, d);

    } else {
        webhook_key_due(key, ep->id, webhook_queue_lane(d), d->due, id);

        rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), "", 0, 0);
    }

    if (rc) {
        return rc;
    }

    ep->states[WEBHOOK_PENDING]++;
    ep->dirty = 1;

    return webhook_queue_write(t, ep->id, id, d);
}


int
webhook_queue_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    if (d->parked) {
        rc = webhook_order_unpark(t, ep->id, d);

    } else {
        webhook_key_due(key, ep->id, webhook_queue_lane(d), d->due, id);

        rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (ep->states[WEBHOOK_PENDING]) {
        ep->states[WEBHOOK_PENDING]--;
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_queue_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE], owner[8];

    d->state = WEBHOOK_SENDING;
    d->token = ++t->state.lease;
    d->end = webhook_later(t->now, lease);

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);
    webhook_set_u64(owner, t->st->incarnation);

    rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), owner, 8, 0);
    if (rc) {
        return rc;
    }

    webhook_gate_take(t, ep, d);

    ep->inflight++;
    ep->states[WEBHOOK_SENDING]++;
    ep->dirty = 1;

    return webhook_queue_write(t, ep->id, id, d);
}


int
webhook_queue_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_gate_leave(ep, d->token);

    if (ep->inflight) {
        ep->inflight--;
    }

    if (ep->states[WEBHOOK_SENDING]) {
        ep->states[WEBHOOK_SENDING]--;
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_queue_first(webhook_txn_t *t, uint64_t endpoint, webhook_lane_e lane,
    uint64_t *time, webhook_id_t *id, uint64_t *owner)
{
    int             rc;
    MDB_val         found, val;
    unsigned char   key[WEBHOOK_KEY_DUE], *p;
    webhook_id_t    none;

    memset(&none, 0, sizeof(none));

    webhook_key_due(key, endpoint, lane, 0, &none);

    rc = webhook_queue_seek(t, key, &found, &val);

    if (rc == MDB_NOTFOUND) {
        *time = WEBHOOK_NEVER;
        return 0;
    }

    if (rc) {
        return rc;
    }

    p = found.mv_data;

    *time = webhook_get_u64(p + 9);

    if (id) {
        memcpy(id->bytes, p + 17, 16);
    }

    if (owner) {
        *owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;
    }

    return 0;
}


/* The first row of the key's lane that is not before the key; MDB_NOTFOUND
   where there is none. */

static int
webhook_queue_seek(webhook_txn_t *t, const unsigned char *key, MDB_val *found,
    MDB_val *val)
{
    int  rc;

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, key, WEBHOOK_KEY_DUE, found, val);

    if (rc) {
        return rc;
    }

    return memcmp(found->mv_data, key, 9) == 0 ? 0 : MDB_NOTFOUND;
}


int
webhook_queue_end(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block)
{
    int       rc;
    unsigned  head;

    head = d->order && !d->parked;

    d->state = state;
    d->parked = 0;
    d->token = 0;
    d->end = 0;
    d->finished = wall;

    ep->states[state]++;
    ep->dirty = 1;

    if (state == WEBHOOK_DELIVERED) {
        ep->delivered++;

    } else if (state == WEBHOOK_CANCELLED) {
        ep->cancelled++;

    } else {
        ep->dead++;

        if (head && block && ep->order_block) {
            d->blocks = 1;
            d->due = t->now;

            rc = webhook_queue_block(t, ep, id, d, 1);

            return rc ? rc : webhook_queue_write(t, ep->id, id, d);
        }
    }

    rc = webhook_queue_write(t, ep->id, id, d);

    if (rc == 0) {
        rc = webhook_queue_finish(t, id);
    }

    return (rc == 0 && head) ? webhook_order_leave(t, ep, d->order) : rc;
}


int
webhook_queue_block(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int block)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    webhook_key_due(key, ep->id, WEBHOOK_LANE_BLOCK, d->due, id);

    ep->dirty = 1;

    if (block) {
        ep->blocked++;

        return webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), "", 0, 0);
    }

    if (ep->blocked) {
        ep->blocked--;
    }

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_queue_unblock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int  rc;

    rc = webhook_queue_block(t, ep, id, d, 0);
    if (rc) {
        return rc;
    }

    d->blocks = 0;

    rc = webhook_queue_write(t, ep->id, id, d);

    if (rc == 0) {
        rc = webhook_queue_finish(t, id);
    }

    return rc ? rc : webhook_order_leave(t, ep, d->order);
}


int
webhook_queue_cancel(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int  rc;

    if (d->blocks) {
        rc = webhook_queue_block(t, ep, id, d, 0);

        if (ep->states[WEBHOOK_DEAD]) {
            ep->states[WEBHOOK_DEAD]--;
        }

        d->blocks = 0;

    } else {
        rc = webhook_queue_unwait(t, ep, id, d);
    }

    return rc ? rc : webhook_queue_end(t, ep, id, d, WEBHOOK_CANCELLED,
                                       webhook_clock_wall(), 0);
}


int
webhook_queue_unblock_some(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int                     rc;
    uint64_t                time;
    unsigned                n;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DUE];
    webhook_delivery_row_t  d;

    if (ep->order_block || ep->blocked == 0) {
        return 0;
    }

    for (n = 0; n < WEBHOOK_QUEUE_UNBLOCK; n++) {

        rc = webhook_queue_first(t, ep->id, WEBHOOK_LANE_BLOCK, &time, &id,
                                 NULL);
        if (rc) {
            return rc;
        }

        if (time == WEBHOOK_NEVER) {
            ep->blocked = 0;
            ep->dirty = 1;
            return 0;
        }

        rc = webhook_queue_read(t, ep->id, &id, &d);

        if (rc == 0 && d.blocks && d.due == time) {
            rc = webhook_queue_unblock(t, ep, &id, &d);

        } else if (rc == MDB_CORRUPTED) {
            webhook_key_due(key, ep->id, WEBHOOK_LANE_BLOCK, time, &id);

            rc = webhook_queue_bury(t, ep, key);

        } else if (rc == 0 || rc == MDB_NOTFOUND) {

            /* it stands there by mistake */

            d.due = time;

            rc = webhook_queue_block(t, ep, &id, &d, 0);
        }

        if (rc) {
            return rc;
        }
    }

    return 0;
}


int
webhook_queue_requeue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int              rc;
    unsigned         head;
    webhook_state_e  was;

    was = d->state;
    head = d->blocks;

    if (was == WEBHOOK_PENDING) {
        rc = webhook_queue_unwait(t, ep, id, d);
        if (rc) {
            return rc;
        }

        d->due = t->now;

        return webhook_queue_wait(t, ep, id, d);
    }

    if (head) {

        /* it is the head of its key yet, and its event was never finished */

        rc = webhook_queue_block(t, ep, id, d, 0);

    } else {
        rc = webhook_queue_reopen(t, id);
    }

    if (rc) {
        return rc;
    }

    if (ep->states[was]) {
        ep->states[was]--;
    }

    if (was == WEBHOOK_DELIVERED) {
        d->step = 0;
    }

    d->blocks = 0;
    d->tries = 0;
    d->finished = 0;
    d->due = t->now;

    if (d->order && !head) {
        rc = webhook_order_enter(t, ep, id, d);
        if (rc) {
            return rc;
        }
    }

    return webhook_queue_wait(t, ep, id, d);
}


/* A delivery of a finished event, or of one that is not, is owed again. */

static int
webhook_queue_reopen(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char       fkey[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t  head;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == 0 && head.open >= head.total) {
        rc = MDB_CORRUPTED;
    }

    if (rc) {
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    }

    if (head.open == 0) {
        rc = webhook_finished_find(t, id, head.finished, fkey);

        if (rc == 0) {
            rc = webhook_finished_del(t, fkey);
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        /* what was read is gone with a write */

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);

        if (rc == 0) {
            rc = webhook_row_read_head(&val, &head);
        }

        if (rc) {
            return rc;
        }
    }

    head.open++;
    head.finished = 0;

    /* the texts of the head are good until the next write only */

    len = webhook_row_write_head(buf, &head);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


/* One delivery of an event is finished: tells the event's head. */

static int
webhook_queue_finish(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    webhook_head_row_t  head;

    len = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc == 0) {

        if (head.open == 0) {
            return 0;
        }

        head.open--;

        if (head.open == 0) {
            head.finished = t->age;
        }

        /* the texts of the head are good until the next write only */

        len = webhook_row_write_head(buf, &head);

    } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* an outcome is kept though the event is damaged; nothing of that
           can be sent, so it goes the way of all that is finished */

        webhook_store_log_error(t->st, MDB_CORRUPTED,
                                "an event cannot be read");

        head.open = 0;

    } else {
        return rc;
    }

    if (head.open == 0) {
        rc = webhook_finished_event(t, id, t->age, len ? &head : NULL);
        if (rc) {
            return rc;
        }
    }

    if (len == 0) {
        return 0;
    }

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_queue_bury(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due)
{
    int           rc;
    webhook_id_t  id;

    memcpy(id.bytes, due + 17, 16);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, due, WEBHOOK_KEY_DUE);
    if (rc) {
        return rc;
    }

    ep->dirty = 1;

    switch (due[8]) {

    case WEBHOOK_LANE_LEASE:

        if (ep->inflight) {
            ep->inflight--;
        }

        /* its token cannot be told */

        ep->probe = 0;

        return webhook_queue_give_up(t, ep, &id, WEBHOOK_SENDING);

    case WEBHOOK_LANE_BLOCK:

        if (ep->blocked) {
            ep->blocked--;
        }

        return webhook_queue_give_up(t, ep, &id, WEBHOOK_DEAD);

    default:
        return webhook_queue_give_up(t, ep, &id, WEBHOOK_PENDING);
    }
}


int
webhook_queue_give_up(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was)
{
    int                     rc, lost;
    size_t                  len;
    uint64_t                wall;
    unsigned char           key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t       a;
    webhook_delivery_row_t  d;

    static unsigned char    error[] = "the stored event is damaged";

    if (ep->states[was]) {
        ep->states[was]--;
    }

    ep->dirty = 1;

    webhook_store_log_error(t->st, MDB_CORRUPTED,
                            "a delivery cannot be read and is given up");

    rc = webhook_queue_read(t, ep->id, id, &d);

    if (rc == MDB_NOTFOUND) {
        return webhook_order_lost(t, ep, id);
    }

    lost = rc == MDB_CORRUPTED;

    if (lost) {
        webhook_key_delivery(key, id, ep->id);

        rc = webhook_quarantine(t, WEBHOOK_DB_DELIVERIES, key,
                                WEBHOOK_KEY_DELIVERY, 1);
        if (rc) {
            return rc;
        }

        memset(&d, 0, sizeof(d));

        d.steps = 1;
        rc = 0;
    }

    if (rc) {
        return rc;
    }

    wall = webhook_clock_wall();

    memset(&a, 0, sizeof(a));

    a.wall = wall;
    a.number = d.attempts + 1;
    a.error.data = error;
    a.error.len = sizeof(error) - 1;

    webhook_key_attempt(key, id, ep->id, a.number);

    len = webhook_row_write_attempt(buf, &a, 0);

    rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, WEBHOOK_KEY_ATTEMPT,
                         buf, len, 0);
    if (rc) {
        return rc;
    }

    d.blocks = 0;

    rc = webhook_queue_end(t, ep, id, &d, WEBHOOK_DEAD, wall, 1);

    return (rc == 0 && lost) ? webhook_order_lost(t, ep, id) : rc;
}


int
webhook_queue_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count)
{
    int                     rc;
    MDB_val                 found, val;
    uint32_t                i;
    uint64_t                time, owner;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DUE], dkey[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t  d;

    memset(&id, 0, sizeof(id));

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, 0, &id);

    for ( ;; ) {
        rc = webhook_queue_seek(t, key, &found, &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memcpy(key, found.mv_data, WEBHOOK_KEY_DUE);

        time = webhook_get_u64(key + 9);
        memcpy(id.bytes, key + 17, 16);

        owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;

        if (time > t->now) {

            if (owners_count == 0) {
                return 0;
            }

            for (i = 0; i < owners_count; i++) {
                if (owners[i] == owner) {
                    break;
                }
            }

            if (i == owners_count) {
                goto next;
            }
        }

        webhook_key_delivery(dkey, &id, ep->id);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &val);
        if (rc == 0) {
            rc = webhook_row_read_delivery(&val, &d);
        }

        if (rc == 0 && (d.state != WEBHOOK_SENDING || d.end != time)) {
            rc = MDB_CORRUPTED;
        }

        if (rc == 0) {
            rc = webhook_queue_unlease(t, ep, &id, &d);

            if (rc == 0) {
                rc = webhook_queue_wait(t, ep, &id, &d);
            }

        } else if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            rc = webhook_queue_bury(t, ep, key);
        }

        if (rc) {
            return rc;
        }

        (*count)++;

    next:

        /* go on behind it */

        for (i = WEBHOOK_KEY_DUE - 1; ++key[i] == 0; i--) {
            if (i == 9) {
                return 0;
            }
        }
    }
}
