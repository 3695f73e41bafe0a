
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step to format 2: the ids of events.
 */

#ifndef WEBHOOK_STORE_MIGRATE_IDS_H
#define WEBHOOK_STORE_MIGRATE_IDS_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


int webhook_migrate_ids(webhook_migrate_t *m);


#endif /* WEBHOOK_STORE_MIGRATE_IDS_H */
