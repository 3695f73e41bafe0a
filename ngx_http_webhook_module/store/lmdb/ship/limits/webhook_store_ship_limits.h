
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the cluster is asked for, of limits for all nodes, and what it gives.
 */

#ifndef WEBHOOK_STORE_SHIP_LIMITS_H
#define WEBHOOK_STORE_SHIP_LIMITS_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_ship_limits(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_share(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_LIMITS_H */
