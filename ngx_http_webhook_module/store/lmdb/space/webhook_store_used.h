
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much of a store is in use.
 */

#ifndef WEBHOOK_STORE_USED_H
#define WEBHOOK_STORE_USED_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_USED_PART  2            /* of the mark: up to there it may be
                                           told roughly */


/* Bytes in use. */
int webhook_used_count(webhook_txn_t *t, uint64_t *used);

/* Sets t->used once; what is taken in the transaction is added to it.  Where
   the store is far from full it may be more than is in use. */
int webhook_used_measure(webhook_txn_t *t);

/* The same, and never more. */
int webhook_used_exactly(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_USED_H */
