
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Order by key.  Of the deliveries of an endpoint that have the same order
 * key, the head alone stands in the due index; the others are parked, in the
 * order in which they were put, and wait for nothing but the head's end.  So
 * a key with a hundred thousand waiting costs a claim nothing, and to promote
 * the next is to take the first row of a range.
 *
 * The place of a delivery is a number that the store gave at the put, not the
 * id of its event, which need not ascend.  It is the time of the put, or one
 * more than the last, so that what another store put goes before what came
 * here later.
 */

#include "store/lmdb/queue/webhook_store_order.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/queue/webhook_store_delivery.h"


#define WEBHOOK_ORDER_SHIFT   10        /* places in a millisecond, as bits */
#define WEBHOOK_ORDER_PROBES  1024      /* for a place that is free */


static int webhook_order_yield(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *done);
static int webhook_order_replace(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d,
    const webhook_id_t *head, webhook_delivery_row_t *other);
static int webhook_order_free(webhook_txn_t *t, uint64_t endpoint,
    webhook_delivery_row_t *d);
static int webhook_order_next(webhook_txn_t *t, uint64_t endpoint,
    uint64_t order, unsigned char *key, webhook_id_t *id);


void
webhook_order_begin(webhook_txn_t *t, const webhook_put_t *put,
    webhook_delivery_row_t *d)
{
    d->order = webhook_id_name(&put->order);
    d->place = webhook_order_place(t);
    d->ordered = put->ordered;
}


int
webhook_order_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_id_t *event,
    int *lost)
{
    int                     rc;
    webhook_id_t            head;
    unsigned char           key[WEBHOOK_KEY_HEAD];
    webhook_delivery_row_t  other;

    *lost = 0;
    d->parked = 0;

    rc = webhook_order_head(t, ep->id, d->order, &head);

    if (rc == 0) {

        /* a head that is not there, or is over, can be damage only; who came
           behind it has the turn that it would not end */

        rc = webhook_delivery_read(t, ep->id, &head, &other);

        if (rc == 0
            && (other.blocks || other.state == WEBHOOK_PENDING
                || other.state == WEBHOOK_SENDING))
        {
            d->parked = memcmp(&head, id, sizeof(webhook_id_t)) != 0;
            return 0;
        }

        if (rc == 0 || rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {
            rc = webhook_order_leave(t, ep, d->order, event, lost);
        }

        if (rc || *lost) {
            return rc;
        }

        rc = webhook_order_head(t, ep->id, d->order, &head);

        if (rc == 0) {
            d->parked = 1;
            return 0;
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_key_head(key, ep->id, d->order);

    return webhook_txn_put(t, WEBHOOK_DB_HEADS, key, sizeof(key), id->bytes,
                           16, 0);
}


uint64_t
webhook_order_place(webhook_txn_t *t)
{
    uint64_t  time;

    time = webhook_clock_real(t->st) << WEBHOOK_ORDER_SHIFT;

    t->state.place++;

    if (t->state.place < time && time <= WEBHOOK_PLACE_MAX) {
        t->state.place = time;
    }

    return t->state.place;
}


int
webhook_order_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_id_t *event,
    int *lost)
{
    int  rc, done;

    if (d->place == 0) {
        d->place = webhook_order_place(t);

    } else if (t->state.place < d->place) {
        t->state.place = d->place;
    }

    rc = webhook_order_enter(t, ep, id, d, event, lost);

    if (rc || *lost || !d->parked) {
        return rc;
    }

    rc = webhook_order_yield(t, ep, id, d, &done);

    return (rc || done) ? rc : webhook_order_free(t, ep->id, d);
}


/* The head of the key makes way for one that comes before it, if it waits. */

static int
webhook_order_yield(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *done)
{
    int                     rc;
    webhook_id_t            head;
    webhook_delivery_row_t  other;

    *done = 0;

    rc = webhook_order_head(t, ep->id, d->order, &head);

    if (rc == 0) {
        rc = webhook_delivery_read(t, ep->id, &head, &other);
    }

    /* which of those that the cluster orders goes first is told by that */

    if (rc || other.state != WEBHOOK_PENDING || other.parked || other.turned
        || other.place <= d->place)
    {
        return rc;
    }

    *done = 1;

    return webhook_order_replace(t, ep, id, d, &head, &other);
}


/* Another one, which waits and stands in no place, is the head of its key from now
   on. */

static int
webhook_order_replace(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d,
    const webhook_id_t *head, webhook_delivery_row_t *other)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_HEAD];

    rc = webhook_delivery_unwait(t, ep, head, other);

    if (rc == 0) {
        rc = webhook_order_free(t, ep->id, other);
    }

    if (rc) {
        return rc;
    }

    other->parked = 1;

    rc = webhook_order_park(t, ep, head, other);
    if (rc) {
        return rc;
    }

    d->parked = 0;

    webhook_key_head(key, ep->id, d->order);

    return webhook_txn_put(t, WEBHOOK_DB_HEADS, key, sizeof(key), id->bytes,
                           16, 0);
}


