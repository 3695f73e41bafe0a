
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the cluster is asked about deliveries, and says of them: SHIP_ASK,
 * SHIP_HAVE,
 * SHIP_SETTLE, SHIP_GIVE.
 */

#ifndef WEBHOOK_STORE_SHIP_SETTLE_H
#define WEBHOOK_STORE_SHIP_SETTLE_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_ship_ask(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_have(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_settle(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_give(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_SETTLE_H */
