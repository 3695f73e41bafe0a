
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A delivery that is over is sent anew, as one of a new event.
 */

#ifndef WEBHOOK_STORE_COPY_H
#define WEBHOOK_STORE_COPY_H

#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/walk/webhook_store_walk.h"


int webhook_copy(webhook_txn_t *t, webhook_op_t *op);

/* Puts a new event, as the operation says: OK, DUPLICATE, NOT_FOUND or FULL. */
int webhook_copy_delivery(webhook_txn_t *t, webhook_op_copy_t *c,
    webhook_store_result_e *result);

/* The same of a delivery that a task came to: the new event is behind all that
   the task is about, also where the clock was set back. */
int webhook_copy_behind(webhook_txn_t *t, const webhook_walk_hit_t *hit,
    uint32_t backlog, uint64_t until, webhook_store_result_e *result);


#endif /* WEBHOOK_STORE_COPY_H */
