
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A statement is sent with a Sync at its end, at which the server commits.  Until
 * the last byte has left, it cannot; from then on it may have, until it says that
 * it is ready for the next.  An answer before that means nothing: the commit may
 * yet fail, or not have been waited for ("canceling wait for synchronous
 * replication" is a warning, behind which the answer is that of a success).
 */

#include "cluster/pgsql/line/webhook_pg_line.h"
#include "cluster/pgsql/line/webhook_pg_connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>


#define WEBHOOK_PG_TIMEOUT  10000       /* ms */
#define WEBHOOK_PG_REPEATS  5


static webhook_cluster_result_e webhook_pg_once(webhook_pg_t *pg,
    const char *sql, const webhook_pg_args_t *args, uint64_t deadline,
    PGresult **result, webhook_pg_after_e *after);
static webhook_cluster_result_e webhook_pg_answer(webhook_pg_t *pg,
    uint64_t deadline, PGresult **result, webhook_pg_after_e *after);
static int webhook_pg_send(webhook_pg_t *pg, const char *sql,
    const webhook_pg_args_t *args, uint64_t deadline);


webhook_cluster_result_e
webhook_pg_call(webhook_pg_t *pg, const char *sql,
    const webhook_pg_args_t *args, uint32_t timeout, int reads,
    PGresult **result)
{
    uint32_t                  n;
    uint64_t                  deadline;
    webhook_pg_after_e        after;
    webhook_cluster_result_e  rc;

    *result = NULL;

    if (args && args->failed) {
        webhook_pg_tell(pg, "no memory for what is to be told");
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    deadline = webhook_pg_clock() + (timeout ? timeout : WEBHOOK_PG_TIMEOUT);

    for (n = 0; /* void */ ; n++) {
        rc = webhook_pg_connect(pg, deadline);

        if (rc != WEBHOOK_CLUSTER_OK) {
            return rc;
        }

        after = WEBHOOK_PG_KEEP;

        rc = webhook_pg_once(pg, sql, args, deadline, result, &after);

        if (rc != WEBHOOK_CLUSTER_OK) {
            PQclear(*result);
            *result = NULL;
        }

        if (after == WEBHOOK_PG_DROP) {
            webhook_pg_drop(pg);
        }

        if (after != WEBHOOK_PG_AGAIN || n == WEBHOOK_PG_REPEATS
            || webhook_pg_clock() >= deadline)
        {
            break;
        }
    }

    if (reads && rc == WEBHOOK_CLUSTER_UNKNOWN) {
        rc = WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    return rc;
}


webhook_cluster_result_e
webhook_pg_script(webhook_pg_t *pg, const char *sql, uint32_t timeout)
{
    PGresult                  *result;
    webhook_cluster_result_e   rc;

    rc = webhook_pg_call(pg, sql, NULL, timeout, 0, &result);

    PQclear(result);

    return rc;
}


static webhook_cluster_result_e
webhook_pg_once(webhook_pg_t *pg, const char *sql,
    const webhook_pg_args_t *args, uint64_t deadline, PGresult **result,
    webhook_pg_after_e *after)
{
    pg->warned = 0;
    pg->error[0] = '\0';

    if (webhook_pg_send(pg, sql, args, deadline) != WEBHOOK_OK) {
        *after = WEBHOOK_PG_DROP;
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    return webhook_pg_answer(pg, deadline, result, after);
}


/* WEBHOOK_OK: all of it has left. */

static int
webhook_pg_send(webhook_pg_t *pg, const char *sql,
    const webhook_pg_args_t *args, uint64_t deadline)
{
    int  rc;

    /* A text without arguments may be several statements. */

    rc = args ? PQsendQueryParams(pg->conn, sql, args->count, args->types,
                                  args->values, args->lengths, args->formats,
                                  1)
              : PQsendQuery(pg->conn, sql);

    if (rc != 1) {
        webhook_pg_tell(pg, PQerrorMessage(pg->conn));
        return WEBHOOK_ERROR;
    }

    for ( ;; ) {
        rc = PQflush(pg->conn);

        if (rc == 0) {
            return WEBHOOK_OK;
        }

        if (rc < 0) {
            webhook_pg_tell(pg, PQerrorMessage(pg->conn));
            return WEBHOOK_ERROR;
        }

        /* who does not read while it writes may wait for ever */

        rc = webhook_pg_wait(pg, WEBHOOK_PG_READ | WEBHOOK_PG_WRITE, deadline);

        if (rc == 0) {
            webhook_pg_tell(pg, "the server took too long to read");
            return WEBHOOK_ERROR;
        }

        if ((rc & WEBHOOK_PG_READ) && PQconsumeInput(pg->conn) != 1) {
            webhook_pg_tell(pg, PQerrorMessage(pg->conn));
            return WEBHOOK_ERROR;
        }
    }
}


static webhook_cluster_result_e
webhook_pg_answer(webhook_pg_t *pg, uint64_t deadline, PGresult **result,
    webhook_pg_after_e *after)
{
    PGresult                  *r;
    webhook_pg_after_e         then;
    webhook_cluster_result_e   rc, worst;

    worst = WEBHOOK_CLUSTER_OK;

    for ( ;; ) {

        while (PQisBusy(pg->conn)) {

            if (webhook_pg_wait(pg, WEBHOOK_PG_READ, deadline) == 0) {
                webhook_pg_tell(pg, "the server took too long to answer");
                *after = WEBHOOK_PG_DROP;
                return WEBHOOK_CLUSTER_UNKNOWN;
            }

            if (PQconsumeInput(pg->conn) != 1) {
                break;          /* what came before may tell why */
            }
        }

        r = PQgetResult(pg->conn);

        if (r == NULL) {
            break;
        }

        switch (PQresultStatus(r)) {

        case PGRES_TUPLES_OK:
            PQclear(*result);
            *result = r;
            break;

        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            PQclear(r);
            break;

        default:
            rc = webhook_pg_state(PQresultErrorField(r, PG_DIAG_SQLSTATE),
                                  PQresultErrorField(r,
                                                     PG_DIAG_CONSTRAINT_NAME),
                                  &then);

            /* one that ended the transaction tells more than the end of the
               connection behind it */

            if (worst == WEBHOOK_CLUSTER_OK) {
                worst = rc;
                webhook_pg_tell(pg, PQresultErrorMessage(r));
            }

            if (then > *after) {
                *after = then;
            }

            PQclear(r);
        }
    }

    if (PQstatus(pg->conn) != CONNECTION_OK
        || PQtransactionStatus(pg->conn) != PQTRANS_IDLE)
    {
        *after = WEBHOOK_PG_DROP;

        if (worst == WEBHOOK_CLUSTER_OK) {
            webhook_pg_tell(pg, PQerrorMessage(pg->conn));
            worst = WEBHOOK_CLUSTER_UNKNOWN;
        }
    }

    if (pg->warned && worst == WEBHOOK_CLUSTER_OK) {
        *after = WEBHOOK_PG_DROP;
        worst = WEBHOOK_CLUSTER_UNKNOWN;
    }

    return worst;
}
