
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Entries of the outbox are told.
 */

#ifndef WEBHOOK_STORE_SHIP_TELL_H
#define WEBHOOK_STORE_SHIP_TELL_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The outputs of SHIP_NUMBER.  Entries that are about nothing any more are
   removed; who only reads passes over them, and is told that there were some. */
int webhook_ship_tell(webhook_txn_t *t, webhook_op_t *op, int *stale);


#endif /* WEBHOOK_STORE_SHIP_TELL_H */
