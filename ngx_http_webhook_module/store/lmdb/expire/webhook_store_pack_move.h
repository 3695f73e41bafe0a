
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows that lie thinly are moved together.
 */

#ifndef WEBHOOK_STORE_PACK_MOVE_H
#define WEBHOOK_STORE_PACK_MOVE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Moves the rows that were found. */
int webhook_pack_move(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_PACK_MOVE_H */
