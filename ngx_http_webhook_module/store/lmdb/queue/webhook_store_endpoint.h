
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints, and when each wants to be looked at.
 */

#ifndef WEBHOOK_STORE_ENDPOINT_H
#define WEBHOOK_STORE_ENDPOINT_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);


#endif /* WEBHOOK_STORE_ENDPOINT_H */
