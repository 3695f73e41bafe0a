
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading and writing rows in a transaction.
 */

#ifndef WEBHOOK_STORE_TXN_H
#define WEBHOOK_STORE_TXN_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Reads, writes and removes one row.  MDB_NOTFOUND where there is none. */
int webhook_txn_get(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, MDB_val *val);
int webhook_txn_put(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, const void *data, size_t len, unsigned flags);
int webhook_txn_del(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len);

/* Puts a row behind the last one of a table, with room for so many bytes, which
   the caller fills before anything else is done with the transaction.
   MDB_KEYEXIST where the key is not behind that of the last one. */
int webhook_txn_append(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, size_t len, void **data);

/* Removes one row, and tells how many bytes its value had.  The transaction's
   cursor of the table moves. */
int webhook_txn_take(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, size_t *len);

/* Rows of a table. */
int webhook_txn_stat(webhook_txn_t *t, webhook_db_e db, MDB_stat *stat);

/* The transaction's cursor of a table.  MDB_NOTFOUND where an older format has
   no such table. */
int webhook_txn_cursor(webhook_txn_t *t, webhook_db_e db, MDB_cursor **c);

/* Closes the transaction's cursors, before it ends. */
void webhook_txn_close(webhook_txn_t *t);

/* The number behind the last one, of a table whose keys are such. */
int webhook_txn_number(webhook_txn_t *t, webhook_db_e db,
    uint64_t *number);


#endif /* WEBHOOK_STORE_TXN_H */
