
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in the rows of an event: its head, its renditions,
 * its deliveries and their attempts.
 */

#include "store/lmdb/check/webhook_store_check_event.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/check/webhook_store_check_bulk.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_report.h"


static int webhook_check_waits(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_check_order(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_check_rendition(webhook_check_ctx_t *x,
    const webhook_rendition_row_t *row);


int
webhook_check_delivery(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    uint64_t                   endpoint;
    webhook_id_t               id;
    unsigned char             *p;
    webhook_delivery_row_t     d;
    webhook_check_endpoint_t  *e;

    p = key->mv_data;

    memcpy(id.bytes, p, 16);
    endpoint = webhook_get_u64(p + 16);

    if (endpoint == 0) {
        rc = webhook_check_event(x);
        if (rc) {
            return rc;
        }

        x->id = id;
        x->head = 1;
        x->total = 0;
        x->open = 0;
        x->check->events++;

        if (webhook_row_read_head(val, &x->row) != 0) {
            webhook_check_fault(x, &id, "its head cannot be read");
            x->head = 0;
        }

        return 0;
    }

    x->check->deliveries++;

    if (webhook_row_read_delivery(val, &d) != 0) {
        webhook_check_fault(x, &id, "a delivery cannot be read");
        return 0;
    }

    x->check->states[d.state]++;

    if (d.number) {
        rc = webhook_check_numbered(x, &id, endpoint, &d);
        if (rc) {
            return rc;
        }
    }

    if (x->head && memcmp(x->id.bytes, id.bytes, 16) == 0) {
        x->total++;

        if (d.rendition + d.steps > x->row.renditions_count) {
            webhook_check_fault(x, &id, "it has no form %u",
                                d.rendition + d.steps - 1);
        }

    } else {
        webhook_check_fault(x, &id, "a delivery has no event");
    }

    rc = webhook_check_is_listed(x, endpoint, &id, &d);
    if (rc) {
        return rc;
    }

    e = webhook_check_find(x, endpoint);

    if (e == NULL) {
        webhook_check_fault(x, &id, "a delivery has no endpoint");
        return 0;
    }

    e->states[d.state]++;

    if (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING
        && !d.blocks)
    {
        return 0;
    }

    x->open++;
    e->blocked += d.blocks;

    return webhook_check_waits(x, endpoint, &id, &d);
}


/* One that is not finished: in the queue, or parked. */

static int
webhook_check_waits(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int             rc;
    MDB_val         due;
    unsigned char   dkey[WEBHOOK_KEY_DUE];
    webhook_lane_e  lane;

    if (d->order) {
        rc = webhook_check_order(x, endpoint, id, d);

        if (rc || d->parked) {
            return rc;
        }
    }

    lane = d->state == WEBHOOK_SENDING ? WEBHOOK_LANE_LEASE
           : d->blocks ? WEBHOOK_LANE_BLOCK : webhook_delivery_lane(d);

    webhook_key_due(dkey, endpoint, lane,
                    d->state == WEBHOOK_SENDING ? d->end : d->due, id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DUE, dkey, sizeof(dkey), &due);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, id, "a %s delivery is not in the queue",
                            webhook_state_name(d->state));
        return 0;
    }

    return rc;
}


/* One that has an order key and is not finished: the head of it, or parked. */

static int
webhook_check_order(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d)
{
    int            rc;
    MDB_val        row;
    unsigned char  key[WEBHOOK_KEY_PARKED];

    if (d->place == 0 || d->place > x->t->state.place) {
        webhook_check_fault(x, id, "its place was never given");
    }

    webhook_key_parked(key, endpoint, d->order, d->place);

    rc = webhook_txn_get(x->t, d->parked ? WEBHOOK_DB_PARKED
                                         : WEBHOOK_DB_HEADS,
                         key, d->parked ? sizeof(key) : WEBHOOK_KEY_HEAD,
                         &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && (row.mv_size != 16
                        || memcmp(row.mv_data, id->bytes, 16) != 0)))
    {
        webhook_check_fault(x, id, d->parked ? "it is not where it is parked"
                                             : "it is not the head of its "
                                               "key");
        return 0;
    }

    return rc;
}


