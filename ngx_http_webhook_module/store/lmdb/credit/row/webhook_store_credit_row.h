
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of slots that are held in advance: in "meta", under "credit", the
 * incarnation of who holds them and the endpoint.  They are counted in the
 * endpoint's "inflight", which is the leases and these, of all who hold any.
 */

#ifndef WEBHOOK_STORE_CREDIT_ROW_H
#define WEBHOOK_STORE_CREDIT_ROW_H

#include "store/lmdb/handle/webhook_store_handle.h"


typedef struct {
    uint64_t  incarnation;              /* in the key */
    uint64_t  endpoint;                 /* the same */
    uint32_t  slot;                     /* of the owner */
    uint32_t  count;
    unsigned  damaged:1;                /* slot and count are not known: 0 */
} webhook_credit_row_t;


/* MDB_NOTFOUND where there is none: it counts 0 then. */
int webhook_credit_row_get(webhook_txn_t *t, uint64_t incarnation,
    uint64_t endpoint, webhook_credit_row_t *row);

/* Writes one, or removes it where it counts 0. */
int webhook_credit_row_put(webhook_txn_t *t, const webhook_credit_row_t *row);

/* The first row of this or a later incarnation and endpoint, or the next one
   after a row; MDB_NOTFOUND. */
int webhook_credit_row_seek(webhook_txn_t *t, uint64_t incarnation,
    uint64_t endpoint, webhook_credit_row_t *row);
int webhook_credit_row_next(webhook_txn_t *t, webhook_credit_row_t *row);

/* The first row of an incarnation after that of this row. */
int webhook_credit_row_owner(webhook_txn_t *t, webhook_credit_row_t *row);

/* Counts the slots of an endpoint that are in use anew: by its leases that are
   not stocked, and held in advance. */
int webhook_credit_row_count(webhook_txn_t *t, webhook_endpoint_row_t *ep);


#endif /* WEBHOOK_STORE_CREDIT_ROW_H */
