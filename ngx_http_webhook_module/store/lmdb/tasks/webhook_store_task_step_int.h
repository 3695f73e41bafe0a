
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a task, as the files that make it share it.
 */

#ifndef WEBHOOK_STORE_TASK_STEP_INT_H
#define WEBHOOK_STORE_TASK_STEP_INT_H

#include "store/lmdb/handle/webhook_store_handle.h"

#include <time.h>


#define WEBHOOK_STEP_USEC     1000      /* about as long a step is */
#define WEBHOOK_STEP_ROWS     1024      /* looked at in it */


typedef struct {
    webhook_txn_t           *t;
    webhook_op_task_step_t  *s;
    webhook_task_row_t       row;
    webhook_filter_t         filter;    /* the task's, up to its upper bound */
    uint64_t                 begun;     /* microseconds */
    uint32_t                 changes;   /* that may be made yet */
    unsigned                 over:1;    /* nothing is left to be looked at */
    unsigned                 ended:1;   /* or what is cannot be */
} webhook_step_t;


static inline uint64_t
webhook_step_usec(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000 + (uint64_t) ts.tv_nsec / 1000;
}


/* 1 if enough was done for once. */

static inline int
webhook_step_late(const webhook_step_t *x)
{
    return x->changes == 0
           || webhook_step_usec() - x->begun >= WEBHOOK_STEP_USEC;
}


#endif /* WEBHOOK_STORE_TASK_STEP_INT_H */
