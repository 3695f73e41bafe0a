
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a delivery goes through.
 */

#ifndef WEBHOOK_STORE_QUEUE_H
#define WEBHOOK_STORE_QUEUE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* As webhook_delivery_wait() and _unwait(), of one that is parked too. */
int webhook_queue_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_queue_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);

/* A delivery with an order key enters: as webhook_order_enter() and
   _insert(), and what is lost is given up. */
int webhook_queue_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_queue_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* A delivery that is in no state is over, DELIVERED, DEAD or CANCELLED, at this
   wall time; the next of its key is promoted, or blocked if "block" is set and
   the endpoint wants that of dead ones. */
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

/* Ends the blocks of an endpoint that does not want them any more, a few. */
int webhook_queue_unblock_some(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Gives up a delivery that cannot be read: it is dead, and its row of the due
   index goes. */
int webhook_queue_dead_letter_row(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due);


#endif /* WEBHOOK_STORE_QUEUE_H */
