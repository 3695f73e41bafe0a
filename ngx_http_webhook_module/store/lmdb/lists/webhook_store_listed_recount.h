
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of what waits or is dead, made anew for an endpoint.
 */

#ifndef WEBHOOK_STORE_LISTED_RECOUNT_H
#define WEBHOOK_STORE_LISTED_RECOUNT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* For one whose row was lost, and with it the changes that were not written to
   the index yet: looks at all deliveries. */
int webhook_listed_recount(webhook_txn_t *t, uint64_t endpoint);


#endif /* WEBHOOK_STORE_LISTED_RECOUNT_H */
