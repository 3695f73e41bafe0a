
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that were repeated.
 */

#ifndef WEBHOOK_STORE_DEDUPE_H
#define WEBHOOK_STORE_DEDUPE_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_dedupe_reserve_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_dedupe_reserve(webhook_txn_t *t, webhook_op_t *op);
int webhook_dedupe_settle(webhook_txn_t *t, webhook_op_t *op);

/* What a row says; *over: that nobody need know it.  The answer is a view into
   it.  And puts one that another store had. */
int webhook_dedupe_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over);
int webhook_dedupe_remember(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_DEDUPE_H */
