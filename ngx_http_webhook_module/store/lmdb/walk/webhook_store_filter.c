
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Which deliveries a filter means.
 */

#include "store/lmdb/walk/webhook_store_filter.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "core/rules/webhook_pattern.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"


int
webhook_filter_delivery(const webhook_filter_t *f, uint64_t endpoint,
    const webhook_delivery_row_t *d)
{
    return (f->endpoint == 0 || f->endpoint == endpoint)
           && (f->state == -1 || f->state == (int) d->state)
           && (f->most == 0
               || (d->status >= f->least && d->status <= f->most));
}


int
webhook_filter_event(const webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, const webhook_head_row_t *head)
{
    uint64_t  time;

    /* ids tell the time; but in format 1, which tools read on its way, not all
       do */

    time = t->st->format > 1 ? webhook_id_time(id) : head->wall;

    return (f->since == 0 || time >= f->since)
           && (f->until == 0 || time < f->until)
           && webhook_company_match(&f->company, &head->company)
           && (f->type.len == 0
               || webhook_pattern_match(&f->type, &head->type));
}


void
webhook_filter_bound(unsigned char *id, uint64_t wall)
{
    /* the first 48 bits of an id are its time */

    if (wall >> 48) {
        memset(id, 0xff, 16);
        return;
    }

    memset(id, 0, 16);
    webhook_set_u64(id, wall << 16);
}
