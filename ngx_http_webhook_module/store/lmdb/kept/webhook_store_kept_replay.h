
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands in journals is put, in steps: others wait for the writer's lock.
 */

#ifndef WEBHOOK_STORE_KEPT_REPLAY_H
#define WEBHOOK_STORE_KEPT_REPLAY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/*
 * JOURNAL.  A step of what webhook_kept_look() found: the row of this process's
 * journal; some of what is in the journal that was read; the rows of those that
 * are over.
 */
int webhook_kept_replay(webhook_txn_t *t, webhook_op_t *op);

/* Behind each commit. */
void webhook_kept_replay_committed(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_KEPT_REPLAY_H */
