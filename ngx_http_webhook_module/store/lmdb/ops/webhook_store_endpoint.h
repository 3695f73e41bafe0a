
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a configuration says of endpoints.
 */

#ifndef WEBHOOK_STORE_ENDPOINT_H
#define WEBHOOK_STORE_ENDPOINT_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_ENDPOINT_H */
