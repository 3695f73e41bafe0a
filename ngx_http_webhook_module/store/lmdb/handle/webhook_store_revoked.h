
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Numbers that all processes that have a store open share, in a part of its file
 * of owners which each of them has mapped: one for each of some hundred groups of
 * endpoints.  What takes from other processes what they hold of an endpoint in
 * advance (it was paused, its breaker opened, its limits are smaller ...) raises
 * its number, in the transaction, before that is committed.
 *
 * Who holds something takes down the number in the transaction that gave it or
 * looked at it again, and compares it right before he uses it: once the
 * transaction that took it away has been answered, he sees another number.  A
 * number that was raised for nothing, since a transaction was not committed or
 * for another endpoint of the group, costs another look.
 */

#ifndef WEBHOOK_STORE_REVOKED_H
#define WEBHOOK_STORE_REVOKED_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Maps them: with the file of owners open, which nobody else opens meanwhile.
   Where that fails there are none, and nothing may be held in advance. */
void webhook_revoked_open(webhook_lmdb_t *st);
void webhook_revoked_close(webhook_lmdb_t *st);

/* The endpoint's number: any thread, and it waits for nothing.  0: there are
   none. */
uint64_t webhook_revoked_number(const webhook_lmdb_t *st, uint64_t endpoint);

/* Raises it; that of every endpoint.  In a transaction that writes. */
void webhook_revoked_raise(webhook_lmdb_t *st, uint64_t endpoint);
void webhook_revoked_raise_all(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_REVOKED_H */
