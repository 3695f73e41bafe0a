
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The share of a node in limits for all nodes.
 *
 * A send whose time has come may begin up to WEBHOOK_SHARE_LATE later: so long
 * take the timer of a process, the lock and the commit.  Then its time is lost,
 * for the cluster gave the times behind it to others.  Where sends are far apart
 * it may be later, by a tenth of that.  So in any span all nodes send no more
 * than the rate allows in that span and this one together, and a burst.
 *
 * When a time begins is counted from when the answer was there, and when it ends
 * from when it was asked for: whenever in between the cluster has reckoned, no
 * send begins too early, or too late.
 */

#include "store/lmdb/share/webhook_store_share.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"


#define WEBHOOK_SHARE_LATE      100000      /* us */
#define WEBHOOK_SHARE_LATE_MAX  5000000
#define WEBHOOK_SHARE_APART     10          /* the part of what is between two
                                               sends */


static uint64_t webhook_share_session(const webhook_txn_t *t);
static uint64_t webhook_share_late(const webhook_endpoint_row_t *ep);
static uint32_t webhook_share_lost(const webhook_txn_t *t,
    const webhook_share_block_t *b);
static void webhook_share_drop(const webhook_txn_t *t,
    webhook_endpoint_row_t *ep);
static void webhook_share_add(webhook_endpoint_row_t *ep, uint64_t start,
    uint64_t late, uint64_t gap, uint32_t count);


int
webhook_share_read(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_SHARE];

    rc = webhook_outbox_cluster(t);
    if (rc) {
        return rc;
    }

    webhook_key_share(key, ep->id);

    rc = webhook_txn_get(t, WEBHOOK_DB_META, key, sizeof(key), &val);

    if (rc == MDB_NOTFOUND) {
        return 0;
    }

    if (rc == 0) {
        ep->share_kept = 1;

        rc = webhook_row_read_share(&val, &ep->share);
    }

    if (rc != MDB_CORRUPTED) {
        return rc;
    }

    /* there is none, until the cluster gives another one */

    memset(&ep->share, 0, sizeof(webhook_share_row_t));

    return 0;
}


int
webhook_share_flush(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int            rc;
    size_t         len;
    unsigned char  key[WEBHOOK_KEY_SHARE], buf[WEBHOOK_ROW_MAX];

    if (!ep->shared
        || (ep->states[WEBHOOK_PENDING] == 0 && ep->inflight == 0
            && ep->share.slots == 0))
    {
        return webhook_share_remove(t, ep);
    }

    if (ep->share_kept && !ep->share_dirty) {
        return 0;
    }

    webhook_key_share(key, ep->id);

    len = webhook_row_write_share(buf, &ep->share);

    rc = webhook_txn_put(t, WEBHOOK_DB_META, key, sizeof(key), buf, len, 0);

    if (rc == 0) {
        ep->share_kept = 1;
        ep->share_dirty = 0;
    }

    return rc;
}


int
webhook_share_remove(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_SHARE];

    if (!ep->share_kept) {
        return 0;
    }

    webhook_key_share(key, ep->id);

    rc = webhook_txn_del(t, WEBHOOK_DB_META, key, sizeof(key));

    if (rc == 0 || rc == MDB_NOTFOUND) {
        memset(&ep->share, 0, sizeof(webhook_share_row_t));

        ep->share_kept = 0;
        ep->share_dirty = 0;

        return 0;
    }

    return rc;
}


/* 0: it is in none. */

static uint64_t
webhook_share_session(const webhook_txn_t *t)
{
    return webhook_get_u64(t->cluster.session.bytes);
}


int
webhook_share_valid(const webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    return ep->share.session != 0
           && ep->share.session == webhook_share_session(t);
}


/* Microseconds by which a send may begin later than its time. */

static uint64_t
webhook_share_late(const webhook_endpoint_row_t *ep)
{
    uint64_t  late;

    late = (uint64_t) (ep->per ? ep->per : 1000) * 1000 / ep->rate
           / WEBHOOK_SHARE_APART;

    if (late < WEBHOOK_SHARE_LATE) {
        return WEBHOOK_SHARE_LATE;
    }

    return late < WEBHOOK_SHARE_LATE_MAX ? late : WEBHOOK_SHARE_LATE_MAX;
}


/* How many of a block were to begin before. */

