
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of deliveries that wait or are dead, by endpoint and event.
 */

#ifndef WEBHOOK_STORE_LISTED_H
#define WEBHOOK_STORE_LISTED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Of the first sends that wait for an endpoint the newest have no row, so many
   at most: of one, and of all together, but that each may have a few. */
#define WEBHOOK_LISTED_NEW      1024
#define WEBHOOK_LISTED_NEW_ALL  32768
#define WEBHOOK_LISTED_NEW_FEW  16


/* A delivery comes into a state, or leaves it; of states that no rows are kept
   of nothing is done.  A row that is not there is no failure. */
int webhook_listed_put(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);
int webhook_listed_del(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);

/* 1 if there are rows of the deliveries in a state. */
int webhook_listed_has(const webhook_txn_t *t, int state);

/* 1 if one that waits in the lane, and is not parked, has a row. */
static inline int
webhook_listed_waits(const webhook_endpoint_row_t *ep, webhook_lane_e lane,
    uint64_t due)
{
    return lane != WEBHOOK_LANE_FIRST || due < ep->listed;
}

/* One that has none is about to wait, or waits no more: it is counted.  Where
   that makes too many, the older ones of them get rows. */
int webhook_listed_new(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id);
void webhook_listed_old(webhook_endpoint_row_t *ep);


#endif /* WEBHOOK_STORE_LISTED_H */
