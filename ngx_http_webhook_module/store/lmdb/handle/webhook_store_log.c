
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the store tells its log.
 */

#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"

#include <stdarg.h>
#include <stdio.h>


#define WEBHOOK_STORE_QUIET    10000    /* ms between two equal errors */


void
webhook_store_log(webhook_lmdb_t *st, webhook_store_log_e level,
    const char *fmt, ...)
{
    char     text[1024];
    va_list  args;

    if (st->log == NULL) {
        return;
    }

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    st->log(st->ctx, level, text);
}


void
webhook_store_log_error(webhook_lmdb_t *st, int rc, const char *what)
{
    uint64_t             now;
    webhook_store_log_e  level;

    now = webhook_clock_now(st);

    if (st->error == rc && now - st->error_time < WEBHOOK_STORE_QUIET) {
        return;
    }

    st->error = rc;
    st->error_time = now;

    level = webhook_handle_damaged(rc) ? WEBHOOK_STORE_LOG_EMERG
                                    : WEBHOOK_STORE_LOG_ERROR;

    webhook_store_log(st, level, "the store \"%s\": %s: %s", st->path, what,
                      mdb_strerror(rc));
}
