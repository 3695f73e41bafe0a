
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a process that died has noted.
 */

#ifndef WEBHOOK_STORE_NOTED_H
#define WEBHOOK_STORE_NOTED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Applies the outcomes that an incarnation in a slot has noted, and that are not
   in the tables yet: before its leases are ended. */
int webhook_noted(webhook_txn_t *t, uint32_t slot, uint64_t incarnation);


#endif /* WEBHOOK_STORE_NOTED_H */
