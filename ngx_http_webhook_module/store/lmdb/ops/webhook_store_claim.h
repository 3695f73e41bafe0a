
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries go out next, and their bytes.
 */

#ifndef WEBHOOK_STORE_CLAIM_H
#define WEBHOOK_STORE_CLAIM_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The claim that follows a COMPLETE: of the next step of the same delivery if
   that is given, or of what is due.  A step that cannot be leased now is not
   touched. */
int webhook_claim_step(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op, webhook_delivery_row_t *d);
int webhook_claim_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op);

/* The claim ahead of slots that may follow, too. */
int webhook_claim_stock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op);

/* 1 if an event that comes now may be leased at once, before what waits: none
   of that is due, or there are slots enough for all. */
int webhook_claim_ahead(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int *ahead);

int webhook_claim_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);
int webhook_claim(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_CLAIM_H */
