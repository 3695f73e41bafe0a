
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events are put.
 */

#ifndef WEBHOOK_STORE_EVENT_H
#define WEBHOOK_STORE_EVENT_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_event_put(webhook_txn_t *t, webhook_op_t *op);

/* Puts a delivery of an event that is there, unless it is there itself; raises
   *added, and *open if it is not over. */
int webhook_event_delivery(webhook_txn_t *t, webhook_op_put_event_t *p,
    webhook_put_t *put, uint32_t *added, uint32_t *open);

/* What is wrong with an event, such that it is UNAVAILABLE, in words; NULL:
   nothing.  On any thread. */
const char *webhook_event_fault(const webhook_op_put_event_t *p);


#endif /* WEBHOOK_STORE_EVENT_H */