int
webhook_check_event(webhook_check_ctx_t *x)
{
    int                  rc, gone;
    uint32_t             i;
    uint64_t             bytes;
    unsigned char        key[WEBHOOK_KEY_FINISHED];
    webhook_class_e      class;
    webhook_head_row_t  *row;

    if (!x->head) {
        return 0;
    }

    x->head = 0;
    row = &x->row;
    gone = webhook_head_gone(row);

    if (!gone && (row->total != x->total || row->open != x->open)) {
        webhook_check_fault(x, &x->id, "it says %u deliveries, %u of them "
                            "open; there are %u and %u", row->total,
                            row->open, x->total, x->open);
    }

    for (i = 0; i < row->renditions_count; i++) {
        rc = webhook_check_rendition(x, &row->renditions[i]);
        if (rc) {
            return rc;
        }
    }

    if ((row->open && !gone) || x->old) {
        return 0;
    }

    rc = webhook_finished_find(x->t, &x->id, gone ? 0 : row->finished, key);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "it is finished, but not known so");
        return 0;
    }

    if (rc == 0 && gone) {
        return 0;
    }

    if (rc == 0) {
        rc = webhook_finished_measure(x->t, &x->id, &class, &bytes);
    }

    if (rc == 0 && key[0] != class) {
        webhook_check_fault(x, &x->id, "it is finished as one of class %u, "
                            "and is of class %u", key[0], class);
    }

    return rc;
}


static int
webhook_check_rendition(webhook_check_ctx_t *x,
    const webhook_rendition_row_t *row)
{
    int                   rc;
    void                 *memory;
    webhook_rendition_t   rendition;

    webhook_check_blob(x, row->blob, (size_t) row->fields + row->body,
                       "a form");

    memory = NULL;

    rc = webhook_rendition_read(x->t, row, &memory, &rendition);

    webhook_memory_free(&memory);

    if (rc == MDB_CORRUPTED) {
        webhook_check_fault(x, &x->id, "a form cannot be read");
        return 0;
    }

    return rc;
}


void
webhook_check_blob(webhook_check_ctx_t *x, uint64_t blob, size_t len,
    const char *what)
{
    MDB_val         val;
    unsigned char   key[8];

    while (len) {
        webhook_set_u64(key, blob++);

        if (webhook_txn_get(x->t, WEBHOOK_DB_BODIES, key, 8, &val) != 0
            || val.mv_size == 0 || val.mv_size > len)
        {
            webhook_check_fault(x, &x->id, "%s is damaged", what);
            return;
        }

        len -= val.mv_size;
        x->pieces++;
    }
}


int
webhook_check_attempt(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                     rc;
    MDB_val                 row;
    uint32_t                number;
    webhook_id_t            id;
    unsigned char          *p;
    webhook_attempt_t       a;
    webhook_delivery_row_t  d;

    p = key->mv_data;

    memcpy(id.bytes, p, 16);
    number = webhook_get_u16(p + 24);

    x->check->attempts++;

    if (webhook_row_read_attempt(val, &a) != 0) {
        webhook_check_fault(x, &id, "an attempt cannot be read");
        return 0;
    }

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DELIVERIES, p, WEBHOOK_KEY_DELIVERY,
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "an attempt has no delivery");
        return 0;
    }

    if (rc) {
        return rc;
    }

    /* who was given up has one attempt that tells so and does not count */

    if (webhook_row_read_delivery(&row, &d) == 0
        && (number == 0 || number > (uint64_t) d.attempts + 1))
    {
        webhook_check_fault(x, &id, "attempt %u of %u", number, d.attempts);
    }

    return 0;
}
