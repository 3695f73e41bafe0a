
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * A walk over deliveries, in the order of their events and, of one event, of
 * their endpoints.  Where the filter wants what waits, or dead letters, it
 * goes by the index of these: of one endpoint, or of all, each of which is in
 * that order, so that the next of all is the first of a heap.  Else it goes
 * over the rows of deliveries themselves.
 */

#include "store/lmdb/walk/webhook_store_walk.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/walk/webhook_store_filter.h"
#include "store/lmdb/walk/webhook_store_walk_int.h"

#include <stdlib.h>


static int webhook_walk_scan(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got);
static int webhook_walk_start(webhook_txn_t *t, webhook_walk_t *w,
    MDB_val *key, MDB_val *val);
static int webhook_walk_row(webhook_txn_t *t, webhook_walk_t *w,
    const MDB_val *val, webhook_walk_hit_t *hit, int *got);


void
webhook_walk_init(webhook_walk_t *w, const webhook_filter_t *f, uint32_t rows)
{
    memset(w, 0, sizeof(webhook_walk_t));

    w->f = f;
    w->oldest = f->oldest;
    w->rows = rows;
    w->from = f->from;

    memcpy(w->cursor, f->cursor, WEBHOOK_CURSOR_LEN);
}


void
webhook_walk_end(webhook_walk_t *w, webhook_filter_t *f)
{
    memcpy(f->cursor, w->cursor, WEBHOOK_CURSOR_LEN);

    f->from = w->from;
}


void
webhook_walk_free(webhook_walk_t *w)
{
    free(w->heads);
    free(w->unwritten);

    w->heads = NULL;
    w->unwritten = NULL;
    w->begun = 0;
}


int
webhook_walk_next(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got)
{
    *got = 0;

    if (!w->events && webhook_listed_has(t, w->f->state)
        && (w->f->endpoint || !w->narrow))
    {
        return webhook_walk_listed(t, w, hit, got);
    }

    return webhook_walk_scan(t, w, hit, got);
}


/* Over the rows of all deliveries. */

static int
webhook_walk_scan(webhook_txn_t *t, webhook_walk_t *w,
    webhook_walk_hit_t *hit, int *got)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;
    MDB_cursor_op   next;

    next = w->oldest ? MDB_NEXT : MDB_PREV;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    if (rc == 0) {
        rc = webhook_walk_start(t, w, &key, &val);
    }

    while (rc == 0) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            w->damaged++;
            rc = mdb_cursor_get(c, &key, &val, next);
            continue;
        }

        memcpy(hit->id.bytes, key.mv_data, 16);

        hit->endpoint = webhook_get_u64((unsigned char *) key.mv_data + 16);

        if (webhook_walk_over(t, w, &hit->id)) {
            return MDB_NOTFOUND;
        }

        if (w->rows == 0) {
            return 0;
        }

        w->rows--;

        rc = webhook_walk_row(t, w, &val, hit, got);

        if (rc || *got) {
            return rc;
        }

        webhook_walk_pass(w, hit);

        rc = mdb_cursor_get(c, &key, &val, next);
    }

    return rc;
}


/* The first row behind the cursor, or within the bounds of time. */

static int
webhook_walk_start(webhook_txn_t *t, webhook_walk_t *w, MDB_val *key,
    MDB_val *val)
{
    int             rc;
    MDB_cursor     *c;
    unsigned char   bound[WEBHOOK_KEY_DELIVERY];

    memcpy(bound, w->cursor, sizeof(bound));

    if (w->oldest) {

        if (!w->from) {
            memset(bound, 0, sizeof(bound));
            webhook_filter_bound(bound, t->st->format > 1 ? w->f->since : 0);
        }

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, bound, sizeof(bound),
                              key, val);

        if (rc == 0 && w->from
            && memcmp(key->mv_data, bound, sizeof(bound)) == 0)
        {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

            if (rc == 0) {
                rc = mdb_cursor_get(c, key, val, MDB_NEXT);
            }
        }

        return rc;
    }

    if (!w->from) {

        if (w->f->until == 0 || t->st->format == 1) {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

            return rc ? rc : mdb_cursor_get(c, key, val, MDB_LAST);
        }

        memset(bound, 0, sizeof(bound));
        webhook_filter_bound(bound, w->f->until);
    }

    return webhook_txn_seek_before(t, WEBHOOK_DB_DELIVERIES, bound,
                                   sizeof(bound), key, val);
}


/* A row of deliveries: *got is set if it is meant. */

static int
webhook_walk_row(webhook_txn_t *t, webhook_walk_t *w, const MDB_val *val,
    webhook_walk_hit_t *hit, int *got)
{
    int  damaged;

    if (hit->endpoint) {

        if (w->events) {
            return 0;
        }

        damaged = webhook_row_read_delivery(val, &hit->d);

        return webhook_walk_judge(t, w, damaged, hit, got);
    }

    damaged = webhook_row_read_head(val, &hit->head);

    if (damaged) {
        w->damaged++;

    } else if (w->events) {
        *got = !webhook_head_gone(&hit->head)
               && webhook_filter_event(t, w->f, &hit->id, &hit->head);
    }

    return 0;
}
