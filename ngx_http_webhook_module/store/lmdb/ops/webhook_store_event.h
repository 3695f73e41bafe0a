
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events are put.
 */

#ifndef WEBHOOK_STORE_EVENT_H
#define WEBHOOK_STORE_EVENT_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_event_put(webhook_txn_t *t, webhook_op_t *op);

/* What is wrong with an event, such that it is UNAVAILABLE, in words; NULL:
   nothing.  On any thread. */
const char *webhook_event_fault(const webhook_op_put_event_t *p);


#endif /* WEBHOOK_STORE_EVENT_H */
