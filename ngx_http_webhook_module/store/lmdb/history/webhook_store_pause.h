
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The pause of the whole store.
 */

#ifndef WEBHOOK_STORE_PAUSE_H
#define WEBHOOK_STORE_PAUSE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The pause of the whole store: sets t->paused; PAUSE with all; what STATS
   has of it; and a line for the log. */
int webhook_pause_look(webhook_txn_t *t);
int webhook_pause_store(webhook_txn_t *t, webhook_op_t *op);
int webhook_pause_stats(webhook_txn_t *t, webhook_op_t *op);
void webhook_pause_tell(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_PAUSE_H */
