
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * SHIP: one call with arrays, a column each.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"

#include <stdlib.h>


#define WEBHOOK_PGSQL_FRESH    1
#define WEBHOOK_PGSQL_OPEN     2
#define WEBHOOK_PGSQL_ORDERED  4


/* What is written of each, before the columns are. */

typedef struct {
    webhook_str_t  *events;         /* records */
    webhook_str_t  *deliveries;
    webhook_str_t  *attempts;
    webhook_str_t  *calls;
    uint32_t       *flags;          /* of deliveries */
    uint32_t       *bytes;
    uint32_t       *first;          /* attempt that is told, or 0 */
    void           *memory;
} webhook_pgsql_ship_t;


static int webhook_pgsql_ship_records(webhook_pgsql_ship_t *w,
    const webhook_cluster_ship_t *s);
static void webhook_pgsql_ship_events(webhook_pg_args_t *a,
    const webhook_pgsql_ship_t *w, const webhook_cluster_ship_t *s);
static void webhook_pgsql_ship_deliveries(webhook_pg_args_t *a,
    const webhook_pgsql_ship_t *w, const webhook_cluster_ship_t *s);
static void webhook_pgsql_ship_calls(webhook_pg_args_t *a,
    const webhook_pgsql_ship_t *w, const webhook_cluster_ship_t *s);
static uint32_t webhook_pgsql_ship_flags(const webhook_cluster_delivery_t *d);


/* A member of each event, delivery, call. */

#define webhook_pgsql_of_event(type, member)                                  \
    webhook_pgsql_column(a, type, s->events, s->events_count,                 \
                         sizeof(webhook_cluster_event_t),                     \
                         offsetof(webhook_cluster_event_t, member))

#define webhook_pgsql_of_delivery(type, member)                               \
    webhook_pgsql_column(a, type, s->deliveries, s->deliveries_count,         \
                         sizeof(webhook_cluster_delivery_t),                  \
                         offsetof(webhook_cluster_delivery_t, member))

#define webhook_pgsql_of_audit(type, member)                                  \
    webhook_pgsql_column(&a, type, s->audits, s->audits_count,                \
                         sizeof(webhook_cluster_audit_t),                     \
                         offsetof(webhook_cluster_audit_t, member))

#define webhook_pgsql_of_call(type, member)                                   \
    webhook_pgsql_column(a, type, s->calls, s->calls_count,                   \
                         sizeof(webhook_cluster_call_t),                      \
                         offsetof(webhook_cluster_call_t, member))


#define WEBHOOK_PGSQL_SHIP                                                    \
    "SELECT * FROM webhook.ship_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"   \
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,"  \
    " $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39,"  \
    " $40, $41, $42, $43, $44)"


