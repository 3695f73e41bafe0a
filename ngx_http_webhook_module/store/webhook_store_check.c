
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Recounts the whole store and compares: every row of every table has to be
 * where others say it is, and every counter has to be true.
 */

#include "webhook_store_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>


/* What is counted of an endpoint. */

typedef struct {
    uint64_t                 id;
    uint64_t                 states[WEBHOOK_STATES];
    uint64_t                 leases;
    webhook_endpoint_row_t   row;
} webhook_check_endpoint_t;


typedef struct {
    webhook_txn_t             *t;
    webhook_check_t           *check;
    void                     (*tell)(void *ctx, const char *text);
    void                      *ctx;

    webhook_check_endpoint_t  *endpoints;
    size_t                     endpoints_count;

    uint64_t                   pieces;
    uint64_t                   finished;

    /* the event that is being looked at */
    unsigned                   head:1;      /* it has one */
    webhook_id_t               id;
    webhook_head_row_t         row;
    uint32_t                   total;
    uint32_t                   open;
} webhook_check_ctx_t;


typedef int (*webhook_check_row_pt)(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);


static int webhook_check_table(webhook_check_ctx_t *x, webhook_db_e db,
    size_t key_len, webhook_check_row_pt row);
static int webhook_check_endpoints(webhook_check_ctx_t *x);
static int webhook_check_delivery(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_event(webhook_check_ctx_t *x);
static int webhook_check_attempt(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_due(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_wake(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_call(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_receiver(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
static int webhook_check_owner(webhook_check_ctx_t *x, uint64_t incarnation);
static void webhook_check_blob(webhook_check_ctx_t *x, uint64_t blob,
    size_t len, const char *what);
static void webhook_check_totals(webhook_check_ctx_t *x);
static webhook_check_endpoint_t *webhook_check_find(webhook_check_ctx_t *x,
    uint64_t id);
__attribute__((format(printf, 3, 4)))
static void webhook_check_fault(webhook_check_ctx_t *x, const webhook_id_t *id,
    const char *fmt, ...);


int
webhook_store_check(webhook_store_t *st, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx)
{
    int                  rc;
    unsigned             i;
    webhook_txn_t        t;
    webhook_check_ctx_t  x;

    static const struct {
        webhook_db_e          db;
        size_t                key_len;
        webhook_check_row_pt  row;
    } tables[] = {
        { WEBHOOK_DB_DELIVERIES, WEBHOOK_KEY_DELIVERY,
                                            webhook_check_delivery },
        { WEBHOOK_DB_ATTEMPTS, WEBHOOK_KEY_ATTEMPT, webhook_check_attempt },
        { WEBHOOK_DB_DUE, WEBHOOK_KEY_DUE, webhook_check_due },
        { WEBHOOK_DB_WAKE, WEBHOOK_KEY_WAKE, webhook_check_wake },
        { WEBHOOK_DB_FINISHED, WEBHOOK_KEY_FINISHED,
                                            webhook_check_finished },
        { WEBHOOK_DB_CALLS, 16, webhook_check_call },
        { WEBHOOK_DB_RECEIVERS, WEBHOOK_KEY_RECEIVER,
                                            webhook_check_receiver }
    };

    memset(check, 0, sizeof(webhook_check_t));
    memset(&x, 0, sizeof(x));

    rc = webhook_txn_begin(st, &t, 0);
    if (rc) {
        return rc;
    }

    x.t = &t;
    x.check = check;
    x.tell = tell;
    x.ctx = ctx;

    rc = webhook_check_endpoints(&x);

    for (i = 0; rc == 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {

        rc = webhook_check_table(&x, tables[i].db, tables[i].key_len,
                                 tables[i].row);

        if (rc == 0 && tables[i].db == WEBHOOK_DB_DELIVERIES) {
            rc = webhook_check_event(&x);
        }
    }

    if (rc == 0) {
        webhook_check_totals(&x);
    }

    free(x.endpoints);

    webhook_txn_abort(&t);

    return rc;
}


static int
webhook_check_table(webhook_check_ctx_t *x, webhook_db_e db, size_t key_len,
    webhook_check_row_pt row)
{
    int          rc;
    MDB_val      key, val;
    MDB_cursor  *c;

    /* of its own: rows are looked up in the same table meanwhile */

    rc = mdb_cursor_open(x->t->txn, x->t->st->dbi[db], &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != key_len) {
            webhook_check_fault(x, NULL, "table %u has a key of %zu bytes",
                                (unsigned) db, key.mv_size);
            continue;
        }

        rc = row(x, &key, &val);
        if (rc) {
            break;
        }
    }

    mdb_cursor_close(c);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_check_endpoints(webhook_check_ctx_t *x)
{
    int                        rc;
    size_t                     n;
    MDB_val                    key, val;
    MDB_stat                   stat;
    MDB_cursor                *c;
    webhook_check_endpoint_t  *e;

    rc = mdb_stat(x->t->txn, x->t->st->dbi[WEBHOOK_DB_ENDPOINTS], &stat);
    if (rc) {
        return rc;
    }

    x->endpoints = calloc(stat.ms_entries + 1,
                          sizeof(webhook_check_endpoint_t));
    if (x->endpoints == NULL) {
        return ENOMEM;
    }

    rc = webhook_txn_cursor(x->t, WEBHOOK_DB_ENDPOINTS, &c);
    if (rc) {
        return rc;
    }

    n = 0;

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0 && n < stat.ms_entries;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        e = &x->endpoints[n];

        if (key.mv_size != WEBHOOK_KEY_ENDPOINT
            || webhook_row_read_endpoint(&val, &e->row) != 0)
        {
            webhook_check_fault(x, NULL, "an endpoint cannot be read");
            continue;
        }

        e->id = webhook_get_u64(key.mv_data);
        n++;
    }

    x->endpoints_count = n;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
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

    } else {
        webhook_check_fault(x, &id, "a delivery has no event");
    }

    e = webhook_check_find(x, endpoint);

    if (e == NULL) {
        webhook_check_fault(x, &id, "a delivery has no endpoint");
        return 0;
    }

    e->states[d.state]++;

    if (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING) {
        return 0;
    }

    x->open++;

    lane = d.state == WEBHOOK_SENDING ? WEBHOOK_LANE_LEASE
           : d.attempts ? WEBHOOK_LANE_RETRY : WEBHOOK_LANE_FIRST;

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


/* An event whose rows have all been seen. */

static int
webhook_check_event(webhook_check_ctx_t *x)
{
    int                  rc;
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_FINISHED];
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

    webhook_check_blob(x, row->body, row->body_len, "its body");

    if (row->open) {
        return 0;
    }

    webhook_key_finished(key, row->finished, WEBHOOK_FINISHED_EVENT, &x->id);

    rc = webhook_txn_get(x->t, WEBHOOK_DB_FINISHED, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND) {
        webhook_check_fault(x, &x->id, "it is finished, but not known so");
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


static int
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
        && (number == 0
            || number > d.attempts + (d.state == WEBHOOK_DEAD ? 1 : 0)))
    {
        webhook_check_fault(x, &id, "attempt %u of %u", number, d.attempts);
    }

    return 0;
}


static int
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

        if (d.state != WEBHOOK_PENDING || d.due != time
            || p[8] != (d.attempts ? WEBHOOK_LANE_RETRY : WEBHOOK_LANE_FIRST))
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


static int
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


static int
webhook_check_finished(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val)
{
    int                  rc;
    MDB_val              row;
    webhook_id_t         id;
    unsigned char       *p, dkey[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t   head;

    (void) val;

    p = key->mv_data;
    memcpy(id.bytes, p + 9, 16);

    if (p[8] == WEBHOOK_FINISHED_CALL) {
        x->finished++;

        rc = webhook_txn_get(x->t, WEBHOOK_DB_CALLS, id.bytes, 16, &row);

    } else {
        webhook_key_delivery(dkey, &id, 0);

        rc = webhook_txn_get(x->t, WEBHOOK_DB_DELIVERIES, dkey, sizeof(dkey),
                             &row);

        if (rc == 0 && webhook_row_read_head(&row, &head) == 0
            && (head.open || head.finished != webhook_get_u64(p)))
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


static int
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


static int
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


/* The counters, and what no row leads to. */

static void
webhook_check_totals(webhook_check_ctx_t *x)
{
    int                        rc;
    size_t                     i;
    MDB_stat                   stat;
    uint64_t                   wakes, time, wake;
    unsigned                   s;
    MDB_dbi                   *dbi;
    webhook_check_t           *check;
    webhook_check_endpoint_t  *e;

    static const webhook_lane_e  lanes[] = {
        WEBHOOK_LANE_LEASE, WEBHOOK_LANE_FIRST, WEBHOOK_LANE_RETRY
    };

    check = x->check;
    dbi = x->t->st->dbi;
    wakes = 0;

    for (i = 0; i < x->endpoints_count; i++) {
        e = &x->endpoints[i];

        for (s = 0; s < WEBHOOK_STATES; s++) {
            if (e->row.states[s] != e->states[s]) {
                webhook_check_fault(x, NULL, "endpoint %.*s says %llu %s, "
                                    "there are %llu", (int) e->row.name_len,
                                    e->row.name,
                                    (unsigned long long) e->row.states[s],
                                    webhook_state_name(s),
                                    (unsigned long long) e->states[s]);
            }
        }

        if (e->row.inflight != e->leases) {
            webhook_check_fault(x, NULL, "endpoint %.*s says %u leases, "
                                "there are %llu", (int) e->row.name_len,
                                e->row.name, e->row.inflight,
                                (unsigned long long) e->leases);
        }

        wake = WEBHOOK_NEVER;

        for (s = 0; s < (webhook_queue_free(&e->row) ? 3 : 1); s++) {

            rc = webhook_queue_first(x->t, e->id, lanes[s], &time, NULL,
                                     NULL);

            if (rc == 0 && time < wake) {
                wake = time;
            }
        }

        if (wake != e->row.wake) {
            webhook_check_fault(x, NULL, "endpoint %.*s wakes at the wrong "
                                "time", (int) e->row.name_len, e->row.name);
        }

        if (e->row.wake != WEBHOOK_NEVER) {
            wakes++;
        }
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_WAKE], &stat);

    if (rc || stat.ms_entries != wakes) {
        webhook_check_fault(x, NULL, "%zu wake times, %llu endpoints have "
                            "one", stat.ms_entries,
                            (unsigned long long) wakes);
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_BODIES], &stat);

    if (rc || stat.ms_entries != x->pieces) {
        webhook_check_fault(x, NULL, "%zu pieces of bodies, %llu belong to "
                            "one", stat.ms_entries,
                            (unsigned long long) x->pieces);
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_RECEIVERS], &stat);

    if (rc || stat.ms_entries != check->calls
        || x->finished != check->calls
        || x->t->state.calls != check->calls)
    {
        webhook_check_fault(x, NULL, "%llu calls; it says %llu, indexed %zu, "
                            "to expire %llu",
                            (unsigned long long) check->calls,
                            (unsigned long long) x->t->state.calls,
                            stat.ms_entries,
                            (unsigned long long) x->finished);
    }

    if (x->t->state.events != check->events) {
        webhook_check_fault(x, NULL, "it says %llu events, there are %llu",
                            (unsigned long long) x->t->state.events,
                            (unsigned long long) check->events);
    }
}


static webhook_check_endpoint_t *
webhook_check_find(webhook_check_ctx_t *x, uint64_t id)
{
    size_t  low, high, i;

    low = 0;
    high = x->endpoints_count;

    while (low < high) {
        i = low + (high - low) / 2;

        if (x->endpoints[i].id == id) {
            return &x->endpoints[i];
        }

        if (x->endpoints[i].id < id) {
            low = i + 1;

        } else {
            high = i;
        }
    }

    return NULL;
}


static void
webhook_check_fault(webhook_check_ctx_t *x, const webhook_id_t *id,
    const char *fmt, ...)
{
    char           text[512];
    size_t         n;
    va_list        args;
    unsigned char  uuid[WEBHOOK_ID_TEXT_LEN];

    x->check->faults++;

    if (x->tell == NULL) {
        return;
    }

    n = 0;

    if (id) {
        webhook_id_text(id, uuid);

        n = (size_t) snprintf(text, sizeof(text), "%.*s: ",
                              WEBHOOK_ID_TEXT_LEN, (char *) uuid);
    }

    va_start(args, fmt);
    vsnprintf(text + n, sizeof(text) - n, fmt, args);
    va_end(args);

    x->tell(x->ctx, text);
}
