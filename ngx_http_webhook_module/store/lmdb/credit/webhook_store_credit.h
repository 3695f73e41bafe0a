
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Credits: slots of endpoints that a process holds in advance, so that what
 * its journal keeps (store/lmdb/kept) is sent at once, and not only when
 * LMDB's commit has given the lease.
 *
 * A credit is a slot and a token, as a lease has, of no delivery yet.  It
 * counts as in use in the endpoint's row ("inflight"), so that the limit holds
 * over all processes whatever one of them does; a row
 * (webhook_store_credit_row.h) tells how many of an endpoint's a process
 * holds, and the process has their tokens in its memory.  Credits are taken in
 * transactions that put events which came by the journal, a small share of
 * what is free.  With a delivery that is kept one is used: its send begins.
 * As its event is put, the delivery is leased with that token, the credit is
 * spent, and another one is taken instead: nothing is written then which was
 * not written before.
 *
 * Whether a credit may be used is not what was true when it was taken.  Right
 * behind the sync the endpoint's row is read as it is committed at this
 * instant, of all processes (webhook_store_glance.h).  So a pause, a breaker,
 * a hold, a limit or a rate needs to take back nothing: once somebody was
 * answered that it is in force no credit is used for what is kept then, as no
 * lease is given.  What got its lease before may be about to be sent.
 * Fairness is the same as that of PUT_EVENT: where others are due and there
 * are not slots for all of them, nobody goes before them.
 *
 *   - Credits go back when they were not used for a while, or are more than a
 *     share now: with TAKEOVER, which each process does some times a second.
 *     So slots that others wait for are kept from them no longer than that.
 *   - The end of a process gives back all, and so does its death, by TAKEOVER
 *     of any other one.  What it was sending is put out of its journal as due:
 *     it may be sent again, as what was in flight at a death always may.
 *   - A transaction that failed has changed nothing.  If it is not known what
 *     became of it no credit is used until the next one has compared the rows
 *     with what is in memory.
 *   - A journal that is stalled: the outcome of a send may come before its
 *     event is in the tables.  It is UNAVAILABLE then, to be told again; and
 *     when the event is put out of the journal by the process itself, it is
 *     leased with its token.  If it never is, since it was damaged, the
 *     outcome gives the credit back.
 *   - A row that is damaged: what is in flight is counted anew.  A process
 *     whose row is gone finds that out with its next TAKEOVER; until then the
 *     limit may be exceeded by what it holds.
 *
 *   - They run low: whoever keeps is told while a fourth of them is left, and
 *     does not put off the transaction that takes others.
 *
 * Not by credits: deliveries with a delay or an order key, and endpoints with
 * a rate, whose sends come by the clock.  Nor are any taken while something is
 * leased ahead of slots (see COMPLETE), or the other way round: with a backlog
 * they go back.
 */

#ifndef WEBHOOK_STORE_CREDIT_H
#define WEBHOOK_STORE_CREDIT_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_CREDIT_MOST  256        /* of an endpoint, by a process */


/* Makes st->credit, in which there is nothing; NULL without memory. */
void webhook_credit_make(webhook_lmdb_t *st);
void webhook_credit_free(webhook_lmdb_t *st);

/* Uses credits for deliveries that ask for a lease ("early"), of events that
   are kept, right behind the sync.  On the thread that keeps. */
void webhook_credit_use(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count);

/*
 * The rest is for the thread that has the store.
 *
 * webhook_credit_put() leases a delivery that is being sent by a credit:
 * *leased is 1 then, and put->lease_token set.  And it takes credits.
 * webhook_credit_recall() sets "early" of what is being sent, of an event that
 * was read out of the journal.
 * webhook_credit_outcome() is for the outcome of a delivery that is not there
 * or not leased by its token: *wait is 1 if it is being sent by a credit and is
 * in the journal yet.
 */
int webhook_credit_put(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_op_put_event_t *p, webhook_put_t *put,
    webhook_delivery_row_t *d, int *leased);
void webhook_credit_recall(webhook_lmdb_t *st, webhook_op_put_event_t *p);
int webhook_credit_outcome(webhook_txn_t *t, const webhook_op_complete_t *c,
    int *wait);

/* Behind the beginning of a transaction that writes, before its commit, behind
   that (up to "applied" of the journal is in the tables), and where it was not
   done, or nobody knows. */
int webhook_credit_begin(webhook_txn_t *t);
int webhook_credit_commit(webhook_txn_t *t);
void webhook_credit_committed(webhook_lmdb_t *st, uint64_t applied);
void webhook_credit_undo(webhook_lmdb_t *st, int unknown);

/* The journal has gone, and all that was in it is in the tables. */
void webhook_credit_forget(webhook_lmdb_t *st);

/* TAKEOVER: gives back what is not needed here (all, with "leave", and then no
   more is taken), and what processes held that are gone.  And whether there is
   something to do. */
int webhook_credit_look_peek(webhook_txn_t *t, int leave, int *todo);
int webhook_credit_look(webhook_txn_t *t, int leave);

/* What processes held that are gone. */
int webhook_credit_dead(webhook_txn_t *t);

/* The last transaction: gives back all. */
int webhook_credit_end(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_CREDIT_H */
