
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHIP_LIMITS and SHIP_SHARE.
 */

#include "store/lmdb/ship/limits/webhook_store_ship_limits.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <string.h>


#define WEBHOOK_LIMITS_MORE  2          /* sends that are asked for beside those
                                           that it could surely use */


static int webhook_limits_one(webhook_txn_t *t, uint64_t id,
    webhook_op_ship_limits_t *l, webhook_ship_limit_t *limit, int *some);
static int webhook_limits_due(webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, uint64_t *time);
static uint32_t webhook_limits_sends(const webhook_txn_t *t,
    const webhook_endpoint_row_t *ep, uint32_t horizon);


int
webhook_ship_limits(webhook_txn_t *t, webhook_op_t *op)
{
    int                        rc, some;
    uint32_t                   max;
    webhook_op_ship_limits_t  *l;

    l = &op->u.ship_limits;

    max = l->max < WEBHOOK_SHIP_LIMITS_MAX ? l->max : WEBHOOK_SHIP_LIMITS_MAX;

    op->result = WEBHOOK_STORE_OK;

    rc = webhook_outbox_cluster(t);

    while (rc == 0) {

        rc = webhook_share_next(t, &l->after);
        if (rc) {
            break;
        }

        if (l->count == max) {
            l->after--;
            l->more = 1;
            return 0;
        }

        if (l->limits == NULL) {
            l->limits = webhook_memory_alloc(&op->memory,
                                         max * sizeof(webhook_ship_limit_t));
            if (l->limits == NULL) {
                op->result = WEBHOOK_STORE_UNAVAILABLE;
                return 0;
            }
        }

        rc = webhook_limits_one(t, l->after, l, &l->limits[l->count], &some);

        l->count += (rc == 0 && some);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_limits_one(webhook_txn_t *t, uint64_t id, webhook_op_ship_limits_t *l,
    webhook_ship_limit_t *limit, int *some)
{
    int                      rc, covered;
    uint32_t                 slots, keep;
    uint64_t                 time, could;
    webhook_endpoint_row_t  *ep;

    *some = 0;

    rc = webhook_endpoint_row_get(t, id, &ep);

    if (rc || !ep->shared) {
        return rc;
    }

    rc = webhook_limits_due(t, ep, &time);

    if (rc == 0) {
        rc = webhook_outbox_covers(t, 0, &covered);
    }

    if (rc) {
        return rc;
    }

    memset(limit, 0, sizeof(webhook_ship_limit_t));

    slots = webhook_share_slots(t, ep);

    limit->endpoint = id;
    limit->inflight = ep->limit;
    limit->rate = ep->rate;
    limit->per = ep->per ? ep->per : 1000;
    limit->burst = ep->burst;
    limit->held = slots > ep->inflight ? slots : ep->inflight;
    limit->want = ep->inflight < ep->limit ? ep->inflight : ep->limit;
    limit->kept = slots;

    if (!t->paused && webhook_later(t->now, l->horizon) >= time) {

        could = (uint64_t) ep->inflight + ep->states[WEBHOOK_PENDING];

        limit->want = could < ep->limit ? (uint32_t) could : ep->limit;
        limit->sends = webhook_limits_sends(t, ep, l->horizon);
    }

    /* what is sent now and then has its slot for as long */

    keep = ep->share.used < slots ? ep->share.used : slots;

    if (limit->want < keep) {
        limit->want = keep < ep->limit ? keep : ep->limit;
    }

    if (time <= t->now && !t->paused && (slots == 0 || !covered)) {
        limit->waits = 1;
        l->waits++;
    }

    *some = 1;

    return 0;
}


/* When something could be sent, as far as this node is concerned. */

static int
webhook_limits_due(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    uint64_t *time)
{
    int       rc;
    unsigned  i;
    uint64_t  first;

    static const webhook_lane_e  lanes[] = {
        WEBHOOK_LANE_FIRST, WEBHOOK_LANE_FENCED,
        WEBHOOK_LANE_RETRY, WEBHOOK_LANE_FENCED_RETRY
    };

    *time = WEBHOOK_NEVER;

    if (ep->paused || ep->states[WEBHOOK_PENDING] == 0) {
        return 0;
    }

    for (i = 0; i < 4; i++) {

        if (i < 2 && ep->open && ep->probe) {
            continue;
        }

        rc = webhook_delivery_first(t, ep->id, lanes[i], &first, NULL, NULL);
        if (rc) {
            return rc;
        }

        if (i < 2 && first != WEBHOOK_NEVER) {

            if (first < ep->held) {
                first = ep->held;
            }

            if (ep->open && first < ep->open_until) {
                first = ep->open_until;
            }
        }

        if (first < *time) {
            *time = first;
        }
    }

    return 0;
}


/*
 * How many sends it could begin until the horizon, beside those that have a time.
 * Times that are not used are lost for all nodes: so no more are asked for than
 * there are free slots, and twice as many as were begun since the last share.
 */

static uint32_t
webhook_limits_sends(const webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    uint32_t horizon)
{
    uint32_t  slots, left;
    uint64_t  sends, most;

    if (ep->rate == 0) {
        return 0;
    }

    slots = webhook_share_slots(t, ep);
    left = webhook_share_left(t, ep);

    sends = (slots > ep->inflight ? slots - ep->inflight : 0)
            + 2 * (uint64_t) ep->share.used + WEBHOOK_LIMITS_MORE;

    if (sends > ep->states[WEBHOOK_PENDING]) {
        sends = ep->states[WEBHOOK_PENDING];
    }

    most = (uint64_t) ep->rate * horizon / (ep->per ? ep->per : 1000)
           + ep->burst + 1;

    if (sends > most) {
        sends = most;
    }

    return sends > left ? (uint32_t) (sends - left) : 0;
}


int
webhook_ship_share(webhook_txn_t *t, webhook_op_t *op)
{
    int                       rc;
    uint32_t                  i;
    uint64_t                  asked, answered;
    webhook_endpoint_row_t   *ep;
    webhook_op_ship_share_t  *s;

    s = &op->u.ship_share;

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    if (memcmp(&s->session, &t->cluster.session, sizeof(webhook_id_t)) != 0) {
        op->result = WEBHOOK_STORE_STALE;
        return 0;
    }

    asked = s->asked + (uint64_t) t->st->offset;
    answered = s->answered + (uint64_t) t->st->offset;

    for (i = 0; i < s->count; i++) {

        rc = webhook_endpoint_row_get(t, s->shares[i].endpoint, &ep);
        if (rc) {
            return rc;
        }

        if (ep->shared) {
            webhook_share_give(t, ep, &s->shares[i], asked, answered);
        }
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}
