
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tasks: made, ended, listed; their rows.
 */

#ifndef WEBHOOK_STORE_TASK_H
#define WEBHOOK_STORE_TASK_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_task_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_task_end(webhook_txn_t *t, webhook_op_t *op);
int webhook_task_list(webhook_txn_t *t, webhook_op_t *op);

/* Reads the row of a task; its texts are views into buf, of WEBHOOK_ROW_MAX
   bytes.  MDB_NOTFOUND, MDB_CORRUPTED.  And writes one. */
int webhook_task_read(webhook_txn_t *t, const webhook_id_t *id,
    unsigned char *buf, webhook_task_row_t *row);
int webhook_task_write(webhook_txn_t *t, const webhook_task_row_t *row);

/* The task before this one that is under way; MDB_NOTFOUND.  As read. */
int webhook_task_running(webhook_txn_t *t, webhook_id_t *id,
    unsigned char *buf, webhook_task_row_t *row);

/* A task that is under way is over; its row is to be written. */
void webhook_task_over(webhook_txn_t *t, webhook_task_row_t *row,
    webhook_task_state_e state, uint64_t wall);


#endif /* WEBHOOK_STORE_TASK_H */
