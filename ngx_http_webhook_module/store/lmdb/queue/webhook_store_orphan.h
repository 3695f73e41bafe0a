
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that no configuration names.
 */

#ifndef WEBHOOK_STORE_ORPHAN_H
#define WEBHOOK_STORE_ORPHAN_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Sets those of these endpoints aside that a claim met and did not name; or,
   in a transaction that reads, tells whether there are some. */
int webhook_orphan_aside(webhook_txn_t *t, const uint64_t *ids,
    uint32_t count, int *any);

/* An endpoint is named: it is not aside. */
void webhook_orphan_back(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The same for all that a claim names, the same way. */
int webhook_orphan_claimed(webhook_txn_t *t, const webhook_op_claim_t *c,
    int *any);

/* Whether there is an orphan with something to do; and does some of it. */
int webhook_orphan_peek(webhook_txn_t *t, const webhook_op_expire_t *x,
    int *todo);
int webhook_orphan_expire(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more);


#endif /* WEBHOOK_STORE_ORPHAN_H */
