
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * An event that the cluster gives to this node.
 */

#include "store/lmdb/ship/webhook_store_ship_take.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_op.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/ops/webhook_store_event.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_TAKE_BYTES  2048        /* that a delivery takes at most, with
                                           its attempts about */


typedef struct {
    webhook_op_t      op;               /* PUT_EVENT */
    webhook_put_t    *puts;
    webhook_past_t   *pasts;
} webhook_take_t;


static int webhook_take_make(webhook_take_t *x,
    const webhook_op_ship_take_t *s);
static int webhook_take_known(webhook_txn_t *t, webhook_take_t *x,
    webhook_op_t *op);
static int webhook_take_more(webhook_txn_t *t, webhook_take_t *x,
    webhook_put_t *put, uint32_t *count);
static int webhook_take_again(webhook_txn_t *t, webhook_take_t *x,
    const webhook_put_t *put, webhook_delivery_row_t *d, uint32_t *count);


int
webhook_ship_take(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    MDB_val                  val;
    uint32_t                 i;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_take_t           x;
    webhook_op_ship_take_t  *s;

    s = &op->u.ship_take;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (t->st->replaced || t->cluster.epoch == 0 || s->event->count == 0) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_take_make(&x, s);

    if (rc == EINVAL || (rc == 0 && webhook_event_fault(&x.op.u.put_event))) {
        webhook_store_log_error(t->st, EINVAL,
                                "an event of the cluster cannot be taken");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        rc = 0;
        goto done;
    }

    if (rc) {
        goto done;
    }

    webhook_key_delivery(key, &s->event->id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_take_known(t, &x, op);
        goto done;
    }

    if (rc != MDB_NOTFOUND) {
        goto done;
    }

    rc = webhook_event_put(t, &x.op);

    op->result = x.op.result;

    for (i = 0; rc == 0 && op->result == WEBHOOK_STORE_OK
                && i < s->event->count; i++)
    {
        s->count += x.pasts[i].state <= WEBHOOK_SENDING;
    }

done:

    free(x.puts);
    free(x.pasts);

    return rc;
}


/* The event as it is put: EINVAL where a delivery has no past. */

static int
webhook_take_make(webhook_take_t *x, const webhook_op_ship_take_t *s)
{
    uint32_t                 i, count;
    webhook_op_put_event_t  *p;

    memset(x, 0, sizeof(webhook_take_t));

    count = s->event->count;

    x->puts = calloc(count, sizeof(webhook_put_t));
    x->pasts = calloc(count, sizeof(webhook_past_t));

    if (x->puts == NULL || x->pasts == NULL) {
        return ENOMEM;
    }

    x->op.type = WEBHOOK_OP_PUT_EVENT;

    p = &x->op.u.put_event;

    p->id = s->event->id;
    p->wall = s->event->wall;
    p->type = s->event->type;
    p->renditions = s->event->renditions;
    p->renditions_count = s->event->renditions_count;
    p->wire = s->event->wire;
    p->company = s->event->company;
    p->deliveries = x->puts;
    p->count = count;

    for (i = 0; i < count; i++) {

        if (s->event->deliveries[i].past == NULL) {
            return EINVAL;
        }

        x->puts[i] = s->event->deliveries[i];
        x->pasts[i] = *x->puts[i].past;

        x->puts[i].lease = 0;
        x->puts[i].quota = 0;
        x->puts[i].early = 0;
        x->puts[i].past = &x->pasts[i];
        x->pasts[i].shared = 1;
        x->pasts[i].part = s->parts[i];
    }

    return 0;
}


/* The event is here, or was put by an earlier take. */

