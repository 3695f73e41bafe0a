
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the index of what waits and is dead, in rings and
 * in tasks.
 */

#include "store/lmdb/check/webhook_store_check_bulk.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


static int webhook_check_unlisted(const webhook_check_endpoint_t *e,
    const webhook_delivery_row_t *d);


/* One that waits for its first send, and is too new to be in the index. */

static int
webhook_check_unlisted(const webhook_check_endpoint_t *e,
    const webhook_delivery_row_t *d)
{
    return d->state == WEBHOOK_PENDING && !d->parked
           && !webhook_listed_waits(&e->row, webhook_delivery_lane(d), d->due);
}


int
webhook_check_is_listed(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int                        rc;
    MDB_val                    val;
    unsigned char              key[WEBHOOK_KEY_LISTED];
    webhook_check_endpoint_t  *e;

    if (!webhook_listed_has(x->t, d->state)) {
        return 0;
    }

    e = webhook_check_find(x, endpoint);

    if (e && webhook_check_unlisted(e, d)) {
        e->unlisted++;
        return 0;
    }

    webhook_key_listed(key, endpoint, d->state, id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_LISTED, key, sizeof(key), &val);

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
    uint64_t                   endpoint;
    webhook_id_t               id;
    unsigned char             *p;
    webhook_delivery_row_t     d;
    webhook_check_endpoint_t  *e;

    (void) val;

    p = key->mv_data;

    endpoint = webhook_get_u64(p);
    memcpy(id.bytes, p + 9, 16);

    rc = webhook_delivery_read(x->t, endpoint, &id, &d);

    e = webhook_check_find(x, endpoint);

    if (rc == MDB_NOTFOUND
        || (rc == 0
            && (p[8] != d.state || (e && webhook_check_unlisted(e, &d)))))
    {
        webhook_check_fault(x, &id, "a delivery is listed that is not so");
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
