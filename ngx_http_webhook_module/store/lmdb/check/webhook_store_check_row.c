
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check looks at in each row: it has to be where others say it is,
 * and what it says of others has to be true.
 */

#include "core/base/webhook_codec.h"
#include "store/webhook_store.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_finished.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_queue.h"
#include "store/lmdb/ops/webhook_store_dedupe.h"
#include "store/lmdb/check/webhook_store_check_int.h"


static int webhook_check_owner(webhook_check_ctx_t *x, uint64_t incarnation);
static int webhook_check_order(webhook_check_ctx_t *x, uint64_t endpoint,
    const webhook_id_t *id, const webhook_delivery_row_t *d);
static int webhook_check_form(webhook_check_ctx_t *x,
    const webhook_form_row_t *row);
static void webhook_check_blob(webhook_check_ctx_t *x, uint64_t blob,
    size_t len, const char *what);


int
webhook_check_delivery(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    due;
    uint64_t                   endpoint;
    webhook_id_t               id;
    unsigned char             *p, dkey[WEBHOOK_KEY_DUE];
    webhook_lane_e             lane;
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

    if (x->head && memcmp(x->id.bytes, id.bytes, 16) == 0) {
        x->total++;

        if (d.form + d.steps > x->row.forms_count) {
            webhook_check_fault(x, &id, "it has no form %u",
                                d.form + d.steps - 1);
        }

    } else {
        webhook_check_fault(x, &id, "a delivery has no event");
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

    if (d.order) {
        rc = webhook_check_order(x, endpoint, &id, &d);

        if (rc || d.parked) {
            return rc;
        }
    }

    lane = d.state == WEBHOOK_SENDING ? WEBHOOK_LANE_LEASE
           : d.blocks ? WEBHOOK_LANE_BLOCK : webhook_queue_lane(&d);

    webhook_key_due(dkey, endpoint, lane,
                    d.state == WEBHOOK_SENDING ? d.end : d.due, &id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DUE, dkey, sizeof(dkey), &due);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "a %s delivery is not in the queue",
                            webhook_state_name(d.state));
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

    rc = webhook_queue_read(x->t, webhook_get_u64(p), &id, &d);

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

    rc = webhook_queue_read(x->t, webhook_get_u64(p), &id, &d);

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
webhook_check_event(webhook_check_ctx_t *x)
{
    int                  rc;
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

    if (row->total != x->total || row->open != x->open) {
        webhook_check_fault(x, &x->id, "it says %u deliveries, %u of them "
                            "open; there are %u and %u", row->total,
                            row->open, x->total, x->open);
    }

    for (i = 0; i < row->forms_count; i++) {
        rc = webhook_check_form(x, &row->forms[i]);
        if (rc) {
            return rc;
        }
    }

    if (row->open || x->old) {
        return 0;
    }

    rc = webhook_finished_find(x->t, &x->id, row->finished, key);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "it is finished, but not known so");
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
webhook_check_form(webhook_check_ctx_t *x, const webhook_form_row_t *row)
{
    int                   rc;
    void                 *memory;
    webhook_rendition_t   form;

    webhook_check_blob(x, row->blob, (size_t) row->fields + row->body,
                       "a form");

    memory = NULL;

    rc = webhook_rendition_read(x->t, row, &memory, &form);

    webhook_memory_free(&memory);

    if (rc == MDB_CORRUPTED) {
        webhook_check_fault(x, &x->id, "a form cannot be read");
        return 0;
    }

    return rc;
}


static void
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

        if (d.due != time
            || (p[8] == WEBHOOK_LANE_BLOCK
                ? !d.blocks
                : d.state != WEBHOOK_PENDING || d.parked
                  || p[8] != webhook_queue_lane(&d)))
        {
            webhook_check_fault(x, &id, "a row of the queue is not of its "
                                "%s delivery", webhook_state_name(d.state));
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
        e->leases++;
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
webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                  rc;
    MDB_val              row;
    webhook_id_t         id;
    unsigned char       *p, dkey[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t   head;

    p = key->mv_data;
    memcpy(id.bytes, p + 9, 16);

    if (x->old) {
        return 0;
    }

    if (val->mv_size == 8 && p[0] < WEBHOOK_CLASSES) {
        x->history += webhook_get_u64(val->mv_data);

    } else {
        webhook_check_fault(x, &id, "what it takes, now that it is finished, "
                            "cannot be read");
    }

    if (p[0] == WEBHOOK_CLASS_CALL) {
        x->finished++;

        rc = webhook_txn_get(x->t, WEBHOOK_DB_CALLS, id.bytes, 16, &row);

    } else {
        webhook_key_delivery(dkey, &id, 0);

        rc = webhook_txn_get(x->t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &row);

        if (rc == 0 && webhook_row_read_head(&row, &head) == 0
            && (head.open || head.finished != webhook_get_u64(p + 1)))
        {
            webhook_check_fault(x, &id, "it is said to be finished");
        }
    }

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &id, "what is finished is not there");
        return 0;
    }

    return rc;
}


