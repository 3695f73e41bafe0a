
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is known of repeats, for another store.
 */

#ifndef WEBHOOK_STORE_KNOWN_H
#define WEBHOOK_STORE_KNOWN_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_known_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_known_remember(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_KNOWN_H */
