
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a task; and how many deliveries, or events that have a value, one
 * would come to.
 */

#ifndef WEBHOOK_STORE_TASK_STEP_H
#define WEBHOOK_STORE_TASK_STEP_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Is there a step to be made?  What the task does not mean is passed over,
   unless that was done before: by the former, which is TASK_LOOK. */
int webhook_task_step_look(webhook_txn_t *t, webhook_op_t *op);
int webhook_task_step_peek(webhook_txn_t *t, webhook_op_t *op, int *todo);

int webhook_task_step(webhook_txn_t *t, webhook_op_t *op);

/* COUNT: find.c. */
int webhook_task_count(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_TASK_STEP_H */
