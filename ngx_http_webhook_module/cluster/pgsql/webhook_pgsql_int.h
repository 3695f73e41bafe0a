
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the operations share.  Each takes the handle, the session and the
 * operation, and returns its result.
 */

#ifndef WEBHOOK_PGSQL_INT_H
#define WEBHOOK_PGSQL_INT_H

#include "cluster/record/webhook_cluster_record.h"
#include "cluster/pgsql/line/webhook_pg_line.h"
#include "store/webhook_store_memory.h"


typedef webhook_cluster_result_e (*webhook_pgsql_op_pt)(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);


webhook_cluster_result_e webhook_pgsql_join(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_leave(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_beat(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_status(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_upkeep(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_ship(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_ask(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_mine(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_release(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_claim(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_turns(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_limits(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_object(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_changes(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_tally(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_sums(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_list(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_show(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_calls(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_retry(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_steer(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);
webhook_cluster_result_e webhook_pgsql_inbox(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);

webhook_cluster_result_e webhook_pgsql_admin(webhook_pg_t *pg,
    webhook_cluster_session_t *session, webhook_cluster_op_t *op);


/* The first arguments of what a node asks. */
void webhook_pgsql_node(webhook_pg_args_t *a,
    const webhook_cluster_session_t *session);

/* A company that is asked for: NULL is any. */
void webhook_pgsql_company(webhook_pg_args_t *a,
    const webhook_company_t *company);

/* A column of rows: the member at this offset of each, which is an uint32_t (I2,
   I4), an uint64_t (I8), a webhook_id_t or a webhook_str_t; or a number that is
   the same in all. */
void webhook_pgsql_column(webhook_pg_args_t *a, webhook_pg_type_e type,
    const void *rows, uint32_t count, size_t stride, size_t offset);
void webhook_pgsql_same(webhook_pg_args_t *a, webhook_pg_type_e type,
    uint32_t count, uint32_t n);

/* One call: arguments are freed.  "rows": there has to be one at least, or the
   server is not what we take it for. */
webhook_cluster_result_e webhook_pgsql_call(webhook_pg_t *pg, const char *sql,
    webhook_pg_args_t *a, uint32_t timeout, int reads, int rows,
    PGresult **r);

/* ms since 1970 */
uint64_t webhook_pgsql_wall(void);

/* Rows as memory of the operation; NULL: none, also for 0 of them. */
void *webhook_pgsql_rows(webhook_cluster_op_t *op, int count, size_t size);


#endif /* WEBHOOK_PGSQL_INT_H */
