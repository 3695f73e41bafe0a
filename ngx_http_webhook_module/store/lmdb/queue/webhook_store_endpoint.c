
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Endpoints: limits, counters, and when each wants to be looked at.  A
 * transaction reads an endpoint's row once and writes it once, at its end,
 * however many of its deliveries it moved.  There it also settles the
 * endpoint's one row in the wake index: the time from which on its first due
 * delivery may be sent, or of its first lease's end if that is earlier.  So an
 * endpoint that is at its limit, with a million waiting, costs nothing until
 * a lease ends, and one that is paused nothing at all.
 */

#include "store/lmdb/queue/webhook_store_endpoint.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_recount.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/queue/webhook_store_gate.h"
#include "store/lmdb/queue/webhook_store_orphan.h"
#include "store/lmdb/queue/webhook_store_queue.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_ENDPOINT_DAY  ((uint64_t) 24 * 3600 * 1000)


static uint32_t *webhook_endpoint_place(webhook_store_t *st, uint64_t id);
static int webhook_endpoint_grow(webhook_store_t *st);


int
webhook_endpoint_get(webhook_txn_t *t, uint64_t id,
    webhook_endpoint_row_t **ep)
{
    int                      rc;
    MDB_val                  val;
    uint32_t                *place;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_store_t         *st;
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
    row->exists = 0;
    row->dirty = 0;

    webhook_set_u64(key, id);

    rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

    if (rc == 0) {
        rc = webhook_row_read_endpoint(&val, row);
        row->exists = 1;

        if (rc) {
            rc = webhook_recount_endpoint(t, row);
        }

    } else if (rc == MDB_NOTFOUND) {
        row->wake = WEBHOOK_NEVER;
        rc = 0;
    }

    if (rc) {
        return rc;
    }

    *place = ++st->rows_count;
    *ep = row;

    return 0;
}


/* Where the endpoint is in the hash, or the free place it would take. */

static uint32_t *
webhook_endpoint_place(webhook_store_t *st, uint64_t id)
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
webhook_endpoint_grow(webhook_store_t *st)
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
webhook_endpoint_forget(webhook_store_t *st)
{
    if (st->rows_count) {
        memset(st->hash, 0, st->hash_size * sizeof(uint32_t));
        st->rows_count = 0;
    }
}


int
webhook_endpoint_flush(webhook_txn_t *t)
{
    int                      rc;
    size_t                   len;
    uint32_t                 i;
    uint64_t                 wake;
    unsigned char            key[WEBHOOK_KEY_WAKE], buf[WEBHOOK_ROW_MAX];
    webhook_endpoint_row_t  *row;

    for (i = 0; i < t->st->rows_count; i++) {
        row = t->st->rows[i];

        if (!row->dirty) {
            continue;
        }

        rc = webhook_endpoint_time(t, row, 0, &wake);
        if (rc) {
            return rc;
        }

        if (row->named == 0) {
            row->named = t->age;
        }

        if (wake != row->wake) {

            if (row->wake != WEBHOOK_NEVER) {
                webhook_key_wake(key, row->wake, row->id);

                rc = webhook_txn_del(t, WEBHOOK_DB_WAKE, key, sizeof(key));
                if (rc && rc != MDB_NOTFOUND) {
                    return rc;
                }
            }

            if (wake != WEBHOOK_NEVER) {
                webhook_key_wake(key, wake, row->id);

                rc = webhook_txn_put(t, WEBHOOK_DB_WAKE, key, sizeof(key),
                                     "", 0, 0);
                if (rc) {
                    return rc;
                }
            }

            row->wake = wake;
        }

        webhook_set_u64(key, row->id);

        len = webhook_row_write_endpoint(buf, row);

        rc = webhook_txn_put(t, WEBHOOK_DB_ENDPOINTS, key,
                             WEBHOOK_KEY_ENDPOINT, buf, len, 0);
        if (rc) {
            return rc;
        }

        row->exists = 1;
        row->dirty = 0;
    }

    return 0;
}


int
webhook_endpoint_time(webhook_txn_t *t, const webhook_endpoint_row_t *ep,
    int waiting, uint64_t *time)
{
    int       rc;
    unsigned  lane;
    uint64_t  first, open;

    *time = WEBHOOK_NEVER;

    for (lane = WEBHOOK_LANE_FIRST; lane <= WEBHOOK_LANE_BLOCK; lane++) {

        if (ep->aside && !waiting && lane != WEBHOOK_LANE_LEASE) {
            continue;
        }

        open = 0;

        switch (lane) {

        case WEBHOOK_LANE_LEASE:

            if (ep->inflight == 0 || waiting) {
                continue;
            }

            break;

        case WEBHOOK_LANE_BLOCK:

            /* who blocks, though that is not wanted any more */

            if (ep->blocked == 0 || ep->order_block || waiting) {
                continue;
            }

            break;

        default:

            open = webhook_gate_time(ep, lane);

            if (open >= *time || ep->states[WEBHOOK_PENDING] == 0) {
                continue;
            }
        }

        rc = webhook_queue_first(t, ep->id, lane, &first, NULL, NULL);
        if (rc) {
            return rc;
        }

        if (first != WEBHOOK_NEVER && first < open) {
            first = open;
        }

        if (first < *time) {
            *time = first;
        }
    }

    return 0;
}


void
webhook_endpoint_pause(webhook_endpoint_row_t *ep,
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
}


int
webhook_endpoint_peek(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                      rc;
    webhook_op_endpoint_t   *e;
    webhook_endpoint_row_t  *ep;

    e = &op->u.endpoint;
    *todo = 0;

    if (e->id == 0 || e->name.len > WEBHOOK_NAME_MAX) {
        webhook_store_log_error(t->st, EINVAL, "an endpoint exceeds a bound");
        op->result = WEBHOOK_STORE_UNAVAILABLE;
        return 0;
    }

    rc = webhook_endpoint_get(t, e->id, &ep);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    /* when it was named last is written down once a day, no oftener */

    if (!ep->exists || webhook_gate_settle(t, ep, e, 1) || ep->aside
        || webhook_later(ep->named, WEBHOOK_ENDPOINT_DAY) <= t->age
        || ep->name_len != e->name.len
        || (e->name.len && memcmp(ep->name, e->name.data, e->name.len) != 0))
    {
        *todo = 1;
    }

    return 0;
}


int
webhook_endpoint_put(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, todo;
    webhook_op_endpoint_t   *e;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_peek(t, op, &todo);

    if (rc || !todo) {
        return rc;
    }

    e = &op->u.endpoint;

    rc = webhook_endpoint_get(t, e->id, &ep);
    if (rc) {
        return rc;
    }

    (void) webhook_gate_settle(t, ep, e, 0);

    webhook_orphan_back(t, ep);

    ep->named = t->age;
    ep->name_len = (unsigned char) e->name.len;

    if (e->name.len) {
        memcpy(ep->name, e->name.data, e->name.len);
    }

    ep->dirty = 1;

    return 0;
}


int
webhook_endpoint_empty(const webhook_endpoint_row_t *ep)
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
webhook_endpoint_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_WAKE];

    if (ep->wake != WEBHOOK_NEVER) {
        webhook_key_wake(key, ep->wake, ep->id);

        rc = webhook_txn_del(t, WEBHOOK_DB_WAKE, key, sizeof(key));
        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        ep->wake = WEBHOOK_NEVER;
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
