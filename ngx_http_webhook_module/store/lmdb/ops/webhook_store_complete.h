
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The outcome of a send.
 */

#ifndef WEBHOOK_STORE_COMPLETE_H
#define WEBHOOK_STORE_COMPLETE_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_complete(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_COMPLETE_H */
