
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Limits that hold for all nodes of a cluster together: the share of them that
 * this node has.  An endpoint with such limits ("shared") may be sent to only
 * within the share that the cluster gave: so many slots at a time, until the
 * cluster says otherwise or the fence is reached; and, with a rate, at times that
 * were given to this node, each for one send.  Who has no share sends nothing.
 *
 * A share is of a session: with the next one it is over, for the cluster may have
 * given it to others between the two.
 *
 * The share stands in a row of its own, in "meta", which is there as long as the
 * endpoint has something to send, or a share: so these rows also tell for which
 * endpoints the cluster is to be asked.
 *
 * Slots of a shared endpoint are neither held in advance nor passed on (no credits,
 * no leases ahead), and PUT_EVENT gives no lease: what may begin is decided by
 * CLAIM and COMPLETE alone.
 */

#ifndef WEBHOOK_STORE_SHARE_H
#define WEBHOOK_STORE_SHARE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The row of an endpoint that is shared, and where the node stands in its cluster;
   with the row of the endpoint. */
int webhook_share_read(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Writes it, or removes it where it is of no use any more. */
int webhook_share_flush(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Removes it, with its endpoint. */
int webhook_share_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Whether the share is of the session that the node is in. */
int webhook_share_valid(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);

/* Slots that the node may have in use. */
static inline uint32_t
webhook_share_slots(const webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    return webhook_share_valid(t, ep) ? ep->share.slots : 0;
}

/* From when on the share allows a send, as engine time; NEVER until there is
   another one, or a slot. */
uint64_t webhook_share_time(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);

/* One send begins. */
void webhook_share_take(const webhook_txn_t *t, webhook_endpoint_row_t *ep);

/* Sends that have a time that is not over. */
uint32_t webhook_share_left(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep);

/* Another share.  Its sends come "gap" us after each other, the first one "first"
   us after the answer, which came at "answered"; the cluster gave it between
   "asked" and that (engine time, ms). */
void webhook_share_give(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_ship_share_t *share, uint64_t asked, uint64_t answered);

/* The next endpoint behind this one that has a row; MDB_NOTFOUND. */
int webhook_share_next(webhook_txn_t *t, uint64_t *endpoint);


#endif /* WEBHOOK_STORE_SHARE_H */
