
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a filter means.
 */

#include "store/lmdb/history/webhook_store_filter.h"
#include "core/base/webhook_id.h"
#include "core/rules/webhook_pattern.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/history/webhook_store_history_entry.h"


int
webhook_filter_match(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, webhook_head_row_t *head)
{
    uint64_t  time;

    if ((f->endpoint && f->endpoint != endpoint)
        || (f->state != -1 && f->state != (int) d->state))
    {
        return 0;
    }

    if (webhook_history_entry_head(t, id, head) != 0) {
        return 0;
    }

    time = t->st->format > 1 ? webhook_id_time(id) : head->wall;

    if ((f->since && time < f->since) || (f->until && time >= f->until)) {
        return 0;
    }

    return f->type.len == 0 || webhook_pattern_match(&f->type, &head->type);
}
