
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints, and when each wants to be looked at.
 */

#ifndef WEBHOOK_STORE_ENDPOINT_H
#define WEBHOOK_STORE_ENDPOINT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The row of an endpoint, made empty (exists = 0) where there is none.  It
   lives as long as the transaction; set dirty after a change. */
int webhook_endpoint_get(webhook_txn_t *t, uint64_t id,
    webhook_endpoint_row_t **ep);

/* Writes changed rows and their wake times. */
int webhook_endpoint_flush(webhook_txn_t *t);

/* Forgets the rows. */
void webhook_endpoint_forget(webhook_store_t *st);

int webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);

/* 1 if no delivery of it is left; and removes its row then. */
int webhook_endpoint_empty(const webhook_endpoint_row_t *ep);
int webhook_endpoint_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Stops all sends, for a reason that STATS shows; or resumes them (reason is
   NULL), with a closed breaker and no hold. */
void webhook_endpoint_pause(webhook_endpoint_row_t *ep,
    const webhook_str_t *reason);

/* When the endpoint is to be looked at: its wake time.  "waiting" counts what
   waits alone, not the ends of leases. */
int webhook_endpoint_time(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int waiting, uint64_t *time);


#endif /* WEBHOOK_STORE_ENDPOINT_H */
