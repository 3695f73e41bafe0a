
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of what is over, and the bytes that it takes.
 */

#ifndef WEBHOOK_STORE_FINISHED_H
#define WEBHOOK_STORE_FINISHED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* An event, of which all rows but the head's are written, or a call is over.
   Where the head cannot be read, it is NULL. */
int webhook_finished_event(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, const webhook_head_row_t *head);
int webhook_finished_call(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, uint64_t record_len);

/* An event is being removed (webhook_head_gone()); and the key of one that
   is, if *found is set. */
int webhook_finished_gone(webhook_txn_t *t, const webhook_id_t *id);
int webhook_finished_first_gone(webhook_txn_t *t, unsigned char *key,
    int *found);

/* Takes a row away, and its bytes off. */
int webhook_finished_del(webhook_txn_t *t, const unsigned char *key);

/* The key of an event that finished then. */
int webhook_finished_find(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, unsigned char *key);

/* The key of the oldest of a class, or of the first class behind it that has
   any. */
int webhook_finished_first(webhook_txn_t *t, unsigned class,
    unsigned char *key);

/* The key of the first one that is not before a key, and takes its place. */
int webhook_finished_from(webhook_txn_t *t, unsigned char *key);

/* A row's share of its page. */
uint64_t webhook_finished_size(webhook_lmdb_t *st, size_t key, size_t len);

/* The class of an event whose deliveries are all over, and about the bytes
   that it takes, but for its renditions. */
int webhook_finished_measure(webhook_txn_t *t, const webhook_id_t *id,
    webhook_class_e *class, uint64_t *bytes);


#endif /* WEBHOOK_STORE_FINISHED_H */
