
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the rows of what waits: they have to be where
 * others say they are, and what they say of others has to be true.
 */

#include "store/lmdb/check/webhook_store_check_queue.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


static int webhook_check_owner(webhook_check_ctx_t *x, uint64_t incarnation);


int
webhook_check_due(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    row;
    uint64_t                   endpoint, time;
    webhook_id_t               id;
    unsigned char             *p, dkey[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t     d;
    webhook_check_endpoint_t  *e;

    p = key->mv_data;

    endpoint = webhook_get_u64(p);
    time = webhook_get_u64(p + 9);
    memcpy(id.bytes, p + 17, 16);

    webhook_key_delivery(dkey, &id, endpoint);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "a row of the queue has no delivery");
        return 0;
    }

    if (rc) {
        return rc;
    }

    if (webhook_row_read_delivery(&row, &d) != 0) {
        return 0;
    }

    if (p[8] != WEBHOOK_LANE_LEASE) {

        /* but for the mark of a first send */

        if (val->mv_size > (p[8] == WEBHOOK_LANE_FIRST)
            || d.due != time
            || (p[8] == WEBHOOK_LANE_BLOCK
                ? !d.blocks
                : d.state != WEBHOOK_PENDING || d.parked
                  || p[8] != webhook_delivery_lane(&d)))
        {
            webhook_check_fault(x, &id, "a row of the queue is not of its "
                                "%s delivery", webhook_state_name(d.state));
        }

        e = webhook_delivery_numbers(p[8]) ? webhook_check_find(x, endpoint)
                                           : NULL;
        if (e) {
            e->fenced++;
        }

        return 0;
    }

    x->check->leases++;

    if (d.state != WEBHOOK_SENDING || d.end != time) {
        webhook_check_fault(x, &id, "a lease is not of its %s delivery",
                            webhook_state_name(d.state));
    }

    e = webhook_check_find(x, endpoint);

    if (e) {
        e->slots += !d.stocked;
    }

    if (val->mv_size != 8) {
        webhook_check_fault(x, &id, "a lease has no owner");
        return 0;
    }

    rc = webhook_check_owner(x, webhook_get_u64(val->mv_data));

    if (rc == MDB_NOTFOUND) {
        x->check->orphans++;
        return 0;
    }

    return rc;
}


static int
webhook_check_owner(webhook_check_ctx_t *x, uint64_t incarnation)
{
    int                  rc;
    MDB_val              key, val;
    MDB_cursor          *c;
    webhook_owner_row_t  row;

    rc = webhook_txn_cursor(x->t, WEBHOOK_DB_OWNERS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (webhook_row_read_owner(&val, &row) == 0
            && row.incarnation == incarnation)
        {
            return 0;
        }
    }

    return rc;
}


int
webhook_check_head(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                     rc;
    webhook_id_t            id;
    unsigned char          *p;
    webhook_delivery_row_t  d;

    p = key->mv_data;

    if (val->mv_size != 16) {
        webhook_check_fault(x, NULL, "the head of a key cannot be read");
        return 0;
    }

    memcpy(id.bytes, val->mv_data, 16);

    rc = webhook_delivery_read(x->t, webhook_get_u64(p), &id, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0
            && (d.order != webhook_get_u64(p + 8) || d.parked
                || (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING
                    && !d.blocks))))
    {
        webhook_check_fault(x, &id, "it is no head of a key");
        return 0;
    }

    return rc;
}


int
webhook_check_parked(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                     rc;
    MDB_val                 row;
    webhook_id_t            id;
    unsigned char          *p;
    webhook_delivery_row_t  d;

    p = key->mv_data;

    if (val->mv_size != 16) {
        webhook_check_fault(x, NULL, "what is parked cannot be read");
        return 0;
    }

    memcpy(id.bytes, val->mv_data, 16);

    rc = webhook_delivery_read(x->t, webhook_get_u64(p), &id, &d);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0
            && (!d.parked || d.order != webhook_get_u64(p + 8)
                || d.place != webhook_get_u64(p + 16))))
    {
        webhook_check_fault(x, &id, "it is not parked");
        return 0;
    }

    if (rc) {
        return rc;
    }

    rc = webhook_txn_get(x->t, WEBHOOK_DB_HEADS, p, WEBHOOK_KEY_HEAD, &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "it is parked behind nobody");
        return 0;
    }

    return rc;
}


int
webhook_check_wake(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    unsigned char             *p;
    webhook_check_endpoint_t  *e;

    (void) val;

    p = key->mv_data;
    e = webhook_check_find(x, webhook_get_u64(p + 8));

    if (e == NULL || e->row.wake != webhook_get_u64(p)) {
        webhook_check_fault(x, NULL, "a wake time is of no endpoint");
    }

    return 0;
}


int
webhook_check_credits(webhook_check_ctx_t *x)
{
    int                        rc;
    webhook_credit_row_t       row;
    webhook_check_endpoint_t  *e;

    for (rc = webhook_credit_row_seek(x->t, 0, 0, &row);
         rc == 0;
         rc = webhook_credit_row_next(x->t, &row))
    {
        x->check->rows++;

        if (row.damaged) {
            webhook_check_fault(x, NULL, "slots that are held cannot be read");
            continue;
        }

        e = webhook_check_find(x, row.endpoint);

        if (e == NULL) {
            webhook_check_fault(x, NULL, "slots are held of no endpoint");
            continue;
        }

        e->credits += row.count;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
