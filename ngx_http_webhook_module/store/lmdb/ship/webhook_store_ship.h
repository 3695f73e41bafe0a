
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The node's place in the cluster, and the outbox: SHIP_STATE, SHIP_EPOCH,
 * SHIP_DONE, SHIP_REFUSED, SHIP_BACK; and the fence: SHIP_FENCE.
 */

#ifndef WEBHOOK_STORE_SHIP_H
#define WEBHOOK_STORE_SHIP_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_ship_state(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_epoch(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_done(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_refused(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_back(webhook_txn_t *t, webhook_op_t *op);

/* webhook_store_ship_fence.c */
int webhook_ship_fence(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_H */
