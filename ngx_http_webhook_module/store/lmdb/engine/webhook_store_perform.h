
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Performs an operation in a transaction; its result is in the operation.
 */

#ifndef WEBHOOK_STORE_PERFORM_H
#define WEBHOOK_STORE_PERFORM_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* 1 if it is one that reads. */
int webhook_perform_is_read(const webhook_op_t *op);

/* In a transaction that reads: sets *todo if the operation, which may have
   nothing to write, has something; else it is performed. */
int webhook_perform_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);

int webhook_perform_write(webhook_txn_t *t, webhook_op_t *op);
int webhook_perform_read(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_PERFORM_H */
