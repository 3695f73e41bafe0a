
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The store's own time, and by how much of it the wall clock is believed.
 */

#ifndef WEBHOOK_STORE_TIME_H
#define WEBHOOK_STORE_TIME_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Takes over the store's time in an open's transaction; makes it go on where
   the machine was started anew. */
int webhook_time_start(webhook_txn_t *t);

/* 1 if the wall clock was doubted and may be believed now; and believes it. */
int webhook_time_sure(webhook_txn_t *t);
void webhook_time_settle(webhook_txn_t *t);

int webhook_time_tell(webhook_txn_t *t, webhook_op_t *op);
int webhook_time_accept(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_TIME_H */
