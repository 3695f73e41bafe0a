
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIMITS.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


#define webhook_pgsql_of_limit(type, member)                                  \
    webhook_pgsql_column(&a, type, l->limits, l->count,                       \
                         sizeof(webhook_cluster_limit_t),                     \
                         offsetof(webhook_cluster_limit_t, member))


webhook_cluster_result_e
webhook_pgsql_limits(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i;
    PGresult                  *r;
    uint32_t                   n;
    webhook_pg_args_t          a;
    webhook_cluster_limit_t   *k;
    webhook_cluster_limits_t  *l;
    webhook_cluster_result_e   rc;

    l = &op->u.limits;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_of_limit(WEBHOOK_PG_I8, endpoint);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, inflight);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, rate);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, per);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, burst);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, held);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, want);
    webhook_pgsql_of_limit(WEBHOOK_PG_I4, sends);
    webhook_pg_i4(&a, l->horizon);

    /* Slots are told anew each time; sends of a call whose answer was lost are
       lost with it. */

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.limits_1($1, $2, $3,"
                                " $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                            &a, op->timeout, 0, l->count != 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    for (n = 0; n < l->count; n++) {
        l->limits[n].slots = 0;
        l->limits[n].count = 0;
    }

    for (i = 0; i < PQntuples(r); i++) {
        n = webhook_pg_get_i4(r, i, 0);

        if (n == 0 || n > l->count) {
            continue;
        }

        k = &l->limits[n - 1];
        k->slots = webhook_pg_get_i4(r, i, 1);
        k->first = (int64_t) webhook_pg_get_i8(r, i, 2);
        k->gap = webhook_pg_get_i8(r, i, 3);
        k->count = webhook_pg_get_i4(r, i, 4);
    }

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}
