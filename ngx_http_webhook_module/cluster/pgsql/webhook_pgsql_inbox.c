
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What nodes ask each other: STEER, INBOX.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


webhook_cluster_result_e
webhook_pgsql_steer(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        rc;
    PGresult                  *r;
    uint32_t                   result;
    webhook_pg_args_t          a;
    webhook_cluster_steer_t   *s;
    webhook_cluster_result_e   told;

    s = &op->u.steer;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_company(&a, &s->company);
    webhook_pg_uuid(&a, &s->event);
    webhook_pg_i8(&a, s->endpoint);
    webhook_pg_bool(&a, s->cancel);

    told = webhook_pgsql_call(pg, "SELECT * FROM webhook.steer_1($1, $2, $3,"
                                  " $4, $5, $6, $7)",
                              &a, op->timeout, 0, 1, &r);

    if (told != WEBHOOK_CLUSTER_OK) {
        return told;
    }

    result = webhook_pg_get_i2(r, 0, 0);

    rc = webhook_pg_copy_bytes(r, 0, 1, &op->memory, &s->node);

    PQclear(r);

    switch (result) {

    case 0:

        /* it was asked, whatever there is no memory for here */

        return rc == 0 ? WEBHOOK_CLUSTER_OK : WEBHOOK_CLUSTER_UNKNOWN;

    case 1:
        return WEBHOOK_CLUSTER_DUPLICATE;

    case 2:
        return WEBHOOK_CLUSTER_NOT_FOUND;

    default:
        return WEBHOOK_CLUSTER_CONFLICT;
    }
}


webhook_cluster_result_e
webhook_pgsql_inbox(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i, count;
    uint32_t                   n;
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_inbox_t   *b;
    webhook_cluster_asked_t   *asked;
    webhook_cluster_result_e   rc;

    b = &op->u.inbox;

    webhook_pgsql_node(&a, session);
    webhook_pg_array(&a, WEBHOOK_PG_I8, b->done_count, 0);

    for (n = 0; n < b->done_count; n++) {
        webhook_pg_add_i8(&a, b->done[n]);
    }

    webhook_pg_i4(&a, WEBHOOK_CLUSTER_INBOX_MAX);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.inbox_1($1, $2, $3, $4,"
                                " $5)",
                            &a, op->timeout, b->done_count == 0, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);

    if (count > WEBHOOK_CLUSTER_INBOX_MAX) {
        count = WEBHOOK_CLUSTER_INBOX_MAX;
    }

    asked = webhook_pgsql_rows(op, count, sizeof(webhook_cluster_asked_t));

    if (count && asked == NULL) {
        PQclear(r);
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < count; i++) {
        asked[i].number = webhook_pg_get_i8(r, i, 0);
        asked[i].cancel = webhook_pg_get_bool(r, i, 1);
        webhook_pg_get_uuid(r, i, 2, &asked[i].event);
        asked[i].endpoint = webhook_pg_get_i8(r, i, 3);
    }

    b->asked = asked;
    b->count = (uint32_t) count;

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}
