
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the index of what waits and is dead, in rings, in
 * tasks and in the outbox.
 */

#include "store/lmdb/check/webhook_store_check_bulk.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


static int webhook_check_marked(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int *marked);
static int webhook_check_listed_one(webhook_check_ctx_t *x, uint64_t endpoint,
    unsigned state, const webhook_id_t *id);


/* Whether one waits for its first send in the lane alone, with a mark. */

static int
webhook_check_marked(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d, int *marked)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DUE];

    *marked = 0;

    if (d->state != WEBHOOK_PENDING || d->parked
        || webhook_delivery_lane(d) != WEBHOOK_LANE_FIRST)
    {
        return 0;
    }

    webhook_key_due(key, endpoint, WEBHOOK_LANE_FIRST, d->due, id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DUE, key, sizeof(key), &val);

    *marked = rc == 0 && val.mv_size;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_check_is_listed(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int                        rc, marked;
    webhook_listed_e           change;
    webhook_check_endpoint_t  *e;

    if (!webhook_listed_has(x->t, d->state)) {
        return 0;
    }

    rc = webhook_check_marked(x, endpoint, id, d, &marked);
    if (rc) {
        return rc;
    }

    if (marked) {
        e = webhook_check_find(x, endpoint);

        if (e) {
            e->marked++;

            if (!webhook_listed_ordered(x->t, &e->row, id, d->due)) {
                webhook_check_fault(x, id, "a first send that is not listed "
                                    "is out of order");
            }
        }

        return 0;
    }

    e = webhook_check_find(x, endpoint);

    change = e ? webhook_listed_find(e->row.unwritten, e->row.unwritten_len,
                                     d->state, id)
               : WEBHOOK_LISTED_SAME;

    if (change == WEBHOOK_LISTED_PUT) {
        return 0;
    }

    rc = MDB_NOTFOUND;

    if (change == WEBHOOK_LISTED_SAME) {
        rc = webhook_listed_rows_find(x->t, endpoint, d->state, id);
    }

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, id, "a %s delivery is not listed",
                            webhook_state_name(d->state));
        return 0;
    }

    return rc;
}


int
webhook_check_listed(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    size_t                     i, n;
    uint64_t                   endpoint;
    webhook_id_t               id;
    unsigned char             *p;
    unsigned char              ids[WEBHOOK_LISTED_IDS * sizeof(webhook_id_t)];
    webhook_check_endpoint_t  *e;

    p = key->mv_data;

    if (webhook_listed_rows_read(key, val, ids, &n) != 0) {
        webhook_check_fault(x, NULL, "a row of what is listed cannot be read");
        return 0;
    }

    if (memcmp(p, x->listed, sizeof(x->listed)) <= 0) {
        webhook_check_fault(x, NULL, "a row of what is listed begins before "
                            "the end of another");
    }

    memcpy(x->listed, p, sizeof(x->listed) - sizeof(id.bytes));
    memcpy(x->listed + sizeof(x->listed) - sizeof(id.bytes),
           ids + (n - 1) * sizeof(id.bytes), sizeof(id.bytes));

    endpoint = webhook_get_u64(p);
    e = webhook_check_find(x, endpoint);

    for (i = 0; i < n; i++) {
        memcpy(id.bytes, ids + i * sizeof(id.bytes), sizeof(id.bytes));

        if (e && webhook_listed_find(e->row.unwritten, e->row.unwritten_len,
                                     p[8], &id)
                 == WEBHOOK_LISTED_DEL)
        {
            continue;
        }

        rc = webhook_check_listed_one(x, endpoint, p[8], &id);
        if (rc) {
            return rc;
        }
    }

    return 0;
}


int
webhook_check_unwritten(webhook_check_ctx_t *x,
    const webhook_check_endpoint_t *e)
{
    int                   rc;
    size_t                n;
    webhook_id_t          id;
    const unsigned char  *p;

    rc = 0;

    for (n = 0; rc == 0 && n < e->row.unwritten_len;
         n += WEBHOOK_UNWRITTEN_LEN)
    {
        p = &e->row.unwritten[n];

        if ((p[0] & WEBHOOK_UNWRITTEN_DEL) == 0) {
            memcpy(id.bytes, p + 1, sizeof(id.bytes));

            rc = webhook_check_listed_one(x, e->id, p[0], &id);
        }
    }

    return rc;
}


/* Whether a delivery is as it is listed. */

static int
webhook_check_listed_one(webhook_check_ctx_t *x, uint64_t endpoint,
    unsigned state, const webhook_id_t *id)
{
    int                      rc, marked;
    webhook_delivery_row_t   d;

    marked = 0;

    rc = webhook_delivery_read(x->t, endpoint, id, &d);

    if (rc == 0) {
        rc = webhook_check_marked(x, endpoint, id, &d, &marked);
    }

    if (rc == MDB_NOTFOUND || (rc == 0 && (state != d.state || marked))) {
        webhook_check_fault(x, id, "a delivery is listed that is not so");
        return 0;
    }

    /* one that cannot be read was told of already */

    return rc == MDB_CORRUPTED ? 0 : rc;
}


int
webhook_check_ring(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    webhook_ring_row_t  row;

    (void) key;

    if (webhook_row_read_ring(val, &row) != 0) {
        webhook_check_fault(x, NULL, "an hour of the rings cannot be read");
    }

    return 0;
}


int
webhook_check_task(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    webhook_id_t        id;
    webhook_task_row_t  row;

    if (webhook_row_read_task(val, &row) != 0) {
        memcpy(id.bytes, key->mv_data, sizeof(id.bytes));

        webhook_check_fault(x, &id, "a task cannot be read");
        return 0;
    }

    x->tasks += row.task.state == WEBHOOK_TASK_RUNNING;

    return 0;
}


int
webhook_check_entry(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                    rc;
    webhook_outbox_row_t   e;

    x->entries++;

    rc = webhook_outbox_cluster(x->t);
    if (rc) {
        return rc;
    }

    if (webhook_row_read_outbox(val, &e) != 0) {
        webhook_check_fault(x, NULL, "an entry of the outbox cannot be read");
        return 0;
    }

    if (webhook_get_u64(key->mv_data) > x->t->cluster.assigned) {
        webhook_check_fault(x, &e.id, "an entry of the outbox has a number "
                            "that was never given");
    }

    return 0;
}


int
webhook_check_numbered(webhook_check_ctx_t *x, const webhook_id_t *id,
    uint64_t endpoint, const webhook_delivery_row_t *d)
{
    int                    rc;
    MDB_val                val;
    unsigned char          key[WEBHOOK_KEY_OUTBOX];
    webhook_outbox_row_t   e;

    rc = webhook_outbox_cluster(x->t);
    if (rc) {
        return rc;
    }

    if (d->number > x->t->cluster.assigned) {
        webhook_check_fault(x, id, "it has a number that was never given");
    }

    if (d->number <= x->t->cluster.confirmed) {
        return 0;
    }

    webhook_set_u64(key, d->number);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_OUTBOX, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND
        || (rc == 0
            && (webhook_row_read_outbox(&val, &e) != 0
                || e.kind != WEBHOOK_SHIP_DELIVERY || e.endpoint != endpoint
                || memcmp(&e.id, id, sizeof(webhook_id_t)) != 0)))
    {
        webhook_check_fault(x, id, "it is not in the outbox");
        return 0;
    }

    return rc;
}
