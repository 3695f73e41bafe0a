
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The tables' names, and the order of their keys.
 */

#include "store/lmdb/layout/webhook_store_table.h"
#include "core/base/webhook_codec.h"
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
    "answer_callers",
    "outbox"
};


const char *
webhook_table_name(webhook_db_e db)
{
    return webhook_table_names[db];
}


int
webhook_table_compare(const MDB_val *a, const MDB_val *b)
{
    size_t                n, len;
    uint64_t              x, y;
    const unsigned char  *p, *q;

    p = a->mv_data;
    q = b->mv_data;

    len = a->mv_size < b->mv_size ? a->mv_size : b->mv_size;

    for (n = 0; len - n >= 8; n += 8) {
        x = webhook_get_u64(p + n);
        y = webhook_get_u64(q + n);

        if (x != y) {
            return x < y ? -1 : 1;
        }
    }

    for ( /* void */ ; n < len; n++) {
        if (p[n] != q[n]) {
            return p[n] < q[n] ? -1 : 1;
        }
    }

    return (a->mv_size > b->mv_size) - (a->mv_size < b->mv_size);
}
