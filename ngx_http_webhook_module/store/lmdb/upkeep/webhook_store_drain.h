
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What waits for endpoints of objects that were removed.
 */

#ifndef WEBHOOK_STORE_DRAIN_H
#define WEBHOOK_STORE_DRAIN_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Whether something waits for one; and cancels some of it. */
int webhook_drain_peek(webhook_txn_t *t, int *todo);
int webhook_drain(webhook_txn_t *t, webhook_op_expire_t *x, uint32_t *pages,
    int *more);


#endif /* WEBHOOK_STORE_DRAIN_H */
