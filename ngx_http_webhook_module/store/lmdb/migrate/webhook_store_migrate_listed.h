
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 4: the index of what waits and is dead.
 */

#ifndef WEBHOOK_STORE_MIGRATE_LISTED_H
#define WEBHOOK_STORE_MIGRATE_LISTED_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


int webhook_migrate_listed(webhook_migrate_t *m);


#endif /* WEBHOOK_STORE_MIGRATE_LISTED_H */
