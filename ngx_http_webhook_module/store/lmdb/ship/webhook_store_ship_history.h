
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is over gets numbers, and so do records of the audit.
 */

#ifndef WEBHOOK_STORE_SHIP_HISTORY_H
#define WEBHOOK_STORE_SHIP_HISTORY_H

#include "store/lmdb/ship/webhook_store_ship_int.h"


int webhook_ship_history(webhook_txn_t *t, webhook_ship_step_t *s);
int webhook_ship_audit(webhook_txn_t *t, webhook_ship_step_t *s);


#endif /* WEBHOOK_STORE_SHIP_HISTORY_H */
