
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A delivery as lists and SHOW tell of it.
 */

#include "store/lmdb/walk/webhook_store_history_entry.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <errno.h>


static int webhook_history_last(webhook_txn_t *t, void **memory,
    webhook_delivery_t *out);


int
webhook_history_entry_head(webhook_txn_t *t, const webhook_id_t *id,
    webhook_head_row_t *head)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    head->finished = 0;

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_head(&val, head);
    }

    return rc == 0 && webhook_head_gone(head) ? MDB_NOTFOUND : rc;
}


int
webhook_history_entry_fill(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, const webhook_head_row_t *head,
    webhook_delivery_t *out)
{
    int                      rc;
    webhook_str_t            name;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);
    if (rc) {
        return rc;
    }

    name.data = ep->name;
    name.len = ep->name_len;

    out->event = *id;
    out->endpoint = endpoint;
    out->state = d->state;
    out->attempts = d->attempts;
    out->wall = head->wall;
    out->due = d->state == WEBHOOK_PENDING && !d->parked
               ? (int64_t) (d->due - t->now) : 0;
    out->finished = d->finished;
    out->status = d->status;
    out->rendition = d->rendition + d->step;
    out->body_len = out->rendition < head->renditions_count
                    ? head->renditions[out->rendition].body : 0;
    out->step = d->step;
    out->steps = d->steps;
    out->parked = d->parked
                  || (d->state == WEBHOOK_PENDING && d->ordered && !d->turned
                      && !d->alone);
    out->blocks = d->blocks;
    out->paused = t->paused || ep->paused;
    out->held = !d->parked && d->attempts == 0
                && (ep->open || ep->held > t->now);
    out->order = d->order;
    out->place = d->place;
    out->ordered = d->ordered;
    out->tries = d->tries;
    out->number = d->number;
    out->part = d->part;
    out->guest = d->guest;
    out->moved = d->moved;
    out->holds = 0;
    out->gone = 0;

    if (webhook_memory_text(memory, &name, &out->endpoint_name) != 0
        || webhook_memory_text(memory, &head->type, &out->type) != 0
        || webhook_memory_text(memory, &head->company, &out->company) != 0)
    {
        return ENOMEM;
    }

    return d->attempts && d->state != WEBHOOK_DELIVERED
           ? webhook_history_last(t, memory, out) : 0;
}


/* What went wrong with the last send. */

static int
webhook_history_last(webhook_txn_t *t, void **memory, webhook_delivery_t *out)
{
    int                rc;
    MDB_val            k, val;
    unsigned char      key[WEBHOOK_KEY_ATTEMPT];
    webhook_attempt_t  a;

    webhook_key_attempt(key, &out->event, out->endpoint, UINT32_MAX);

    rc = webhook_txn_seek_before(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), &k,
                                 &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (memcmp(k.mv_data, key, WEBHOOK_KEY_DELIVERY) != 0
        || webhook_row_read_attempt(&val, &a) != 0)
    {
        return 0;
    }

    out->sent = a.wall;

    return webhook_memory_text(memory, &a.error, &out->error);
}
