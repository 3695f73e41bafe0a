
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the operations share.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"

#include <time.h>


void
webhook_pgsql_node(webhook_pg_args_t *a,
    const webhook_cluster_session_t *session)
{
    webhook_pg_args(a);
    webhook_pg_i8(a, session->epoch);
    webhook_pg_i4(a, session->node);
    webhook_pg_bytes(a, session->session, WEBHOOK_CLUSTER_NONCE);
}


void
webhook_pgsql_company(webhook_pg_args_t *a, const webhook_company_t *company)
{
    switch (company->which) {

    case WEBHOOK_COMPANY_ONE:
        webhook_pg_str(a, &company->name);
        break;

    case WEBHOOK_COMPANY_NONE:
        webhook_pg_bytes(a, "", 0);
        break;

    default:
        webhook_pg_null(a, WEBHOOK_PG_BYTES);
    }
}


void
webhook_pgsql_column(webhook_pg_args_t *a, webhook_pg_type_e type,
    const void *rows, uint32_t count, size_t stride, size_t offset)
{
    size_t                bytes;
    uint32_t              i;
    const unsigned char  *p;

    bytes = 0;
    p = (const unsigned char *) rows + offset;

    if (type == WEBHOOK_PG_BYTES) {
        for (i = 0; i < count; i++) {
            bytes += ((const webhook_str_t *) (p + i * stride))->len;
        }
    }

    webhook_pg_array(a, type, count, bytes);

    for (i = 0; i < count; i++, p += stride) {

        switch (type) {

        case WEBHOOK_PG_BYTES:
            webhook_pg_add_bytes(a, (const webhook_str_t *) p);
            break;

        case WEBHOOK_PG_I2:
            webhook_pg_add_i2(a, *(const uint32_t *) p);
            break;

        case WEBHOOK_PG_I4:
            webhook_pg_add_i4(a, *(const uint32_t *) p);
            break;

        case WEBHOOK_PG_I8:
            webhook_pg_add_i8(a, *(const uint64_t *) p);
            break;

        default:
            webhook_pg_add_uuid(a, (const webhook_id_t *) p);
        }
    }
}


void
webhook_pgsql_same(webhook_pg_args_t *a, webhook_pg_type_e type,
    uint32_t count, uint32_t n)
{
    webhook_pgsql_column(a, type, &n, count, 0, 0);
}


webhook_cluster_result_e
webhook_pgsql_call(webhook_pg_t *pg, const char *sql, webhook_pg_args_t *a,
    uint32_t timeout, int reads, int rows, PGresult **r)
{
    webhook_cluster_result_e  rc;

    rc = webhook_pg_call(pg, sql, a, timeout, reads, r);

    webhook_pg_args_free(a);

    if (rc == WEBHOOK_CLUSTER_OK
        && (*r == NULL || (rows && PQntuples(*r) == 0)))
    {
        PQclear(*r);
        *r = NULL;

        webhook_pg_tell(pg, "the server's answer is not understood");
        return reads ? WEBHOOK_CLUSTER_UNAVAILABLE : WEBHOOK_CLUSTER_UNKNOWN;
    }

    return rc;
}


uint64_t
webhook_pgsql_wall(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_REALTIME, &ts);

    return (uint64_t) ts.tv_sec * 1000 + (uint64_t) ts.tv_nsec / 1000000;
}


void *
webhook_pgsql_rows(webhook_cluster_op_t *op, int count, size_t size)
{
    return count > 0 ? webhook_memory_alloc(&op->memory, (size_t) count * size)
                     : NULL;
}
