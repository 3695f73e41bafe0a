
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries that wait for an earlier one of their key.
 *
 * Where one that is parked cannot be read as its turn comes, *lost is set, and
 * *event tells of which event it is.  It stands nowhere then, but is counted as
 * PENDING: it is to be given up, and the function to be called once more.
 */

#ifndef WEBHOOK_STORE_ORDER_H
#define WEBHOOK_STORE_ORDER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* What a new delivery has of its order key. */
void webhook_order_begin(webhook_txn_t *t, const webhook_put_t *put,
    webhook_delivery_row_t *d);

/* A delivery that has an order key enters: it is the head of its key or
   parked (d->parked). */
int webhook_order_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_id_t *event,
    int *lost);

/* The same for one that another store gave its place (d->place): a head that
   comes behind it and waits is parked.  d->place may be another afterwards. */
int webhook_order_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, webhook_id_t *event,
    int *lost);

/* The head of a key is over: the next one is. */
int webhook_order_leave(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order, webhook_id_t *event, int *lost);

/* The key whose head is an event's delivery, by a look at all heads of the
   endpoint; MDB_NOTFOUND if it is none. */
int webhook_order_find(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, uint64_t *order);

/* The cluster has said that one that waits, and that it orders, goes first of its
   key ("first"), or right behind others here that do.  Where the head does not
   wait for its turn, but is sent without the cluster, nothing is done yet. */
int webhook_order_turn(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int first, int *done);

/* One that was over, and that the cluster orders, comes again: behind all
   others. */
void webhook_order_again(webhook_txn_t *t, webhook_delivery_row_t *d);

/* The head of a key; MDB_NOTFOUND. */
int webhook_order_head(webhook_txn_t *t, uint64_t endpoint, uint64_t order,
    webhook_id_t *id);

/* A place behind all others. */
uint64_t webhook_order_place(webhook_txn_t *t);

/* One waits parked, or does not any more: as webhook_delivery_wait(). */
int webhook_order_park(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
int webhook_order_unpark(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d);


#endif /* WEBHOOK_STORE_ORDER_H */
