
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The rows of the index of what waits or is dead, as they are written.
 */

#ifndef WEBHOOK_STORE_LISTED_ROWS_H
#define WEBHOOK_STORE_LISTED_ROWS_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Writes changes of an endpoint's deliveries in a state, WEBHOOK_UNWRITTEN_MAX
   at most: each as the endpoint's row has it, in the order of events, and no
   event twice.  MDB_CORRUPTED: a row could not be read, and went to the
   quarantine, with all deliveries that were in it. */
int webhook_listed_rows_change(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const unsigned char *const *changes, size_t n);

/* The same of one that comes, or goes. */
int webhook_listed_rows_put(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);
int webhook_listed_rows_del(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);

/* 0 if a delivery is in them; MDB_NOTFOUND. */
int webhook_listed_rows_find(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);

/* The first event behind one, or, if "oldest" is 0, the last one before it; if
   "same" is set it may be this one itself.  MDB_NOTFOUND. */
int webhook_listed_rows_next(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *bound, int oldest, int same,
    webhook_id_t *id);

/* The events of a row, WEBHOOK_LISTED_IDS at most, 16 bytes each: *n of them.
   MDB_CORRUPTED where there are more, a part of one, or they do not ascend. */
int webhook_listed_rows_read(const MDB_val *key, const MDB_val *val,
    unsigned char *ids, size_t *n);


#endif /* WEBHOOK_STORE_LISTED_ROWS_H */