webhook_cluster_result_e
webhook_pgsql_ship(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        rc;
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_pgsql_ship_t       w;
    webhook_cluster_ship_t    *s;
    webhook_cluster_result_e   result;

    s = &op->u.ship;

    memset(&w, 0, sizeof(w));

    rc = s->events_count > WEBHOOK_CLUSTER_BATCH
         || s->deliveries_count > WEBHOOK_CLUSTER_DELIVERIES
         || s->calls_count > WEBHOOK_CLUSTER_BATCH
         || s->audits_count > WEBHOOK_CLUSTER_BATCH
         || s->purged_count > WEBHOOK_CLUSTER_BATCH
         ? WEBHOOK_LIMIT : webhook_pgsql_ship_records(&w, s);

    if (rc != WEBHOOK_OK) {
        webhook_memory_free(&w.memory);

        webhook_pg_tell(pg, rc == WEBHOOK_NOMEM
                            ? "no memory for a batch" : "a batch is too large");

        return rc == WEBHOOK_NOMEM ? WEBHOOK_CLUSTER_UNAVAILABLE
                                   : WEBHOOK_CLUSTER_REFUSED;
    }

    webhook_pgsql_node(&a, session);
    webhook_pg_i8(&a, s->from);
    webhook_pg_i8(&a, s->to);

    webhook_pgsql_ship_events(&a, &w, s);
    webhook_pgsql_ship_deliveries(&a, &w, s);
    webhook_pgsql_ship_calls(&a, &w, s);

    webhook_pgsql_of_audit(WEBHOOK_PG_I8, audit.number);
    webhook_pgsql_of_audit(WEBHOOK_PG_I4, part);
    webhook_pgsql_of_audit(WEBHOOK_PG_I8, audit.wall);
    webhook_pgsql_of_audit(WEBHOOK_PG_BYTES, audit.company);
    webhook_pgsql_of_audit(WEBHOOK_PG_BYTES, audit.data);
    webhook_pgsql_column(&a, WEBHOOK_PG_UUID, s->purged, s->purged_count,
                         sizeof(webhook_id_t), 0);

    webhook_memory_free(&w.memory);

    result = webhook_pgsql_call(pg, WEBHOOK_PGSQL_SHIP, &a, op->timeout, 0, 1,
                                &r);

    if (result != WEBHOOK_CLUSTER_OK) {
        return result;
    }

    if (webhook_pg_get_i2(r, 0, 0) != 0) {
        result = WEBHOOK_CLUSTER_DUPLICATE;
    }

    s->shipped = webhook_pg_get_i8(r, 0, 1);
    s->stale = webhook_pg_get_i4(r, 0, 2);

    PQclear(r);

    return result;
}


static int
webhook_pgsql_ship_records(webhook_pgsql_ship_t *w,
    const webhook_cluster_ship_t *s)
{
    int             rc;
    size_t          n;
    uint32_t        i, *numbers;
    uint64_t        now;
    webhook_str_t  *records;

    const webhook_cluster_delivery_t  *d;

    n = s->events_count + 2 * s->deliveries_count + s->calls_count + 1;

    records = webhook_memory_alloc(&w->memory, n * sizeof(webhook_str_t));
    numbers = webhook_memory_alloc(&w->memory, (3 * s->deliveries_count + 1)
                                               * sizeof(uint32_t));

    if (records == NULL || numbers == NULL) {
        return WEBHOOK_NOMEM;
    }

    w->flags = numbers;
    w->bytes = w->flags + s->deliveries_count;
    w->first = w->bytes + s->deliveries_count;

    w->events = records;
    w->deliveries = w->events + s->events_count;
    w->attempts = w->deliveries + s->deliveries_count;
    w->calls = w->attempts + s->deliveries_count;

    rc = WEBHOOK_OK;
    now = webhook_pgsql_wall();

    for (i = 0; rc == WEBHOOK_OK && i < s->events_count; i++) {
        rc = webhook_cluster_write_event(&w->memory, &s->events[i],
                                         &w->events[i]);
    }

    for (i = 0; rc == WEBHOOK_OK && i < s->deliveries_count; i++) {
        d = &s->deliveries[i];

        w->flags[i] = webhook_pgsql_ship_flags(d);
        w->bytes[i] = d->full.delivery.body_len > INT32_MAX
                      ? INT32_MAX : (uint32_t) d->full.delivery.body_len;
        w->first[i] = d->full.attempts_count ? d->full.attempts[0].number : 0;

        rc = webhook_cluster_write_delivery(&w->memory, d, now,
                                            &w->deliveries[i]);

        if (rc == WEBHOOK_OK) {
            rc = webhook_cluster_write_attempts(&w->memory, d,
                                                &w->attempts[i]);
        }
    }

    for (i = 0; rc == WEBHOOK_OK && i < s->calls_count; i++) {
        rc = webhook_cluster_write_call(&w->memory, &s->calls[i].call,
                                        &w->calls[i]);
    }

    return rc;
}


