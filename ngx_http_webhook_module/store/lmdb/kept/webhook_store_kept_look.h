
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What there is to do about journals is found, and their files are read, before
 * the writer's lock is taken: that takes as long as they are large.
 */

#ifndef WEBHOOK_STORE_KEPT_LOOK_H
#define WEBHOOK_STORE_KEPT_LOOK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/*
 * Is there something to do for JOURNAL?  Finds journals whose process is gone,
 * or this process's own that could not be put, and reads the one whose turn it
 * is, which then is locked until it is done with; removes the files of those
 * that are over.  In a transaction that reads.
 */
int webhook_kept_look(webhook_txn_t *t, webhook_op_t *op, int *todo);

/* Lets go of the journal that was read; of all. */
void webhook_kept_look_close(webhook_kept_look_t *l);
void webhook_kept_look_free(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_KEPT_LOOK_H */
