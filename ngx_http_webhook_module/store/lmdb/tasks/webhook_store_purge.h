
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
   is being sent.  What waits is cancelled before.  *more is set while something
   is left of an event of many deliveries, which is gone for others then. */
int webhook_purge_event(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result,
    unsigned *more);
int webhook_purge_call(webhook_txn_t *t, const webhook_id_t *id,
    const webhook_company_t *company, webhook_store_result_e *result);

/* Is something left of any event that is being removed?  Removes some of that,
   if "remove" is set. */
int webhook_purge_left(webhook_txn_t *t, int remove, int *found);


#endif /* WEBHOOK_STORE_PURGE_H */
