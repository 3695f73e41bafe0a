
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is kept of an event or a call goes.
 */

#ifndef WEBHOOK_STORE_PURGE_H
#define WEBHOOK_STORE_PURGE_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_purge(webhook_txn_t *t, webhook_op_t *op);

/* An event goes, or a call: OK, NOT_FOUND, or STALE while one of its deliveries
   is being sent.  What waits is cancelled before. */
int webhook_purge_event(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result);
int webhook_purge_call(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result);


#endif /* WEBHOOK_STORE_PURGE_H */
