
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The queue: what a delivery goes through.  One that is not finished stands in
 * one place exactly: in the due index, where it waits or is leased, or it is
 * parked behind another of its key.
 *
 * A dead delivery that blocks its key is not finished for its event: that
 * stays until somebody has decided.
 */

#include "store/lmdb/queue/webhook_store_queue.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_ring.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_order.h"
#include "store/lmdb/queue/webhook_store_owed.h"


#define WEBHOOK_QUEUE_UNBLOCK  256      /* at a time */


static int webhook_queue_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order);
static int webhook_queue_over(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block, int *next);
static int webhook_queue_unblock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
static int webhook_queue_dead_letter(webhook_txn_t *t,
    webhook_endpoint_row_t *ep, const webhook_id_t *id, webhook_state_e was);
static int webhook_queue_lose(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id);
static int webhook_queue_kill(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was, uint64_t *order, int *next,
    int *lost);


int
webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    return d->parked ? webhook_order_park(t, ep, id, d)
                     : webhook_delivery_wait(t, ep, id, d);
}


int
webhook_queue_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    return d->parked ? webhook_order_unpark(t, ep, id, d)
                     : webhook_delivery_unwait(t, ep, id, d);
}


int
webhook_queue_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int           rc, lost;
    webhook_id_t  event;

    do {
        rc = webhook_order_enter(t, ep, id, d, &event, &lost);

        if (rc == 0 && lost) {
            rc = webhook_queue_lose(t, ep, &event);
        }

    } while (rc == 0 && lost);

    return rc;
}


int
webhook_queue_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int           rc, lost;
    webhook_id_t  event;

    do {
        rc = webhook_order_insert(t, ep, id, d, &event, &lost);

        if (rc == 0 && lost) {
            rc = webhook_queue_lose(t, ep, &event);
        }

    } while (rc == 0 && lost);

    return rc;
}


/* The head of a key is over: the next one is it that can be read. */

static int
webhook_queue_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order)
{
    int           rc, lost;
    webhook_id_t  event;

    do {
        rc = webhook_order_leave(t, ep, order, &event, &lost);

        if (rc == 0 && lost) {
            rc = webhook_queue_lose(t, ep, &event);
        }

    } while (rc == 0 && lost);

    return rc;
}


int
webhook_queue_end(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block)
{
    int  rc, next;

    rc = webhook_queue_over(t, ep, id, d, state, wall, block, &next);

    return (rc == 0 && next) ? webhook_queue_next(t, ep, d->order) : rc;
}


/* The same; *next is set if the next of its key is to be promoted. */

