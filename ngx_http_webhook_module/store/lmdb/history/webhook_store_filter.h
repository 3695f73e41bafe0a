
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a filter means.
 */

#ifndef WEBHOOK_STORE_FILTER_H
#define WEBHOOK_STORE_FILTER_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_FILTER_ROWS  10000      /* looked at in a LIST */

/* 1 if a delivery is one that the filter means; *head is its event's then. */
int webhook_filter_match(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, webhook_head_row_t *head);


#endif /* WEBHOOK_STORE_FILTER_H */