static int
webhook_take_known(webhook_txn_t *t, webhook_take_t *x, webhook_op_t *op)
{
    int                      rc;
    uint32_t                 i;
    webhook_delivery_row_t   d;
    webhook_op_put_event_t  *p;

    p = &x->op.u.put_event;

    /* for all of them at once, so that it is all or nothing */

    if (!webhook_space_take(t, (size_t) p->count * WEBHOOK_TAKE_BYTES)) {
        op->result = WEBHOOK_STORE_FULL;
        return 0;
    }

    for (i = 0; i < p->count; i++) {

        if (x->pasts[i].state > WEBHOOK_SENDING) {
            continue;
        }

        rc = webhook_delivery_read(t, p->deliveries[i].endpoint, &p->id, &d);

        if (rc == MDB_NOTFOUND) {
            rc = webhook_take_more(t, x, &p->deliveries[i],
                                   &op->u.ship_take.count);

        } else if (rc == 0) {
            rc = webhook_take_again(t, x, &p->deliveries[i], &d,
                                    &op->u.ship_take.count);
        }

        if (rc) {
            return rc;
        }
    }

    op->result = op->u.ship_take.count ? WEBHOOK_STORE_OK
                                       : WEBHOOK_STORE_DUPLICATE;
    return 0;
}


/* A delivery that the event has not got here. */

static int
webhook_take_more(webhook_txn_t *t, webhook_take_t *x, webhook_put_t *put,
    uint32_t *count)
{
    int                      rc;
    size_t                   len;
    MDB_val                  val;
    uint32_t                 added, open;
    unsigned char            key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    unsigned char            fkey[WEBHOOK_KEY_FINISHED];
    webhook_head_row_t       head;
    webhook_op_put_event_t  *p;

    p = &x->op.u.put_event;

    added = 0;
    open = 0;

    rc = webhook_event_delivery(t, p, put, &added, &open);

    webhook_key_delivery(key, &p->id, 0);

    if (rc == 0) {
        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);
    }

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc) {
        return rc;
    }

    if (head.open == 0) {
        rc = webhook_finished_find(t, &p->id, head.finished, fkey);

        if (rc == 0) {
            rc = webhook_finished_del(t, fkey);
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        /* what was read is gone with a write */

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);

        if (rc == 0) {
            rc = webhook_row_read_head(&val, &head);
        }

        if (rc) {
            return rc;
        }
    }

    head.total += added;
    head.open += open;
    head.finished = 0;

    len = webhook_row_write_head(buf, &head);

    *count += open;

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


/* A delivery that is here: one that is over waits again. */

static int
webhook_take_again(webhook_txn_t *t, webhook_take_t *x,
    const webhook_put_t *put, webhook_delivery_row_t *d, uint32_t *count)
{
    int                      rc;
    size_t                   len;
    uint32_t                 i;
    unsigned char            key[WEBHOOK_KEY_ATTEMPT], buf[WEBHOOK_ROW_MAX];
    const webhook_id_t      *id;
    const webhook_past_t    *past;
    const webhook_attempt_t *a;
    webhook_endpoint_row_t  *ep;

    id = &x->op.u.put_event.id;
    past = put->past;

    if (d->state == WEBHOOK_PENDING || d->state == WEBHOOK_SENDING
        || d->blocks)
    {
        return 0;
    }

    for (i = 0; past->sends > d->attempts && i < past->attempts_count; i++) {

        a = &past->attempts[i];

        webhook_key_attempt(key, id, put->endpoint, a->number);

        len = webhook_row_write_attempt(buf, a, 0);

        rc = webhook_txn_put(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), buf,
                             len, 0);
        if (rc) {
            return rc;
        }
    }

    if (past->sends > d->attempts) {
        d->attempts = past->sends;
    }

    rc = webhook_endpoint_row_get(t, put->endpoint, &ep);

    d->ordered = past->ordered && d->order;

    if (rc == 0 && !webhook_outbox_numbered(t, d)) {
        rc = webhook_outbox_shared(t, id, put->endpoint, past->part, d);
    }

    if (rc) {
        return rc;
    }

    (*count)++;

    return webhook_queue_requeue(t, ep, id, d);
}
