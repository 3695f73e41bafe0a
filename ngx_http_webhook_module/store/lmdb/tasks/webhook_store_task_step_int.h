
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
#define WEBHOOK_FIND_ROWS     10000     /* looked at for a value, before it */
#define WEBHOOK_FIND_USEC     2000


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


/* A look for events that have a value. */

typedef struct {
    const webhook_str_t     *path;
    const webhook_str_t     *value;
    webhook_filter_t        *filter;    /* in and out: its cursor, behind the
                                           last event that was looked at */
    uint32_t                 events;    /* in: to be looked at, at most; */
    uint64_t                 usec;      /*   and for so long, but one at least
                                        */
    unsigned                 step:1;    /* in: what the step before could not
                                           read is passed over */
    webhook_task_found_t    *found;     /* out: what was found, or could not be
                                           looked into, also on failure */
    unsigned                 known:1;   /* out, on failure: something of this */
    webhook_id_t             event;     /*   event cannot be read; else it is
                                           not known what comes next */
} webhook_find_t;

/* find.c: looks; 0, or what failed. */
int webhook_task_find(webhook_txn_t *t, webhook_find_t *f);

/* The same of a task's step, before it, in a transaction that reads; and in it,
   for as long as a step is.  x->s->found is set. */
int webhook_task_find_ahead(webhook_step_t *x);
int webhook_task_find_now(webhook_step_t *x);

/* And into a call: *found is 1 if it has the value, -1 if it cannot be looked
   into. */
int webhook_task_find_call(webhook_txn_t *t, const webhook_task_row_t *row,
    const webhook_id_t *id, int *found);


/* calls.c: a step of a task whose pass is that of calls: they go, the oldest
   first. */
int webhook_task_calls(webhook_step_t *x);


/* 1 if enough was done for once. */

static inline int
webhook_step_late(const webhook_step_t *x)
{
    return x->changes == 0
           || webhook_step_usec() - x->begun >= WEBHOOK_STEP_USEC;
}


#endif /* WEBHOOK_STORE_TASK_STEP_INT_H */
