
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Objects: made, changed, removed.
 */

#ifndef WEBHOOK_STORE_OBJECT_H
#define WEBHOOK_STORE_OBJECT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* OBJECT. */
int webhook_object_put(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_OBJECT_H */
