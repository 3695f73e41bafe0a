
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What came of sends, by minutes.
 */

#ifndef WEBHOOK_STORE_RING_H
#define WEBHOOK_STORE_RING_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_RING_HOURS  (7 * 24)    /* that are kept */


/* The minute of now in the endpoint's row, to be counted in; what was counted
   before goes to the rings.  The row is to be written. */
int webhook_ring_minute(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_minute_t **minute);

/* The same, before there are more that wait or are sent, or fewer: from now on
   that is this minute's. */
int webhook_ring_turn(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* What was counted goes to the rings; the row is to be written.  Where there is
   no room the minute is lost, and what has changed of how many wait goes with
   the next one. */
int webhook_ring_flush(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* By how much more wait, or are sent, than when the minute under way began. */
int64_t webhook_ring_change(const webhook_endpoint_row_t *ep);

/* Adds a minute to another. */
void webhook_ring_add(webhook_minute_t *to, const webhook_minute_t *from);

/* Removes hours of an endpoint (0: those of all in sum) that are older than
   that, so many at most; *removed of them. */
int webhook_ring_expire(webhook_txn_t *t, uint64_t endpoint, uint32_t hour,
    uint32_t max, uint32_t *removed);


/* The hours of endpoints that nothing is sent to any more go too, a few at a
   time: is there something to do; and does it, *more if there is more. */
int webhook_ring_sweep_peek(webhook_txn_t *t, int *todo);
int webhook_ring_sweep(webhook_txn_t *t, int *more);


#endif /* WEBHOOK_STORE_RING_H */
