
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the index of what waits and is dead, in rings and
 * in tasks.
 */

#ifndef WEBHOOK_STORE_CHECK_BULK_H
#define WEBHOOK_STORE_CHECK_BULK_H

#include "store/lmdb/check/webhook_store_check_int.h"


int webhook_check_listed(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_ring(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_task(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);

int webhook_check_entry(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);

/* Is the number of a delivery one that was given, and in the outbox, if it has
   to be? */
int webhook_check_numbered(webhook_check_ctx_t *x, const webhook_id_t *id,
    uint64_t endpoint, const webhook_delivery_row_t *d);

/* Is what an endpoint's row has of the index, and is not written to it yet, as
   it says? */
int webhook_check_unwritten(webhook_check_ctx_t *x,
    const webhook_check_endpoint_t *e);

/* Is a delivery in the index, if it has to be? */
int webhook_check_is_listed(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);


#endif /* WEBHOOK_STORE_CHECK_BULK_H */
