
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints that no configuration names any more.
 */

#ifndef WEBHOOK_STORE_ORPHAN_H
#define WEBHOOK_STORE_ORPHAN_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Whether there is an orphan with something to do; and does some of it. */
int webhook_orphan_peek(webhook_txn_t *t, const webhook_op_expire_t *x,
    int *todo);
int webhook_orphan_expire(webhook_txn_t *t, webhook_op_expire_t *x,
    uint32_t *pages, int *more);

/* Cancels what waits for an endpoint, as far as x->max and the pages go. */
int webhook_orphan_cancel(webhook_txn_t *t, webhook_op_expire_t *x,
    webhook_endpoint_row_t *ep, uint32_t *pages);


#endif /* WEBHOOK_STORE_ORPHAN_H */
