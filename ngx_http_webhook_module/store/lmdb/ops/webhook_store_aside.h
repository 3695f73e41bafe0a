
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that a claim meets and does not name.
 */

#ifndef WEBHOOK_STORE_ASIDE_H
#define WEBHOOK_STORE_ASIDE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Sets those of these endpoints aside that a claim met and did not name; or,
   in a transaction that reads, tells whether there are some. */
int webhook_aside_set(webhook_txn_t *t, const uint64_t *ids, uint32_t count,
    int *any);

/* An endpoint is named: it is not aside. */
void webhook_aside_back(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The same for all that a claim names, the same way. */
int webhook_aside_claimed(webhook_txn_t *t, const webhook_op_claim_t *c,
    int *any);


#endif /* WEBHOOK_STORE_ASIDE_H */
