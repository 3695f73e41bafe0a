
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How full the store is.
 */

#ifndef WEBHOOK_STORE_SPACE_H
#define WEBHOOK_STORE_SPACE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Settles limit and mark. */
void webhook_space_init(webhook_lmdb_t *st);

/* 1 if so many bytes more may be taken; they are counted as taken. */
int webhook_space_take(webhook_txn_t *t, size_t bytes);

/* How much of an attempt may be kept: 2 all, 1 without the answer, 0 none. */
int webhook_space_attempt(webhook_txn_t *t);

/* The mark, or a lower one where the disk has less room than the store. */
uint64_t webhook_space_mark(webhook_txn_t *t);

/* Measures, for webhook_space_watch(), where that matters. */
void webhook_space_look(webhook_txn_t *t);

/* Tells the operator when the store fills or is free again. */
void webhook_space_watch(webhook_txn_t *t);

/* The disk, or the map, had no room for a write; it had for an event. */
void webhook_space_failed(webhook_lmdb_t *st, int rc);
void webhook_space_worked(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_SPACE_H */
