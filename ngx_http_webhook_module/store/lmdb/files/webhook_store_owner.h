
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who has a store open, as its rows tell.
 */

#ifndef WEBHOOK_STORE_OWNER_H
#define WEBHOOK_STORE_OWNER_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* The incarnations that are gone, WEBHOOK_SLOTS_MAX at most, and their slots;
   with "remove" their rows go, too. */
int webhook_owner_dead(webhook_txn_t *t, uint64_t *owners, uint32_t *slots,
    uint32_t *count, int remove);

/* Tells whether an incarnation in a slot lives. */
int webhook_owner_known(webhook_txn_t *t, uint32_t slot, uint64_t incarnation,
    int *alive);

/* Live owners. */
int webhook_owner_count(webhook_txn_t *t, uint32_t *count);


#endif /* WEBHOOK_STORE_OWNER_H */
