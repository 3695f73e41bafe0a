
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "cluster/pgsql/webhook_pgsql_whole.h"


int
webhook_pgsql_delivery(const PGresult *r, int row, int first, void **memory,
    uint64_t now, webhook_cluster_delivery_t *d)
{
    webhook_str_t        record;
    webhook_delivery_t  *v;

    v = &d->full.delivery;

    d->part = webhook_pg_get_i4(r, row, first + WEBHOOK_PGSQL_PART);
    v->endpoint = webhook_pg_get_i8(r, row, first + WEBHOOK_PGSQL_ENDPOINT);
    v->state = (webhook_state_e)
                   webhook_pg_get_i2(r, row, first + WEBHOOK_PGSQL_STATE);
    v->attempts = webhook_pg_get_i4(r, row, first + WEBHOOK_PGSQL_SENDS);
    v->status = webhook_pg_get_i4(r, row, first + WEBHOOK_PGSQL_STATUS);
    v->finished = webhook_pg_get_i8(r, row, first + WEBHOOK_PGSQL_FINISHED);
    v->order = webhook_pg_get_i8(r, row, first + WEBHOOK_PGSQL_ORD);
    v->place = webhook_pg_get_i8(r, row, first + WEBHOOK_PGSQL_PLACE);
    v->wall = webhook_pg_get_i8(r, row, first + WEBHOOK_PGSQL_WALL);
    v->body_len = webhook_pg_get_i4(r, row, first + WEBHOOK_PGSQL_BYTES);

    if (webhook_pg_copy_bytes(r, row, first + WEBHOOK_PGSQL_NODE, memory,
                              &d->node) != 0
        || webhook_pg_copy_bytes(r, row, first + WEBHOOK_PGSQL_TYPE, memory,
                                 &v->type) != 0
        || webhook_pg_copy_bytes(r, row, first + WEBHOOK_PGSQL_COMPANY,
                                 memory, &v->company) != 0
        || webhook_pg_copy_bytes(r, row, first + WEBHOOK_PGSQL_RECORD, memory,
                                 &record) != 0)
    {
        return WEBHOOK_NOMEM;
    }

    if ((unsigned) v->state >= WEBHOOK_STATES
        || webhook_pg_get_i2(r, row, first + WEBHOOK_PGSQL_FORMAT)
           > WEBHOOK_CLUSTER_FORMAT)
    {
        return WEBHOOK_ERROR;
    }

    return webhook_cluster_read_delivery(&record, now, d);
}


int
webhook_pgsql_attempts(const PGresult *r, int row, int column, void **memory,
    webhook_cluster_delivery_t *d)
{
    webhook_str_t  records;

    if (webhook_pg_copy_bytes(r, row, column, memory, &records) != 0) {
        return WEBHOOK_NOMEM;
    }

    return webhook_cluster_read_attempts(memory, &records, d);
}


int
webhook_pgsql_event(const PGresult *r, int row, int format, int record,
    void **memory, webhook_cluster_event_t *e)
{
    webhook_str_t  bytes;

    if (webhook_pg_get_i2(r, row, format) > WEBHOOK_CLUSTER_FORMAT
        || PQgetisnull(r, row, record))
    {
        return WEBHOOK_ERROR;
    }

    if (webhook_pg_copy_bytes(r, row, record, memory, &bytes) != 0) {
        return WEBHOOK_NOMEM;
    }

    return webhook_cluster_read_event(memory, &bytes, e);
}