static void
webhook_pgsql_ship_events(webhook_pg_args_t *a, const webhook_pgsql_ship_t *w,
    const webhook_cluster_ship_t *s)
{
    webhook_pgsql_of_event(WEBHOOK_PG_UUID, id);
    webhook_pgsql_of_event(WEBHOOK_PG_I4, part);
    webhook_pgsql_of_event(WEBHOOK_PG_I8, wall);
    webhook_pgsql_of_event(WEBHOOK_PG_BYTES, type);
    webhook_pgsql_of_event(WEBHOOK_PG_BYTES, company);
    webhook_pgsql_same(a, WEBHOOK_PG_I2, s->events_count,
                       WEBHOOK_CLUSTER_FORMAT);
    webhook_pgsql_column(a, WEBHOOK_PG_BYTES, w->events, s->events_count,
                         sizeof(webhook_str_t), 0);
}


static void
webhook_pgsql_ship_deliveries(webhook_pg_args_t *a,
    const webhook_pgsql_ship_t *w, const webhook_cluster_ship_t *s)
{
    uint32_t  n;

    n = s->deliveries_count;

    webhook_pgsql_of_delivery(WEBHOOK_PG_UUID, full.delivery.event);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I8, full.delivery.endpoint);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I4, part);
    webhook_pgsql_column(a, WEBHOOK_PG_I2, w->flags, n, sizeof(uint32_t), 0);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I2, full.delivery.state);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I4, full.delivery.attempts);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I4, full.delivery.status);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I8, full.delivery.finished);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I8, full.delivery.order);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I8, full.delivery.place);
    webhook_pgsql_of_delivery(WEBHOOK_PG_I8, full.delivery.wall);
    webhook_pgsql_column(a, WEBHOOK_PG_I4, w->bytes, n, sizeof(uint32_t), 0);
    webhook_pgsql_of_delivery(WEBHOOK_PG_BYTES, full.delivery.type);
    webhook_pgsql_of_delivery(WEBHOOK_PG_BYTES, full.delivery.company);
    webhook_pgsql_same(a, WEBHOOK_PG_I2, n, WEBHOOK_CLUSTER_FORMAT);
    webhook_pgsql_column(a, WEBHOOK_PG_BYTES, w->deliveries, n,
                         sizeof(webhook_str_t), 0);
    webhook_pgsql_column(a, WEBHOOK_PG_I4, w->first, n, sizeof(uint32_t), 0);
    webhook_pgsql_column(a, WEBHOOK_PG_BYTES, w->attempts, n,
                         sizeof(webhook_str_t), 0);
}


static void
webhook_pgsql_ship_calls(webhook_pg_args_t *a, const webhook_pgsql_ship_t *w,
    const webhook_cluster_ship_t *s)
{
    webhook_pgsql_of_call(WEBHOOK_PG_UUID, call.id);
    webhook_pgsql_of_call(WEBHOOK_PG_I4, part);
    webhook_pgsql_of_call(WEBHOOK_PG_I8, call.receiver);
    webhook_pgsql_of_call(WEBHOOK_PG_I8, call.wall);
    webhook_pgsql_of_call(WEBHOOK_PG_I4, call.status);
    webhook_pgsql_of_call(WEBHOOK_PG_BYTES, call.company);
    webhook_pgsql_same(a, WEBHOOK_PG_I2, s->calls_count,
                       WEBHOOK_CLUSTER_FORMAT);
    webhook_pgsql_column(a, WEBHOOK_PG_BYTES, w->calls, s->calls_count,
                         sizeof(webhook_str_t), 0);
}


static uint32_t
webhook_pgsql_ship_flags(const webhook_cluster_delivery_t *d)
{
    const webhook_delivery_t  *v;

    v = &d->full.delivery;

    return (d->fresh ? WEBHOOK_PGSQL_FRESH : 0)
           | (d->ordered ? WEBHOOK_PGSQL_ORDERED : 0)
           | (v->state == WEBHOOK_PENDING || v->state == WEBHOOK_SENDING
              || (v->state == WEBHOOK_DEAD && v->blocks)
              ? WEBHOOK_PGSQL_OPEN : 0);
}
