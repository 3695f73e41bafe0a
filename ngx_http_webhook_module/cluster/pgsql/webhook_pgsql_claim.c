
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * CLAIM and FETCH.
 */

#include "cluster/pgsql/webhook_pgsql_whole.h"

#include <stdlib.h>


static webhook_cluster_result_e webhook_pgsql_claimed(webhook_cluster_op_t *op,
    const PGresult *r);
static int webhook_pgsql_claim_event(webhook_cluster_op_t *op,
    const PGresult *r, int row, const webhook_cluster_delivery_t *d);
static int webhook_pgsql_claim_known(const webhook_cluster_claim_t *c,
    const webhook_id_t *id);


webhook_cluster_result_e
webhook_pgsql_claim(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_claim_t   *c;
    webhook_cluster_result_e   rc;

    c = &op->u.claim;

    webhook_pgsql_node(&a, session);

    if (op->type == WEBHOOK_CLUSTER_FETCH) {
        webhook_pgsql_column(&a, WEBHOOK_PG_UUID, c->known, c->known_count,
                             sizeof(webhook_cluster_known_t),
                             offsetof(webhook_cluster_known_t, event));
        webhook_pgsql_column(&a, WEBHOOK_PG_I8, c->known, c->known_count,
                             sizeof(webhook_cluster_known_t),
                             offsetof(webhook_cluster_known_t, endpoint));

        rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.fetch_1($1, $2, $3,"
                                    " $4, $5)",
                                &a, op->timeout, 1, 0, &r);

    } else {
        webhook_pg_i4(&a, c->max);
        webhook_pg_i8(&a, c->max_bytes);
        webhook_pg_i2(&a, WEBHOOK_CLUSTER_FORMAT);

        rc = webhook_pgsql_call(pg, "SELECT * FROM webhook.claim_1($1, $2, $3,"
                                    " $4, $5, $6)",
                                &a, op->timeout, 0, 0, &r);
    }

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    rc = webhook_pgsql_claimed(op, r);

    PQclear(r);

    /* They are the node's by now, and MINE will tell of them. */

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_claimed(webhook_cluster_op_t *op, const PGresult *r)
{
    int                          i, rc, count;
    uint64_t                     now;
    webhook_cluster_claim_t     *c;
    webhook_cluster_delivery_t  *d;

    c = &op->u.claim;
    now = webhook_pgsql_wall();
    count = PQntuples(r);

    if (count == 0) {
        return WEBHOOK_CLUSTER_OK;
    }

    c->deliveries = webhook_pgsql_rows(op, count,
                                       sizeof(webhook_cluster_delivery_t));
    c->events = webhook_pgsql_rows(op, count,
                                   sizeof(webhook_cluster_event_t));

    if (c->deliveries == NULL || c->events == NULL) {
        return WEBHOOK_CLUSTER_UNKNOWN;
    }

    for (i = 0; i < count; i++) {
        d = &c->deliveries[c->deliveries_count];

        memset(d, 0, sizeof(webhook_cluster_delivery_t));

        webhook_pg_get_uuid(r, i, 0, &d->full.delivery.event);

        rc = webhook_pgsql_delivery(r, i, 1, &op->memory, now, d);

        if (rc == WEBHOOK_OK) {
            rc = webhook_pgsql_attempts(r, i, 1 + WEBHOOK_PGSQL_COLUMNS,
                                        &op->memory, d);
        }

        d->turn = webhook_pg_get_i8(r, i, 2 + WEBHOOK_PGSQL_COLUMNS);

        if (rc == WEBHOOK_OK) {
            rc = webhook_pgsql_claim_event(op, r, i, d);
        }

        if (rc == WEBHOOK_NOMEM) {
            return WEBHOOK_CLUSTER_UNKNOWN;
        }

        if (rc != WEBHOOK_OK) {
            c->damaged++;
            continue;
        }

        c->deliveries_count++;
    }

    return WEBHOOK_CLUSTER_OK;
}


static int
webhook_pgsql_claim_event(webhook_cluster_op_t *op, const PGresult *r, int row,
    const webhook_cluster_delivery_t *d)
{
    int                       rc;
    webhook_cluster_claim_t  *c;
    webhook_cluster_event_t  *e;

    c = &op->u.claim;

    if (webhook_pgsql_claim_known(c, &d->full.delivery.event)) {
        return WEBHOOK_OK;
    }

    e = &c->events[c->events_count];

    e->id = d->full.delivery.event;
    e->part = d->part;
    e->wall = d->full.delivery.wall;
    e->type = d->full.delivery.type;
    e->company = d->full.delivery.company;

    rc = webhook_pgsql_event(r, row, 3 + WEBHOOK_PGSQL_COLUMNS,
                             4 + WEBHOOK_PGSQL_COLUMNS, &op->memory, e);

    if (rc == WEBHOOK_OK) {
        c->events_count++;
    }

    return rc;
}


/* Deliveries of one event mostly stand together. */

static int
webhook_pgsql_claim_known(const webhook_cluster_claim_t *c,
    const webhook_id_t *id)
{
    uint32_t  i;

    for (i = c->events_count; i != 0; i--) {
        if (memcmp(c->events[i - 1].id.bytes, id->bytes, WEBHOOK_ID_LEN) == 0)
        {
            return 1;
        }
    }

    return 0;
}
