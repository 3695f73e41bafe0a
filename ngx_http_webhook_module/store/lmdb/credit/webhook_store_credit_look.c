
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Credits that go back: those that are not needed, and those of processes that
 * are gone; and what is in memory compared with the rows.
 */

#include "store/lmdb/credit/webhook_store_credit_int.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"


#define WEBHOOK_CREDIT_IDLES  10000     /* ms that one is held without use */


static int webhook_credit_excess(webhook_txn_t *t, webhook_credit_place_t *p,
    int give, uint32_t *excess);
static int webhook_credit_gone(webhook_txn_t *t, int *gone);
static int webhook_credit_gone_next(webhook_txn_t *t,
    webhook_credit_row_t *row);
static int webhook_credit_drop(webhook_txn_t *t, webhook_credit_row_t *row);
static int webhook_credit_settle(webhook_txn_t *t, webhook_credit_place_t *p);


int
webhook_credit_look_peek(webhook_txn_t *t, int leave, int *todo)
{
    int                      rc;
    uint32_t                 i, excess;
    webhook_credit_t        *c;
    webhook_credit_row_t     row;
    webhook_credit_place_t  *p;

    c = t->st->credit;

    rc = webhook_credit_gone(t, todo);

    if (rc || *todo || c == NULL) {
        return rc;
    }

    rc = webhook_owner_count(t, &c->owners);

    if (leave) {
        c->closed = 1;
    }

    for (i = 0; rc == 0 && i < WEBHOOK_CREDIT_PLACES; i++) {
        p = &c->places[i];

        if (!p->named) {
            continue;
        }

        rc = webhook_credit_row_get(t, t->st->incarnation, p->endpoint, &row);

        if (rc == MDB_NOTFOUND) {
            rc = 0;
        }

        if (rc == 0 && row.count != p->row) {

            /* it was damaged, or somebody took it for that of the dead */

            (void) pthread_mutex_lock(&c->mutex);
            c->doubt = 1;
            (void) pthread_mutex_unlock(&c->mutex);
        }

        if (rc == 0) {
            rc = webhook_credit_excess(t, p, 0, &excess);
            *todo |= (excess != 0);
        }
    }

    *todo |= (c->doubt != 0);

    return rc;
}


int
webhook_credit_look(webhook_txn_t *t, int leave)
{
    int                      rc;
    uint32_t                 i, excess;
    webhook_credit_t        *c;
    webhook_credit_place_t  *p;

    c = t->st->credit;

    rc = webhook_credit_dead(t);

    if (rc || c == NULL) {
        return rc;
    }

    rc = webhook_owner_count(t, &c->owners);

    if (leave) {
        c->closed = 1;
    }

    for (i = 0; rc == 0 && i < WEBHOOK_CREDIT_PLACES; i++) {
        p = &c->places[i];

        if (p->named) {
            rc = webhook_credit_excess(t, p, 1, &excess);
        }
    }

    return rc;
}


/* How many of an endpoint's are to go back, and gives them. */

static int
webhook_credit_excess(webhook_txn_t *t, webhook_credit_place_t *p, int give,
    uint32_t *excess)
{
    int                      rc;
    uint32_t                 share, n;
    webhook_credit_t        *c;
    webhook_credit_one_t    *one, *next;
    webhook_endpoint_row_t  *ep;

    c = t->st->credit;
    *excess = 0;

    rc = webhook_endpoint_row_get(t, p->endpoint, &ep);
    if (rc) {
        return rc;
    }

    n = 0;

    (void) pthread_mutex_lock(&c->mutex);

    share = t->now - p->last < WEBHOOK_CREDIT_IDLES
            ? webhook_credit_share(t, ep, p->held) : 0;

    for (one = p->idle; one && p->held - (give ? 0 : n) > share; one = next) {

        next = one->next;
        n++;

        if (give) {
            webhook_credit_stage(c, one, WEBHOOK_CREDIT_GIVEN);

            if (ep->inflight) {
                ep->inflight--;
            }

            ep->dirty = 1;
        }
    }

    (void) pthread_mutex_unlock(&c->mutex);

    *excess = n;

    return 0;
}


/* Does somebody hold any who is gone? */

