
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Entries of the outbox are told: those that still are about something.
 */

#include "store/lmdb/ship/webhook_store_ship_tell.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/ship/webhook_store_ship_int.h"

#include <errno.h>


static int webhook_ship_stands(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e, webhook_delivery_row_t *d, int *stands);
static int webhook_ship_whole(webhook_txn_t *t, webhook_ship_entry_t *entry,
    const webhook_delivery_row_t *own);


/* Entries that are not confirmed. */

int
webhook_ship_tell(webhook_txn_t *t, webhook_op_t *op, int *stale)
{
    int                        rc, stands;
    uint32_t                   max, looks;
    uint64_t                   number;
    webhook_ship_entry_t      *entry;
    webhook_outbox_row_t       e;
    webhook_delivery_row_t     d;
    webhook_op_ship_number_t  *n;

    n = &op->u.ship_number;

    max = n->max < WEBHOOK_SHIP_MAX ? n->max : WEBHOOK_SHIP_MAX;

    *stale = 0;

    n->from = t->cluster.confirmed;
    n->to = n->from;
    n->count = 0;

    n->entries = webhook_memory_alloc(&op->memory,
                                      max * sizeof(webhook_ship_entry_t));
    if (n->entries == NULL) {
        return ENOMEM;
    }

    number = n->from;
    memset(&d, 0, sizeof(d));

    for (looks = 0; /* void */ ; looks++) {

        rc = webhook_outbox_next(t, &number, &e);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        if (n->count == max || looks == WEBHOOK_SHIP_LOOKS) {
            n->more = 1;
            break;
        }

        rc = webhook_ship_stands(t, number, &e, &d, &stands);
        if (rc) {
            return rc;
        }

        if (!stands) {

            /* who only reads leaves it there */

            *stale = 1;

            rc = t->write ? webhook_outbox_del(t, number) : 0;
            if (rc) {
                return rc;
            }

            continue;
        }

        n->to = number;

        entry = &n->entries[n->count++];

        entry->number = number;
        entry->kind = e.kind;
        entry->part = e.part;
        entry->id = e.id;
        entry->endpoint = e.endpoint;
        entry->fresh = e.first > t->cluster.confirmed;

        entry->whole = entry->fresh || e.unsure;

        rc = webhook_ship_whole(t, entry, &d);
        if (rc) {
            return rc;
        }
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* Is an entry still about something?  A later one may be about the delivery, or
   it was purged; an event may not be over any more, and comes again. */

static int
webhook_ship_stands(webhook_txn_t *t, uint64_t number,
    const webhook_outbox_row_t *e, webhook_delivery_row_t *d, int *stands)
{
    int                 rc;
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY];
    webhook_head_row_t  head;

    *stands = 1;

    switch (e->kind) {

    case WEBHOOK_SHIP_DELIVERY:
        rc = webhook_delivery_read(t, e->endpoint, &e->id, d);

        *stands = rc == 0 && d->number == number;
        break;

    case WEBHOOK_SHIP_EVENT:
        webhook_key_delivery(key, &e->id, 0);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                             &val);
        if (rc == 0) {
            rc = webhook_row_read_head(&val, &head);
        }

        *stands = rc == 0 && head.open == 0;
        break;

    default:
        rc = 0;
    }

    return rc == MDB_NOTFOUND || rc == MDB_CORRUPTED ? 0 : rc;
}


/* Is the cluster to be told of the event, too?  Not where it was told of any of
   its deliveries. */

static int
webhook_ship_whole(webhook_txn_t *t, webhook_ship_entry_t *entry,
    const webhook_delivery_row_t *own)
{
    int                      rc;
    MDB_val                  k, val;
    MDB_cursor              *c;
    unsigned char            key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t   d;

    entry->whole = entry->kind == WEBHOOK_SHIP_EVENT
                   || (entry->kind == WEBHOOK_SHIP_DELIVERY
                       && (entry->whole || own->known));

    if (!entry->whole || entry->kind == WEBHOOK_SHIP_EVENT || own->known) {
        return 0;
    }

    webhook_key_delivery(key, &entry->id, 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);

    while (rc == 0 && k.mv_size == WEBHOOK_KEY_DELIVERY
           && memcmp(k.mv_data, entry->id.bytes, 16) == 0)
    {
        if (webhook_row_read_delivery(&val, &d) == 0
            && webhook_outbox_numbered(t, &d)
            && d.number <= t->cluster.confirmed)
        {
            entry->whole = 0;
            return 0;
        }

        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
