
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The history of calls.
 */

#ifndef WEBHOOK_STORE_CALL_H
#define WEBHOOK_STORE_CALL_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_CALL_OTHERS  (-1)

int webhook_call_put(webhook_txn_t *t, webhook_op_t *op);
int webhook_call_list(webhook_txn_t *t, webhook_op_t *op);

/* Reads one, with texts that live in memory: MDB_NOTFOUND, MDB_CORRUPTED,
   ENOMEM, or WEBHOOK_CALL_OTHERS where it is not of the company. */
int webhook_call_read(webhook_txn_t *t, void **memory, const webhook_id_t *id,
    const webhook_company_t *company, webhook_call_t *out);

int webhook_remove_call(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);


#endif /* WEBHOOK_STORE_CALL_H */
