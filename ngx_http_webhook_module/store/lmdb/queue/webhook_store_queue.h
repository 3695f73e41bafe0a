
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Due deliveries and leases.
 */

#ifndef WEBHOOK_STORE_QUEUE_H
#define WEBHOOK_STORE_QUEUE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Where a delivery that waits stands. */
static inline webhook_lane_e
webhook_queue_lane(const webhook_delivery_row_t *d)
{
    return d->tries ? WEBHOOK_LANE_RETRY : WEBHOOK_LANE_FIRST;
}

/* Reads a delivery; MDB_NOTFOUND, MDB_CORRUPTED. */
int webhook_queue_read(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Writes the rows of a delivery that waits (parked, if it is), or is leased by
   this process; all but its state is set, and that is not counted yet.  One
   that waits keeps the token of a lease that ended without an outcome. */
int webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_queue_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease);

/* Takes a delivery out of where it waits, or its lease off; it is in no state
   then, and is to be put into one. */
int webhook_queue_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
int webhook_queue_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);

/* A delivery that is in no state is over, DELIVERED, DEAD or CANCELLED, at this
   wall time; the next of its key is promoted, or blocked if "block" is set and the
   endpoint wants that of dead ones. */
int webhook_queue_end(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_state_e state,
    uint64_t wall, int block);

/* Makes a delivery due now.  One that waits keeps its number of sends (one
   that is parked its place too).  One that is finished has all of them before
   it: if it was delivered from its first step, else from where it ended; one
   that has an order key is parked if another is its head now. */
int webhook_queue_requeue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Cancels one that waits, or one that is dead and blocks its key. */
int webhook_queue_cancel(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* The row of a dead delivery that blocks its key: puts it, or takes it away. */
int webhook_queue_block(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int block);

/* Ends the block of a dead delivery (d->blocks), which stays dead. */
int webhook_queue_unblock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* Ends the blocks of an endpoint that does not want them any more, a few. */
int webhook_queue_unblock_some(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The first row of a lane: its time (NEVER: none), event and owner. */
int webhook_queue_first(webhook_txn_t *t, uint64_t endpoint,
    webhook_lane_e lane, uint64_t *time, webhook_id_t *id, uint64_t *owner);

/* Ends leases that ran out by now, and those of owners (which may be none);
   *count is raised. */
int webhook_queue_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count);

/* Gives up a delivery that cannot be read: it is dead.  Its row of the due
   index goes; or it has none any more, and was counted in this state. */
int webhook_queue_bury(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due);
int webhook_queue_give_up(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_state_e was);


#endif /* WEBHOOK_STORE_QUEUE_H */
