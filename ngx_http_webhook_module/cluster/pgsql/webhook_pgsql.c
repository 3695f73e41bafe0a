
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The engine's table, and that of its operations.
 */

#include "cluster/pgsql/webhook_pgsql.h"
#include "cluster/pgsql/webhook_pgsql_int.h"


static void *webhook_pgsql_open(const webhook_cluster_options_t *options);
static void webhook_pgsql_close(void *data);
static void webhook_pgsql_run(void *data, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op);
static const char *webhook_pgsql_error(void *data);


const webhook_cluster_engine_t  webhook_cluster_pgsql = {
    WEBHOOK_CLUSTER_ABI,
    "pgsql",
    webhook_pgsql_open,
    webhook_pgsql_close,
    webhook_pgsql_run,
    webhook_pgsql_error
};


static const webhook_pgsql_op_pt  webhook_pgsql_ops[] = {
    [WEBHOOK_CLUSTER_JOIN] = webhook_pgsql_join,
    [WEBHOOK_CLUSTER_LEAVE] = webhook_pgsql_leave,
    [WEBHOOK_CLUSTER_BEAT] = webhook_pgsql_beat,
    [WEBHOOK_CLUSTER_SHIP] = webhook_pgsql_ship,
    [WEBHOOK_CLUSTER_ASK] = webhook_pgsql_ask,
    [WEBHOOK_CLUSTER_MINE] = webhook_pgsql_mine,
    [WEBHOOK_CLUSTER_FETCH] = webhook_pgsql_claim,
    [WEBHOOK_CLUSTER_CLAIM] = webhook_pgsql_claim,
    [WEBHOOK_CLUSTER_RELEASE] = webhook_pgsql_release,
    [WEBHOOK_CLUSTER_TURNS] = webhook_pgsql_turns,
    [WEBHOOK_CLUSTER_LIMITS] = webhook_pgsql_limits,
    [WEBHOOK_CLUSTER_OBJECT] = webhook_pgsql_object,
    [WEBHOOK_CLUSTER_CHANGES] = webhook_pgsql_changes,
    [WEBHOOK_CLUSTER_TALLY] = webhook_pgsql_tally,
    [WEBHOOK_CLUSTER_RETRY] = webhook_pgsql_retry,
    [WEBHOOK_CLUSTER_STEER] = webhook_pgsql_steer,
    [WEBHOOK_CLUSTER_INBOX] = webhook_pgsql_inbox,
    [WEBHOOK_CLUSTER_LIST] = webhook_pgsql_list,
    [WEBHOOK_CLUSTER_SHOW] = webhook_pgsql_show,
    [WEBHOOK_CLUSTER_CALLS] = webhook_pgsql_calls,
    [WEBHOOK_CLUSTER_SUMS] = webhook_pgsql_sums,
    [WEBHOOK_CLUSTER_STATUS] = webhook_pgsql_status,
    [WEBHOOK_CLUSTER_UPKEEP] = webhook_pgsql_upkeep,
    [WEBHOOK_CLUSTER_ADMIN] = webhook_pgsql_admin
};


static void *
webhook_pgsql_open(const webhook_cluster_options_t *options)
{
    return webhook_pg_open(options);
}


static void
webhook_pgsql_close(void *data)
{
    webhook_pg_close(data);
}


static void
webhook_pgsql_run(void *data, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    op->result = webhook_pgsql_ops[op->type](data, session, op);
}


static const char *
webhook_pgsql_error(void *data)
{
    return webhook_pg_error(data);
}
