
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of objects: read, and made into what a caller gets; whose endpoints are
 * whose.
 */

#ifndef WEBHOOK_STORE_OBJECT_ROW_H
#define WEBHOOK_STORE_OBJECT_ROW_H

#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/layout/webhook_store_row_object.h"


typedef enum {
    WEBHOOK_OWNED_NOT = 0,          /* it is no object's */
    WEBHOOK_OWNED_YES,              /* the object is there */
    WEBHOOK_OWNED_REMOVED           /* it was removed */
} webhook_owned_e;


/* Reads a row by its key into buf, of WEBHOOK_ROW_MAX bytes, and its texts are
   views into that.  MDB_NOTFOUND; MDB_CORRUPTED. */
int webhook_object_row_get(webhook_txn_t *t, const unsigned char *key,
    unsigned char *buf, webhook_object_row_t *row);

/* A row in memory, with its data unless "brief" is set; MDB_CORRUPTED where
   that cannot be read. */
int webhook_object_row_tell(webhook_txn_t *t, unsigned kind,
    const webhook_object_row_t *row, int brief, void **memory,
    webhook_object_t *object);

/* 1 if a company is among those that are asked for. */
int webhook_object_row_meant(const webhook_company_t *asked,
    const webhook_str_t *company);

/* The key that an object has whose endpoint is named so: 1, or 0 where none can
   be. */
int webhook_object_row_named(const unsigned char *name, size_t len,
    unsigned char key[WEBHOOK_KEY_OBJECT]);

/* Whose endpoint that of this name is. */
int webhook_object_row_owned(webhook_txn_t *t, const unsigned char *name,
    size_t len, webhook_owned_e *owned);

/* The endpoint whose deliveries are an object's. */
uint64_t webhook_object_row_endpoint(unsigned kind, const webhook_str_t *id);


#endif /* WEBHOOK_STORE_OBJECT_ROW_H */
