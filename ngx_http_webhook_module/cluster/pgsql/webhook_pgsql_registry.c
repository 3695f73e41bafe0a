
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The registry: OBJECT, CHANGES; and what nodes have counted: TALLY, SUMS.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


#define WEBHOOK_PGSQL_COUNTS  9         /* states, then what there ever was */


static webhook_cluster_result_e webhook_pgsql_object_result(
    const PGresult *r, webhook_cluster_op_t *op);
static int webhook_pgsql_changed(const PGresult *r, int row, void **memory,
    webhook_object_t *o, uint32_t *kind);


webhook_cluster_result_e
webhook_pgsql_object(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_object_t  *o;
    webhook_cluster_result_e   rc;

    o = &op->u.object;

    webhook_pgsql_node(&a, session);
    webhook_pg_i2(&a, o->kind);
    webhook_pg_str(&a, &o->object.id);
    webhook_pg_str(&a, &o->object.company);
    webhook_pg_str(&a, &o->object.name);
    webhook_pg_str(&a, &o->object.by);
    webhook_pg_str(&a, &o->object.data);
    webhook_pg_i8(&a, o->wall);
    webhook_pg_i8(&a, o->expect);           /* ANY is -1 there, PUT -2 */
    webhook_pg_uuid(&a, &o->token);
    webhook_pg_bool(&a, o->remove);
    webhook_pg_i8(&a, o->past ? o->object.version : 1);
    webhook_pg_i8(&a, o->past ? o->object.created : 0);
    webhook_pg_i4(&a, o->max_all);
    webhook_pg_i4(&a, o->max_company);
    webhook_pg_i8(&a, o->endpoint);
    webhook_pg_str(&a, &o->was);
    webhook_pg_bytes(&a, o->once.key, WEBHOOK_ONCE_LEN);
    webhook_pg_bytes(&a, o->once.body, WEBHOOK_ONCE_LEN);
    webhook_pg_i8(&a, o->once.caller);
    webhook_pg_i8(&a, o->once.keep);
    webhook_pg_str(&a, &o->once.answer);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.object_1($1, $2, $3,"
                                " $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
                                " $14, $15, $16, $17, $18, $19, $20, $21, $22,"
                                " $23, $24)",
                            &a, op->timeout, 0, 1, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    rc = webhook_pgsql_object_result(r, op);

    PQclear(r);

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_object_result(const PGresult *r, webhook_cluster_op_t *op)
{
    uint32_t                   result;
    webhook_cluster_object_t  *o;

    o = &op->u.object;

    result = webhook_pg_get_i2(r, 0, 0);

    o->version = webhook_pg_get_i8(r, 0, 1);
    o->change = webhook_pg_get_i8(r, 0, 2);
    o->pending = webhook_pg_get_i8(r, 0, 3);
    o->taken = (result == 1);
    o->used = (result == 4);
    o->owed = (result == 9);
    o->bound = result == 7 ? 1 : result == 8 ? 2 : 0;
    o->once.known = (result == 5 || result == 6);
    o->once.differs = (result == 6);

    switch (result) {

    case 0:
        return WEBHOOK_CLUSTER_OK;

    case 3:
        return WEBHOOK_CLUSTER_NOT_FOUND;

    case 5:
        return webhook_pg_copy_bytes(r, 0, 4, &op->memory, &o->once.first) == 0
               ? WEBHOOK_CLUSTER_DUPLICATE : WEBHOOK_CLUSTER_UNAVAILABLE;

    case 6:
        return WEBHOOK_CLUSTER_DUPLICATE;

    default:
        return WEBHOOK_CLUSTER_CONFLICT;
    }
}


webhook_cluster_result_e
webhook_pgsql_changes(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                         i, count;
    PGresult                   *r;
    webhook_pg_args_t           a;
    webhook_cluster_changes_t  *c;
    webhook_cluster_result_e    rc;

    c = &op->u.changes;

    webhook_pgsql_node(&a, session);
    webhook_pg_i8(&a, c->since);
    webhook_pg_i4(&a, c->max);
    webhook_pg_i8(&a, c->max_bytes);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.changes_1($1, $2, $3,"
                                " $4, $5, $6)",
                            &a, op->timeout, 1, 1, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);

    c->last = webhook_pg_get_i8(r, 0, 11);
    c->lost = webhook_pg_get_bool(r, 0, 12);
    c->next = c->since;
    c->more = 0;

    if (PQgetisnull(r, 0, 0)) {
        c->next = c->last;          /* nothing has changed up to it */

    } else {
        c->objects = webhook_pgsql_rows(op, count, sizeof(webhook_object_t));
        c->kinds = webhook_pgsql_rows(op, count, sizeof(uint32_t));

        if (c->objects == NULL || c->kinds == NULL) {
            rc = WEBHOOK_CLUSTER_UNAVAILABLE;
            count = 0;
        }

        for (i = 0; i < count; i++) {
            if (webhook_pgsql_changed(r, i, &op->memory, &c->objects[i],
                                      &c->kinds[i]) != 0)
            {
                rc = WEBHOOK_CLUSTER_UNAVAILABLE;
                break;
            }

            c->next = c->objects[i].change;
            c->count++;
        }

        c->more = c->next < c->last;
    }

    PQclear(r);

    return rc;
}


static int
webhook_pgsql_changed(const PGresult *r, int row, void **memory,
    webhook_object_t *o, uint32_t *kind)
{
    *kind = webhook_pg_get_i2(r, row, 0);

    if (*kind < WEBHOOK_OBJECT_KINDS) {
        o->kind = (webhook_object_e) *kind;
    }

    o->version = webhook_pg_get_i8(r, row, 6);
    o->change = webhook_pg_get_i8(r, row, 7);
    o->created = webhook_pg_get_i8(r, row, 8);
    o->updated = webhook_pg_get_i8(r, row, 9);
    o->removed = webhook_pg_get_bool(r, row, 10);

    return webhook_pg_copy_bytes(r, row, 1, memory, &o->id) != 0
           || webhook_pg_copy_bytes(r, row, 2, memory, &o->company) != 0
           || webhook_pg_copy_bytes(r, row, 3, memory, &o->name) != 0
           || webhook_pg_copy_bytes(r, row, 4, memory, &o->by) != 0
           || webhook_pg_copy_bytes(r, row, 5, memory, &o->data) != 0;
}


webhook_cluster_result_e
webhook_pgsql_tally(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                        *r;
    uint32_t                         i, n;
    webhook_pg_args_t                a;
    webhook_cluster_sums_t          *s;
    webhook_cluster_result_e         rc;
    const webhook_endpoint_stats_t  *e;

    s = &op->u.sums;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_column(&a, WEBHOOK_PG_I8, s->endpoints, s->count,
                         sizeof(webhook_endpoint_stats_t),
                         offsetof(webhook_endpoint_stats_t, id));
    webhook_pgsql_column(&a, WEBHOOK_PG_BYTES, s->endpoints, s->count,
                         sizeof(webhook_endpoint_stats_t),
                         offsetof(webhook_endpoint_stats_t, name));

    webhook_pg_array(&a, WEBHOOK_PG_I8, WEBHOOK_PGSQL_COUNTS * s->count, 0);

    for (i = 0; i < s->count; i++) {
        e = &s->endpoints[i];

        for (n = 0; n < WEBHOOK_STATES; n++) {
            webhook_pg_add_i8(&a, e->states[n]);
        }

        webhook_pg_add_i8(&a, e->attempts);
        webhook_pg_add_i8(&a, e->delivered);
        webhook_pg_add_i8(&a, e->dead);
        webhook_pg_add_i8(&a, e->cancelled);
    }

    rc = webhook_pgsql_call(pg, "SELECT webhook.tally_1($1, $2, $3, $4, $5,"
                                " $6)",
                            &a, op->timeout, 0, 1, &r);
    PQclear(r);

    return rc;
}


webhook_cluster_result_e
webhook_pgsql_sums(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i, count;
    uint64_t                   n[WEBHOOK_PGSQL_COUNTS];
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_endpoint_stats_t  *e;
    webhook_cluster_result_e   rc;

    (void) session;

    webhook_pg_args(&a);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.sums_1()", &a,
                            op->timeout, 1, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);
    e = webhook_pgsql_rows(op, count, sizeof(webhook_endpoint_stats_t));

    if (count && e == NULL) {
        PQclear(r);
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    op->u.sums.endpoints = e;
    op->u.sums.count = (uint32_t) count;

    for (i = 0; i < count; i++, e++) {
        memset(n, 0, sizeof(n));

        e->id = webhook_pg_get_i8(r, i, 0);

        if (webhook_pg_copy_bytes(r, i, 1, &op->memory, &e->name) != 0) {
            rc = WEBHOOK_CLUSTER_UNAVAILABLE;
        }

        (void) webhook_pg_get_i8s(r, i, 2, n, WEBHOOK_PGSQL_COUNTS);

        memcpy(e->states, n, sizeof(e->states));
        e->attempts = n[WEBHOOK_STATES];
        e->delivered = n[WEBHOOK_STATES + 1];
        e->dead = n[WEBHOOK_STATES + 2];
        e->cancelled = n[WEBHOOK_STATES + 3];
    }

    PQclear(r);

    return rc;
}
