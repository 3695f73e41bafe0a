
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leases that end without an outcome.
 */

#ifndef WEBHOOK_STORE_RECLAIM_H
#define WEBHOOK_STORE_RECLAIM_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Ends leases that ran out by now, and those of owners (which may be none);
   *count is raised. */
int webhook_reclaim(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const uint64_t *owners, uint32_t owners_count, uint32_t *count);


#endif /* WEBHOOK_STORE_RECLAIM_H */
