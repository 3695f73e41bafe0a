
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of deliveries that are not finished, and their places in the due index:
 * in the lane of first sends or of retries under the time one is due, or in
 * the lane of leases under the time its lease ends.  An endpoint's row counts
 * them in the same transaction, so that its limit holds over all processes.
 */

#include "store/lmdb/queue/webhook_store_delivery.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_ring.h"
#include "store/lmdb/queue/webhook_store_admission.h"


static int webhook_delivery_turn_index(webhook_txn_t *t, uint64_t endpoint,
    int waits);


int
webhook_delivery_read(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    webhook_key_delivery(key, id, endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    return rc ? rc : webhook_row_read_delivery(&val, d);
}


int
webhook_delivery_write(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];

    webhook_key_delivery(key, id, endpoint);

    len = webhook_row_write_delivery(buf, d);

    return webhook_txn_put(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), buf,
                           len, 0);
}


int
webhook_delivery_first(webhook_txn_t *t, uint64_t endpoint, webhook_lane_e lane,
    uint64_t *time, webhook_id_t *id, uint64_t *owner)
{
    int             rc;
    MDB_val         found, val;
    unsigned char   key[WEBHOOK_KEY_DUE], *p;
    webhook_id_t    none;

    memset(&none, 0, sizeof(none));

    webhook_key_due(key, endpoint, lane, 0, &none);

    rc = webhook_delivery_seek(t, key, &found, &val);

    if (rc == MDB_NOTFOUND) {
        *time = WEBHOOK_NEVER;
        return 0;
    }

    if (rc) {
        return rc;
    }

    p = found.mv_data;

    *time = webhook_get_u64(p + 9);

    if (id) {
        memcpy(id->bytes, p + 17, 16);
    }

    if (owner) {
        *owner = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;
    }

    return 0;
}


int
webhook_delivery_fenced(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    webhook_lane_e lane, uint64_t length, uint64_t *time, webhook_id_t *id)
{
    int                     rc, admitted;
    webhook_delivery_row_t  d;

    *time = WEBHOOK_NEVER;

    if (ep->fenced == 0 || ep->shut) {
        return 0;
    }

    rc = webhook_delivery_first(t, ep->id, lane == WEBHOOK_LANE_FIRST
                                           ? WEBHOOK_LANE_FENCED
                                           : WEBHOOK_LANE_FENCED_RETRY,
                                time, id, NULL);

    if (rc || *time > t->now) {
        return rc;
    }

    rc = webhook_delivery_read(t, ep->id, id, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED) {

        /* who leases it sees to that */

        return 0;
    }

    if (rc == 0) {
        rc = webhook_outbox_admits(t, ep, &d, length, &admitted);
    }

    if (rc || admitted) {
        return rc;
    }

    *time = WEBHOOK_NEVER;

    return webhook_outbox_shut(t, ep);
}


int
webhook_delivery_seek(webhook_txn_t *t, const unsigned char *key,
    MDB_val *found, MDB_val *val)
{
    int  rc;

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, key, WEBHOOK_KEY_DUE, found, val);

    if (rc) {
        return rc;
    }

    return memcmp(found->mv_data, key, 9) == 0 ? 0 : MDB_NOTFOUND;
}


int
webhook_delivery_wait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int             rc;
    size_t          mark;
    unsigned char   key[WEBHOOK_KEY_DUE];
    webhook_lane_e  lane;

    lane = webhook_delivery_lane(d);

    mark = lane == WEBHOOK_LANE_FIRST
           && webhook_listed_ordered(t, ep, id, d->due);

    webhook_key_due(key, ep->id, lane, d->due, id);

    rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key),
                         WEBHOOK_LISTED_MARK, mark, 0);

    if (webhook_delivery_numbers(lane)) {
        ep->fenced++;
    }

    if (rc == 0 && lane >= WEBHOOK_LANE_TURN) {
        rc = webhook_delivery_turn_index(t, ep->id, 1);
    }

    if (rc == 0 && mark) {
        webhook_listed_mark(ep);

    } else if (rc == 0) {
        rc = webhook_listed_put(t, ep, WEBHOOK_PENDING, id);
    }

    return rc ? rc : webhook_delivery_pending(t, ep, id, d);
}


int
webhook_delivery_unwait(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    unsigned char  key[WEBHOOK_KEY_DUE];

    webhook_key_due(key, ep->id, webhook_delivery_lane(d), d->due, id);

    return webhook_delivery_unqueue(t, ep, key);
}


