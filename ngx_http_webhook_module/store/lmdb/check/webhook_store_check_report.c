
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the check found wrong is told.
 */

#include "store/lmdb/check/webhook_store_check_report.h"
#include "store/lmdb/check/webhook_store_check_int.h"

#include <stdarg.h>
#include <stdio.h>


webhook_check_endpoint_t *
webhook_check_find(webhook_check_ctx_t *x, uint64_t id)
{
    size_t  low, high, i;

    low = 0;
    high = x->endpoints_count;

    while (low < high) {
        i = low + (high - low) / 2;

        if (x->endpoints[i].id == id) {
            return &x->endpoints[i];
        }

        if (x->endpoints[i].id < id) {
            low = i + 1;

        } else {
            high = i;
        }
    }

    return NULL;
}


void
webhook_check_fault(webhook_check_ctx_t *x, const webhook_id_t *id,
    const char *fmt, ...)
{
    char           text[512];
    size_t         n;
    va_list        args;
    unsigned char  uuid[WEBHOOK_ID_TEXT_LEN];

    x->check->faults++;

    if (x->tell == NULL) {
        return;
    }

    n = 0;

    if (id) {
        webhook_id_text(id, uuid);

        n = (size_t) snprintf(text, sizeof(text), "%.*s: ",
                              WEBHOOK_ID_TEXT_LEN, (char *) uuid);
    }

    va_start(args, fmt);
    vsnprintf(text + n, sizeof(text) - n, fmt, args);
    va_end(args);

    x->tell(x->ctx, text);
}
