
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Finding rows in a transaction, where some may be damaged.
 */

#ifndef WEBHOOK_STORE_TXN_SEEK_H
#define WEBHOOK_STORE_TXN_SEEK_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The first row at or behind a key, or the last one before it, of those whose
   key is as long; in a write, others go to quarantine. */
int webhook_txn_seek(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *found, MDB_val *val);
int webhook_txn_seek_before(webhook_txn_t *t, webhook_db_e db,
    const void *key, size_t key_len, MDB_val *found, MDB_val *val);


/* The number at the end of the first key of META that is not before "key", which
   ends in a number of 8 bytes, and begins as that does.  Returns MDB_NOTFOUND if
   there is none. */
int webhook_txn_meta_next(webhook_txn_t *t, const unsigned char *key,
    size_t key_len, uint64_t *number);


#endif /* WEBHOOK_STORE_TXN_SEEK_H */
