
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much may wait of what a company registered ("backlog" of PUT_EVENT).
 */

#ifndef WEBHOOK_STORE_BACKLOG_H
#define WEBHOOK_STORE_BACKLOG_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Whether an endpoint's deliveries count: those of what was registered do. */
int webhook_backlog_counts(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    unsigned *counts);

/* One more delivery of an event of the company is to wait; backlog 0: there is no
   bound.  *over: it is too much, and nothing was counted. */
int webhook_backlog_one(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    const webhook_str_t *company, uint32_t backlog, int *over);

/* Which deliveries of an event are too much: "over" of each, and of all. */
int webhook_backlog_take(webhook_txn_t *t, webhook_op_put_event_t *p);

/* The event is not put after all: nothing of it was too much, or counts. */
void webhook_backlog_untake(webhook_txn_t *t, webhook_op_put_event_t *p);

/* Once the event is there with all its deliveries, which wait: those that are
   too much are dead. */
int webhook_backlog_end(webhook_txn_t *t, webhook_op_put_event_t *p);


#endif /* WEBHOOK_STORE_BACKLOG_H */
