
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the server's refusals mean, and how they are told.
 */

#include "cluster/pgsql/line/webhook_pg_connect.h"


typedef struct {
    const char                *state;       /* SQLSTATE, or its beginning */
    webhook_cluster_result_e   result;
    webhook_pg_after_e         after;
} webhook_pg_meaning_t;


/* The first that fits. */

static const webhook_pg_meaning_t  webhook_pg_meanings[] = {

    /* of the functions in sql/ */
    { "WH001", WEBHOOK_CLUSTER_FENCED, WEBHOOK_PG_KEEP },
    { "WH002", WEBHOOK_CLUSTER_EPOCH, WEBHOOK_PG_KEEP },
    { "WH003", WEBHOOK_CLUSTER_LOST, WEBHOOK_PG_KEEP },
    { "WH004", WEBHOOK_CLUSTER_SCHEMA, WEBHOOK_PG_KEEP },
    { "WH", WEBHOOK_CLUSTER_REFUSED, WEBHOOK_PG_KEEP },

    /* serialization, deadlock */
    { "40001", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_AGAIN },
    { "40P01", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_AGAIN },

    /* completion unknown; ended by an administrator, perhaps between a commit
       and its standby */
    { "40003", WEBHOOK_CLUSTER_UNKNOWN, WEBHOOK_PG_DROP },
    { "57P01", WEBHOOK_CLUSTER_UNKNOWN, WEBHOOK_PG_DROP },
    { "57P02", WEBHOOK_CLUSTER_UNKNOWN, WEBHOOK_PG_DROP },
    { "08", WEBHOOK_CLUSTER_UNKNOWN, WEBHOOK_PG_DROP },

    /* a leader that was; starting; no room, memory, connections */
    { "25006", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_DROP },
    { "57P", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_DROP },
    { "53", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_KEEP },

    /* no such function, table, schema */
    { "42883", WEBHOOK_CLUSTER_SCHEMA, WEBHOOK_PG_KEEP },
    { "42P01", WEBHOOK_CLUSTER_SCHEMA, WEBHOOK_PG_KEEP },
    { "3F000", WEBHOOK_CLUSTER_SCHEMA, WEBHOOK_PG_KEEP },

    /* data, constraints, limits of what can be kept; the same twice */
    { "21", WEBHOOK_CLUSTER_REFUSED, WEBHOOK_PG_KEEP },
    { "22", WEBHOOK_CLUSTER_REFUSED, WEBHOOK_PG_KEEP },
    { "23", WEBHOOK_CLUSTER_REFUSED, WEBHOOK_PG_KEEP },
    { "54", WEBHOOK_CLUSTER_REFUSED, WEBHOOK_PG_KEEP },

    { "", WEBHOOK_CLUSTER_UNAVAILABLE, WEBHOOK_PG_KEEP }
};


webhook_cluster_result_e
webhook_pg_state(const char *state, const char *constraint,
    webhook_pg_after_e *after)
{
    const webhook_pg_meaning_t  *m;

    /* without one, it is libpq that speaks: the connection ended */

    if (state == NULL || state[0] == '\0') {
        *after = WEBHOOK_PG_DROP;
        return WEBHOOK_CLUSTER_UNKNOWN;
    }

    /* there is no partition for a row: the node that tidies up makes it; a check
       that is not met has a name */

    if (strcmp(state, "23514") == 0
        && (constraint == NULL || constraint[0] == '\0'))
    {
        *after = WEBHOOK_PG_KEEP;
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    for (m = webhook_pg_meanings;
         strncmp(state, m->state, strlen(m->state)) != 0;
         m++)
    {
        /* void */
    }

    *after = m->after;

    return m->result;
}


const char *
webhook_pg_error(const webhook_pg_t *pg)
{
    return pg->error;
}


void
webhook_pg_tell(webhook_pg_t *pg, const char *text)
{
    size_t  n;

    /* one line */

    for (n = 0; n < WEBHOOK_PG_ERROR_MAX - 1 && text[n]; n++) {
        pg->error[n] = (unsigned char) text[n] < 0x20 ? ' ' : text[n];
    }

    while (n && pg->error[n - 1] == ' ') {
        n--;
    }

    pg->error[n] = '\0';
}
