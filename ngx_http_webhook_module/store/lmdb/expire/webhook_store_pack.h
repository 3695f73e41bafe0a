
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that lie thinly are found.
 */

#ifndef WEBHOOK_STORE_PACK_H
#define WEBHOOK_STORE_PACK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Looks for rows that are worth a move, for a moment, in a transaction that
   reads, or before one that writes removes any. */
int webhook_pack_peek(webhook_txn_t *t, int *todo);
void webhook_pack_begin(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_PACK_H */
