
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of what is finished, and of repeats.
 */

#ifndef WEBHOOK_STORE_CHECK_HISTORY_H
#define WEBHOOK_STORE_CHECK_HISTORY_H

#include "store/lmdb/check/webhook_store_check_int.h"


/* Each looks at one row; an error is one of reading, faults are told. */
int webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_call(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_receiver(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_dedupe(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_repeat(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_idempotency(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_idempotency_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);


#endif /* WEBHOOK_STORE_CHECK_HISTORY_H */
