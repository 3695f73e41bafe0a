
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is to go, step by step.
 */

#ifndef WEBHOOK_STORE_SWEEP_H
#define WEBHOOK_STORE_SWEEP_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_sweep_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_sweep(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_SWEEP_H */
