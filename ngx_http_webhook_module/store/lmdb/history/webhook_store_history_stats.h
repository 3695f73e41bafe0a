
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How a store is, and its endpoints.
 */

#ifndef WEBHOOK_STORE_HISTORY_STATS_H
#define WEBHOOK_STORE_HISTORY_STATS_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_history_stats(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_HISTORY_STATS_H */