int
webhook_check_call(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                  rc;
    MDB_val              row;
    unsigned char        rkey[WEBHOOK_KEY_RECEIVER];
    webhook_call_row_t   call;

    x->check->calls++;

    memcpy(x->id.bytes, key->mv_data, 16);

    if (webhook_row_read_call(val, &call) != 0) {
        webhook_check_fault(x, &x->id, "a call cannot be read");
        return 0;
    }

    webhook_check_blob(x, call.record, call.record_len, "a call's record");

    webhook_key_receiver(rkey, call.receiver, &x->id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_RECEIVERS, rkey, sizeof(rkey),
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "a call is not its receiver's");
        return 0;
    }

    return rc;
}


int
webhook_check_receiver(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    unsigned char  *p;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_CALLS, p + 8, 16, &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, NULL, "a receiver's call is not there");
        return 0;
    }

    return rc;
}


int
webhook_check_dedupe(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    uint64_t        end;
    unsigned char   ekey[WEBHOOK_KEY_REPEAT];

    if (webhook_dedupe_end(val, &end) != 0) {
        webhook_check_fault(x, NULL, "a reservation cannot be read");
        return 0;
    }

    webhook_set_u64(ekey, end);
    memcpy(ekey + 8, key->mv_data, WEBHOOK_KEY_DEDUPE);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_REPEATS, ekey, sizeof(ekey), &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, NULL, "a reservation never ends");
        return 0;
    }

    return rc;
}


int
webhook_check_repeat(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int             rc;
    MDB_val         row;
    uint64_t        end;
    unsigned char  *p;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_DEDUPE, p + 8, WEBHOOK_KEY_DEDUPE,
                         &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_dedupe_end(&row, &end) == 0
            && end != webhook_get_u64(p)))
    {
        webhook_check_fault(x, NULL, "the end of a reservation is of none");
        return 0;
    }

    return rc;
}


int
webhook_check_idempotency(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    row;
    unsigned char              end[WEBHOOK_KEY_IDEMPOTENCY_END];
    webhook_idempotency_row_t  i;

    if (webhook_row_read_idempotency(val, &i) != 0) {
        webhook_check_fault(x, NULL, "a row of idempotency cannot be read");
        return 0;
    }

    webhook_key_idempotency_end(end, i.end, key->mv_data);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_IDEMPOTENCY_ENDS, end, sizeof(end),
                         &row);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &i.event, "its row of idempotency never ends");
        return 0;
    }

    return rc;
}


int
webhook_check_idempotency_end(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                        rc;
    MDB_val                    row;
    unsigned char             *p;
    webhook_idempotency_row_t  i;

    (void) val;

    p = key->mv_data;

    rc = webhook_txn_get(x->t, WEBHOOK_DB_IDEMPOTENCY, p + 8,
                         WEBHOOK_KEY_IDEMPOTENCY, &row);

    if (rc == MDB_NOTFOUND
        || (rc == 0 && webhook_row_read_idempotency(&row, &i) == 0
            && i.end != webhook_get_u64(p)))
    {
        webhook_check_fault(x, NULL, "the end of a row of idempotency is of "
                            "none");
        return 0;
    }

    return rc;
}
