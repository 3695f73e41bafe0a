
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process: where it stands.
 */

#ifndef WEBHOOK_STORE_KEPT_OWN_H
#define WEBHOOK_STORE_KEPT_OWN_H

#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"


/* State and last sequence, as of one time. */
webhook_kept_e webhook_kept_state(webhook_kept_t *k, uint64_t *last);

/* Sets up its row, open. */
void webhook_kept_row_own(webhook_lmdb_t *st, uint64_t applied,
    webhook_kept_row_t *row);


#endif /* WEBHOOK_STORE_KEPT_OWN_H */
