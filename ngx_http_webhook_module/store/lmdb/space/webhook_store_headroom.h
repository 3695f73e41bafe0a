
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The pages that can be written to now, and who keeps others.
 */

#ifndef WEBHOOK_STORE_ROOM_H
#define WEBHOOK_STORE_ROOM_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* 1 if so many bytes may be written, and what outcomes need stays free; they
   are counted as written. */
int webhook_headroom_take(webhook_txn_t *t, size_t bytes);

/* 1 if a reader keeps so much from use that less than a part of what outcomes
   need is free. */
int webhook_headroom_short(webhook_txn_t *t, unsigned part);

/* 1 if little more has to be kept by readers until events are refused. */
int webhook_headroom_low(webhook_txn_t *t);

/* What outcomes need, once so many bytes more are in use. */
uint64_t webhook_headroom_need(const webhook_txn_t *t, size_t bytes);

/* As it was last seen: 1 if there is a reader of an old version; 1 if it began
   a moment ago and will be gone in another. */
int webhook_headroom_reader(const webhook_txn_t *t);
int webhook_headroom_young(const webhook_txn_t *t);

/* The last transaction that was committed before this one. */
uint64_t webhook_headroom_last(const webhook_txn_t *t);

/* What STATS tells of readers. */
void webhook_headroom_stats(webhook_txn_t *t, webhook_op_stats_t *s);

/* Looks for the oldest reader. */
void webhook_headroom_look(webhook_txn_t *t);

/* The same once a second, and tells of one that keeps too much. */
void webhook_headroom_watch(webhook_txn_t *t);

/* Waits a little for a reader to go. */
void webhook_headroom_wait(void);


#endif /* WEBHOOK_STORE_ROOM_H */
