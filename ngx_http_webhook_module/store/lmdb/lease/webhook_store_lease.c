
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Leasing one delivery.
 */

#include "store/lmdb/lease/webhook_store_lease.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_admission.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_queue.h"

#include <errno.h>


#define WEBHOOK_LEASE_AHEAD  65536      /* body bytes of one that is leased
                                           ahead, at most */


static int webhook_lease_due(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t takes, int stock, unsigned char *key);


int
webhook_lease_next(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t length, uint64_t takes, int stock, void **memory,
    webhook_lease_t **lease, int *taken)
{
    int                     rc, gone;
    webhook_id_t            id;
    webhook_lease_t        *l;
    webhook_delivery_row_t  d;
    unsigned char           key[WEBHOOK_KEY_DUE];

    *taken = 0;

    for ( ;; ) {
        gone = 0;

        rc = webhook_lease_due(t, ep, takes ? takes : length, stock, key);

        if (rc == MDB_NOTFOUND) {
            return 0;
        }

        if (rc) {
            return rc;
        }

        l = *lease;

        if (l == NULL) {
            l = webhook_memory_alloc(memory, sizeof(webhook_lease_t));
            if (l == NULL) {
                return ENOMEM;
            }
        }

        memcpy(id.bytes, key + 17, 16);

        rc = webhook_delivery_read(t, ep->id, &id, &d);

        if (rc == 0 && (d.state != WEBHOOK_PENDING || d.parked)) {
            rc = MDB_CORRUPTED;
        }

        if (rc == 0) {
            rc = webhook_lease_load(t, ep, &id, &d, stock, memory, l);
            gone = (rc == MDB_NOTFOUND);

        } else if (rc == MDB_NOTFOUND) {
            rc = MDB_CORRUPTED;
        }

        if (rc == E2BIG) {
            return 0;
        }

        if (rc == MDB_CORRUPTED || gone) {
            rc = gone ? webhook_queue_cancel(t, ep, &id, &d)
                      : webhook_queue_dead_letter_row(t, ep, key);
            if (rc) {
                return rc;
            }

            continue;
        }

        if (rc) {
            return rc;
        }

        rc = webhook_delivery_unqueue(t, ep, key);
        if (rc) {
            return rc;
        }

        d.stocked = stock ? 1 : 0;

        rc = webhook_delivery_lease(t, ep, &id, &d, length);
        if (rc) {
            return rc;
        }

        l->lease_token = d.lease_token;
        *lease = l;
        *taken = 1;

        return 0;
    }
}


/*
 * The key of what is due: of the lane whose turn it is, or else of the other.  In
 * each, what has a number and what has none go in the order of their times; what
 * has one is not leased ahead, as its send may begin long after, and the fence was
 * asked for now.
 */

static int
webhook_lease_due(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint64_t takes, int stock, unsigned char *key)
{
    int             rc, covered;
    unsigned        i;
    uint64_t        time, fenced;
    webhook_id_t    id, other;
    webhook_lane_e  lane;

    if (ep->states[WEBHOOK_PENDING] == 0) {
        return MDB_NOTFOUND;
    }

    if (ep->shared && !ep->shut) {
        rc = webhook_outbox_covers(t, takes, &covered);

        if (rc == 0 && !covered) {
            rc = webhook_outbox_shut(t, ep);
        }

        if (rc) {
            return rc;
        }
    }

    if (ep->shared && ep->shut) {
        return MDB_NOTFOUND;
    }

    for (i = 0; i < 2; i++) {

        lane = webhook_admission_retry(ep) == (i == 0) ? WEBHOOK_LANE_RETRY
                                                  : WEBHOOK_LANE_FIRST;

        if (!stock && !webhook_admission_open(t, ep, lane)) {
            continue;
        }

        rc = webhook_delivery_first(t, ep->id, lane, &time, &id, NULL);

        if (rc == 0) {
            rc = webhook_delivery_fenced(t, ep, lane, takes, &fenced, &other);
        }

        if (rc) {
            return rc;
        }

        if (fenced <= t->now && fenced <= time) {

            if (stock) {
                return MDB_NOTFOUND;
            }

            lane = lane == WEBHOOK_LANE_FIRST ? WEBHOOK_LANE_FENCED
                                              : WEBHOOK_LANE_FENCED_RETRY;
            time = fenced;
            id = other;
        }

        if (time <= t->now) {
            webhook_key_due(key, ep->id, lane, time, &id);
            return 0;
        }
    }

    if (ep->shared) {

        /* times that were not used are lost: it is to be looked at another
           time */

        ep->dirty = 1;
    }

    return MDB_NOTFOUND;
}


int
webhook_lease_waits(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    webhook_lane_e lane, int *due)
{
    int       rc;
    uint64_t  time;

    rc = webhook_delivery_first(t, ep->id, lane, &time, NULL, NULL);

    *due = (rc == 0 && time <= t->now);

    return rc;
}


int
webhook_lease_load(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int stock,
    void **memory, webhook_lease_t *lease)
{
    int                 rc;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY];
    webhook_event_t    *e;
    webhook_head_row_t  head;

    e = &lease->event;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, &head);
    }

    if (rc) {
        return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
    }

    if (webhook_head_gone(&head)) {
        return MDB_NOTFOUND;
    }

    if (d->rendition + d->step >= head.renditions_count) {
        return MDB_CORRUPTED;
    }

    if (stock && (d->order
                  || head.renditions[d->rendition + d->step].body
                     > WEBHOOK_LEASE_AHEAD))
    {
        return E2BIG;
    }

    e->id = *id;
    e->wire = head.wired ? head.wire : *id;
    e->wall = head.wall;

    if (webhook_memory_text(memory, &head.type, &e->type) != 0) {
        return ENOMEM;
    }

    rc = webhook_rendition_read(t, &head.renditions[d->rendition + d->step],
                                memory, &e->rendition);
    if (rc) {
        return rc;
    }

    lease->endpoint = ep->id;
    lease->attempt = d->tries + 1;
    lease->number = d->steps > 1 ? lease->attempt : d->attempts + 1;
    lease->step = d->step;
    lease->until = webhook_outbox_until(t, ep, d);
    lease->retry = webhook_delivery_turn(d) == WEBHOOK_LANE_RETRY;
    lease->early = 0;

    return 0;
}
