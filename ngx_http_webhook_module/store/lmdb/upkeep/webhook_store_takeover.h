
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leases of who is gone.
 */

#ifndef WEBHOOK_STORE_TAKEOVER_H
#define WEBHOOK_STORE_TAKEOVER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Writes this process's row; takes over from who had the slot before, and
   from all others who died. */
int webhook_takeover_start(webhook_txn_t *t);

/* Releases what this process leases and removes its row. */
int webhook_takeover_end(webhook_txn_t *t);

int webhook_takeover_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_takeover(webhook_txn_t *t, webhook_op_t *op);

/* Behind its commit: what it tells is told. */
void webhook_takeover_committed(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_TAKEOVER_H */
