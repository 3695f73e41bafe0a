
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries, listed.
 */

#ifndef WEBHOOK_STORE_HISTORY_LIST_H
#define WEBHOOK_STORE_HISTORY_LIST_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_history_list(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_HISTORY_LIST_H */
