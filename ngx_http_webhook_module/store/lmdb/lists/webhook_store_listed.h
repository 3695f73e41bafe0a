
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of deliveries that wait or are dead, by endpoint and event.
 */

#ifndef WEBHOOK_STORE_LISTED_H
#define WEBHOOK_STORE_LISTED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* A delivery comes into a state, or leaves it; of states that no rows are kept
   of nothing is done.  A row that is not there is no failure. */
int webhook_listed_put(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);
int webhook_listed_del(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);

/* 1 if there are rows of the deliveries in a state. */
int webhook_listed_has(const webhook_txn_t *t, int state);


#endif /* WEBHOOK_STORE_LISTED_H */
