
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a filter means.
 */

#ifndef WEBHOOK_STORE_FILTER_H
#define WEBHOOK_STORE_FILTER_H

#include "store/lmdb/handle/webhook_store_handle.h"


#define WEBHOOK_FILTER_ROWS  10000      /* looked at in a LIST */


/* 1 if a delivery may be meant, by what its row tells; and if it is, by what
   that of its event does. */
int webhook_filter_delivery(const webhook_filter_t *f, uint64_t endpoint,
    const webhook_delivery_row_t *d);
int webhook_filter_event(const webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, const webhook_head_row_t *head);

/* The least id of that time. */
void webhook_filter_bound(unsigned char *id, uint64_t wall);


#endif /* WEBHOOK_STORE_FILTER_H */
