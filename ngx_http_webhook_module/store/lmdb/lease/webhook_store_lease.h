
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leasing one delivery: which is next, and its bytes.
 */

#ifndef WEBHOOK_STORE_LEASE_H
#define WEBHOOK_STORE_LEASE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/*
 * Leases the endpoint's next delivery if one is due and it is admitted; with
 * "stock" ahead of a slot, for which the caller knows that it may be (those with
 * an order key or a large body are not, nor any that has a number or stands behind
 * one that has, see webhook_op_ship.h).  "takes" is how long its send may take, in
 * ms; 0: as long as the lease.  The lease is put in *lease, which is allocated if it
 * is NULL.  ENOMEM if there was no memory for it: nothing has been changed then.
 */
int webhook_lease_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t length, uint64_t takes, int stock, void **memory,
    webhook_lease_t **lease, int *taken);

/* Whether something of a lane is due. */
int webhook_lease_waits(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    webhook_lane_e lane, int *due);

/* Reads what a lease holds of an event.  MDB_CORRUPTED, ENOMEM, E2BIG of one
   that is not to be leased ahead, or MDB_NOTFOUND of one that is being removed. */
int webhook_lease_load(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int stock,
    void **memory, webhook_lease_t *lease);


#endif /* WEBHOOK_STORE_LEASE_H */
