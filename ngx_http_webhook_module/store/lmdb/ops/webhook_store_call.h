
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The history of calls.
 */

#ifndef WEBHOOK_STORE_CALL_H
#define WEBHOOK_STORE_CALL_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_call_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_call_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_remove_call(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);


#endif /* WEBHOOK_STORE_CALL_H */
