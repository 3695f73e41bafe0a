
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A delivery as it is listed and shown.
 */

#ifndef WEBHOOK_STORE_HISTORY_ENTRY_H
#define WEBHOOK_STORE_HISTORY_ENTRY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The head of an event; its texts are views into the row.  MDB_NOTFOUND also of
   one that is being removed: webhook_head_gone() tells. */
int webhook_history_entry_head(webhook_txn_t *t, const webhook_id_t *id,
    webhook_head_row_t *head);

/* What is told of a delivery; its texts are copied to memory. */
int webhook_history_entry_fill(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, const webhook_head_row_t *head,
    webhook_delivery_t *out);


#endif /* WEBHOOK_STORE_HISTORY_ENTRY_H */
