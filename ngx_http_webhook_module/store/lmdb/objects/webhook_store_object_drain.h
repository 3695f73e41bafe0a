
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints of objects that were removed while deliveries waited: which there
 * are.
 */

#ifndef WEBHOOK_STORE_OBJECT_DRAIN_H
#define WEBHOOK_STORE_OBJECT_DRAIN_H

#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


/* An object, by the key that it has, was removed: its endpoint is paused, and is
   noted down here if anything is owed to it. */
int webhook_object_drain_begin(webhook_txn_t *t, unsigned kind,
    const webhook_str_t *id, const unsigned char *key);

/* Before something is put for an endpoint: it is noted down if its object was
   removed, so that what comes late does not wait. */
int webhook_object_drain_late(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);

/* The first such endpoint that is not before one; MDB_NOTFOUND. */
int webhook_object_drain_next(webhook_txn_t *t, uint64_t from,
    uint64_t *endpoint);

/* Nothing is owed to it any more. */
int webhook_object_drain_end(webhook_txn_t *t, uint64_t endpoint);

/* What is left of the object that has this key and was removed by this change
   takes its place among the others; of the oldest nothing is left then, where
   there are too many. */
int webhook_object_left(webhook_txn_t *t, const unsigned char *object,
    uint64_t change);


#endif /* WEBHOOK_STORE_OBJECT_DRAIN_H */
