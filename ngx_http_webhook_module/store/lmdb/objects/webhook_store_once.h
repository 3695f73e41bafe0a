
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is done once: which answer a repeat gets.
 */

#ifndef WEBHOOK_STORE_ONCE_H
#define WEBHOOK_STORE_ONCE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* 1 if it is over a bound. */
int webhook_once_bad(const webhook_once_t *once);

/* Is the key known: sets known, differs and first, which is in op->memory, and
   the result, which is DUPLICATE then.  Without a key nothing is known. */
int webhook_once_look(webhook_txn_t *t, webhook_op_t *op,
    webhook_once_t *once);

/* Keeps an answer, and forgets the caller's oldest where it has too many;
   nothing without a key. */
int webhook_once_keep(webhook_txn_t *t, const webhook_once_t *once);

/* About the bytes that it will take. */
size_t webhook_once_size(const webhook_once_t *once);

/* RECORD, within its bounds; one that only asks reads. */
int webhook_once_record(webhook_txn_t *t, webhook_op_t *op);

/* Forgets those whose time is over, max in all. */
int webhook_once_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more);


#endif /* WEBHOOK_STORE_ONCE_H */
