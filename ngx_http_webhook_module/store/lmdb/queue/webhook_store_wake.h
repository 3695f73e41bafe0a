
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * When each endpoint wants to be looked at.
 */

#ifndef WEBHOOK_STORE_WAKE_H
#define WEBHOOK_STORE_WAKE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Writes changed rows and their wake times. */
int webhook_wake_flush(webhook_txn_t *t);

/* When the endpoint is to be looked at: its wake time.  "waiting" counts what
   waits alone, not the ends of leases. */
int webhook_wake_time(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int waiting, uint64_t *time);


#endif /* WEBHOOK_STORE_WAKE_H */
