
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of endpoints: limits, counters, the state of the queue.  A transaction
 * reads an endpoint's row once and writes it once, at its end, however many of
 * its deliveries it moved.
 */

#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_recount.h"
#include "store/lmdb/lists/webhook_store_ring.h"
#include "store/lmdb/queue/webhook_store_admission.h"

#include <errno.h>
#include <stdlib.h>


static uint32_t *webhook_endpoint_place(webhook_lmdb_t *st, uint64_t id);
static int webhook_endpoint_grow(webhook_lmdb_t *st);


int
webhook_endpoint_row_get(webhook_txn_t *t, uint64_t id,
    webhook_endpoint_row_t **ep)
{
    int                      rc;
    MDB_val                  val;
    uint32_t                *place;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_lmdb_t          *st;
    webhook_endpoint_row_t  *row;

    st = t->st;

    if ((st->rows_count + 1) * 2 > st->hash_size
        || st->rows_count == st->rows_made)
    {
        rc = webhook_endpoint_grow(st);
        if (rc) {
            return rc;
        }
    }

    place = webhook_endpoint_place(st, id);

    if (*place) {
        *ep = st->rows[*place - 1];
        return 0;
    }

    row = st->rows[st->rows_count];

    memset(row, 0, offsetof(webhook_endpoint_row_t, name));
    row->id = id;
    row->name_len = 0;
    row->reason_len = 0;
    row->unwritten_len = 0;
    row->exists = 0;
    row->dirty = 0;

    webhook_set_u64(key, id);

    rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_endpoint(&val, row);
        row->exists = 1;

        if (rc) {
            rc = webhook_recount_endpoint(t, row);

            if (rc == 0) {
                rc = webhook_credit_row_count(t, row);
            }

            if (rc == 0 && t->write) {
                rc = webhook_listed_recount(t, id);
            }
        }

    } else if (rc == MDB_NOTFOUND) {
        row->wake = WEBHOOK_NEVER;
        rc = 0;
    }

    if (rc) {
        return rc;
    }

    if (row->shared) {
        rc = webhook_share_read(t, row);
        if (rc) {
            return rc;
        }
    }

    row->stock = webhook_admission_stock(t, row);

    *place = ++st->rows_count;
    *ep = row;

    return 0;
}


int
webhook_endpoint_row_waits(webhook_txn_t *t, uint64_t id, uint64_t *waits)
{
    int                      rc;
    MDB_val                  val;
    uint32_t                *place;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  *row, read;

    *waits = 0;

    place = t->st->hash_size ? webhook_endpoint_place(t->st, id) : NULL;

    if (place && *place) {
        row = t->st->rows[*place - 1];

    } else {
        webhook_set_u64(key, id);

        rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memset(&read, 0, sizeof(read));
        row = &read;

        if (webhook_row_read_endpoint(&val, row) != 0) {
            return 0;
        }
    }

    *waits = row->states[WEBHOOK_PENDING] + row->states[WEBHOOK_SENDING];

    return 0;
}


/* Where the endpoint is in the hash, or the free place it would take. */

static uint32_t *
webhook_endpoint_place(webhook_lmdb_t *st, uint64_t id)
{
    uint32_t  i, mask;

    mask = st->hash_size - 1;

    /* an id is a digest's start: its bits are as good as a hash's */

    for (i = (uint32_t) id & mask; st->hash[i]; i = (i + 1) & mask) {
        if (st->rows[st->hash[i] - 1]->id == id) {
            break;
        }
    }

    return &st->hash[i];
}


/* Makes room for one row more. */

static int
webhook_endpoint_grow(webhook_lmdb_t *st)
{
    uint32_t                 i, n, *hash;
    webhook_endpoint_row_t  *row, **rows;

    if ((st->rows_count + 1) * 2 > st->hash_size) {
        n = st->hash_size ? st->hash_size * 2 : 64;

        hash = calloc(n, sizeof(uint32_t));
        if (hash == NULL) {
            return ENOMEM;
        }

        free(st->hash);

        st->hash = hash;
        st->hash_size = n;

        for (i = 0; i < st->rows_count; i++) {
            *webhook_endpoint_place(st, st->rows[i]->id) = i + 1;
        }
    }

    if (st->rows_count < st->rows_made) {
        return 0;
    }

    if (st->rows_made == st->rows_size) {
        n = st->rows_size ? st->rows_size * 2 : 32;

        rows = realloc(st->rows, n * sizeof(webhook_endpoint_row_t *));
        if (rows == NULL) {
            return ENOMEM;
        }

        st->rows = rows;
        st->rows_size = n;
    }

    row = malloc(sizeof(webhook_endpoint_row_t));
    if (row == NULL) {
        return ENOMEM;
    }

    st->rows[st->rows_made++] = row;

    return 0;
}


void
webhook_endpoint_row_forget(webhook_lmdb_t *st)
{
    if (st->rows_count) {
        memset(st->hash, 0, st->hash_size * sizeof(uint32_t));
        st->rows_count = 0;
    }
}


void
webhook_endpoint_row_pause(webhook_endpoint_row_t *ep,
    const webhook_str_t *reason)
{
    ep->dirty = 1;
    ep->paused = reason != NULL;
    ep->reason_len = 0;

    if (reason) {
        ep->reason_len = (unsigned char)
                         (reason->len < WEBHOOK_REASON_MAX
                          ? reason->len : WEBHOOK_REASON_MAX);

        if (ep->reason_len) {
            memcpy(ep->reason, reason->data, ep->reason_len);
        }

        return;
    }

    ep->held = 0;
    ep->slow = 0;
    ep->open = 0;
    ep->open_until = 0;
    ep->probe = 0;
    ep->failures = 0;
    ep->window = 0;
    ep->failing = 0;
}


int
webhook_endpoint_row_empty(const webhook_endpoint_row_t *ep)
{
    unsigned  i;
    uint64_t  n;

    n = ep->inflight + ep->blocked;

    for (i = 0; i < WEBHOOK_STATES; i++) {
        n += ep->states[i];
    }

    return n == 0;
}


int
webhook_endpoint_row_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_WAKE];

    rc = webhook_ring_flush(t, ep);

    if (rc == 0) {
        rc = webhook_listed_write(t, ep);
    }

    if (rc) {
        return rc;
    }

    if (ep->wake != WEBHOOK_NEVER) {
        webhook_key_wake(key, ep->wake, ep->id);

        rc = webhook_txn_del(t, WEBHOOK_DB_WAKE, key, sizeof(key));
        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        ep->wake = WEBHOOK_NEVER;
    }

    rc = webhook_share_remove(t, ep);
    if (rc) {
        return rc;
    }

    webhook_set_u64(key, ep->id);

    rc = webhook_txn_del(t, WEBHOOK_DB_ENDPOINTS, key, WEBHOOK_KEY_ENDPOINT);
    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    /* if it is used again, it is a new one */

    ep->exists = 0;
    ep->dirty = 0;
    ep->aside = 0;
    ep->named = 0;
    ep->back = 0;

    return 0;
}
