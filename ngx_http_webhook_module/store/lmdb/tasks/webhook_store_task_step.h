
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a task.
 */

#ifndef WEBHOOK_STORE_TASK_STEP_H
#define WEBHOOK_STORE_TASK_STEP_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Is there a step to be made?  What the task does not mean is passed over. */
int webhook_task_step_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);

int webhook_task_step(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_TASK_STEP_H */
