
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of what waits or is dead, as a walk sees it: with those changes that
 * are not written to it yet, and stand in the rows of endpoints.
 */

#include "store/lmdb/walk/webhook_store_walk_int.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <errno.h>
#include <stdlib.h>


static int webhook_walk_index_copy(webhook_walk_t *w, webhook_walk_head_t *h,
    const webhook_endpoint_row_t *row);


int
webhook_walk_head(webhook_txn_t *t, webhook_walk_t *w, webhook_walk_head_t *h)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  *ep, row;

    h->lane = WEBHOOK_WALK_NONE;
    h->row = NULL;
    h->grown = 0;
    h->unwritten = 0;
    h->unwritten_len = 0;

    if (t->write) {
        rc = webhook_endpoint_row_get(t, h->endpoint, &ep);
        if (rc) {
            return rc;
        }

        h->row = ep;
        h->grown = ep->grown;

    } else {
        webhook_set_u64(key, h->endpoint);

        rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        /* one that cannot be read is counted anew by whoever writes; until
           then what waits for it is looked for in the index as it is */

        ep = &row;

        if (webhook_row_read_endpoint(&val, ep) != 0) {
            return 0;
        }

        rc = webhook_walk_index_copy(w, h, ep);
        if (rc) {
            return rc;
        }
    }

    h->skew = ep->skew;

    if (ep->marked && w->f->state == WEBHOOK_PENDING) {
        h->lane = WEBHOOK_WALK_UNKNOWN;
    }

    return 0;
}


static int
webhook_walk_index_copy(webhook_walk_t *w, webhook_walk_head_t *h,
    const webhook_endpoint_row_t *row)
{
    size_t          size;
    unsigned char  *p;

    if (row->unwritten_len == 0) {
        return 0;
    }

    if (w->unwritten_size - w->unwritten_len < row->unwritten_len) {

        size = 2 * w->unwritten_size + sizeof(row->unwritten);

        p = realloc(w->unwritten, size);
        if (p == NULL) {
            return ENOMEM;
        }

        w->unwritten = p;
        w->unwritten_size = size;
    }

    h->unwritten = w->unwritten_len;
    h->unwritten_len = row->unwritten_len;

    memcpy(w->unwritten + w->unwritten_len, row->unwritten,
           row->unwritten_len);

    w->unwritten_len += row->unwritten_len;

    return 0;
}


int
webhook_walk_endpoint(webhook_txn_t *t, const webhook_walk_t *w,
    uint64_t *endpoint)
{
    int                      rc, some;
    MDB_val                  found, val;
    uint64_t                 next;
    MDB_cursor              *c;
    webhook_id_t             none;
    unsigned char            key[WEBHOOK_KEY_LISTED];
    webhook_endpoint_row_t   row;

    /* one that has rows in the index, whether its own row can be read or not;
       or one before it that counts some */

    memset(&none, 0, sizeof(none));

    webhook_key_listed(key, *endpoint, 0, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_LISTED, key, WEBHOOK_KEY_LISTED,
                          &found, &val);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    some = rc == 0;
    next = some ? webhook_get_u64(found.mv_data) : UINT64_MAX;

    webhook_set_u64(key, *endpoint);

    rc = webhook_txn_seek(t, WEBHOOK_DB_ENDPOINTS, key, WEBHOOK_KEY_ENDPOINT,
                          &found, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);
    }

    while (rc == 0) {

        if (found.mv_size == WEBHOOK_KEY_ENDPOINT) {

            if (webhook_get_u64(found.mv_data) >= next && some) {
                break;
            }

            if (webhook_row_read_endpoint(&val, &row) == 0
                && row.states[w->f->state])
            {
                some = 1;
                next = webhook_get_u64(found.mv_data);
                break;
            }
        }

        rc = mdb_cursor_get(c, &found, &val, MDB_NEXT);
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    *endpoint = next;

    return some ? 0 : MDB_NOTFOUND;
}


int
webhook_walk_index_next(webhook_txn_t *t, const webhook_walk_t *w,
    const webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    webhook_id_t *id)
{
    int                   rc, order, from;
    size_t                len;
    webhook_id_t          at, other;
    const unsigned char  *unwritten, *p;

    unwritten = h->row ? h->row->unwritten : w->unwritten + h->unwritten;
    len = h->row ? h->row->unwritten_len : h->unwritten_len;

    at = *bound;
    from = same;

    for ( ;; ) {
        rc = webhook_listed_rows_next(t, h->endpoint, w->f->state, &at,
                                      w->oldest, from, id);

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        if (rc || webhook_listed_find(unwritten, len, w->f->state, id)
                  != WEBHOOK_LISTED_DEL)
        {
            break;
        }

        at = *id;
        from = 0;
    }

    for (p = unwritten; len; len -= WEBHOOK_UNWRITTEN_LEN) {

        memcpy(other.bytes, p + 1, sizeof(other.bytes));

        order = memcmp(&other, bound, sizeof(webhook_id_t));

        if (p[0] == w->f->state
            && ((w->oldest ? order > 0 : order < 0) || (order == 0 && same)))
        {
            order = rc ? 0 : memcmp(&other, id, sizeof(webhook_id_t));

            if (rc || (w->oldest ? order < 0 : order > 0)) {
                *id = other;
                rc = 0;
            }
        }

        p += WEBHOOK_UNWRITTEN_LEN;
    }

    return rc;
}
