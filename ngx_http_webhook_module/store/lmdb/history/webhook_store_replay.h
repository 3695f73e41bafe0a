
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is finished is sent again.
 */

#ifndef WEBHOOK_STORE_REPLAY_H
#define WEBHOOK_STORE_REPLAY_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_replay_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_replay(webhook_txn_t *t, webhook_op_t *op);
int webhook_replay_count(webhook_txn_t *t, webhook_op_t *op);
void webhook_replay_committed(webhook_op_t *op);


#endif /* WEBHOOK_STORE_REPLAY_H */
