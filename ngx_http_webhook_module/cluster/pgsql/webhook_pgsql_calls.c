
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * CALLS.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


static webhook_cluster_result_e webhook_pgsql_called(webhook_cluster_op_t *op,
    const PGresult *r);
static int webhook_pgsql_one_call(const PGresult *r, int row, void **memory,
    webhook_cluster_call_t *c);


webhook_cluster_result_e
webhook_pgsql_calls(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_id_t               before;
    webhook_pg_args_t          a;
    webhook_op_calls_t        *f;
    webhook_cluster_result_e   rc;

    (void) session;

    f = &op->u.calls.filter;

    webhook_pg_args(&a);
    webhook_pgsql_company(&a, &f->company);
    webhook_pg_i8(&a, f->receiver);

    if (op->u.calls.node.len) {
        webhook_pg_str(&a, &op->u.calls.node);

    } else {
        webhook_pg_null(&a, WEBHOOK_PG_BYTES);
    }

    webhook_pg_i4(&a, f->least);
    webhook_pg_i4(&a, f->most);
    webhook_pg_i8(&a, f->since);
    webhook_pg_i8(&a, f->until);

    if (f->from) {
        memcpy(before.bytes, f->cursor, WEBHOOK_ID_LEN);
        webhook_pg_uuid(&a, &before);

    } else {
        webhook_pg_null(&a, WEBHOOK_PG_UUID);
    }

    if (f->id) {
        webhook_pg_uuid(&a, f->id);

    } else {
        webhook_pg_null(&a, WEBHOOK_PG_UUID);
    }

    webhook_pg_i4(&a, f->max);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.calls_1($1, $2, $3, $4,"
                                " $5, $6, $7, $8, $9, $10)",
                            &a, op->timeout, 1, 0, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        rc = webhook_pgsql_called(op, r);
        PQclear(r);
    }

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_called(webhook_cluster_op_t *op, const PGresult *r)
{
    int                       i, rc, count;
    webhook_op_calls_t       *f;
    webhook_cluster_call_t   *c;
    webhook_cluster_calls_t  *l;

    l = &op->u.calls;
    f = &l->filter;
    f->more = 0;

    count = PQntuples(r);

    if (count == 0) {
        return f->id ? WEBHOOK_CLUSTER_NOT_FOUND : WEBHOOK_CLUSTER_OK;
    }

    l->calls = webhook_pgsql_rows(op, count, sizeof(webhook_cluster_call_t));

    if (l->calls == NULL) {
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < count; i++) {
        c = &l->calls[l->count];

        memset(c, 0, sizeof(webhook_cluster_call_t));

        if (!webhook_pg_get_bool(r, i, 0)) {
            webhook_pg_get_uuid(r, i, 1, &c->call.id);
            memcpy(f->cursor, c->call.id.bytes, WEBHOOK_ID_LEN);
            f->more = 1;
            break;
        }

        rc = webhook_pgsql_one_call(r, i, &op->memory, c);

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


static int
webhook_pgsql_one_call(const PGresult *r, int row, void **memory,
    webhook_cluster_call_t *c)
{
    webhook_str_t  record;

    webhook_pg_get_uuid(r, row, 1, &c->call.id);
    c->part = webhook_pg_get_i4(r, row, 2);
    c->call.receiver = webhook_pg_get_i8(r, row, 4);
    c->call.wall = webhook_pg_get_i8(r, row, 5);
    c->call.status = webhook_pg_get_i4(r, row, 6);

    if (webhook_pg_copy_bytes(r, row, 3, memory, &c->node) != 0
        || webhook_pg_copy_bytes(r, row, 7, memory, &c->call.company) != 0
        || webhook_pg_copy_bytes(r, row, 9, memory, &record) != 0)
    {
        return WEBHOOK_NOMEM;
    }

    if (webhook_pg_get_i2(r, row, 8) > WEBHOOK_CLUSTER_FORMAT) {
        return WEBHOOK_ERROR;
    }

    return webhook_cluster_read_call(memory, &record, &c->call);
}
