
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The check of the rows of an event.
 */

#ifndef WEBHOOK_STORE_CHECK_EVENT_H
#define WEBHOOK_STORE_CHECK_EVENT_H

#include "store/lmdb/check/webhook_store_check_int.h"


/* Each looks at one row; an error is one of reading, faults are told. */
int webhook_check_delivery(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);
int webhook_check_attempt(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);

/* An event whose rows have all been seen. */
int webhook_check_event(webhook_check_ctx_t *x);

/* Pieces of bytes that are to be there; "what" they are. */
void webhook_check_blob(webhook_check_ctx_t *x, uint64_t blob,
    size_t len, const char *what);


#endif /* WEBHOOK_STORE_CHECK_EVENT_H */
