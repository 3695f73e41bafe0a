
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of counters that cannot be read, counted anew from other tables.
 */

#ifndef WEBHOOK_STORE_RECOUNT_H
#define WEBHOOK_STORE_RECOUNT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes the row of an endpoint (row->id) or t->state anew from other tables.
   In a transaction that reads, makes them up. */
int webhook_recount_endpoint(webhook_txn_t *t, webhook_endpoint_row_t *row);
int webhook_recount_state(webhook_txn_t *t);
int webhook_recount_history(webhook_txn_t *t);
int webhook_recount_tasks(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_RECOUNT_H */
