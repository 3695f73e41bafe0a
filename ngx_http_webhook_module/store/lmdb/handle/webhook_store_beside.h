
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading beside a store's own transactions.  LMDB lets a thread read while
 * another one writes; what a handle keeps of its transactions does not.  So a
 * store has a second handle for reads, with the same files open, rows and a
 * reader of its own.  The files are mapped anew or closed only while nobody
 * reads beside: webhook_beside_leave() waits for that.
 */

#ifndef WEBHOOK_STORE_BESIDE_H
#define WEBHOOK_STORE_BESIDE_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes st->beside, once the store is open and has its time: NULL without
   memory, and then all reads are the store's own. */
void webhook_beside_make(webhook_lmdb_t *st);

/* Once nobody reads any more. */
void webhook_beside_free(webhook_lmdb_t *st);

/* Before the files are closed or mapped anew, and when they are open again.
   Nothing where there is no handle beside. */
void webhook_beside_leave(webhook_lmdb_t *st);
void webhook_beside_join(webhook_lmdb_t *st);

/* Lets it know what the store has seen of readers, unless it reads now. */
void webhook_beside_tell(webhook_lmdb_t *st);

/* Before and behind a read with st->beside, which is refused (0) while the files
   are not open. */
int webhook_beside_enter(webhook_lmdb_t *st);
void webhook_beside_exit(webhook_lmdb_t *st);


#endif /* WEBHOOK_STORE_BESIDE_H */
