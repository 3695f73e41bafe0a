
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A rendition of an event, as it was kept.
 */

#ifndef WEBHOOK_STORE_RENDITION_H
#define WEBHOOK_STORE_RENDITION_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Keeps one, and fills in where it is. */
int webhook_rendition_put(webhook_txn_t *t,
    const webhook_rendition_t *rendition, webhook_rendition_row_t *row);

/* Reads a rendition of an event into memory; MDB_CORRUPTED, or ENOMEM. */
int webhook_rendition_read(webhook_txn_t *t, const webhook_rendition_row_t *row,
    void **memory, webhook_rendition_t *rendition);


#endif /* WEBHOOK_STORE_RENDITION_H */
