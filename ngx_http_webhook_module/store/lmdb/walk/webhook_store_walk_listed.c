
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk by the index of what waits and is dead: of one endpoint, or of all,
 * each of which is in the order of events, so that the next of all is the first
 * of a heap.  What waits and has no row there is among them.
 */

#include "store/lmdb/walk/webhook_store_walk_int.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store/lmdb/walk/webhook_store_filter.h"

#include <errno.h>
#include <stdlib.h>


static int webhook_walk_begin(webhook_txn_t *t, webhook_walk_t *w);
static int webhook_walk_add(webhook_txn_t *t, webhook_walk_t *w,
    uint64_t endpoint);
static int webhook_walk_find(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_head_t *h);
static int webhook_walk_behind(const webhook_walk_t *w,
    const webhook_walk_head_t *h);
static int webhook_walk_before(const webhook_walk_t *w,
    const webhook_walk_head_t *a, const webhook_walk_head_t *b);
static void webhook_walk_sift(webhook_walk_t *w, uint32_t i);


int
webhook_walk_listed(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got)
{
    int                   rc;
    webhook_walk_head_t  *first;

    rc = w->begun ? 0 : webhook_walk_begin(t, w);

    while (rc == 0) {

        if (w->heads_count == 0) {
            return MDB_NOTFOUND;
        }

        first = &w->heads[0];

        if (w->from && !webhook_walk_behind(w, first)) {

            rc = webhook_walk_find(t, w, first);

            if (rc == MDB_NOTFOUND) {
                *first = w->heads[--w->heads_count];
                rc = 0;
            }

            webhook_walk_sift(w, 0);
            continue;
        }

        if (w->rows == 0) {
            return 0;
        }

        w->rows--;

        hit->id = first->id;
        hit->endpoint = first->endpoint;

        rc = webhook_delivery_read(t, hit->endpoint, &hit->id, &hit->d);

        if (rc && rc != MDB_NOTFOUND && rc != MDB_CORRUPTED) {
            return rc;
        }

        rc = webhook_walk_judge(t, w, rc, hit, got);

        if (rc || *got) {
            return rc;
        }

        webhook_walk_pass(w, hit);
    }

    return rc;
}


/* The first row of the endpoint, or of each that has any. */

static int
webhook_walk_begin(webhook_txn_t *t, webhook_walk_t *w)
{
    int       rc;
    uint64_t  endpoint;
    uint32_t  i;

    w->begun = 1;
    w->heads_count = 0;
    w->unwritten_len = 0;

    if (w->f->endpoint) {
        return webhook_walk_add(t, w, w->f->endpoint);
    }

    if (t->write) {

        /* what the batch did so far has to show in the rows of endpoints */

        rc = webhook_wake_flush(t);
        if (rc) {
            return rc;
        }
    }

    for (endpoint = 0; /* void */ ; endpoint++) {

        rc = webhook_walk_endpoint(t, w, &endpoint);
        if (rc) {
            break;
        }

        rc = webhook_walk_add(t, w, endpoint);

        if (rc || endpoint == UINT64_MAX) {
            break;
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    for (i = w->heads_count / 2; i > 0; i--) {
        webhook_walk_sift(w, i - 1);
    }

    return 0;
}


static int
webhook_walk_add(webhook_txn_t *t, webhook_walk_t *w, uint64_t endpoint)
{
    int                   rc;
    uint32_t              n;
    webhook_walk_head_t  *heads;

    if (w->heads_count == w->heads_size) {
        n = w->heads_size ? w->heads_size * 2 : 16;

        heads = realloc(w->heads, n * sizeof(webhook_walk_head_t));
        if (heads == NULL) {
            return ENOMEM;
        }

        w->heads = heads;
        w->heads_size = n;
    }

    heads = &w->heads[w->heads_count];

    heads->endpoint = endpoint;

    rc = webhook_walk_head(t, w, heads);

    if (rc == 0) {
        rc = webhook_walk_find(t, w, heads);
    }

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    w->heads_count++;

    return 0;
}


/* The next event of a head's endpoint that is in the state, and is within the
   bounds of time; MDB_NOTFOUND where there is none. */

static int
webhook_walk_find(webhook_txn_t *t, webhook_walk_t *w, webhook_walk_head_t *h)
{
    int           rc, same, waits;
    uint64_t      endpoint;
    webhook_id_t  bound, id;

    same = 0;
    endpoint = h->endpoint;

    if (w->from) {
        memcpy(bound.bytes, w->cursor, 16);

        /* of one event endpoints that come behind the cursor's are next */

        same = w->oldest ? endpoint > webhook_get_u64(w->cursor + 16)
                         : endpoint < webhook_get_u64(w->cursor + 16);

    } else if (w->oldest) {
        webhook_filter_bound(bound.bytes, w->f->since);
        same = 1;

    } else if (w->f->until) {
        webhook_filter_bound(bound.bytes, w->f->until);

    } else {
        memset(bound.bytes, 0xff, 16);
    }

    rc = webhook_walk_lane_next(t, w, h, &bound, same, &id);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    waits = rc == 0;

    rc = webhook_walk_index_next(t, w, h, &bound, same, &h->id);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (waits && (rc || (memcmp(&id, &h->id, sizeof(webhook_id_t)) < 0)
                        == (w->oldest == 1)))
    {
        h->id = id;
        rc = 0;
    }

    return rc || webhook_walk_over(t, w, &h->id) ? MDB_NOTFOUND : 0;
}


/* Is it behind the cursor? */

static int
webhook_walk_behind(const webhook_walk_t *w, const webhook_walk_head_t *h)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    webhook_key_delivery(key, &h->id, h->endpoint);

    rc = memcmp(key, w->cursor, sizeof(key));

    return w->oldest ? rc > 0 : rc < 0;
}


/* Does a come before b? */

static int
webhook_walk_before(const webhook_walk_t *w, const webhook_walk_head_t *a,
    const webhook_walk_head_t *b)
{
    int  rc;

    rc = memcmp(a->id.bytes, b->id.bytes, 16);

    if (rc == 0) {
        rc = a->endpoint < b->endpoint ? -1 : 1;
    }

    return w->oldest ? rc < 0 : rc > 0;
}


/* The heap below a place is one again. */

static void
webhook_walk_sift(webhook_walk_t *w, uint32_t i)
{
    uint32_t             least, n;
    webhook_walk_head_t  h;

    for ( ;; ) {
        least = i;

        for (n = 2 * i + 1; n <= 2 * i + 2 && n < w->heads_count; n++) {
            if (webhook_walk_before(w, &w->heads[n], &w->heads[least])) {
                least = n;
            }
        }

        if (least == i) {
            return;
        }

        h = w->heads[i];
        w->heads[i] = w->heads[least];
        w->heads[least] = h;

        i = least;
    }
}
