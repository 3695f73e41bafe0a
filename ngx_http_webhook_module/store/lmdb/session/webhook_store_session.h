
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Transactions: begun, committed, aborted.
 */

#ifndef WEBHOOK_STORE_SESSION_H
#define WEBHOOK_STORE_SESSION_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Begins a transaction.  A write begins with the writer's lock, which it may
   have to wait for; it is over at commit or abort, whatever they return. */
int webhook_session_begin(webhook_lmdb_t *st, webhook_txn_t *t, int write);
int webhook_session_commit(webhook_txn_t *t);
void webhook_session_abort(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_SESSION_H */