int
webhook_delivery_unqueue(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const unsigned char *due)
{
    int           rc;
    size_t        mark;
    webhook_id_t  id;

    mark = 0;

    rc = webhook_txn_take(t, WEBHOOK_DB_DUE, due, WEBHOOK_KEY_DUE, &mark);
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_delivery_unpending(t, ep);
    if (rc) {
        return rc;
    }

    webhook_delivery_uncount(ep, due);

    if (due[8] >= WEBHOOK_LANE_TURN) {
        rc = webhook_delivery_turn_index(t, ep->id, 0);
        if (rc) {
            return rc;
        }
    }

    if (mark) {
        webhook_listed_unmark(ep);
        return 0;
    }

    memcpy(id.bytes, due + 17, 16);

    return webhook_listed_del(t, ep, WEBHOOK_PENDING, &id);
}


/* One of the endpoint waits for its turn, or one does not any more. */

static int
webhook_delivery_turn_index(webhook_txn_t *t, uint64_t endpoint, int waits)
{
    int            rc;
    MDB_val        found, val;
    webhook_id_t   none;
    unsigned char  key[WEBHOOK_KEY_TURN], due[WEBHOOK_KEY_DUE];

    webhook_key_turn(key, endpoint);

    if (waits) {
        rc = webhook_txn_get(t, WEBHOOK_DB_META, key, sizeof(key), &val);

        return rc == MDB_NOTFOUND ? webhook_txn_put(t, WEBHOOK_DB_META, key,
                                                    sizeof(key), "", 0, 0)
                                  : rc;
    }

    memset(&none, 0, sizeof(none));

    /* both lanes are the last ones */

    webhook_key_due(due, endpoint, WEBHOOK_LANE_TURN, 0, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, due, sizeof(due), &found, &val);

    if (rc == 0 && memcmp(found.mv_data, due, 8) == 0) {
        return 0;
    }

    if (rc == 0 || rc == MDB_NOTFOUND) {
        rc = webhook_txn_del(t, WEBHOOK_DB_META, key, sizeof(key));
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_delivery_turns(webhook_txn_t *t, uint64_t *endpoint)
{
    unsigned char  key[WEBHOOK_KEY_TURN];

    if (*endpoint == UINT64_MAX) {
        return MDB_NOTFOUND;
    }

    webhook_key_turn(key, *endpoint + 1);

    return webhook_txn_meta_next(t, key, sizeof(key), endpoint);
}


int
webhook_delivery_pending(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    int  rc;

    rc = webhook_ring_turn(t, ep);
    if (rc) {
        return rc;
    }

    d->state = WEBHOOK_PENDING;
    d->end = 0;

    ep->states[WEBHOOK_PENDING]++;
    ep->dirty = 1;

    return webhook_delivery_write(t, ep->id, id, d);
}


int
webhook_delivery_unpending(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int  rc;

    rc = webhook_ring_turn(t, ep);

    if (rc == 0 && ep->states[WEBHOOK_PENDING]) {
        ep->states[WEBHOOK_PENDING]--;
    }

    return rc;
}


int
webhook_delivery_lease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease)
{
    int  rc;

    d->lease_token = ++t->state.lease;

    rc = webhook_delivery_leased(t, ep, id, d, lease);
    if (rc) {
        return rc;
    }

    ep->inflight += !d->stocked;

    return 0;
}


int
webhook_delivery_leased(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, uint64_t lease)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE], owner[8];

    d->state = WEBHOOK_SENDING;
    d->end = webhook_later(t->now, lease);

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);
    webhook_set_u64(owner, t->st->incarnation);

    rc = webhook_txn_put(t, WEBHOOK_DB_DUE, key, sizeof(key), owner, 8, 0);

    if (rc == 0) {
        rc = webhook_ring_turn(t, ep);
    }

    if (rc) {
        return rc;
    }

    webhook_admission_take(t, ep, d);

    ep->states[WEBHOOK_SENDING]++;
    ep->dirty = 1;

    return webhook_delivery_write(t, ep->id, id, d);
}


int
webhook_delivery_unlease(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DUE];

    webhook_key_due(key, ep->id, WEBHOOK_LANE_LEASE, d->end, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_DUE, key, sizeof(key));
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_ring_turn(t, ep);
    if (rc) {
        return rc;
    }

    webhook_admission_leave(ep, d->lease_token);

    if (!d->stocked && ep->inflight) {
        ep->inflight--;
    }

    if (ep->states[WEBHOOK_SENDING]) {
        ep->states[WEBHOOK_SENDING]--;
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_delivery_slot(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d)
{
    d->stocked = 0;

    ep->inflight++;
    ep->dirty = 1;

    return webhook_delivery_write(t, ep->id, id, d);
}