static int
webhook_queue_over(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block, int *next)
{
    int                rc;
    webhook_minute_t  *minute;

    *next = d->order && !d->parked;

    d->state = state;
    d->parked = 0;
    d->lease_token = 0;
    d->end = 0;
    d->finished = wall;

    ep->states[state]++;
    ep->dirty = 1;

    rc = d->settled ? 0 : webhook_outbox_change(t, id, ep->id, d);

    if (rc == 0) {
        rc = webhook_listed_put(t, ep, state, id);
    }

    if (rc == 0) {
        rc = webhook_ring_minute(t, ep, &minute);
    }

    if (rc) {
        return rc;
    }

    if (d->settled) {

        /* it is counted where it was sent */

    } else if (state == WEBHOOK_DELIVERED) {
        ep->delivered++;
        minute->delivered++;

    } else if (state == WEBHOOK_CANCELLED) {
        ep->cancelled++;

    } else {
        ep->dead++;
        minute->dead++;
    }

    if (state == WEBHOOK_DEAD && *next && block && ep->order_block) {
        *next = 0;
        d->blocks = 1;
        d->due = t->now;

        rc = webhook_queue_block(t, ep, id, d, 1);

        return rc ? rc : webhook_delivery_write(t, ep->id, id, d);
    }

    rc = webhook_delivery_write(t, ep->id, id, d);

    return rc ? rc : webhook_owed_finish(t, id);
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


/* Ends the block of a dead delivery (d->blocks), which stays dead. */

static int
webhook_queue_unblock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int  rc;

    rc = webhook_queue_block(t, ep, id, d, 0);
    if (rc) {
        return rc;
    }

    d->blocks = 0;

    rc = webhook_delivery_write(t, ep->id, id, d);

    if (rc == 0) {
        rc = webhook_owed_finish(t, id);
    }

    return rc ? rc : webhook_queue_next(t, ep, d->order);
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

        if (rc == 0) {
            rc = webhook_listed_del(t, ep, WEBHOOK_DEAD, id);
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

        rc = webhook_delivery_first(t, ep->id, WEBHOOK_LANE_BLOCK, &time, &id,
                                 NULL);
        if (rc) {
            return rc;
        }

        if (time == WEBHOOK_NEVER) {
            ep->blocked = 0;
            ep->dirty = 1;
            return 0;
        }

        rc = webhook_delivery_read(t, ep->id, &id, &d);

        if (rc == 0 && d.blocks && d.due == time) {
            rc = webhook_queue_unblock(t, ep, &id, &d);

        } else if (rc == MDB_CORRUPTED) {
            webhook_key_due(key, ep->id, WEBHOOK_LANE_BLOCK, time, &id);

            rc = webhook_queue_dead_letter_row(t, ep, key);

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
        rc = webhook_owed_reopen(t, id);
    }

    if (rc == 0) {
        rc = webhook_listed_del(t, ep, was, id);
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
    d->moved = 0;
    d->tries = 0;
    d->finished = 0;
    d->due = t->now;

    rc = webhook_outbox_again(t, id, ep->id, d);
    if (rc) {
        return rc;
    }

    if (d->order && !head) {
        webhook_order_again(t, d);
        rc = webhook_queue_enter(t, ep, id, d);
    }

    return rc ? rc : webhook_queue_wait(t, ep, id, d);
}


int
webhook_queue_dead_letter_row(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due)
{
    int           rc;
    size_t        len;
    webhook_id_t  id;

    memcpy(id.bytes, due + 17, 16);

    rc = webhook_txn_take(t, WEBHOOK_DB_DUE, due, WEBHOOK_KEY_DUE, &len);
    if (rc) {
        return rc;
    }

    ep->dirty = 1;

    switch (due[8]) {

    case WEBHOOK_LANE_LEASE:

        /* its token cannot be told, nor whether it held a slot */

        ep->probe = 0;

        if (webhook_row_stocked(ep)) {

            rc = webhook_credit_row_count(t, ep);
            if (rc) {
                return rc;
            }

        } else if (ep->inflight) {
            ep->inflight--;
        }

        return webhook_queue_dead_letter(t, ep, &id, WEBHOOK_SENDING);

    case WEBHOOK_LANE_BLOCK:

        if (ep->blocked) {
            ep->blocked--;
        }

        return webhook_queue_dead_letter(t, ep, &id, WEBHOOK_DEAD);

    default:

        if (len) {
            webhook_listed_unmark(ep);
        }

        webhook_delivery_uncount(ep, due);

        return webhook_queue_dead_letter(t, ep, &id, WEBHOOK_PENDING);
    }
}


/* Gives up a delivery that cannot be read, or whose event cannot, and that was
   counted in this state: it is dead. */

static int
webhook_queue_dead_letter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was)
{
    int       rc, next, lost;
    uint64_t  order;

    rc = webhook_queue_kill(t, ep, id, was, &order, &next, &lost);

    if (rc == 0 && lost) {
        rc = webhook_order_find(t, ep->id, id, &order);

        if (rc == MDB_NOTFOUND) {
            return 0;
        }

        next = 1;
    }

    return (rc == 0 && next) ? webhook_queue_next(t, ep, order) : rc;
}


/* The same of one that was parked, so that it is the head of nothing.  Where a
   damaged row of another key named the head of this one, this key goes on with
   its next event, or by the check. */

static int
webhook_queue_lose(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id)
{
    int       next, lost;
    uint64_t  order;

    return webhook_queue_kill(t, ep, id, WEBHOOK_PENDING, &order, &next,
                              &lost);
}


/* It is dead; *next is set if the next of its key is to be promoted, and *lost
   if its key cannot be told. */

static int
webhook_queue_kill(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was, uint64_t *order, int *next,
    int *lost)
{
    int                     rc;
    size_t                  len;
    uint64_t                wall;
    unsigned char           key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t       a;
    webhook_delivery_row_t  d;

    static unsigned char    error[] = "the stored event is damaged";

    *next = 0;

    if (ep->states[was]) {
        ep->states[was]--;
    }

    ep->dirty = 1;

    webhook_store_log_error(t->st, MDB_CORRUPTED,
                            "a delivery cannot be read and is given up");

    rc = webhook_listed_del(t, ep, was, id);
    if (rc) {
        return rc;
    }

    rc = webhook_delivery_read(t, ep->id, id, &d);

    *lost = rc == MDB_NOTFOUND || rc == MDB_CORRUPTED;

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc == MDB_CORRUPTED) {
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

    *order = d.order;

    return webhook_queue_over(t, ep, id, &d, WEBHOOK_DEAD, wall, 1, next);
}
