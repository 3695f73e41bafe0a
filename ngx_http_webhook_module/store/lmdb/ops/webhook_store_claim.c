
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Claiming: which deliveries go out next, and their bytes.
 */

#include "store/lmdb/ops/webhook_store_claim.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_revoked.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/queue/webhook_store_reclaim.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store/lmdb/lease/webhook_store_lease.h"
#include "store/lmdb/note/webhook_store_note.h"
#include "store/lmdb/ops/webhook_store_aside.h"
#include "store/lmdb/ops/webhook_store_ready.h"

#include <errno.h>


#define WEBHOOK_CLAIM_MAX    4096       /* leases given in one claim */
#define WEBHOOK_CLAIM_STOCK  16         /* leased ahead with an outcome */
#define WEBHOOK_CLAIM_DEPTH  4          /* leased ahead, of a slot */
#define WEBHOOK_CLAIM_SHORT  1000       /* ms until the next look, where the
                                           store is paused, or a reader keeps
                                           too many pages */


static int webhook_claim_endpoint(webhook_txn_t *t, webhook_op_t *op,
    uint64_t id, uint32_t quota, uint32_t max, size_t *bytes,
    uint32_t *taken);


int
webhook_claim_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int       rc, some;
    uint32_t  count;
    uint64_t  ready[WEBHOOK_READY_MAX];

    rc = webhook_aside_claimed(t, &op->u.claim, todo);

    if (rc || *todo) {
        return rc;
    }

    rc = webhook_ready_find(t, &op->u.claim, ready, &count, &some);
    if (rc) {
        return rc;
    }

    *todo = some || (count && op->u.claim.max);

    if (*todo && (t->paused || webhook_headroom_short(t, 2))) {
        op->u.claim.next = WEBHOOK_CLAIM_SHORT;
        *todo = 0;
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_claim(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, some;
    size_t               bytes;
    uint32_t             i, max, count, quota, taken, round;
    uint64_t             ready[WEBHOOK_READY_MAX];
    webhook_op_claim_t  *c;

    c = &op->u.claim;

    /* what the batch did so far has to show in the wake index */

    rc = webhook_aside_claimed(t, c, &some);

    if (rc == 0) {
        rc = webhook_wake_flush(t);
    }

    if (rc == 0) {
        rc = webhook_ready_find(t, c, ready, &count, &some);
    }

    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    if (count == 0 || c->max == 0) {
        return 0;
    }

    if (t->paused || webhook_headroom_short(t, 2)) {

        /* what is sent now might find no room for its outcome */

        c->next = WEBHOOK_CLAIM_SHORT;
        return 0;
    }

    max = c->max < WEBHOOK_CLAIM_MAX ? c->max : WEBHOOK_CLAIM_MAX;

    c->leases = webhook_memory_alloc(&op->memory,
                                     max * sizeof(webhook_lease_t));
    if (c->leases == NULL) {
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    /* an equal share for each that is ready; what some leave goes round
       again */

    bytes = 0;

    do {
        quota = (max - c->count) / count;

        if (quota == 0) {
            quota = 1;
        }

        round = 0;

        for (i = 0; i < count; i++) {

            if (c->count == max || (c->count && bytes >= c->max_bytes)) {
                break;
            }

            rc = webhook_claim_endpoint(t, op, ready[i], quota, max,
                                        &bytes, &taken);
            if (rc) {
                return rc;
            }

            round += taken;
        }

    } while (i == count && round);

    rc = webhook_wake_flush(t);
    if (rc) {
        return rc;
    }

    return webhook_ready_find(t, c, ready, &count, NULL);
}


static int
webhook_claim_endpoint(webhook_txn_t *t, webhook_op_t *op, uint64_t id,
    uint32_t quota, uint32_t max, size_t *bytes, uint32_t *taken)
{
    int                      rc, got;
    uint32_t                 reclaimed;
    webhook_lease_t         *lease;
    webhook_op_claim_t      *c;
    webhook_endpoint_row_t  *ep;

    c = &op->u.claim;
    *taken = 0;

    rc = webhook_endpoint_row_get(t, id, &ep);
    if (rc) {
        return rc;
    }

    if (ep->name_len == 0) {

        /* its row was made anew, by whatever process */

        t->st->forgot = 1;
    }

    rc = webhook_reclaim(t, ep, NULL, 0, &reclaimed);

    if (rc == 0) {
        rc = webhook_queue_unblock_some(t, ep);
    }

    if (rc) {
        return rc;
    }

    while (quota--
           && c->count < max
           && (c->count == 0 || *bytes < c->max_bytes))
    {
        lease = &c->leases[c->count];

        rc = webhook_lease_next(t, ep, c->lease, c->takes, 0, &op->memory,
                                &lease, &got);

        if (rc == ENOMEM && c->count) {
            return 0;
        }

        if (rc) {
            return rc;
        }

        if (!got) {
            break;
        }

        *bytes += lease->event.rendition.body.len;

        c->count++;
        (*taken)++;
    }

    return 0;
}


int
webhook_claim_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op)
{
    int                     rc, taken;
    uint64_t                time;
    webhook_op_complete_t  *c;

    c = &op->u.complete;

    if (t->paused || webhook_headroom_short(t, 2)) {
        c->wait = WEBHOOK_CLAIM_SHORT;
        return 0;
    }

    rc = webhook_lease_next(t, ep, c->lease, c->takes, 0, &op->memory,
                            &c->next, &taken);

    /* where there is no memory for one more, the outcome still stands */

    if (rc == ENOMEM) {
        return 0;
    }

    if (rc || taken || webhook_admission_open(t, ep, WEBHOOK_LANE_FIRST)) {
        return rc;
    }

    rc = webhook_wake_time(t, ep, 1, &time);

    if (rc == 0 && time != WEBHOOK_NEVER) {
        c->wait = time > t->now ? time - t->now : 0;
    }

    return rc;
}


int
webhook_claim_step(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op, webhook_delivery_row_t *d)
{
    int                     rc, due;
    webhook_lease_t        *lease;
    webhook_op_complete_t  *c;

    c = &op->u.complete;

    if (t->paused
        || !webhook_admission_open(t, ep, webhook_delivery_turn(d))
        || webhook_headroom_short(t, 2))
    {
        return 0;
    }

    rc = webhook_outbox_admits(t, ep, d, c->takes ? c->takes : c->lease, &due);

    if (rc || !due) {
        return rc;
    }

    if (webhook_admission_retry(ep)) {

        rc = webhook_lease_waits(t, ep, WEBHOOK_LANE_RETRY, &due);

        if (rc || due) {
            return rc;
        }
    }

    lease = webhook_memory_alloc(&op->memory, sizeof(webhook_lease_t));
    if (lease == NULL) {
        return 0;
    }

    rc = webhook_lease_load(t, ep, &c->event, d, 0, &op->memory, lease);

    if (rc == ENOMEM || rc == MDB_CORRUPTED || rc == MDB_NOTFOUND) {

        /* who claims it sees to that */

        return 0;
    }

    if (rc == 0) {
        rc = webhook_delivery_lease(t, ep, &c->event, d, c->lease);
    }

    if (rc == 0) {
        lease->lease_token = d->lease_token;
        c->next = lease;
    }

    return rc;
}


int
webhook_claim_stock(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_op_t *op)
{
    int                     rc, taken;
    uint64_t                n, most, stocked;
    webhook_lease_t        *lease;
    webhook_op_complete_t  *c;

    c = &op->u.complete;

    /* who could have a slot is not to wait for another's; those that are held
       in advance go back soon, for something waits */

    if (ep->inflight != ep->limit
        || webhook_row_credits(ep)
        || !webhook_admission_stock(t, ep)
        || webhook_revoked_number(t->st, ep->id) == 0
        || !webhook_note_ready(t->st)
        || webhook_headroom_short(t, 2))
    {
        return 0;
    }

    most = (uint64_t) ep->limit * WEBHOOK_CLAIM_DEPTH;
    stocked = webhook_row_stocked(ep);

    if (ep->states[WEBHOOK_PENDING] == 0 || stocked >= most) {
        return 0;
    }

    n = most - stocked;

    if (n > c->ahead) {
        n = c->ahead;
    }

    if (n > WEBHOOK_CLAIM_STOCK) {
        n = WEBHOOK_CLAIM_STOCK;
    }

    c->stock = webhook_memory_alloc(&op->memory, n * sizeof(webhook_lease_t));
    if (c->stock == NULL) {
        return 0;
    }

    do {
        lease = &c->stock[c->stock_count];

        rc = webhook_lease_next(t, ep, c->lease, c->takes, 1, &op->memory,
                                &lease, &taken);
        if (rc || !taken) {
            break;
        }

    } while (++c->stock_count < n);

    return rc == ENOMEM ? 0 : rc;
}


int
webhook_claim_ahead(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int *ahead)
{
    int       rc, due;
    uint64_t  stocked, waiting;

    if (ep->shared) {

        /* CLAIM sees to the fence */

        *ahead = 0;
        return 0;
    }

    *ahead = 1;

    /* what is leased ahead of a slot goes before it, too */

    stocked = webhook_row_stocked(ep);
    waiting = ep->states[WEBHOOK_PENDING] + stocked;

    if (waiting == 0
        || (ep->rate == 0 && ep->inflight + waiting < ep->limit))
    {
        return 0;
    }

    if (stocked) {
        *ahead = 0;
        return 0;
    }

    rc = webhook_lease_waits(t, ep, WEBHOOK_LANE_FIRST, &due);

    if (rc == 0 && !due) {
        rc = webhook_lease_waits(t, ep, WEBHOOK_LANE_RETRY, &due);
    }

    if (rc == 0 && !due && ep->fenced && !ep->shut) {
        rc = webhook_lease_waits(t, ep, WEBHOOK_LANE_FENCED, &due);

        if (rc == 0 && !due) {
            rc = webhook_lease_waits(t, ep, WEBHOOK_LANE_FENCED_RETRY, &due);
        }
    }

    *ahead = !due;

    return rc;
}
