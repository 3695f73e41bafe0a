
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * RINGS: what came of sends, by minutes.
 */

#ifndef WEBHOOK_STORE_HISTORY_RINGS_H
#define WEBHOOK_STORE_HISTORY_RINGS_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_history_rings(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_HISTORY_RINGS_H */
