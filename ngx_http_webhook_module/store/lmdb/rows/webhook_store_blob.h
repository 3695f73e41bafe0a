
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bytes of any length, in pieces of one page.
 */

#ifndef WEBHOOK_STORE_BLOB_H
#define WEBHOOK_STORE_BLOB_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Keeps bytes; *blob is where.  Or two runs of bytes, one after the other. */
int webhook_blob_put(webhook_txn_t *t, const void *data, size_t len,
    uint64_t *blob);
int webhook_blob_put_two(webhook_txn_t *t, const webhook_str_t *first,
    const webhook_str_t *second, uint64_t *blob);

/* Reads exactly len bytes; MDB_CORRUPTED if they are not there. */
int webhook_blob_get(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len);

/* The same of the first len bytes of what may be longer. */
int webhook_blob_begin(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len);

/* Removes them; *pages is raised by about what they took. */
int webhook_blob_del(webhook_txn_t *t, uint64_t blob, size_t len,
    uint32_t *pages);

/* About the bytes they take on disk. */
size_t webhook_blob_size(size_t len);


#endif /* WEBHOOK_STORE_BLOB_H */
