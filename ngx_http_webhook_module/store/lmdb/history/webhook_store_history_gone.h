
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Deliveries to what was registered, and removed.
 */

#ifndef WEBHOOK_STORE_HISTORY_GONE_H
#define WEBHOOK_STORE_HISTORY_GONE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Sets d->gone of a delivery that is asked for by a company. */
int webhook_history_gone(webhook_txn_t *t, const webhook_company_t *company,
    webhook_delivery_t *d);


#endif /* WEBHOOK_STORE_HISTORY_GONE_H */
