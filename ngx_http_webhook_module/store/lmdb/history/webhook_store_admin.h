
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What an operator does with single deliveries and endpoints.
 */

#ifndef WEBHOOK_STORE_ADMIN_H
#define WEBHOOK_STORE_ADMIN_H

#include "store/lmdb/handle/webhook_store_handle.h"


int webhook_admin_retry(webhook_txn_t *t, webhook_op_t *op);
int webhook_admin_cancel(webhook_txn_t *t, webhook_op_t *op);
int webhook_admin_pause(webhook_txn_t *t, webhook_op_t *op);

/* Makes a finished delivery due again, with all its sends before it; FULL is
   put in *full, and nothing is changed then. */
int webhook_admin_again(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id, webhook_delivery_row_t *d, int *full);

/* The same of an event of the company, of which so many may wait, or any number
   with 0: 2 is put in *full where it would be more. */
int webhook_admin_bounded(webhook_txn_t *t, uint64_t endpoint,
    const webhook_id_t *id, webhook_delivery_row_t *d,
    const webhook_str_t *company, uint32_t backlog, int *full);


#endif /* WEBHOOK_STORE_ADMIN_H */
