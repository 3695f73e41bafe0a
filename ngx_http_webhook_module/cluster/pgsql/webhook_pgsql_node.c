
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Nodes: JOIN, LEAVE, BEAT; STATUS; UPKEEP.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"


static webhook_cluster_result_e webhook_pgsql_unread(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);


webhook_cluster_result_e
webhook_pgsql_join(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    uint32_t                   result;
    webhook_pg_args_t          a;
    webhook_cluster_join_t    *j;
    webhook_cluster_result_e   rc;

    j = &op->u.join;

    webhook_pg_args(&a);
    webhook_pg_str(&a, &j->name);
    webhook_pg_bytes(&a, j->incarnation, WEBHOOK_CLUSTER_NONCE);
    webhook_pg_bytes(&a, j->held, WEBHOOK_CLUSTER_NONCE);
    webhook_pg_bytes(&a, j->next, WEBHOOK_CLUSTER_NONCE);
    webhook_pg_str(&a, &j->boot);
    webhook_pg_i8(&a, j->known);
    webhook_pg_i8(&a, j->assigned);
    webhook_pg_i4(&a, j->lease);
    webhook_pg_i4(&a, j->beat);
    webhook_pg_i2(&a, WEBHOOK_CLUSTER_FORMAT);
    webhook_pg_str(&a, &j->version);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.join_1($1, $2, $3, $4,"
                                " $5, $6, $7, $8, $9, $10, $11)",
                            &a, op->timeout, 0, 1, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    result = webhook_pg_get_i2(r, 0, 0);

    j->epoch = webhook_pg_get_i8(r, 0, 2);
    j->shipped = webhook_pg_get_i8(r, 0, 3);
    j->wait = webhook_pg_get_i8(r, 0, 4);
    j->good = webhook_pg_get_i8(r, 0, 5);
    j->registry = webhook_pg_get_i8(r, 0, 6);
    j->part_now = webhook_pg_get_i4(r, 0, 7);
    j->part_min = webhook_pg_get_i4(r, 0, 8);
    j->part_max = webhook_pg_get_i4(r, 0, 9);

    if (result == 0) {
        session->epoch = j->epoch;
        session->node = webhook_pg_get_i4(r, 0, 1);
        memcpy(session->session, j->next, WEBHOOK_CLUSTER_NONCE);
    }

    PQclear(r);

    switch (result) {

    case 0:
        return WEBHOOK_CLUSTER_OK;

    case 1:
        webhook_pg_tell(pg, "the node's lease of another boot has not ended");
        return WEBHOOK_CLUSTER_BUSY;

    case 2:
        webhook_pg_tell(pg, "another store has this node's name");
        return WEBHOOK_CLUSTER_DOUBLED;

    case 3:
        webhook_pg_tell(pg, "a copy of this store has joined since");
        return WEBHOOK_CLUSTER_DOUBLED;

    default:
        webhook_pg_tell(pg, "the node's name belongs to another role");
        return WEBHOOK_CLUSTER_DOUBLED;
    }
}


webhook_cluster_result_e
webhook_pgsql_leave(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    webhook_pgsql_node(&a, session);
    webhook_pg_i8(&a, op->u.leave.stay);

    rc = webhook_pgsql_call(pg, "SELECT webhook.leave_1($1, $2, $3, $4)", &a,
                            op->timeout, 0, 1, &r);
    PQclear(r);

    return rc;
}


webhook_cluster_result_e
webhook_pgsql_beat(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_beat_t    *b;
    webhook_cluster_result_e   rc;

    b = &op->u.beat;

    webhook_pgsql_node(&a, session);
    webhook_pg_i8(&a, b->lag);
    webhook_pg_i8(&a, b->waiting);
    webhook_pg_i8(&a, b->wall);
    webhook_pg_i8(&a, b->known);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.beat_1($1, $2, $3, $4,"
                                " $5, $6, $7)",
                            &a, op->timeout, 0, 1, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    b->now = webhook_pg_get_i8(r, 0, 0);
    b->good = webhook_pg_get_i8(r, 0, 1);
    b->registry = webhook_pg_get_i8(r, 0, 2);
    b->part_now = webhook_pg_get_i4(r, 0, 3);
    b->part_min = webhook_pg_get_i4(r, 0, 4);
    b->part_max = webhook_pg_get_i4(r, 0, 5);
    b->elected = webhook_pg_get_bool(r, 0, 6);
    b->claimable = webhook_pg_get_bool(r, 0, 7);
    b->draining = webhook_pg_get_bool(r, 0, 8);
    b->ahead = (int64_t) webhook_pg_get_i8(r, 0, 9);

    PQclear(r);

    return WEBHOOK_CLUSTER_OK;
}


webhook_cluster_result_e
webhook_pgsql_status(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    int                        i, count;
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_node_t    *n;
    webhook_cluster_result_e   rc;

    (void) session;

    webhook_pg_args(&a);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.status_1()", &a,
                            op->timeout, 1, 0, &r);

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    count = PQntuples(r);

    n = webhook_pgsql_rows(op, count, sizeof(webhook_cluster_node_t));

    op->u.status.nodes = n;
    op->u.status.count = n ? (uint32_t) count : 0;

    for (i = 0; n && i < count; i++, n++) {

        if (webhook_pg_copy_bytes(r, i, 0, &op->memory, &n->name) != 0
            || webhook_pg_copy_bytes(r, i, 9, &op->memory, &n->version) != 0)
        {
            rc = WEBHOOK_CLUSTER_UNAVAILABLE;
        }

        n->life = (webhook_cluster_life_e) webhook_pg_get_i2(r, i, 1);
        n->left = (int64_t) webhook_pg_get_i8(r, i, 2);
        n->lag = webhook_pg_get_i8(r, i, 3);
        n->waiting = webhook_pg_get_i8(r, i, 4);
        n->ahead = (int64_t) webhook_pg_get_i8(r, i, 5);
        n->registry = webhook_pg_get_i8(r, i, 6);
        n->seen = webhook_pg_get_i8(r, i, 7);
        n->format = webhook_pg_get_i2(r, i, 8);
        n->owed = webhook_pg_get_i8(r, i, 10);
    }

    PQclear(r);

    if (count && op->u.status.nodes == NULL) {
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    return rc;
}


webhook_cluster_result_e
webhook_pgsql_upkeep(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    webhook_pgsql_node(&a, session);

    rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.upkeep_1($1, $2, $3)",
                            &a, op->timeout, 0, 1, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        op->u.upkeep.made = webhook_pg_get_i4(r, 0, 0);
        op->u.upkeep.dropped = webhook_pg_get_i4(r, 0, 1);
        op->u.upkeep.swept = webhook_pg_get_i4(r, 0, 2);
        PQclear(r);

        rc = webhook_pgsql_unread(pg, session, op);
    }

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_unread(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    webhook_pgsql_node(&a, session);
    webhook_pg_i2(&a, WEBHOOK_CLUSTER_FORMAT);

    rc = webhook_pgsql_call(pg, "SELECT webhook.unread_1($1, $2, $3, $4)", &a,
                            op->timeout, 1, 1, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        op->u.upkeep.unread = webhook_pg_get_i8(r, 0, 0);
        PQclear(r);
    }

    return rc;
}
