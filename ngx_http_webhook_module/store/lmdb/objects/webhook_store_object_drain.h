
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints of objects that were removed while deliveries waited: which there
 * are.
 */

#ifndef WEBHOOK_STORE_OBJECT_DRAIN_H
#define WEBHOOK_STORE_OBJECT_DRAIN_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* An object, by the key that it has, was removed: if anything is owed to its
   endpoint, that is paused, and is noted down here. */
int webhook_object_drain_begin(webhook_txn_t *t, unsigned kind,
    const webhook_str_t *id, const unsigned char *key);

/* The first such endpoint that is not before one; MDB_NOTFOUND. */
int webhook_object_drain_next(webhook_txn_t *t, uint64_t from,
    uint64_t *endpoint);

/* Nothing is owed to it any more. */
int webhook_object_drain_end(webhook_txn_t *t, uint64_t endpoint);


#endif /* WEBHOOK_STORE_OBJECT_DRAIN_H */