int
webhook_order_turn(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int first, int *done)
{
    int                     rc;
    webhook_id_t            head;
    webhook_delivery_row_t  other;

    *done = 1;

    if (!d->parked) {
        rc = webhook_delivery_unwait(t, ep, id, d);

        d->turned = 1;

        return rc ? rc : webhook_delivery_wait(t, ep, id, d);
    }

    if (first) {
        rc = webhook_order_head(t, ep->id, d->order, &head);

        if (rc == 0) {
            rc = webhook_delivery_read(t, ep->id, &head, &other);
        }

        if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

            /* whoever enters the key, or the check, sees to that */

            *done = 0;
            return 0;
        }

        if (rc) {
            return rc;
        }

        if (other.state == WEBHOOK_PENDING && !other.parked
            && webhook_delivery_unturned(&other))
        {
            rc = webhook_order_unpark(t, ep, id, d);

            if (rc == 0) {
                rc = webhook_order_replace(t, ep, id, d, &head, &other);
            }

            d->turned = 1;

            return rc ? rc : webhook_delivery_wait(t, ep, id, d);
        }

        /* The head is being sent, or is not the cluster's: once it is over this
           one may be it. */

        if (!other.turned) {
            *done = 0;
            return 0;
        }
    }

    d->turned = 1;

    return webhook_delivery_write(t, ep->id, id, d);
}


void
webhook_order_again(webhook_txn_t *t, webhook_delivery_row_t *d)
{
    if (d->ordered) {
        d->turned = 0;
        d->place = webhook_order_place(t);
    }
}


/* Two stores may have given the same place: the next one that is free. */

