
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is in quarantine, listed and discarded.
 */

#ifndef WEBHOOK_STORE_QUARANTINED_H
#define WEBHOOK_STORE_QUARANTINED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* QUARANTINE, and DISCARD. */
int webhook_quarantined_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_quarantined_discard(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_QUARANTINED_H */
