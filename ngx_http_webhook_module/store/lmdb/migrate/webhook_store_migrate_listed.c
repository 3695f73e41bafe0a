
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 4: the index of what waits and is dead.
 */

#include "store/lmdb/migrate/webhook_store_migrate_listed.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/migrate/webhook_store_migrate_rows.h"


static int webhook_migrate_listed_row(webhook_migrate_t *m,
    const unsigned char *key, const MDB_val *val);


/* A row for each delivery that is PENDING or DEAD.  What cannot be read has
   none: it is told of by whoever meets it. */

int
webhook_migrate_listed(webhook_migrate_t *m)
{
    return webhook_migrate_rows(m, WEBHOOK_DB_DELIVERIES,
                                WEBHOOK_KEY_DELIVERY,
                                webhook_migrate_listed_row);
}


static int
webhook_migrate_listed_row(webhook_migrate_t *m, const unsigned char *key,
    const MDB_val *val)
{
    uint64_t                 endpoint;
    webhook_id_t             id;
    webhook_delivery_row_t   d;

    memcpy(id.bytes, key, 16);
    endpoint = webhook_get_u64(key + 16);

    if (endpoint == 0 || webhook_row_read_delivery(val, &d) != 0
        || (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_DEAD))
    {
        return 0;
    }

    m->changed++;

    return webhook_listed_row(m->t, endpoint, d.state, &id);
}
