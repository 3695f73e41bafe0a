
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Keys that wait for their turn among all nodes, and whose turn it is.
 */

#ifndef WEBHOOK_STORE_SHIP_TURNS_H
#define WEBHOOK_STORE_SHIP_TURNS_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_ship_turns(webhook_txn_t *t, webhook_op_t *op);
int webhook_ship_turn(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_TURNS_H */
