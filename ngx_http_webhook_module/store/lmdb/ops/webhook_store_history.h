
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is kept, listed and shown.
 */

#ifndef WEBHOOK_STORE_HISTORY_H
#define WEBHOOK_STORE_HISTORY_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* 1 if a delivery is one that the filter means; *head is its event's then. */
int webhook_filter_match(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, webhook_head_row_t *head);

int webhook_history_list(webhook_txn_t *t, webhook_op_t *op);

int webhook_history_show(webhook_txn_t *t, webhook_op_t *op);
int webhook_history_stats(webhook_txn_t *t, webhook_op_t *op);


#endif /* WEBHOOK_STORE_HISTORY_H */
