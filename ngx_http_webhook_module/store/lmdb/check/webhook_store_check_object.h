
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of the rows of objects, of the audit, and of what is done once.
 */

#ifndef WEBHOOK_STORE_CHECK_OBJECT_H
#define WEBHOOK_STORE_CHECK_OBJECT_H

#include "store/lmdb/check/webhook_store_check_int.h"


/* Each looks at one row; an error is one of reading, faults are told. */
int webhook_check_object(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_object_name(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_object_list(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_change(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_audit(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_audit_company(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_answer(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_answer_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_answer_caller(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);


#endif /* WEBHOOK_STORE_CHECK_OBJECT_H */
