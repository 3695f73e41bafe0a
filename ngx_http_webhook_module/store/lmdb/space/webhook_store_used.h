
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much of a store is in use.
 */

#ifndef WEBHOOK_STORE_USED_H
#define WEBHOOK_STORE_USED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Bytes in use. */
int webhook_used_count(webhook_txn_t *t, uint64_t *used);

/* Sets t->used once; what is taken in the transaction is added to it. */
int webhook_used_measure(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_USED_H */
