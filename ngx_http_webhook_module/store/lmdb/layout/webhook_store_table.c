
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables' names.
 */

#include "store/lmdb/layout/webhook_store_table.h"
#include "store/lmdb/layout/webhook_store_row.h"


static const char  *webhook_table_names[WEBHOOK_DBS] = {
    "meta",
    "bodies",
    "deliveries",
    "attempts",
    "due",
    "heads",
    "parked",
    "wake",
    "endpoints",
    "finished",
    "calls",
    "receivers",
    "owners",
    "dedupe",
    "repeats",
    "idempotency",
    "idempotency_ends",
    "quarantine",
    "listed",
    "rings",
    "tasks",
    "objects",
    "object_names",
    "object_lists",
    "changes",
    "audit",
    "audit_companies",
    "answers",
    "answer_ends",
    "answer_callers"
};


const char *
webhook_table_name(webhook_db_e db)
{
    return webhook_table_names[db];
}
