
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the operator does: INIT, MIGRATE, DRAIN, RESTORED.
 *
 * A migration is a file of sql/, in a transaction with its number.  0 makes the
 * roles and the schema, 999 gives rights after each.
 */

#include "cluster/pgsql/webhook_pgsql_int.h"

#include <stdio.h>


#define WEBHOOK_PGSQL_RIGHTS   999
#define WEBHOOK_PGSQL_TIMEOUT  600000       /* ms, of a migration */


typedef struct {
    uint32_t     number;
    const char  *name;
    const char  *text;
} webhook_pgsql_file_t;


#define WEBHOOK_PGSQL_FILE(number, name, text)  { number, name, text },

static const webhook_pgsql_file_t  webhook_pgsql_files[] = {
#include WEBHOOK_PGSQL_SQL
};

#define WEBHOOK_PGSQL_FILES                                                   \
    (sizeof(webhook_pgsql_files) / sizeof(webhook_pgsql_files[0]))


static webhook_cluster_result_e webhook_pgsql_migrate(webhook_pg_t *pg,
    webhook_cluster_admin_t *m);
static webhook_cluster_result_e webhook_pgsql_apply(webhook_pg_t *pg,
    const webhook_pgsql_file_t *file);
static webhook_cluster_result_e webhook_pgsql_schema(webhook_pg_t *pg,
    uint32_t *schema);
static const char *webhook_pgsql_text(uint32_t number);


webhook_cluster_result_e
webhook_pgsql_admin(webhook_pg_t *pg, webhook_cluster_session_t *session,
    webhook_cluster_op_t *op)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_admin_t   *m;
    webhook_cluster_result_e   rc;

    (void) session;

    m = &op->u.admin;

    switch (m->what) {

    case WEBHOOK_CLUSTER_INIT:
    case WEBHOOK_CLUSTER_MIGRATE:
        return webhook_pgsql_migrate(pg, m);

    case WEBHOOK_CLUSTER_DRAIN:
        webhook_pg_args(&a);
        webhook_pg_str(&a, &m->node);
        webhook_pg_bool(&a, m->force);

        rc = webhook_pgsql_call(pg, "SELECT webhook.drain($1, $2)", &a,
                                op->timeout, 0, 1, &r);
        break;

    default:
        webhook_pg_args(&a);

        rc = webhook_pgsql_call(pg, "SELECT webhook.restored()", &a,
                                op->timeout, 0, 1, &r);
    }

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    m->count = (int64_t) webhook_pg_get_i8(r, 0, 0);

    PQclear(r);

    return m->count == -1 ? WEBHOOK_CLUSTER_NOT_FOUND
           : m->count == -2 ? WEBHOOK_CLUSTER_BUSY : WEBHOOK_CLUSTER_OK;
}


static webhook_cluster_result_e
webhook_pgsql_migrate(webhook_pg_t *pg, webhook_cluster_admin_t *m)
{
    uint32_t                  i, newest;
    webhook_cluster_result_e  rc;

    newest = webhook_pgsql_files[WEBHOOK_PGSQL_FILES - 2].number;

    m->count = 0;

    rc = webhook_pgsql_schema(pg, &m->schema);

    if (rc == WEBHOOK_CLUSTER_SCHEMA && m->what == WEBHOOK_CLUSTER_INIT) {
        m->schema = 0;

        rc = webhook_pg_script(pg, webhook_pgsql_text(0),
                               WEBHOOK_PGSQL_TIMEOUT);
    }

    if (rc != WEBHOOK_CLUSTER_OK) {
        return rc;
    }

    if (m->schema > newest) {
        webhook_pg_tell(pg, "the cluster is of a newer version");
        return WEBHOOK_CLUSTER_SCHEMA;
    }

    for (i = 0; i < WEBHOOK_PGSQL_FILES; i++) {

        if (webhook_pgsql_files[i].number <= m->schema
            || webhook_pgsql_files[i].number == WEBHOOK_PGSQL_RIGHTS)
        {
            continue;
        }

        rc = webhook_pgsql_apply(pg, &webhook_pgsql_files[i]);

        if (rc != WEBHOOK_CLUSTER_OK) {
            return rc;
        }

        m->schema = webhook_pgsql_files[i].number;
        m->count++;
    }

    return WEBHOOK_CLUSTER_OK;
}


static webhook_cluster_result_e
webhook_pgsql_apply(webhook_pg_t *pg, const webhook_pgsql_file_t *file)
{
    char                      text[512];
    webhook_buf_t             sql;
    webhook_cluster_result_e  rc;

    webhook_buf_init(&sql, 0);

    (void) snprintf(text, sizeof(text),
                    "BEGIN; SET LOCAL ROLE webhook_owner;"
                    " SET LOCAL search_path = webhook;");
    webhook_buf_add(&sql, text, strlen(text));

    /* one after the other, whoever else migrates */

    if (file->number > 1) {
        (void) snprintf(text, sizeof(text),
                        "LOCK TABLE cluster IN EXCLUSIVE MODE; DO $$ BEGIN"
                        " IF (SELECT schema FROM cluster) <> %u THEN"
                        " RAISE SQLSTATE 'WH004' USING MESSAGE ="
                        " 'another one migrates'; END IF; END $$;",
                        file->number - 1);
        webhook_buf_add(&sql, text, strlen(text));
    }

    webhook_buf_add(&sql, file->text, strlen(file->text));

    (void) snprintf(text, sizeof(text), "UPDATE cluster SET schema = %u;",
                    file->number);
    webhook_buf_add(&sql, text, strlen(text));
    webhook_buf_add(&sql, webhook_pgsql_text(WEBHOOK_PGSQL_RIGHTS),
                    strlen(webhook_pgsql_text(WEBHOOK_PGSQL_RIGHTS)));
    webhook_buf_add(&sql, "COMMIT", sizeof("COMMIT"));

    if (sql.failed) {
        webhook_buf_free(&sql);
        webhook_pg_tell(pg, "no memory for a migration");
        return WEBHOOK_CLUSTER_UNAVAILABLE;
    }

    rc = webhook_pg_script(pg, (char *) sql.data, WEBHOOK_PGSQL_TIMEOUT);

    webhook_buf_free(&sql);

    return rc;
}


static webhook_cluster_result_e
webhook_pgsql_schema(webhook_pg_t *pg, uint32_t *schema)
{
    PGresult                  *r;
    webhook_pg_args_t          a;
    webhook_cluster_result_e   rc;

    webhook_pg_args(&a);

    rc = webhook_pgsql_call(pg, "SELECT schema FROM webhook.cluster", &a, 0, 1,
                            1, &r);

    if (rc == WEBHOOK_CLUSTER_OK) {
        *schema = webhook_pg_get_i4(r, 0, 0);
        PQclear(r);
    }

    return rc;
}


static const char *
webhook_pgsql_text(uint32_t number)
{
    uint32_t  i;

    for (i = 0; i < WEBHOOK_PGSQL_FILES; i++) {
        if (webhook_pgsql_files[i].number == number) {
            return webhook_pgsql_files[i].text;
        }
    }

    return "";
}
