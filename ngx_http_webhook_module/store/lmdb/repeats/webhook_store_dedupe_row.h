
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of calls that were repeated.
 */

#ifndef WEBHOOK_STORE_DEDUPE_ROW_H
#define WEBHOOK_STORE_DEDUPE_ROW_H

#include "store/webhook_op_call.h"
#include "store/lmdb/handle/webhook_store_handle.h"


typedef struct {
    uint64_t            token;
    uint64_t            end;            /* age time */
    uint64_t            owner;          /* incarnation */
    uint64_t            asker;
    uint32_t            slot;           /* of the owner */
    uint8_t             settled;
    webhook_answered_t  answer;
} webhook_dedupe_row_t;


/* Reads a row; MDB_NOTFOUND, MDB_CORRUPTED.  The texts are views into it. */
int webhook_dedupe_row_get(webhook_txn_t *t, const unsigned char *key,
    webhook_dedupe_row_t *row);
int webhook_dedupe_row_read(const MDB_val *v, webhook_dedupe_row_t *row);

/* Writes a row, and that of its end. */
int webhook_dedupe_row_put(webhook_txn_t *t, const unsigned char *key,
    const webhook_dedupe_row_t *row);

/* Removes a row, and that of its end, where they are there. */
int webhook_dedupe_row_del(webhook_txn_t *t, const unsigned char *key,
    uint64_t end);

/* When a row ends. */
int webhook_dedupe_row_end(const MDB_val *v, uint64_t *end);


#endif /* WEBHOOK_STORE_DEDUPE_ROW_H */
