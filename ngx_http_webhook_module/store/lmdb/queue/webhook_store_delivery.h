
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of deliveries, and their places in the due index.
 */

#ifndef WEBHOOK_STORE_DELIVERY_H
#define WEBHOOK_STORE_DELIVERY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* What the next send of a delivery is: a first one, or a retry. */
static inline webhook_lane_e
webhook_delivery_turn(const webhook_delivery_row_t *d)
{
    return d->tries ? WEBHOOK_LANE_RETRY : WEBHOOK_LANE_FIRST;
}

/* Does one that waits, and is the first of its key here, wait for its turn among
   all nodes?  One that the cluster does not take cannot. */
static inline int
webhook_delivery_unturned(const webhook_delivery_row_t *d)
{
    return d->ordered && !d->turned && !d->alone;
}

/* Where one that waits stands. */
static inline webhook_lane_e
webhook_delivery_lane(const webhook_delivery_row_t *d)
{
    if (webhook_delivery_unturned(d)) {
        return d->number ? WEBHOOK_LANE_TURN : WEBHOOK_LANE_UNTOLD;
    }

    if (d->number) {
        return d->tries ? WEBHOOK_LANE_FENCED_RETRY : WEBHOOK_LANE_FENCED;
    }

    return webhook_delivery_turn(d);
}

/* Reads a delivery; MDB_NOTFOUND, MDB_CORRUPTED.  And writes one. */
int webhook_delivery_read(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_delivery_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);

/* The first row of a lane: its time (NEVER: none), event and owner. */
int webhook_delivery_first(webhook_txn_t *t, uint64_t endpoint,
    webhook_lane_e lane, uint64_t *time, webhook_id_t *id, uint64_t *owner);

/* The same of those of a lane that the cluster knows of, for who leases one for
   so long: *time is NEVER also where one is due and the fence keeps it back, for
   which the endpoint has no wake time then. */
int webhook_delivery_fenced(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_lane_e lane, uint64_t length, uint64_t *time, webhook_id_t *id);

/* The first row of the due index in the key's lane that is not before the key;
   MDB_NOTFOUND where there is none. */
int webhook_delivery_seek(webhook_txn_t *t, const unsigned char *key,
    MDB_val *found, MDB_val *val);

/* Writes the rows of a delivery that waits and is not parked, or is leased by
   this process; all but its state is set, and that is not counted yet.  One
   that waits keeps the token of a lease that ended without an outcome. */
int webhook_delivery_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_delivery_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease);

/* The same with d->lease_token set, in a slot that is taken already. */
int webhook_delivery_leased(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease);

/* One that is leased ahead ("stocked", which _lease() keeps) takes a slot. */
int webhook_delivery_slot(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Takes a delivery out of where it waits, or its lease off; it is in no state
   then, and is to be put into one. */
int webhook_delivery_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
int webhook_delivery_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);

/* The same of one that waits, by its row of the due index. */
int webhook_delivery_unqueue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due);

/* Do those that stand in a lane have numbers? */
static inline int
webhook_delivery_numbers(unsigned lane)
{
    return lane >= WEBHOOK_LANE_FENCED && lane <= WEBHOOK_LANE_TURN;
}

/* A row of the due index is gone: if it was that of one that has a number, that is
   counted. */
static inline void
webhook_delivery_uncount(webhook_endpoint_row_t *ep, const unsigned char *due)
{
    if (webhook_delivery_numbers(due[8]) && ep->fenced) {
        ep->fenced--;
    }
}

/* The next endpoint, behind this one, with keys that wait for their turn among
   all nodes; MDB_NOTFOUND. */
int webhook_delivery_turns(webhook_txn_t *t, uint64_t *endpoint);

/* Wherever one waits, it is counted, and its row is written; or it is counted
   no more. */
int webhook_delivery_pending(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_delivery_unpending(webhook_txn_t *t, webhook_endpoint_row_t *ep);


#endif /* WEBHOOK_STORE_DELIVERY_H */