static int
webhook_order_free(webhook_txn_t *t, uint64_t endpoint,
    webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        val;
    unsigned       n;
    unsigned char  key[WEBHOOK_KEY_PARKED];

    for (n = 0; n < WEBHOOK_ORDER_PROBES; n++) {

        webhook_key_parked(key, endpoint, d->order, d->place);

        rc = webhook_txn_get(t, WEBHOOK_DB_PARKED, key, sizeof(key), &val);

        if (rc) {
            break;
        }

        d->place++;
    }

    if (n == WEBHOOK_ORDER_PROBES) {
        d->place = webhook_order_place(t);
        return 0;
    }

    if (t->state.place < d->place) {
        t->state.place = d->place;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_order_leave(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order, webhook_id_t *event, int *lost)
{
    int                     rc;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_PARKED];
    webhook_delivery_row_t  d;

    *lost = 0;

    for ( ;; ) {
        rc = webhook_order_next(t, ep->id, order, key, &id);

        if (rc == MDB_NOTFOUND) {
            rc = webhook_txn_del(t, WEBHOOK_DB_HEADS, key, WEBHOOK_KEY_HEAD);

            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        if (rc) {
            return rc;
        }

        rc = webhook_txn_del(t, WEBHOOK_DB_PARKED, key, sizeof(key));
        if (rc) {
            return rc;
        }

        rc = webhook_delivery_read(t, ep->id, &id, &d);

        if (rc == 0) {

            if (d.parked) {
                break;
            }

            /* it stood there by mistake */

            continue;
        }

        if (rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
            return rc;
        }

        *event = id;
        *lost = 1;

        return 0;
    }

    rc = webhook_txn_put(t, WEBHOOK_DB_HEADS, key, WEBHOOK_KEY_HEAD, id.bytes,
                         16, 0);
    if (rc) {
        return rc;
    }

    d.parked = 0;

    rc = webhook_delivery_unpending(t, ep);

    if (rc == 0) {
        rc = webhook_listed_del(t, ep, WEBHOOK_PENDING, &id);
    }

    return rc ? rc : webhook_delivery_wait(t, ep, &id, &d);
}


/* The first one parked: its key and its event. */

static int
webhook_order_next(webhook_txn_t *t, uint64_t endpoint, uint64_t order,
    unsigned char *key, webhook_id_t *id)
{
    int      rc;
    MDB_val  found, val;

    webhook_key_parked(key, endpoint, order, 0);

    for ( ;; ) {
        rc = webhook_txn_seek(t, WEBHOOK_DB_PARKED, key, WEBHOOK_KEY_PARKED,
                              &found, &val);
        if (rc) {
            return rc;
        }

        if (memcmp(found.mv_data, key, WEBHOOK_KEY_HEAD) != 0) {
            return MDB_NOTFOUND;
        }

        if (val.mv_size == 16) {
            break;
        }

        rc = webhook_quarantine(t, WEBHOOK_DB_PARKED, found.mv_data,
                                found.mv_size, 0);
        if (rc) {
            return rc;
        }
    }

    memcpy(key, found.mv_data, WEBHOOK_KEY_PARKED);
    memcpy(id->bytes, val.mv_data, 16);

    return 0;
}


int
webhook_order_head(webhook_txn_t *t, uint64_t endpoint, uint64_t order,
    webhook_id_t *id)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_HEAD];

    webhook_key_head(key, endpoint, order);

    rc = webhook_txn_get(t, WEBHOOK_DB_HEADS, key, sizeof(key), &val);
    if (rc) {
        return rc;
    }

    if (val.mv_size != 16) {
        rc = webhook_quarantine(t, WEBHOOK_DB_HEADS, key, sizeof(key), 0);

        return rc ? rc : MDB_NOTFOUND;
    }

    memcpy(id->bytes, val.mv_data, 16);

    return 0;
}


int
webhook_order_find(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, uint64_t *order)
{
    int             rc;
    MDB_val         found, val;
    MDB_cursor     *c;
    unsigned char   key[WEBHOOK_KEY_HEAD], *p;

    webhook_key_head(key, endpoint, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_HEADS, key, sizeof(key), &found,
                          &val);
    if (rc) {
        return rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_HEADS, &c);

    while (rc == 0) {
        p = found.mv_data;

        if (found.mv_size < 8 || webhook_get_u64(p) != endpoint) {
            return MDB_NOTFOUND;
        }

        if (found.mv_size == WEBHOOK_KEY_HEAD && val.mv_size == 16
            && memcmp(val.mv_data, id->bytes, 16) == 0)
        {
            *order = webhook_get_u64(p + 8);
            return 0;
        }

        rc = mdb_cursor_get(c, &found, &val, MDB_NEXT);
    }

    return rc;
}


int
webhook_order_park(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_PARKED];

    webhook_key_parked(key, ep->id, d->order, d->place);

    rc = webhook_txn_put(t, WEBHOOK_DB_PARKED, key, sizeof(key), id->bytes,
                         16, 0);

    if (rc == 0) {
        rc = webhook_listed_put(t, ep, WEBHOOK_PENDING, id);
    }

    return rc ? rc : webhook_delivery_pending(t, ep, id, d);
}


int
webhook_order_unpark(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_PARKED];

    webhook_key_parked(key, ep->id, d->order, d->place);

    rc = webhook_txn_del(t, WEBHOOK_DB_PARKED, key, sizeof(key));
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_delivery_unpending(t, ep);

    return rc ? rc : webhook_listed_del(t, ep, WEBHOOK_PENDING, id);
}
