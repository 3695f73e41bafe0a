
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of endpoints.
 */

#ifndef WEBHOOK_STORE_ENDPOINT_ROW_H
#define WEBHOOK_STORE_ENDPOINT_ROW_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The row of an endpoint, made empty (exists = 0) where there is none.  It
   lives as long as the transaction; set dirty after a change. */
int webhook_endpoint_row_get(webhook_txn_t *t, uint64_t id,
    webhook_endpoint_row_t **ep);

/* How many of its deliveries wait or are being sent; 0 where there is no row,
   or none that can be read.  The row is not kept for the transaction. */
int webhook_endpoint_row_waits(webhook_txn_t *t, uint64_t id, uint64_t *waits);

/* Forgets the rows. */
void webhook_endpoint_row_forget(webhook_lmdb_t *st);

/* Stops all sends, for a reason that STATS shows; or resumes them (reason is
   NULL), with a closed breaker and no hold. */
void webhook_endpoint_row_pause(webhook_endpoint_row_t *ep,
    const webhook_str_t *reason);

/* 1 if no delivery of it is left; and removes its row then. */
int webhook_endpoint_row_empty(const webhook_endpoint_row_t *ep);
int webhook_endpoint_row_remove(webhook_txn_t *t,
    webhook_endpoint_row_t *ep);


#endif /* WEBHOOK_STORE_ENDPOINT_ROW_H */
