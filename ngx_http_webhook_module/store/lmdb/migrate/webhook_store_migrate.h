
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Brings an older store to the format of today.
 */

#ifndef WEBHOOK_STORE_MIGRATE_H
#define WEBHOOK_STORE_MIGRATE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Brings an older store to the format of today.  With the lock of who opens
   (webhook_slots_open()), and before anything else is done with the store. */
int webhook_migrate(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_MIGRATE_H */
