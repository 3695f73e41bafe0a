
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Format 5: first sends that wait have a mark, or a row in the index.
 */

#ifndef WEBHOOK_STORE_MIGRATE_FIRST_H
#define WEBHOOK_STORE_MIGRATE_FIRST_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


int webhook_migrate_first(webhook_migrate_t *m);


#endif /* WEBHOOK_STORE_MIGRATE_FIRST_H */
