
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events whose request was repeated.
 */

#ifndef WEBHOOK_STORE_IDEMPOTENCY_H
#define WEBHOOK_STORE_IDEMPOTENCY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Is an event a repeat of one that was put under another id?  Sets p->first,
   or p->differs. */
int webhook_idempotency_seen(webhook_txn_t *t, webhook_op_put_event_t *p,
    int *seen);

/* Remembers an event that was put, or sets p->unprotected. */
int webhook_idempotency_keep(webhook_txn_t *t, webhook_op_put_event_t *p);

/* The number of repeats that are known. */
int webhook_idempotency_count(webhook_txn_t *t, uint64_t *rows);

/* Removes what ended, until *count is max or *pages enough. */
int webhook_idempotency_expire(webhook_txn_t *t, uint32_t max,
    uint32_t *count, uint32_t *pages, int *more);

/* What a row says; *over: that nobody need know it.  And puts one that another
   store had. */
int webhook_idempotency_known(webhook_txn_t *t, const unsigned char *key,
    const MDB_val *v, webhook_known_t *known, int *over);
int webhook_idempotency_remember(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_IDEMPOTENCY_H */
