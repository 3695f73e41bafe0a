
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What people ask for: LIST, SHOW; RETRY.
 */

#include "cluster/pgsql/webhook_pgsql_whole.h"
#include "core/base/webhook_codec.h"


static void webhook_pgsql_pattern(webhook_pg_args_t *a,
    const webhook_str_t *type);
static webhook_cluster_result_e webhook_pgsql_listed(webhook_cluster_op_t *op,
    const PGresult *r);
static webhook_cluster_result_e webhook_pgsql_shown(webhook_cluster_op_t *op,
    const PGresult *r);


webhook_cluster_result_e
webhook_pgsql_list(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_id_t               from;
    webhook_filter_t          *f;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    (void) session;

    f = &op->u.list.filter;

    webhook_pg_args(&a);
    webhook_pgsql_company(&a, &f->company);
    webhook_pg_i2(&a, (uint32_t) f->state);
    webhook_pg_i8(&a, f->endpoint);

    if (op->u.list.node.len) {
        webhook_pg_str(&a, &op->u.list.node);

    } else {
        webhook_pg_null(&a, WEBHOOK_PG_BYTES);
    }

    webhook_pgsql_pattern(&a, &f->type);
    webhook_pg_i4(&a, f->least);
    webhook_pg_i4(&a, f->most);
    webhook_pg_i8(&a, f->since);
    webhook_pg_i8(&a, f->until);

    /* a cursor is the event, and the endpoint */

    if (f->from) {
        memcpy(from.bytes, f->cursor, WEBHOOK_ID_LEN);
        webhook_pg_uuid(&a, &from);
        webhook_pg_i8(&a, webhook_get_u64(f->cursor + WEBHOOK_ID_LEN));

    } else {
        webhook_pg_null(&a, WEBHOOK_PG_UUID);
        webhook_pg_i8(&a, 0);
    }

    webhook_pg_bool(&a, f->oldest);
    webhook_pg_i4(&a, f->max);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.list_1($1, $2, $3, $4,"
                                " $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                            &a, op->timeout, 1, 0, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        rc = webhook_pgsql_listed(op, r);
        PQclear(r);
    }

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_listed(webhook_cluster_op_t *op, const PGresult *r)
{
    int                          i, rc, count;
    uint64_t                     now;
    webhook_filter_t            *f;
    webhook_cluster_list_t      *l;
    webhook_cluster_delivery_t  *d;

    l = &op->u.list;
    f = &l->filter;
    f->more = 0;

    count = PQntuples(r);
    now = webhook_pgsql_wall();

    l->deliveries = webhook_pgsql_rows(op, count,
                                       sizeof(webhook_cluster_delivery_t));

    if (count && l->deliveries == NULL) {
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < count; i++) {
        d = &l->deliveries[l->count];

        memset(d, 0, sizeof(webhook_cluster_delivery_t));

        webhook_pg_get_uuid(r, i, 1, &d->full.delivery.event);

        if (!webhook_pg_get_bool(r, i, 0)) {
            memcpy(f->cursor, d->full.delivery.event.bytes, WEBHOOK_ID_LEN);
            webhook_set_u64(f->cursor + WEBHOOK_ID_LEN,
                            webhook_pg_get_i8(r, i, 2));
            f->more = 1;
            break;
        }

        rc = webhook_pgsql_delivery(r, i, 2, &op->memory, now, d);

        if (rc == WEBHOOK_NOMEM) {
            return WEBHOOK_CLUSTER_UNAVAILABLE;
        }

        if (rc != WEBHOOK_OK) {
            l->damaged++;
            continue;
        }

        l->count++;
    }

    return WEBHOOK_CLUSTER_OK;
}


/* As LIKE has it: what a pattern has as "*" is "%" there. */

static void
webhook_pgsql_pattern(webhook_pg_args_t *a, const webhook_str_t *type)
{
    size_t         i, n;
    unsigned char  buf[2 * WEBHOOK_STORE_TYPE_MAX];

    if (type->len == 0 || type->len > WEBHOOK_STORE_TYPE_MAX) {
        webhook_pg_null(a, WEBHOOK_PG_BYTES);
        return;
    }

    for (n = 0, i = 0; i < type->len; i++) {

        switch (type->data[i]) {

        case '*':
            buf[n++] = '%';
            break;

        case '%':
        case '_':
        case '\\':
            buf[n++] = '\\';
            buf[n++] = type->data[i];
            break;

        default:
            buf[n++] = type->data[i];
        }
    }

    webhook_pg_bytes(a, buf, n);
}


webhook_cluster_result_e
webhook_pgsql_show(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    (void) session;

    webhook_pg_args(&a);
    webhook_pgsql_company(&a, &op->u.show.company);
    webhook_pg_uuid(&a, &op->u.show.id);
    webhook_pg_i8(&a, op->u.show.endpoint);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.show_1($1, $2, $3)", &a,
                            op->timeout, 1, 0, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        rc = webhook_pgsql_shown(op, r);
        PQclear(r);
    }

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_shown(webhook_cluster_op_t *op, const PGresult *r)
{
    int                          i, rc, count;
    uint64_t                     now;
    webhook_cluster_show_t      *s;
    webhook_cluster_delivery_t  *d;

    s = &op->u.show;
    count = PQntuples(r);
    now = webhook_pgsql_wall();

    if (count == 0) {
        return WEBHOOK_CLUSTER_NOT_FOUND;
    }

    s->deliveries = webhook_pgsql_rows(op, count,
                                       sizeof(webhook_cluster_delivery_t));

    if (s->deliveries == NULL) {
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < count; i++) {
        d = &s->deliveries[s->count];

        memset(d, 0, sizeof(webhook_cluster_delivery_t));
        d->full.delivery.event = s->id;

        rc = webhook_pgsql_delivery(r, i, 0, &op->memory, now, d);

        if (rc == WEBHOOK_OK) {
            rc = webhook_pgsql_attempts(r, i, WEBHOOK_PGSQL_COLUMNS,
                                        &op->memory, d);
        }

        if (rc == WEBHOOK_OK && i == 0) {
            s->event.id = s->id;
            s->event.part = d->part;
            s->event.wall = d->full.delivery.wall;
            s->event.type = d->full.delivery.type;
            s->event.company = d->full.delivery.company;

            if (webhook_pgsql_event(r, i, 1 + WEBHOOK_PGSQL_COLUMNS,
                                    2 + WEBHOOK_PGSQL_COLUMNS, &op->memory,
                                    &s->event)
                != WEBHOOK_OK)
            {
                s->event.renditions_count = 0;
                s->damaged++;
            }
        }

        if (rc == WEBHOOK_NOMEM) {
            return WEBHOOK_CLUSTER_UNAVAILABLE;
        }

        if (rc != WEBHOOK_OK) {
            s->damaged++;
            continue;
        }

        s->count++;
    }

    return WEBHOOK_CLUSTER_OK;
}


webhook_cluster_result_e
webhook_pgsql_retry(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    uint32_t                   result;
    webhook_pg_args_t          a;
    webhook_cluster_retry_t   *t;
    webhook_cluster_result_e   rc;

    t = &op->u.retry;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_company(&a, &t->company);
    webhook_pg_uuid(&a, &t->event);
    webhook_pg_i8(&a, t->endpoint);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.retry_1($1, $2, $3, $4,"
                                " $5, $6)",
                            &a, op->timeout, 0, 1, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    result = webhook_pg_get_i2(r, 0, 0);

    PQclear(r);

    return result == 0 ? WEBHOOK_CLUSTER_OK
           : result == 1 ? WEBHOOK_CLUSTER_DUPLICATE
                         : WEBHOOK_CLUSTER_NOT_FOUND;
}
