
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An event with all about it.
 */

#ifndef WEBHOOK_STORE_HISTORY_SHOW_H
#define WEBHOOK_STORE_HISTORY_SHOW_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_history_show(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_HISTORY_SHOW_H */
