
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Credits in the transactions that put events and store outcomes.
 */

#include "store/lmdb/credit/webhook_store_credit_int.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


static uint64_t webhook_credit_spend(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, uint64_t *lease);
static void webhook_credit_fill(webhook_txn_t *t, webhook_endpoint_row_t *ep);


int
webhook_credit_put(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_op_put_event_t *p, webhook_put_t *put,
    webhook_delivery_row_t *d, int *leased)
{
    int       rc;
    uint64_t  probe, lease;

    *leased = 0;
    lease = 0;

    if (t->st->credit == NULL) {
        return 0;
    }

    if (put->early) {
        d->lease_token = webhook_credit_spend(t, ep->id, &p->id, &lease);
    }

    if (d->lease_token) {

        /* a breaker that opened meanwhile did not let it through */

        probe = ep->probe;

        rc = webhook_delivery_leased(t, ep, &p->id, d, lease);
        if (rc) {
            return rc;
        }

        ep->probe = probe;

        put->lease_token = d->lease_token;
        *leased = 1;
    }

    if (put->lease && p->kept) {
        webhook_credit_fill(t, ep);
    }

    return 0;
}


/* The token by which the delivery is being sent, and for how long it is leased;
   0: it is not. */

static uint64_t
webhook_credit_spend(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, uint64_t *lease)
{
    uint64_t               token;
    webhook_credit_t      *c;
    webhook_credit_one_t  *one;

    c = t->st->credit;
    token = 0;

    (void) pthread_mutex_lock(&c->mutex);

    one = webhook_credit_used(c, endpoint, id, 0);

    if (one) {
        token = one->token;
        *lease = one->lease;
        one->place->last = t->now;

        webhook_credit_stage(c, one, WEBHOOK_CREDIT_SPENT);
    }

    (void) pthread_mutex_unlock(&c->mutex);

    return token;
}


static void
webhook_credit_fill(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    uint32_t                 share;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one;
    webhook_credit_place_t  *p;

    c = t->st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    p = webhook_credit_find(c, ep->id);
    share = webhook_credit_share(t, ep, p ? p->held : 0);

    if (p == NULL && share) {
        p = webhook_credit_place(c, ep->id);
    }

    while (p && p->held < share) {

        one = webhook_credit_take(c, p);
        if (one == NULL) {

            webhook_credit_unplace(c, p);
            break;
        }

        one->token = ++t->state.lease;
        p->last = t->now;

        ep->inflight++;
        ep->dirty = 1;
    }

    (void) pthread_mutex_unlock(&c->mutex);
}


void
webhook_credit_recall(webhook_lmdb_t *st, webhook_op_put_event_t *p)
{
    uint32_t               i;
    webhook_credit_t      *c;
    webhook_credit_one_t  *one;

    c = st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    for (i = 0; i < p->count; i++) {
        one = webhook_credit_used(c, p->deliveries[i].endpoint, &p->id, 0);

        p->deliveries[i].early = one ? one->token : 0;
    }

    (void) pthread_mutex_unlock(&c->mutex);
}


int
webhook_credit_outcome(webhook_txn_t *t, const webhook_op_complete_t *complete,
    int *wait)
{
    int                      rc;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one;
    webhook_endpoint_row_t  *ep;

    c = t->st->credit;
    *wait = 0;

    (void) pthread_mutex_lock(&c->mutex);

    one = webhook_credit_used(c, complete->endpoint, NULL,
                              complete->lease_token);

    if (one && one->sequence > (t->kept ? t->kept : c->applied)) {
        *wait = 1;
        one = NULL;
    }

    if (one) {
        webhook_credit_stage(c, one, WEBHOOK_CREDIT_SPENT);
    }

    (void) pthread_mutex_unlock(&c->mutex);

    if (one == NULL) {
        return 0;
    }

    /* its event was there, or could not be read any more */

    rc = webhook_endpoint_row_get(t, complete->endpoint, &ep);

    if (rc == 0 && ep->inflight) {
        ep->inflight--;
        ep->dirty = 1;
    }

    return rc;
}


int
webhook_credit_commit(webhook_txn_t *t)
{
    int                      rc;
    uint32_t                 i;
    webhook_credit_t        *c;
    webhook_credit_row_t     row;
    webhook_credit_place_t  *p;

    c = t->st->credit;

    for (i = 0; i < c->staged_count; i++) {
        p = c->staged[i]->place;

        if (p->held == p->written) {
            continue;
        }

        memset(&row, 0, sizeof(row));

        row.incarnation = t->st->incarnation;
        row.endpoint = p->endpoint;
        row.slot = (uint32_t) t->st->slot;
        row.count = p->held;

        rc = webhook_credit_row_put(t, &row);
        if (rc) {
            return rc;
        }

        p->written = p->held;
    }

    return 0;
}
