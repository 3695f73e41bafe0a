
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * By hand: a delivery is sent again, or given up; an endpoint pauses.
 */

#include "webhook_store_internal.h"


static int webhook_queue_requeue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
static int webhook_queue_cancel(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d);
static int webhook_admin_get(webhook_txn_t *t, webhook_op_t *op,
    webhook_endpoint_row_t **ep, webhook_delivery_row_t *d, int *found);
static int webhook_admin_reopen(webhook_txn_t *t, const webhook_id_t *id);


int
webhook_admin_retry(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found, full;
    webhook_id_t            *id;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    rc = webhook_admin_get(t, op, &ep, &d, &found);

    if (rc || !found) {
        return rc;
    }

    id = &op->u.delivery.event;

    switch (d.state) {

    case WEBHOOK_SENDING:
        op->result = WEBHOOK_STORE_STALE;
        return 0;

    case WEBHOOK_DELIVERED:
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;

    case WEBHOOK_PENDING:
        op->result = WEBHOOK_STORE_OK;
        return webhook_queue_requeue(t, ep, id, &d);

    default: /* WEBHOOK_DEAD */
        break;
    }

    rc = webhook_admin_again(t, ep, id, &d, &full);

    op->result = full ? WEBHOOK_STORE_FULL : WEBHOOK_STORE_OK;

    return rc;
}


int
webhook_admin_cancel(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    rc = webhook_admin_get(t, op, &ep, &d, &found);

    if (rc || !found) {
        return rc;
    }

    switch (d.state) {

    case WEBHOOK_SENDING:
        op->result = WEBHOOK_STORE_STALE;
        return 0;

    case WEBHOOK_DELIVERED:
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;

    case WEBHOOK_DEAD:
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;

    default: /* WEBHOOK_PENDING */
        op->result = WEBHOOK_STORE_OK;
        return webhook_queue_cancel(t, ep, &op->u.delivery.event, &d);
    }
}


int
webhook_admin_again(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *full)
{
    int  rc;

    *full = 0;

    /* what was in one index is in another then; a little more at most */

    if (!webhook_space_take(t, 128)) {
        *full = 1;
        return 0;
    }

    rc = webhook_admin_reopen(t, id);
    if (rc) {
        return rc;
    }

    return webhook_queue_requeue(t, ep, id, d);
}


/* Finds the delivery; where there is none, that is the result. */

static int
webhook_admin_get(webhook_txn_t *t, webhook_op_t *op,
    webhook_endpoint_row_t **ep, webhook_delivery_row_t *d, int *found)
{
    int                     rc;
    MDB_val                 val;
    unsigned char           key[WEBHOOK_KEY_DELIVERY];
    webhook_op_delivery_t  *o;

    o = &op->u.delivery;
    *found = 0;

    webhook_key_delivery(key, &o->event, o->endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND || o->endpoint == 0) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc == 0) {
        rc = webhook_row_read_delivery(&val, d);
    }

    if (rc == 0) {
        rc = webhook_endpoint_get(t, o->endpoint, ep);
    }

    if (rc == 0) {
        *found = 1;
    }

    return rc;
}


/* One more delivery of an event is owed: it is finished no more. */

static int
webhook_admin_reopen(webhook_txn_t *t, const webhook_id_t *id)
{
    int                 rc;
    size_t              len;
    MDB_val             val;
    uint64_t            finished;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char       fkey[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t  head;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc) {
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    }

    if (head.open == head.total) {
        return MDB_CORRUPTED;
    }

    finished = head.finished;

    if (head.open == 0) {
        webhook_space_forget(t, webhook_space_event(&head));
    }

    head.open++;
    head.finished = 0;

    /* the texts of the head are good until the next write only */

    len = webhook_row_write_head(buf, &head);

    if (head.open == 1) {
        webhook_key_finished(fkey, finished, WEBHOOK_FINISHED_EVENT, id);

        rc = webhook_txn_del(t, WEBHOOK_DB_FINISHED, fkey, sizeof(fkey));

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


static int
webhook_queue_requeue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    if (d->state == WEBHOOK_PENDING) {
        webhook_key_due(key, ep->id, d->attempts ? WEBHOOK_LANE_RETRY
                                                 : WEBHOOK_LANE_FIRST,
                        d->due, id);

        rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    if (ep->states[d->state]) {
        ep->states[d->state]--;
    }

    d->due = t->now;
    d->finished = 0;

    return webhook_queue_wait(t, ep, id, d);
}


static int
webhook_queue_cancel(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_DUE], buf[WEBHOOK_ROW_MAX];

    webhook_key_due(key, ep->id, d->attempts ? WEBHOOK_LANE_RETRY
                                             : WEBHOOK_LANE_FIRST,
                    d->due, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (ep->states[WEBHOOK_PENDING]) {
        ep->states[WEBHOOK_PENDING]--;
    }

    d->state = WEBHOOK_DEAD;
    d->finished = webhook_clock_wall();

    ep->states[WEBHOOK_DEAD]++;
    ep->dead++;
    ep->dirty = 1;

    webhook_key_delivery(key, id, ep->id);

    len = webhook_row_write_delivery(buf, d);

    rc = webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, WEBHOOK_KEY_DELIVERY,
                         buf, len, 0);
    if (rc) {
        return rc;
    }

    return webhook_queue_finish(t, id);
}
