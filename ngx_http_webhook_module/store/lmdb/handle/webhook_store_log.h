
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the store tells its log.
 */

#ifndef WEBHOOK_STORE_LOG_H
#define WEBHOOK_STORE_LOG_H

#include "store/lmdb/handle/webhook_store_handle.h"


__attribute__((format(printf, 3, 4)))
void webhook_store_log(webhook_lmdb_t *st, webhook_store_log_e level,
    const char *fmt, ...);

/* Logs a failure, the same one not more often than every ten seconds. */
void webhook_store_log_error(webhook_lmdb_t *st, int rc, const char *what);


#endif /* WEBHOOK_STORE_LOG_H */
