
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that cannot be read are put into a table of such.
 */

#ifndef WEBHOOK_STORE_QUARANTINE_H
#define WEBHOOK_STORE_QUARANTINE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Puts a row that cannot be read into the table of such; it is gone from its
   own then, unless "keep" is set. */
int webhook_quarantine(webhook_txn_t *t, webhook_db_e db, const void *key,
    size_t key_len, int keep);
int webhook_quarantine_count(webhook_txn_t *t, uint64_t *count);


#endif /* WEBHOOK_STORE_QUARANTINE_H */
