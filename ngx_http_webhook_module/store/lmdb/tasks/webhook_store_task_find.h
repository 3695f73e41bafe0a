
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How many deliveries, or events that have a value, a task would come to.
 */

#ifndef WEBHOOK_STORE_TASK_FIND_H
#define WEBHOOK_STORE_TASK_FIND_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* COUNT. */
int webhook_task_count(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_TASK_FIND_H */
