
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHIP_NUMBER.
 */

#ifndef WEBHOOK_STORE_SHIP_NUMBER_H
#define WEBHOOK_STORE_SHIP_NUMBER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Gives numbers, and tells entries; the peek tells them where nothing is to be
   given a number. */
int webhook_ship_number_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_ship_number(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SHIP_NUMBER_H */
