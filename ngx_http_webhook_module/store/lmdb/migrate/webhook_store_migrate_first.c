
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 5: first sends that wait have a mark, or a row in the index.
 */

#include "store/lmdb/migrate/webhook_store_migrate_first.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"
#include "store/lmdb/migrate/webhook_store_migrate_rows.h"


static int webhook_migrate_first_row(webhook_migrate_t *m,
    const unsigned char *due, const MDB_val *mark);


/* In format 4 the newest of them had no row in the index, and the endpoint told
   from which time on.  They get one. */

int
webhook_migrate_first(webhook_migrate_t *m)
{
    return webhook_migrate_rows(m, WEBHOOK_DB_DUE, WEBHOOK_KEY_DUE,
                                webhook_migrate_first_row);
}


static int
webhook_migrate_first_row(webhook_migrate_t *m, const unsigned char *due,
    const MDB_val *mark)
{
    int           rc;
    uint64_t      endpoint;
    webhook_id_t  id;

    if (due[8] != WEBHOOK_LANE_FIRST || mark->mv_size) {
        return 0;
    }

    endpoint = webhook_get_u64(due);
    memcpy(id.bytes, due + 17, 16);

    rc = webhook_listed_rows_find(m->t, endpoint, WEBHOOK_PENDING, &id);

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    m->changed++;

    return webhook_listed_row(m->t, endpoint, WEBHOOK_PENDING, &id);
}
