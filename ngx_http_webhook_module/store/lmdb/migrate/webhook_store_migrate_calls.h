
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 4: calls know when they were kept.
 */

#ifndef WEBHOOK_STORE_MIGRATE_CALLS_H
#define WEBHOOK_STORE_MIGRATE_CALLS_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


int webhook_migrate_calls(webhook_migrate_t *m);


#endif /* WEBHOOK_STORE_MIGRATE_CALLS_H */
