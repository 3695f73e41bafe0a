
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What a node asks of its own: ASK, MINE, RELEASE; TURNS.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


#define webhook_pgsql_of_known(type, member)                                  \
    webhook_pgsql_column(&a, type, q->known, q->count,                        \
                         sizeof(webhook_cluster_known_t),                     \
                         offsetof(webhook_cluster_known_t, member))


static webhook_cluster_known_t *webhook_pgsql_known(webhook_cluster_op_t *op,
    int count);


webhook_cluster_result_e
webhook_pgsql_ask(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i;
    PGresult                  *r;
    uint32_t                   n;
    webhook_pg_args_t          a;
    webhook_cluster_ask_t     *q;
    webhook_cluster_known_t   *k;
    webhook_cluster_result_e   rc;

    q = &op->u.ask;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_of_known(WEBHOOK_PG_UUID, event);
    webhook_pgsql_of_known(WEBHOOK_PG_I8, endpoint);
    webhook_pgsql_of_known(WEBHOOK_PG_I4, part);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.ask_1($1, $2, $3, $4,"
                                " $5, $6)",
                            &a, op->timeout, 1, q->count != 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    if ((uint32_t) PQntuples(r) != q->count) {
        PQclear(r);
        webhook_pg_tell(pg, "the server has not answered all that was asked");
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < PQntuples(r); i++) {
        n = webhook_pg_get_i4(r, i, 0);

        if (n == 0 || n > q->count) {
            continue;
        }

        k = &q->known[n - 1];
        k->verdict = (webhook_cluster_verdict_e) webhook_pg_get_i2(r, i, 1);
        k->state = (webhook_state_e) webhook_pg_get_i2(r, i, 2);
        k->sends = webhook_pg_get_i4(r, i, 3);
        k->status = webhook_pg_get_i4(r, i, 4);
        k->finished = webhook_pg_get_i8(r, i, 5);
    }

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}


webhook_cluster_result_e
webhook_pgsql_mine(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i, count;
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_ask_t     *q;
    webhook_cluster_known_t   *k;
    webhook_cluster_result_e   rc;

    q = &op->u.ask;

    webhook_pgsql_node(&a, session);
    webhook_pg_i8(&a, q->after);
    webhook_pg_i4(&a, q->max);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.mine_1($1, $2, $3, $4,"
                                " $5)",
                            &a, op->timeout, 1, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);
    k = webhook_pgsql_known(op, count);

    if (count && k == NULL) {
        PQclear(r);
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < count; i++, k++) {
        k->pos = webhook_pg_get_i8(r, i, 0);
        webhook_pg_get_uuid(r, i, 1, &k->event);
        k->endpoint = webhook_pg_get_i8(r, i, 2);
        k->part = webhook_pg_get_i4(r, i, 3);
        k->sends = webhook_pg_get_i4(r, i, 4);

        q->after = k->pos;
    }

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}


webhook_cluster_result_e
webhook_pgsql_release(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i, count;
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_ask_t     *q;
    webhook_cluster_known_t   *k;
    webhook_cluster_result_e   rc;

    q = &op->u.ask;

    webhook_pgsql_node(&a, session);
    webhook_pg_i4(&a, q->max);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.release_1($1, $2, $3,"
                                " $4)",
                            &a, op->timeout, 0, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);
    k = webhook_pgsql_known(op, count);

    if (count && k == NULL) {
        PQclear(r);
        return WEBHOOK_CLUSTER_UNKNOWN;
    }

    for (i = 0; i < count; i++, k++) {
        webhook_pg_get_uuid(r, i, 0, &k->event);
        k->endpoint = webhook_pg_get_i8(r, i, 1);
    }

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}


#define webhook_pgsql_of_turn(type, member)                                   \
    webhook_pgsql_column(&a, type, t->turns, t->count,                        \
                         sizeof(webhook_ship_turn_t),                         \
                         offsetof(webhook_ship_turn_t, member))


webhook_cluster_result_e
webhook_pgsql_turns(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i;
    PGresult                  *r;
    uint32_t                   n;
    webhook_pg_args_t          a;
    webhook_ship_turn_t       *head;
    webhook_cluster_turns_t   *t;
    webhook_cluster_result_e   rc;

    t = &op->u.turns;

    webhook_pgsql_node(&a, session);
    webhook_pgsql_of_turn(WEBHOOK_PG_I8, endpoint);
    webhook_pgsql_of_turn(WEBHOOK_PG_I8, order);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.turns_1($1, $2, $3,"
                                " $4, $5)",
                            &a, op->timeout, 1, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    t->heads_count = 0;
    t->heads = webhook_pgsql_rows(op, PQntuples(r),
                                  sizeof(webhook_ship_turn_t));

    if (t->heads == NULL && PQntuples(r)) {
        PQclear(r);
        webhook_pg_tell(pg, "no memory for an answer");
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (i = 0; i < PQntuples(r); i++) {
        n = webhook_pg_get_i4(r, i, 0);

        if (n == 0 || n > t->count) {
            continue;
        }

        head = &t->heads[t->heads_count++];

        *head = t->turns[n - 1];
        webhook_pg_get_uuid(r, i, 1, &head->event);
    }

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}


/* Room for what the answer tells of so many deliveries; NULL: there is none, or
   no memory. */

static webhook_cluster_known_t *
webhook_pgsql_known(webhook_cluster_op_t *op, int count)
{
    webhook_cluster_ask_t  *q;

    q = &op->u.ask;

    q->known = webhook_pgsql_rows(op, count, sizeof(webhook_cluster_known_t));
    q->count = q->known ? (uint32_t) count : 0;

    return q->known;
}
