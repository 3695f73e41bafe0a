
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of deliveries that wait or are dead, by endpoint and event.
 */

#ifndef WEBHOOK_STORE_LISTED_H
#define WEBHOOK_STORE_LISTED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* How much earlier than now, in ms, what is put may be due so that its place in
   the lane of first sends is in the order of ids. */
#define WEBHOOK_LISTED_NEAR  10000

/* What a row of the lane of first sends holds that is not in the index. */
#define WEBHOOK_LISTED_MARK  "-"


/* A delivery comes into a state, or leaves it; of states that no rows are kept
   of nothing is done.  One that is not there is no failure.  It is written to
   the index later, with others, and stands in the endpoint's row until then. */
int webhook_listed_put(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, const webhook_id_t *id);
int webhook_listed_del(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_state_e state, const webhook_id_t *id);

/* Writes what stands in the endpoint's row. */
int webhook_listed_write(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* The same at once, for an endpoint whose row has nothing of it. */
int webhook_listed_row(webhook_txn_t *t, uint64_t endpoint,
    webhook_state_e state, const webhook_id_t *id);

/* What such changes (len bytes, as the endpoint's row has them) say of a
   delivery: WEBHOOK_LISTED_PUT if it is to be in the index, WEBHOOK_LISTED_DEL
   if it is not, WEBHOOK_LISTED_SAME if the index itself tells. */

typedef enum {
    WEBHOOK_LISTED_SAME = 0,
    WEBHOOK_LISTED_PUT,
    WEBHOOK_LISTED_DEL
} webhook_listed_e;

webhook_listed_e webhook_listed_find(const unsigned char *unwritten,
    size_t len, webhook_state_e state, const webhook_id_t *id);

/* 1 if there are rows of the deliveries in a state. */
int webhook_listed_has(const webhook_txn_t *t, int state);

/* The time at which what is put now, and would be due at this time, is due: at
   the same, or a little earlier, where that is in the order of ids. */
uint64_t webhook_listed_due(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, uint64_t due);

/* 1 if a first send that is due then stands in the order of ids. */
int webhook_listed_ordered(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, const webhook_id_t *id, uint64_t due);

/* One that has a mark comes, or goes: it is counted. */
static inline void
webhook_listed_mark(webhook_endpoint_row_t *ep)
{
    ep->marked++;
    ep->grown++;
    ep->dirty = 1;
}

static inline void
webhook_listed_unmark(webhook_endpoint_row_t *ep)
{
    if (ep->marked) {
        ep->marked--;
    }

    ep->dirty = 1;
}


#endif /* WEBHOOK_STORE_LISTED_H */
