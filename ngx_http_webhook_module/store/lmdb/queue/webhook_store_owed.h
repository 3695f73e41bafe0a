
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is owed of an event.
 */

#ifndef WEBHOOK_STORE_OWED_H
#define WEBHOOK_STORE_OWED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* One delivery of an event is finished: tells the event's head. */
int webhook_owed_finish(webhook_txn_t *t, const webhook_id_t *id);

/* A delivery of a finished event, or of one that is not, is owed again. */
int webhook_owed_reopen(webhook_txn_t *t, const webhook_id_t *id);


#endif /* WEBHOOK_STORE_OWED_H */
