
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHIP_TAKE.
 */

#ifndef WEBHOOK_STORE_SHIP_TAKE_H
#define WEBHOOK_STORE_SHIP_TAKE_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_ship_take(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_TAKE_H */
