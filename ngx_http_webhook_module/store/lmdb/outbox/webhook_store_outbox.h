
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The outbox of a node of a cluster: what the cluster is to be told of; and the
 * fence, before which sends of what it was told of have to end.
 */

#ifndef WEBHOOK_STORE_OUTBOX_H
#define WEBHOOK_STORE_OUTBOX_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Below all numbers that are given: "first" of what the cluster told of. */
#define WEBHOOK_OUTBOX_TOLD  1

/* Reads the node's place in the cluster into t->cluster, once in a transaction;
   set t->cluster_dirty after a change.  Where there is none all of it is zero. */
int webhook_outbox_cluster(webhook_txn_t *t);

/* Writes it, as the transaction ends. */
int webhook_outbox_flush(webhook_txn_t *t);

/* Gives an entry the next number, and puts it into the outbox. */
int webhook_outbox_add(webhook_txn_t *t, const webhook_outbox_row_t *e,
    uint64_t *number);

/* Something changed of a delivery that has a number: it gets another one. */
int webhook_outbox_change(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d);

/* The same of one that was over, and waits again: without a number it gets none
   yet, but the cluster may know of it as history. */
int webhook_outbox_again(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, webhook_delivery_row_t *d);

/* A delivery comes from the cluster: it gets a number that is known there. */
int webhook_outbox_shared(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t endpoint, uint32_t part, webhook_delivery_row_t *d);

/* The first entry behind a number; MDB_NOTFOUND.  One that cannot be read is
   passed over, and in a write goes to quarantine. */
int webhook_outbox_next(webhook_txn_t *t, uint64_t *number,
    webhook_outbox_row_t *e);

/* Removes one. */
int webhook_outbox_del(webhook_txn_t *t, uint64_t number);

/* Where the cluster is told of all that is removed before its time, that this
   is.  Nothing in a store whose node is in no cluster. */
int webhook_outbox_purged(webhook_txn_t *t, const webhook_id_t *id);

/* What is over is removed to make room, or for its age, by its key in the index of
   that: counted, if the cluster was not told of it before. */
int webhook_outbox_gone(webhook_txn_t *t, const unsigned char *key);

/* 1 if a number is one of this epoch. */
static inline int
webhook_outbox_numbered(const webhook_txn_t *t,
    const webhook_delivery_row_t *d)
{
    return d->number > t->cluster.base;
}

/* Whether the cluster is still to be told of what became of an event that is
   over: it must stay until then. */
int webhook_outbox_held(webhook_txn_t *t, const webhook_id_t *id, int *held);

/* Whether a delivery may be leased for so long, as far as the cluster is
   concerned: it has no number, and its endpoint no limits for all nodes; or it
   ends before the fence. */
int webhook_outbox_admits(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    const webhook_delivery_row_t *d, uint64_t lease, int *admitted);

/* The same of any of an endpoint that has such limits. */
int webhook_outbox_covers(webhook_txn_t *t, uint64_t lease, int *covered);

/* The end of sends of one that was admitted, as ms of the clock; 0: none. */
uint64_t webhook_outbox_until(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, const webhook_delivery_row_t *d);

/* The endpoint has some that are due and wait for the fence; and it waits no
   longer. */
int webhook_outbox_shut(webhook_txn_t *t, webhook_endpoint_row_t *ep);
int webhook_outbox_unshut(webhook_txn_t *t, uint64_t *endpoint);


#endif /* WEBHOOK_STORE_OUTBOX_H */
