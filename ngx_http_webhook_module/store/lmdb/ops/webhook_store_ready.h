
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which endpoints have something to do.
 */

#ifndef WEBHOOK_STORE_READY_H
#define WEBHOOK_STORE_READY_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_READY_MAX  256          /* endpoints served in one claim */

/* The endpoints of the claim with something to do now, WEBHOOK_READY_MAX at
   most, who waits longest first, and the time until the first of them wakes
   (c->next).  Others are set aside, a few; in a transaction that reads,
   *strange tells whether there are some.  With NULL none are looked for. */
int webhook_ready_find(webhook_txn_t *t, webhook_op_claim_t *c,
    uint64_t *ready, uint32_t *count, int *strange);


#endif /* WEBHOOK_STORE_READY_H */
