
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who goes on with tasks (store/webhook_op_task.h): the workers.  Whichever
 * looks first makes the next step of a task, and goes on with that while it
 * lives; the others look now and then whether it does.  A task that was made by
 * another process is seen with the next look, within 250 ms.  A worker that
 * exits makes no more steps, and no timer of this keeps it.  Event loop.
 */

#ifndef NGX_WEBHOOK_STEPS_H
#define NGX_WEBHOOK_STEPS_H

#include "http/runtime/ngx_http_webhook_store_queue.h"


void ngx_webhook_steps_init(ngx_webhook_main_conf_t *wmcf, ngx_log_t *log);
void ngx_webhook_steps_exit(void);

/* Makes a step if a task is under way: to be called every now and then, and
   once this worker has made a task. */
void ngx_webhook_steps_look(void);
void ngx_webhook_steps_begin(void);


#endif /* NGX_WEBHOOK_STEPS_H */
