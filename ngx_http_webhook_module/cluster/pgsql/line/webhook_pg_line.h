
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A connection to PostgreSQL that has a deadline for everything, and knows of
 * each call whether it was applied.
 */

#ifndef WEBHOOK_PG_LINE_H
#define WEBHOOK_PG_LINE_H

#include <libpq-fe.h>

#include "cluster/webhook_cluster.h"
#include "cluster/pgsql/line/webhook_pg_args.h"


#define WEBHOOK_PG_ERROR_MAX  256


typedef struct webhook_pg_s  webhook_pg_t;


/* Nothing is connected yet.  NULL: no memory, or a place that cannot be read,
   which has been logged. */
webhook_pg_t *webhook_pg_open(const webhook_cluster_options_t *options);
void webhook_pg_close(webhook_pg_t *pg);

/*
 * One statement, a transaction of its own, with its arguments; connects first if
 * need be.  Returns OK and *result, which the caller clears (PQclear()), whose
 * columns are binary; else the reason is in webhook_pg_error().  With "reads"
 * nothing is UNKNOWN, for there is nothing to be applied.  A transaction that
 * was in another's way is repeated, some times.
 */
webhook_cluster_result_e webhook_pg_call(webhook_pg_t *pg, const char *sql,
    const webhook_pg_args_t *args, uint32_t timeout, int reads,
    PGresult **result);

/* Statements without arguments or results, one text, one transaction: for
   migrations. */
webhook_cluster_result_e webhook_pg_script(webhook_pg_t *pg, const char *sql,
    uint32_t timeout);

const char *webhook_pg_error(const webhook_pg_t *pg);

/* For those who find that what was answered cannot be used. */
void webhook_pg_tell(webhook_pg_t *pg, const char *text);


/* What became of a statement that the server has refused, by its SQLSTATE. */
typedef enum {
    WEBHOOK_PG_KEEP = 0,        /* the connection can be used on */
    WEBHOOK_PG_AGAIN,           /* and the statement be repeated at once */
    WEBHOOK_PG_DROP             /* it is to be closed */
} webhook_pg_after_e;

/* constraint: that it is about, or NULL */
webhook_cluster_result_e webhook_pg_state(const char *state,
    const char *constraint, webhook_pg_after_e *after);


#endif /* WEBHOOK_PG_LINE_H */
