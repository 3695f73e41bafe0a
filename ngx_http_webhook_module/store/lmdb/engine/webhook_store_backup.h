
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A copy of a store, taken while it is written to.
 */

#ifndef WEBHOOK_STORE_BACKUP_H
#define WEBHOOK_STORE_BACKUP_H

#include "store/webhook_store.h"


/* webhook_store_backup(), of an open store. */
webhook_store_result_e webhook_backup(void *data, int fd, const char *name);


#endif /* WEBHOOK_STORE_BACKUP_H */
