
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands in journals is put: TAKEOVER's part in them.
 */

#ifndef WEBHOOK_STORE_KEPT_REPLAY_H
#define WEBHOOK_STORE_KEPT_REPLAY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Is there something to do? */
int webhook_kept_replay_peek(webhook_txn_t *t, int *todo);

/*
 * A step of it: the row of this process's journal, if it has none yet; what
 * journals hold whose process is gone, or this process's where it is stalled;
 * the removal of what is done.  Sets op->u.takeover.journal and .more.
 */
int webhook_kept_replay(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_KEPT_REPLAY_H */