static uint32_t
webhook_share_lost(const webhook_txn_t *t, const webhook_share_block_t *b)
{
    uint64_t  now, n;

    now = t->now * 1000;

    if (b->count == 0 || b->start + b->late >= now) {
        return 0;
    }

    if (b->gap == 0) {
        return b->count;
    }

    n = (now - b->start - b->late + b->gap - 1) / b->gap;

    return n < b->count ? (uint32_t) n : b->count;
}


uint64_t
webhook_share_time(const webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    unsigned                      i;
    uint32_t                      lost;
    uint64_t                      start, time;
    const webhook_share_block_t  *b;

    if (ep->inflight >= webhook_share_slots(t, ep)) {
        return WEBHOOK_NEVER;
    }

    if (ep->rate == 0) {
        return 0;
    }

    time = WEBHOOK_NEVER;

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        b = &ep->share.blocks[i];
        lost = webhook_share_lost(t, b);

        if (lost == b->count) {
            continue;
        }

        start = (b->start + lost * b->gap + 999) / 1000;

        if (start < time) {
            time = start;
        }
    }

    return time;
}


/* Times that went by have no place any more. */

static void
webhook_share_drop(const webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    unsigned                i;
    uint32_t                lost;
    webhook_share_block_t  *b;

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        b = &ep->share.blocks[i];

        lost = webhook_share_lost(t, b);
        b->count -= lost;
        b->start += lost * b->gap;
    }
}


void
webhook_share_take(const webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    unsigned                i;
    webhook_share_block_t  *b, *first;

    first = NULL;

    webhook_share_drop(t, ep);

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        b = &ep->share.blocks[i];

        if (b->count && (first == NULL || b->start < first->start)) {
            first = b;
        }
    }

    if (first) {
        first->count--;
        first->start += first->gap;
    }

    if (ep->share.used < UINT32_MAX) {
        ep->share.used++;
    }

    ep->share_dirty = 1;
    ep->dirty = 1;
}


uint32_t
webhook_share_left(const webhook_txn_t *t, const webhook_endpoint_row_t *ep)
{
    uint32_t                      left;
    unsigned                      i;
    const webhook_share_block_t  *b;

    left = 0;

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS; i++) {
        b = &ep->share.blocks[i];
        left += b->count - webhook_share_lost(t, b);
    }

    return left;
}


void
webhook_share_give(const webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_ship_share_t *share, uint64_t asked, uint64_t answered)
{
    uint32_t  count, once;
    uint64_t  late, took, session;

    session = webhook_share_session(t);

    if (ep->share.session != session) {
        memset(ep->share.blocks, 0, sizeof(ep->share.blocks));
        ep->share.session = session;
    }

    webhook_share_drop(t, ep);

    ep->share.slots = share->slots;
    ep->share.used = 0;

    ep->share_dirty = 1;
    ep->dirty = 1;

    count = share->count;

    if (ep->rate == 0 || count == 0) {
        return;
    }

    late = webhook_share_late(ep);
    took = (answered - asked + 1) * 1000;

    if (took >= late) {
        return;
    }

    late -= took;
    once = 0;

    if (share->first <= 0) {

        /* those up to now may begin at once */

        once = count;

        if (share->gap
            && (uint64_t) -share->first / share->gap + 1 < count)
        {
            once = (uint32_t) ((uint64_t) -share->first / share->gap + 1);
        }

        webhook_share_add(ep, answered * 1000, late, 0, once);
    }

    webhook_share_add(ep, answered * 1000 + (uint64_t) (share->first
                          + (int64_t) (once * share->gap)),
                      late, share->gap, count - once);
}


/* Where there is no place for it any more it is lost. */

static void
webhook_share_add(webhook_endpoint_row_t *ep, uint64_t start, uint64_t late,
    uint64_t gap, uint32_t count)
{
    unsigned                i;
    webhook_share_block_t  *b;

    for (i = 0; i < WEBHOOK_SHARE_BLOCKS && count; i++) {
        b = &ep->share.blocks[i];

        if (b->count == 0) {
            b->start = start;
            b->late = late;
            b->gap = gap;
            b->count = count;
            return;
        }
    }
}


int
webhook_share_next(webhook_txn_t *t, uint64_t *endpoint)
{
    unsigned char  key[WEBHOOK_KEY_SHARE];

    if (*endpoint == UINT64_MAX) {
        return MDB_NOTFOUND;
    }

    webhook_key_share(key, *endpoint + 1);

    return webhook_txn_meta_next(t, key, sizeof(key), endpoint);
}