static int
webhook_credit_gone(webhook_txn_t *t, int *gone)
{
    int                   rc;
    webhook_credit_row_t  row;

    rc = webhook_credit_row_seek(t, 0, 0, &row);

    if (rc == 0) {
        rc = webhook_credit_gone_next(t, &row);
    }

    *gone = (rc == 0);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Goes on to the first row, from this one on, of who is gone. */

static int
webhook_credit_gone_next(webhook_txn_t *t, webhook_credit_row_t *row)
{
    int  rc, alive;

    do {
        rc = webhook_owner_known(t, row->slot, row->incarnation, &alive);

        if (rc || !alive) {
            return rc;
        }

        rc = webhook_credit_row_owner(t, row);

    } while (rc == 0);

    return rc;
}


int
webhook_credit_dead(webhook_txn_t *t)
{
    int                   rc;
    webhook_credit_row_t  row;

    for (rc = webhook_credit_row_seek(t, 0, 0, &row);
         rc == 0;
         rc = webhook_credit_row_next(t, &row))
    {
        rc = webhook_credit_gone_next(t, &row);

        if (rc == 0) {
            rc = webhook_credit_drop(t, &row);
        }

        if (rc) {
            break;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Removes a row, and what it holds from the endpoint's. */

static int
webhook_credit_drop(webhook_txn_t *t, webhook_credit_row_t *row)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, row->endpoint, &ep);
    if (rc) {
        return rc;
    }

    row->count = 0;

    rc = webhook_credit_row_put(t, row);

    if (rc == 0 && ep->exists) {
        rc = webhook_credit_row_count(t, ep);
    }

    return rc;
}


int
webhook_credit_begin(webhook_txn_t *t)
{
    int                    rc;
    uint32_t               i;
    webhook_credit_t      *c;
    webhook_credit_row_t   row;

    c = t->st->credit;

    if (!c->doubt) {
        return 0;
    }

    for (i = 0; i < WEBHOOK_CREDIT_PLACES; i++) {

        if (c->places[i].named) {
            rc = webhook_credit_settle(t, &c->places[i]);
            if (rc) {
                return rc;
            }
        }
    }

    /* rows of endpoints of which this process knows nothing */

    rc = webhook_credit_row_seek(t, t->st->incarnation, 0, &row);

    while (rc == 0 && row.incarnation == t->st->incarnation) {

        if (webhook_credit_find(c, row.endpoint) == NULL) {
            rc = webhook_credit_drop(t, &row);
        }

        if (rc == 0) {
            rc = webhook_credit_row_next(t, &row);
        }
    }

    c->settles = 1;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Those that are not used go back; those that are used stay, if their delivery
   was not put after all. */

static int
webhook_credit_settle(webhook_txn_t *t, webhook_credit_place_t *p)
{
    int                      rc;
    webhook_credit_t        *c;
    webhook_credit_row_t     row;
    webhook_credit_one_t    *one, *next;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    c = t->st->credit;

    (void) pthread_mutex_lock(&c->mutex);

    for (one = webhook_credit_next(p, NULL); one; one = next) {

        next = webhook_credit_next(p, one);

        if (one->state == WEBHOOK_CREDIT_IDLE) {
            webhook_credit_stage(c, one, WEBHOOK_CREDIT_GIVEN);
            continue;
        }

        if (one->state != WEBHOOK_CREDIT_USED) {
            continue;
        }

        rc = webhook_delivery_read(t, p->endpoint, &one->event, &d);

        if (rc == 0 && d.lease_token == one->token) {
            webhook_credit_stage(c, one, WEBHOOK_CREDIT_SPENT);
        }
    }

    (void) pthread_mutex_unlock(&c->mutex);

    rc = webhook_endpoint_row_get(t, p->endpoint, &ep);
    if (rc) {
        return rc;
    }

    memset(&row, 0, sizeof(row));

    row.incarnation = t->st->incarnation;
    row.endpoint = p->endpoint;
    row.slot = (uint32_t) t->st->slot;
    row.count = p->held;

    rc = webhook_credit_row_put(t, &row);

    if (rc == 0 && ep->exists) {
        rc = webhook_credit_row_count(t, ep);
    }

    p->written = p->held;

    return rc;
}


int
webhook_credit_end(webhook_txn_t *t)
{
    int                    rc;
    webhook_credit_t      *c;
    webhook_credit_row_t   row;

    c = t->st->credit;

    if (c == NULL) {
        return 0;
    }

    c->closed = 1;

    rc = webhook_credit_row_seek(t, t->st->incarnation, 0, &row);

    while (rc == 0 && row.incarnation == t->st->incarnation) {

        rc = webhook_credit_drop(t, &row);

        if (rc == 0) {
            rc = webhook_credit_row_next(t, &row);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
