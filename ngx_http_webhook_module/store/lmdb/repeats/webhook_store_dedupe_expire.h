
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Calls whose repeats need not be known any more.
 */

#ifndef WEBHOOK_STORE_DEDUPE_EXPIRE_H
#define WEBHOOK_STORE_DEDUPE_EXPIRE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Tells whether something ended. */
int webhook_dedupe_expire_peek(webhook_txn_t *t, int *over);

/* Removes what ended, until *count is max or *pages enough. */
int webhook_dedupe_expire(webhook_txn_t *t, uint32_t max, uint32_t *count,
    uint32_t *pages, int *more);


#endif /* WEBHOOK_STORE_DEDUPE_EXPIRE_H */
