
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A step to format 2: the index of what is finished.
 */

#ifndef WEBHOOK_STORE_MIGRATE_FINISHED_H
#define WEBHOOK_STORE_MIGRATE_FINISHED_H

#include "store/lmdb/migrate/webhook_store_migrate_int.h"


int webhook_migrate_finished(webhook_migrate_t *m);


#endif /* WEBHOOK_STORE_MIGRATE_FINISHED_H */
