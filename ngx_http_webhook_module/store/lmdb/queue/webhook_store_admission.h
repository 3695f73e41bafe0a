
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Whether an endpoint may be sent to now.
 */

#ifndef WEBHOOK_STORE_ADMISSION_H
#define WEBHOOK_STORE_ADMISSION_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The time from which on a delivery of the lane may be leased: 0 if nothing
   stands against it, NEVER if that is for others to change. */
uint64_t webhook_admission_time(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, webhook_lane_e lane);

/* First sends that go before a retry that is due: of four leases that are given
   while both wait, one is the oldest retry's. */
#define WEBHOOK_ADMISSION_TURN  3

/* 1 if a retry that is due goes before first sends. */
static inline int
webhook_admission_retry(const webhook_endpoint_row_t *ep)
{
    return ep->turn >= WEBHOOK_ADMISSION_TURN;
}

/* 1 if one may be leased now. */
static inline int
webhook_admission_open(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, webhook_lane_e lane)
{
    return webhook_admission_time(t, ep, lane) <= t->now;
}

/*
 * 1 if what is leased ahead of slots may be sent as these become free: nothing
 * stands against any send, and no rate is to be kept.  Nor is anything leased
 * ahead otherwise.
 */
static inline int
webhook_admission_stock(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep)
{
    return !t->paused && !ep->paused && !ep->open && ep->rate == 0
           && !ep->shared && ep->held <= t->now && ep->inflight <= ep->limit;
}

/* One goes through; it came back unsent; its lease is over, whatever came of
   it. */
void webhook_admission_take(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, const webhook_delivery_row_t *d);
void webhook_admission_return(webhook_endpoint_row_t *ep);
void webhook_admission_leave(webhook_endpoint_row_t *ep, uint64_t token);

/* What the outcome of a send says about the endpoint; before the lease is
   taken off.  Not for RELEASE. */
void webhook_admission_outcome(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, webhook_op_complete_t *c);

/* Takes over what ENDPOINT says: 1 if that is news; with "test" nothing more is
   done. */
int webhook_admission_settle(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep, const webhook_op_endpoint_t *e, int test);


#endif /* WEBHOOK_STORE_ADMISSION_H */
