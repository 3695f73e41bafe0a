
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a task, as the files that make it share it.
 */

#ifndef WEBHOOK_STORE_TASK_STEP_INT_H
#define WEBHOOK_STORE_TASK_STEP_INT_H

#include "core/json/webhook_path.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"


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


/* A look for events that have a value. */

typedef struct {
    const webhook_str_t     *path;
    const webhook_str_t     *value;
    webhook_filter_t        *filter;    /* in and out: its cursor, behind the
                                           last event that was looked at */
    uint64_t                 usec;      /* in: to look for, but at one at
                                           least */
    webhook_task_found_t    *found;     /* out: what was found, or could not be
                                           looked into, also on failure */
    unsigned                 known:1;   /* out: something of this event, or
                                           call, cannot be read; */
    webhook_id_t             id;        /*   it was passed, and nothing behind
                                           it looked at */
} webhook_find_t;

/* find.c: looks for events; 0, or what failed. */
int webhook_task_find(webhook_txn_t *t, webhook_find_t *f);

/* Adds what came of one. */
void webhook_task_find_add(webhook_find_t *f, const webhook_id_t *id,
    int damaged, int found);

/* Whether a body has it: *found is 1, or -1 if it cannot be looked into. */
int webhook_task_find_body(const webhook_path_t *path,
    const webhook_str_t *value, const webhook_str_t *type,
    const webhook_str_t *body, int *found);


/* calls.c: a step of a task whose pass is that of calls: they go, the oldest
   first; of those that have a value webhook_task_call_go() does it, one at a
   time, and webhook_task_calls_find() looks for them. */
int webhook_task_calls(webhook_step_t *x);
int webhook_task_calls_find(webhook_txn_t *t, webhook_find_t *f);
int webhook_task_call_go(webhook_step_t *x, const webhook_id_t *id,
    webhook_store_result_e *result);

/* The cursor of calls is behind it. */
void webhook_task_call_pass(webhook_filter_t *f, const webhook_id_t *id);


/* look.c: the same for the step of a task, before it, in a transaction that
   reads: for events, or for calls.  x->s->found is set, and x->s->seen. */
int webhook_task_find_ahead(webhook_step_t *x);


/* Whether what a look for a value failed for is damage of what it looked at. */

static inline int
webhook_find_damaged(int rc)
{
    return webhook_handle_damaged(rc) || rc == MDB_NOTFOUND;
}


/* 1 if enough was done for once. */

static inline int
webhook_step_late(const webhook_step_t *x)
{
    return x->changes == 0
           || webhook_clock_usec() - x->begun >= WEBHOOK_STEP_USEC;
}


#endif /* WEBHOOK_STORE_TASK_STEP_INT_H */
