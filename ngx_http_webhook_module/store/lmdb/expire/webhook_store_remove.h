
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is finished is removed, with all that belongs to it.
 */

#ifndef WEBHOOK_STORE_REMOVE_H
#define WEBHOOK_STORE_REMOVE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Removes an event, unless a delivery of it is owed, or a call; *pages is
   raised by about what they took.  An event must not be in the index of what is
   finished any more; of many deliveries some go, and then it is in that index
   again, as one that is being removed. */
int webhook_remove_event(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);

/* An event is being removed, whatever is owed of it, but for what is being
   sent: from now on it is gone for whoever asks.  It must not be in that
   index. */
int webhook_remove_begin(webhook_txn_t *t, const webhook_id_t *id);

int webhook_remove_call(webhook_txn_t *t, const webhook_id_t *id,
    uint32_t *pages);


#endif /* WEBHOOK_STORE_REMOVE_H */
