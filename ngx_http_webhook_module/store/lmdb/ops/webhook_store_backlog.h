
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much may wait of what a company registered ("backlog" of PUT_EVENT).
 */

#ifndef WEBHOOK_STORE_BACKLOG_H
#define WEBHOOK_STORE_BACKLOG_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Which deliveries of an event are too much: "over" of each, and of all. */
int webhook_backlog_take(webhook_txn_t *t, webhook_op_put_event_t *p);

/* The event is not put after all: nothing of it was too much, or counts. */
void webhook_backlog_untake(webhook_txn_t *t, webhook_op_put_event_t *p);

/* Once the event is there with all its deliveries, which wait: those that are
   too much are dead. */
int webhook_backlog_end(webhook_txn_t *t, webhook_op_put_event_t *p);


#endif /* WEBHOOK_STORE_BACKLOG_H */
