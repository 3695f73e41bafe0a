
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls that a task removes.
 */

#ifndef WEBHOOK_STORE_TASK_CALLS_H
#define WEBHOOK_STORE_TASK_CALLS_H

#include "store/lmdb/tasks/webhook_store_task_step_int.h"


/* A step of a task whose pass is that of calls: they go, the oldest first. */
int webhook_task_calls(webhook_step_t *x);


#endif /* WEBHOOK_STORE_TASK_CALLS_H */
