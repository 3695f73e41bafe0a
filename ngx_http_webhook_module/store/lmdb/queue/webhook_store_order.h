
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries that wait for an earlier one of their key.
 */

#ifndef WEBHOOK_STORE_ORDER_H
#define WEBHOOK_STORE_ORDER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* A delivery that has an order key enters: it is the head of its key or
   parked (d->parked). */
int webhook_order_enter(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* The same for one that another store gave its place (d->place): a head that
   comes behind it and waits is parked.  d->place may be another afterwards. */
int webhook_order_insert(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);

/* A place behind all others. */
uint64_t webhook_order_place(webhook_txn_t *t);

/* The head of a key is over: the next one is. */
int webhook_order_leave(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t order);

/* An event's delivery cannot be read: if it is the head of a key, the next one
   is. */
int webhook_order_lost(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id);

/* The row of one that is parked. */
int webhook_order_park(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
int webhook_order_unpark(webhook_txn_t *t, uint64_t endpoint,
    const webhook_delivery_row_t *d);


#endif /* WEBHOOK_STORE_ORDER_H */
