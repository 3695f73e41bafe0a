
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that cannot be read, when the store is opened.
 */

#ifndef WEBHOOK_STORE_REPAIR_H
#define WEBHOOK_STORE_REPAIR_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Looks at the rows of all endpoints, in the first transaction of an open. */
int webhook_repair(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_REPAIR_H */
