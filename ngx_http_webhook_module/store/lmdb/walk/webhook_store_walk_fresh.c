
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What waits and is too new for the index: first sends at the end of their lane
 * of the queue, which is in the order of time.  They are few, so a walk reads
 * all of them as it begins, and has them in the order of ids.
 */

#include "store/lmdb/walk/webhook_store_walk_int.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"

#include <errno.h>
#include <stdlib.h>


static int webhook_walk_since(webhook_txn_t *t, uint64_t endpoint,
    uint64_t *since, uint32_t *grown);
static int webhook_walk_take(webhook_walk_t *w, const unsigned char *id);
static int webhook_walk_compare(const void *a, const void *b);


int
webhook_walk_fresh(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_head_t *h)
{
    int             rc, sorted;
    MDB_val         key, val;
    uint64_t        since;
    webhook_id_t    none;
    MDB_cursor     *c;
    unsigned char   from[WEBHOOK_KEY_DUE], *p;

    h->first = w->fresh_count;
    h->count = 0;
    h->grown = 0;

    if (w->f->state != WEBHOOK_PENDING) {
        return 0;
    }

    rc = webhook_walk_since(t, h->endpoint, &since, &h->grown);

    if (rc || since == WEBHOOK_NEVER) {
        return rc;
    }

    memset(&none, 0, sizeof(none));

    webhook_key_due(from, h->endpoint, WEBHOOK_LANE_FIRST, since, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, from, sizeof(from), &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DUE, &c);
    }

    sorted = 1;

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        p = key.mv_data;

        if (key.mv_size < 9 || memcmp(p, from, 9) != 0) {
            break;
        }

        if (key.mv_size != sizeof(from)) {
            continue;
        }

        rc = webhook_walk_take(w, p + 17);
        if (rc) {
            return rc;
        }

        if (h->count++
            && memcmp(&w->fresh[w->fresh_count - 2], p + 17, 16) > 0)
        {
            sorted = 0;
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (!sorted) {
        qsort(&w->fresh[h->first], h->count, sizeof(webhook_id_t),
              webhook_walk_compare);
    }

    return 0;
}


/* What is written while a walk is under way may make more of them: a retry of
   what waits, which comes behind, and the next of an order key, which need
   not.  Such a walk is one of a single endpoint. */

int
webhook_walk_fresh_again(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_head_t *h)
{
    int                      rc;
    webhook_endpoint_row_t  *ep;

    if (!t->write || w->f->state != WEBHOOK_PENDING) {
        return 0;
    }

    rc = webhook_endpoint_row_get(t, h->endpoint, &ep);

    if (rc || ep->grown == h->grown) {
        return rc;
    }

    if (ep->grown == h->grown + 1 && w->from) {

        rc = memcmp(&ep->newest, w->cursor, sizeof(webhook_id_t));

        if (w->oldest ? rc <= 0 : rc >= 0) {
            h->grown = ep->grown;
            return 0;
        }
    }

    if (h->first + h->count == w->fresh_count) {
        w->fresh_count = h->first;
    }

    return webhook_walk_fresh(t, w, h);
}


/* From which time on first sends are too new for the index.  An endpoint whose
   row cannot be read is looked for in the index alone, until that is counted
   anew by whoever writes. */

static int
webhook_walk_since(webhook_txn_t *t, uint64_t endpoint, uint64_t *since,
    uint32_t *grown)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_endpoint_row_t  *ep, row;

    *since = WEBHOOK_NEVER;

    if (t->write) {
        rc = webhook_endpoint_row_get(t, endpoint, &ep);

        if (rc == 0) {
            *since = ep->listed;
            *grown = ep->grown;
        }

        return rc;
    }

    webhook_set_u64(key, endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

    if (rc == 0 && webhook_row_read_endpoint(&val, &row) == 0) {
        *since = row.listed;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_walk_take(webhook_walk_t *w, const unsigned char *id)
{
    uint32_t       n;
    webhook_id_t  *fresh;

    if (w->fresh_count == w->fresh_size) {
        n = w->fresh_size ? w->fresh_size * 2 : 256;

        fresh = realloc(w->fresh, n * sizeof(webhook_id_t));
        if (fresh == NULL) {
            return ENOMEM;
        }

        w->fresh = fresh;
        w->fresh_size = n;
    }

    memcpy(w->fresh[w->fresh_count++].bytes, id, sizeof(webhook_id_t));

    return 0;
}


static int
webhook_walk_compare(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(webhook_id_t));
}


int
webhook_walk_fresh_find(const webhook_walk_t *w,
    const webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    webhook_id_t *id)
{
    int                  rc;
    uint32_t             low, high, n;
    const webhook_id_t  *fresh;

    if (h->count == 0) {
        return MDB_NOTFOUND;
    }

    fresh = &w->fresh[h->first];

    /* low: how many come before all that are meant, of the oldest first; else
       how many are meant */

    low = 0;
    high = h->count;

    while (low < high) {
        n = low + (high - low) / 2;

        rc = memcmp(&fresh[n], bound, sizeof(webhook_id_t));

        if (rc < 0 || (rc == 0 && (w->oldest ? !same : same))) {
            low = n + 1;

        } else {
            high = n;
        }
    }

    if (w->oldest ? low == h->count : low == 0) {
        return MDB_NOTFOUND;
    }

    *id = fresh[w->oldest ? low : low - 1];

    return 0;
}
