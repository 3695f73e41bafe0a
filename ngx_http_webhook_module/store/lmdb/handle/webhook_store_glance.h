
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A glance at rows as they are committed now, on a thread of its own beside all
 * others: a reader that waits for nobody but for who closes the files or maps
 * them anew.  It takes some microseconds, for these wait for it.
 */

#ifndef WEBHOOK_STORE_GLANCE_H
#define WEBHOOK_STORE_GLANCE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes st->glance, once the store is open: NULL without memory. */
void webhook_glance_make(webhook_lmdb_t *st);

/* Once nobody reads any more. */
void webhook_glance_free(webhook_lmdb_t *st);

/* Before the files are closed or mapped anew, and when they are open again.
   Nothing where there is no glance. */
void webhook_glance_leave(webhook_lmdb_t *st);
void webhook_glance_join(webhook_lmdb_t *st);

/* Begins one: t is for functions that get rows by keys, and have no use of the
   time or the state; 0 where that cannot be, and then nothing is to be ended. */
int webhook_glance_enter(webhook_lmdb_t *st, webhook_txn_t *t);
void webhook_glance_exit(webhook_txn_t *t);


#endif /* WEBHOOK_STORE_GLANCE_H */
