
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is left of objects that were removed.
 */

#ifndef WEBHOOK_STORE_OBJECT_LEFT_H
#define WEBHOOK_STORE_OBJECT_LEFT_H

#include "store/lmdb/objects/webhook_store_object_int.h"


/* What is left of an object takes its place among the others; of the oldest
   nothing is left then, where there are too many. */
int webhook_object_left(webhook_txn_t *t, webhook_object_todo_t *x);


#endif /* WEBHOOK_STORE_OBJECT_LEFT_H */
