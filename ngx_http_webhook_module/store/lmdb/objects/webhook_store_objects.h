
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Objects: listed, and in the order of their changes.
 */

#ifndef WEBHOOK_STORE_OBJECTS_H
#define WEBHOOK_STORE_OBJECTS_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_objects_list(webhook_txn_t *t, webhook_op_t *op);
int webhook_objects_changes(webhook_txn_t *t, webhook_op_t *op);

/* How many deliveries wait or are being sent of all endpoints and receivers that
   are registered for a company; and how many these are. */
int webhook_objects_waits(webhook_txn_t *t, const webhook_str_t *company,
    uint64_t *waits, uint32_t *objects);


#endif /* WEBHOOK_STORE_OBJECTS_H */
