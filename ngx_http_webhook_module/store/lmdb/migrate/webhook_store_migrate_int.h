
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step of a migration.
 */

#ifndef WEBHOOK_STORE_MIGRATE_INT_H
#define WEBHOOK_STORE_MIGRATE_INT_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_MIGRATE_ROWS  100000    /* looked at in a transaction */


/* What a step is given, and tells. */

typedef struct {
    webhook_txn_t          *t;
    webhook_migrate_row_t   row;        /* cursor: where to go on, the step's
                                           own; empty at its begin */
    uint32_t                changes;    /* in: so many at most */
    uint32_t                changed;    /* out */
    unsigned                done:1;     /* out: nothing is left */
} webhook_migrate_t;


#endif /* WEBHOOK_STORE_MIGRATE_INT_H */
