
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of a store.
 */

#ifndef WEBHOOK_STORE_CHECK_H
#define WEBHOOK_STORE_CHECK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/*
 * Recounts everything and compares: a test of the store itself.  Returns 0 and
 * what it found; each fault is told to "tell" as a sentence.  Where the store
 * is written to meanwhile, it goes on with what is there now every now and
 * then, and compares no counters then.
 */

typedef struct {
    uint64_t  faults;
    uint64_t  rows;
    uint64_t  events;
    uint64_t  deliveries;
    uint64_t  states[WEBHOOK_STATES];
    uint64_t  attempts;
    uint64_t  calls;
    uint64_t  leases;
    uint64_t  orphans;                  /* leases of no known owner */
    unsigned  moved:1;                  /* it was written to meanwhile */
} webhook_check_t;

int webhook_store_check(webhook_lmdb_t *st, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx);

int webhook_check_op(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_CHECK_H */
