
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The outcome of a send: what it means for the delivery, for its endpoint and
 * for history.
 */

#include "store/lmdb/ops/webhook_store_complete.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/lists/webhook_store_ring.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/ops/webhook_store_claim.h"


static int webhook_complete_took(webhook_txn_t *t, webhook_op_complete_t *c);
static int webhook_complete_more(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op);
static int webhook_complete_strange(webhook_txn_t *t, webhook_op_t *op);
static int webhook_complete_send(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c, webhook_delivery_row_t *d);
static int webhook_complete_attempt(webhook_txn_t *t,
    webhook_op_complete_t *c, webhook_delivery_row_t *d);
static int webhook_complete_step(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op, webhook_delivery_row_t *d);


int
webhook_complete(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    uint64_t                 wall;
    webhook_op_complete_t   *c;
    webhook_delivery_row_t   d, waits;
    webhook_endpoint_row_t  *ep;

    c = &op->u.complete;

    rc = webhook_complete_took(t, c);
    if (rc) {
        return rc;
    }

    rc = c->endpoint ? webhook_delivery_read(t, c->endpoint, &c->event, &d)
                     : MDB_NOTFOUND;

    if (rc == MDB_NOTFOUND) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return webhook_complete_strange(t, op);
    }

    if (rc) {
        return rc;
    }

    /* a lease that ended is as good as one that runs, while it is the last
       that was given */

    if (d.lease_token == 0 || d.lease_token != c->lease_token) {
        op->result = WEBHOOK_STORE_STALE;
        return webhook_complete_strange(t, op);
    }

    rc = webhook_endpoint_row_get(t, c->endpoint, &ep);
    if (rc) {
        return rc;
    }

    waits = d;

    rc = webhook_complete_send(t, ep, c, &d);
    if (rc) {
        return rc;
    }

    rc = d.state == WEBHOOK_SENDING
         ? webhook_delivery_unlease(t, ep, &c->event, &d)
         : webhook_queue_unwait(t, ep, &c->event, &waits);
    if (rc) {
        return rc;
    }

    d.lease_token = 0;
    d.stocked = 0;

    op->result = WEBHOOK_STORE_OK;

    wall = c->attempt.wall + c->attempt.total / 1000;

    switch (c->outcome) {

    case WEBHOOK_DONE:

        if (d.step + 1 < d.steps) {
            rc = webhook_complete_step(t, ep, op, &d);
            break;
        }

        rc = webhook_queue_end(t, ep, &c->event, &d, WEBHOOK_DELIVERED, wall,
                               0);
        break;

    case WEBHOOK_FAILED:
        rc = webhook_queue_end(t, ep, &c->event, &d, WEBHOOK_DEAD, wall, 1);
        break;

    default: /* RETRY, RELEASE */

        /* who is released at once keeps his place in the queue */

        if (c->outcome == WEBHOOK_RETRY || c->delay) {
            d.due = webhook_later(t->now, c->delay);
        }

        if (c->outcome == WEBHOOK_RETRY) {
            rc = webhook_outbox_change(t, &c->event, ep->id, &d);
        }

        if (rc == 0) {
            rc = webhook_queue_wait(t, ep, &c->event, &d);
        }

        break;
    }

    return rc ? rc : webhook_complete_more(t, ep, op);
}


/*
 * The slot is another's now, which is being sent already, whatever became of
 * this one.  Where its lease is not the last any more, the slot is free.
 */

static int
webhook_complete_took(webhook_txn_t *t, webhook_op_complete_t *c)
{
    int                      rc;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    if (c->took_token == 0) {
        return 0;
    }

    rc = webhook_delivery_read(t, c->endpoint, &c->took, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* who meets it sees to that */

        return 0;
    }

    if (rc || !d.stocked || d.lease_token != c->took_token) {
        return rc;
    }

    rc = webhook_endpoint_row_get(t, c->endpoint, &ep);

    return rc ? rc : webhook_delivery_slot(t, ep, &c->took, &d);
}


/* What the endpoint is sent next. */

static int
webhook_complete_more(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op)
{
    int                     rc;
    webhook_op_complete_t  *c;

    c = &op->u.complete;
    rc = 0;

    if (c->lease && c->next == NULL && c->took_token == 0) {
        rc = webhook_claim_next(t, ep, op);
    }

    if (rc == 0 && c->lease && c->ahead) {
        rc = webhook_claim_stock(t, ep, op);
    }

    if (webhook_admission_stock(t, ep)) {
        c->mark = webhook_revoked_number(t->st, ep->id);
    }

    c->waiting = ep->states[WEBHOOK_PENDING];

    return rc;
}


/* There is no such lease: it may be that of a delivery that is not in the tables
   yet. */

static int
webhook_complete_strange(webhook_txn_t *t, webhook_op_t *op)
{
    int  rc, wait;

    if (t->st->credit == NULL || op->u.complete.lease_token == 0) {
        return 0;
    }

    rc = webhook_credit_outcome(t, &op->u.complete, &wait);

    if (rc == 0 && wait) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
    }

    return rc;
}


/* What the send means for its endpoint, and for history. */

static int
webhook_complete_send(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_complete_t *c, webhook_delivery_row_t *d)
{
    int                rc;
    webhook_minute_t  *minute;

    if (c->outcome == WEBHOOK_RELEASE) {
        webhook_admission_return(ep);
        return 0;
    }

    rc = webhook_ring_minute(t, ep, &minute);
    if (rc) {
        return rc;
    }

    minute->sends++;
    minute->failed += c->outcome != WEBHOOK_DONE;
    minute->took += c->attempt.total;

    if (minute->longest < c->attempt.total) {
        minute->longest = c->attempt.total;
    }

    ep->attempts++;

    webhook_admission_outcome(t, ep, c);

    return webhook_complete_attempt(t, c, d);
}


/*
 * The next step.  It is due since the one before it was, so it goes before
 * all that became due later.
 */

static int
webhook_complete_step(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op, webhook_delivery_row_t *d)
{
    int  rc;

    d->step++;
    d->tries = 0;

    rc = webhook_outbox_change(t, &op->u.complete.event, ep->id, d);
    if (rc) {
        return rc;
    }

    if (op->u.complete.lease && op->u.complete.took_token == 0) {

        rc = webhook_claim_step(t, ep, op, d);

        if (rc || op->u.complete.next) {
            return rc;
        }
    }

    return webhook_queue_wait(t, ep, &op->u.complete.event, d);
}


static int
webhook_complete_attempt(webhook_txn_t *t, webhook_op_complete_t *c,
    webhook_delivery_row_t *d)
{
    int                room;
    size_t             len;
    unsigned char      key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    webhook_attempt_t  a;

    if (d->attempts < UINT32_MAX) {
        d->attempts++;
    }

    if (d->tries < UINT32_MAX) {
        d->tries++;
    }

    d->status = c->attempt.status;

    room = webhook_space_attempt(t);

    if (room == 0) {
        return 0;
    }

    a = c->attempt;
    a.number = d->attempts;

    webhook_key_attempt(key, &c->event, c->endpoint, d->attempts);

    len = webhook_row_write_attempt(buf, &a, room == 1);

    return webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf,
                           len, 0);
}
