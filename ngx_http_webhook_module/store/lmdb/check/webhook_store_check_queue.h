
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of what waits.
 */

#ifndef WEBHOOK_STORE_CHECK_QUEUE_H
#define WEBHOOK_STORE_CHECK_QUEUE_H

#include "store/lmdb/check/webhook_store_check_int.h"


/* Each looks at one row; an error is one of reading, faults are told. */
int webhook_check_due(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_head(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_parked(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_wake(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);


/* Slots that are held in advance. */
int webhook_check_credits(webhook_check_ctx_t *x);


#endif /* WEBHOOK_STORE_CHECK_QUEUE_H */
