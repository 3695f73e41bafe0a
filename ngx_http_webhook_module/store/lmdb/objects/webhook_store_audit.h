
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The audit: who changed what.
 */

#ifndef WEBHOOK_STORE_AUDIT_H
#define WEBHOOK_STORE_AUDIT_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* 1 if a record is over a bound. */
int webhook_audit_bad(const webhook_str_t *company, const webhook_str_t *data);

/* Writes a record, and removes the company's oldest where it has too many;
   nothing without data.  *number is its own, unless number is NULL; "past" is
   the number that it had in another store, or 0. */
int webhook_audit_add(webhook_txn_t *t, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, uint64_t *number);
int webhook_audit_put(webhook_txn_t *t, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, uint64_t past,
    uint64_t *number);

/* 1 if that very record is there. */
int webhook_audit_same(webhook_txn_t *t, uint64_t number, uint64_t wall,
    const webhook_str_t *company, const webhook_str_t *data, int *same);

int webhook_audit_list(webhook_txn_t *t, webhook_op_t *op);

/* Records whose time is over: is there one; and removes them, max in all. */
int webhook_audit_peek(webhook_txn_t *t, int *over);
int webhook_audit_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more);


#endif /* WEBHOOK_STORE_AUDIT_H */
