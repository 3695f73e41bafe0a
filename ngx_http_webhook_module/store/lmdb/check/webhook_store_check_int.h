
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Between the two files of the check: the walk over the tables and the totals
 * (check.c), and what is looked at in each row (check_row.c).
 */

#ifndef WEBHOOK_STORE_CHECK_INT_H
#define WEBHOOK_STORE_CHECK_INT_H

#include "store/lmdb/check/webhook_store_check.h"


/* What is counted of an endpoint. */

typedef struct {
    uint64_t                 id;
    uint64_t                 states[WEBHOOK_STATES];
    uint64_t                 leases;
    uint64_t                 blocked;
    webhook_endpoint_row_t   row;
} webhook_check_endpoint_t;


typedef struct {
    webhook_txn_t             *t;
    webhook_check_t           *check;
    void                     (*tell)(void *ctx, const char *text);
    void                      *ctx;

    webhook_check_endpoint_t  *endpoints;
    size_t                     endpoints_count;

    uint64_t                   pieces;
    uint64_t                   finished;
    uint64_t                   history;
    unsigned                   old:1;       /* of format 1, or on its way: its
                                               index of what is finished is
                                               not looked at */

    uint64_t                   begun;       /* ms, of what is read now */
    unsigned                   looks;       /* rows since the last look at
                                               the time */

    /* the event that is being looked at */
    unsigned                   head:1;      /* it has one */
    webhook_id_t               id;
    webhook_head_row_t         row;
    uint32_t                   total;
    uint32_t                   open;
} webhook_check_ctx_t;


/* Each looks at one row; an error is one of reading, faults are told. */

int webhook_check_delivery(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_attempt(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_due(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_head(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_parked(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_wake(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_call(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_receiver(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);

int webhook_check_dedupe(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_repeat(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_idempotency(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_idempotency_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);

/* An event whose rows have all been seen. */
int webhook_check_event(webhook_check_ctx_t *x);

/* The endpoint, or NULL. */
webhook_check_endpoint_t *webhook_check_find(webhook_check_ctx_t *x,
    uint64_t id);

/* Tells a fault, of an event or call if id is given. */
__attribute__((format(printf, 3, 4)))
void webhook_check_fault(webhook_check_ctx_t *x, const webhook_id_t *id,
    const char *fmt, ...);


#endif /* WEBHOOK_STORE_CHECK_INT_H */
