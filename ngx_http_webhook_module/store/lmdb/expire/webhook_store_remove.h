
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is finished is removed, with all that belongs to it.
 */

#ifndef WEBHOOK_STORE_REMOVE_H
#define WEBHOOK_STORE_REMOVE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Removes an event, unless a delivery of it is owed, or a call; *pages is
   raised by about what they took. */
int webhook_remove_event(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);
int webhook_remove_call(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);


#endif /* WEBHOOK_STORE_REMOVE_H */
