
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process is made, and written to.
 */

#ifndef WEBHOOK_STORE_KEPT_KEEP_H
#define WEBHOOK_STORE_KEPT_KEEP_H

#include "store/lmdb/handle/webhook_store_handle.h"


/* Makes the file.  If that fails the log is told, and there is none. */
void webhook_kept_try(webhook_lmdb_t *st);

/* See webhook_store_keep().  May run on another thread beside all others but
   those that open and close. */
void webhook_kept_keep(void *data, webhook_op_t **ops, uint32_t count);


#endif /* WEBHOOK_STORE_KEPT_KEEP_H */
