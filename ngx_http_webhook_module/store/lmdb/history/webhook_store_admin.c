
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * By hand: a delivery is sent again, or given up; an endpoint pauses.
 */

#include "store/lmdb/history/webhook_store_admin.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/ops/webhook_store_backlog.h"
#include "store/lmdb/walk/webhook_store_history_entry.h"
#include "store/lmdb/history/webhook_store_pause.h"


#define WEBHOOK_ADMIN_AGAIN  128        /* bytes: what was in one index is in
                                           another then; a little more at most */


static int webhook_admin_get(webhook_txn_t *t, webhook_op_t *op,
    webhook_endpoint_row_t **ep, webhook_delivery_row_t *d, int *found);


int
webhook_admin_retry(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found, full;
    webhook_id_t            *id;
    webhook_head_row_t       head;
    webhook_op_delivery_t   *o;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    o = &op->u.delivery;
    o->over = 0;

    rc = webhook_admin_get(t, op, &ep, &d, &found);

    if (rc || !found) {
        return rc;
    }

    id = &o->event;

    if (d.state == WEBHOOK_PENDING) {
        op->result = WEBHOOK_STORE_OK;
        return webhook_queue_requeue(t, ep, id, &d);
    }

    full = 0;

    rc = webhook_history_entry_head(t, id, &head);

    if (rc == 0) {
        rc = webhook_admin_bounded(t, o->endpoint, id, &d, &head.company,
                                   o->backlog, &full);
    }

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* its event is damaged */

        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    o->over = (full == 2);
    op->result = full ? WEBHOOK_STORE_FULL : WEBHOOK_STORE_OK;

    return rc;
}


int
webhook_admin_cancel(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, found;
    webhook_id_t            *id;
    webhook_delivery_row_t   d;
    webhook_endpoint_row_t  *ep;

    rc = webhook_admin_get(t, op, &ep, &d, &found);

    if (rc || !found) {
        return rc;
    }

    id = &op->u.delivery.event;

    if (d.state != WEBHOOK_PENDING && !d.blocks) {
        op->result = WEBHOOK_STORE_DUPLICATE;
        return 0;
    }

    op->result = WEBHOOK_STORE_OK;

    return webhook_queue_cancel(t, ep, id, &d);
}


int
webhook_admin_pause(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    webhook_op_pause_t      *p;
    webhook_endpoint_row_t  *ep;

    p = &op->u.pause;

    if (p->all) {
        return webhook_pause_store(t, op);
    }

    rc = webhook_endpoint_row_get(t, p->endpoint, &ep);
    if (rc) {
        return rc;
    }

    if (!ep->exists && !ep->dirty && !p->make) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    webhook_endpoint_row_pause(ep, p->resume ? NULL : &p->reason);

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_admin_again(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *full)
{
    *full = 0;

    if (d->moved) {

        /* it is another node's */

        return 0;
    }

    *full = !webhook_space_take(t, WEBHOOK_ADMIN_AGAIN);

    return *full ? 0 : webhook_queue_requeue(t, ep, id, d);
}


int
webhook_admin_bounded(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d,
    const webhook_str_t *company, uint32_t backlog, int *full)
{
    int                      rc, over;
    webhook_endpoint_row_t  *ep;

    over = 0;
    *full = 0;

    if (d->moved) {
        return 0;
    }

    /* before it is counted */

    *full = !webhook_space_take(t, WEBHOOK_ADMIN_AGAIN);

    if (*full) {
        return 0;
    }

    rc = webhook_endpoint_row_get(t, endpoint, &ep);

    if (rc == 0) {
        rc = webhook_backlog_one(t, ep, company, backlog, &over);
    }

    if (rc || over) {
        *full = 2 * over;
        return rc;
    }

    /* other rows were read meanwhile */

    rc = webhook_endpoint_row_get(t, endpoint, &ep);

    return rc ? rc : webhook_queue_requeue(t, ep, id, d);
}


/* Finds a delivery that waits, is dead or was cancelled, or is delivered and to
   be sent again; where there is none, or it is under way or delivered, that is
   the result. */

static int
webhook_admin_get(webhook_txn_t *t, webhook_op_t *op,
    webhook_endpoint_row_t **ep, webhook_delivery_row_t *d, int *found)
{
    int                     rc;
    MDB_val                 val;
    unsigned char           key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t      head;
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
        rc = webhook_endpoint_row_get(t, o->endpoint, ep);
    }

    if (rc) {
        return rc;
    }

    rc = webhook_history_entry_head(t, &o->event, &head);

    if (rc == MDB_NOTFOUND && webhook_head_gone(&head)) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
        return rc;
    }

    switch (d->state) {

    case WEBHOOK_SENDING:
        op->result = WEBHOOK_STORE_STALE;
        break;

    case WEBHOOK_DELIVERED:

        if (op->type == WEBHOOK_OP_RETRY && o->again) {
            *found = 1;
            break;
        }

        op->result = WEBHOOK_STORE_DUPLICATE;
        break;

    default: /* WEBHOOK_PENDING, WEBHOOK_DEAD, WEBHOOK_CANCELLED */

        if (d->moved) {
            o->moved = 1;
            op->result = WEBHOOK_STORE_STALE;
            break;
        }

        *found = 1;
        break;
    }

    return 0;
}
