
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What waits and has no row in the index: first sends that stand in their lane
 * of the queue in the order of ids, each with a mark.  Where an id stands there
 * is known by its time.  Others are among them: one that has no mark is passed
 * over, and of many of the same millisecond those whose ids are of another time
 * than that of one with a mark.
 */

#include "store/lmdb/walk/webhook_store_walk_int.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/walk/webhook_store_filter.h"


#define WEBHOOK_WALK_ASIDE  4           /* without a mark, one after another,
                                           before some are passed over */


static int webhook_walk_lane_search(webhook_txn_t *t,
    const webhook_walk_t *w, webhook_walk_head_t *h,
    const webhook_id_t *bound, int same);
static int webhook_walk_lane_key(const webhook_txn_t *t,
    const webhook_walk_t *w, const webhook_walk_head_t *h,
    const webhook_id_t *bound, int same, unsigned char *key);
static void webhook_walk_lane_behind(unsigned char *key);
static void webhook_walk_lane_pass(const webhook_walk_t *w,
    const webhook_walk_head_t *h, unsigned char *key);
static int webhook_walk_lane_seek(webhook_txn_t *t, const webhook_walk_t *w,
    const unsigned char *key, MDB_val *found, MDB_val *val);


int
webhook_walk_lane_next(webhook_txn_t *t, const webhook_walk_t *w,
    webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    webhook_id_t *id)
{
    int  rc;

    if (h->row && h->row->grown != h->grown) {

        /* what was done to the one before made others wait, as the next of its
           key */

        h->grown = h->row->grown;
        h->skew = h->row->skew;
        h->lane = w->f->state == WEBHOOK_PENDING ? WEBHOOK_WALK_UNKNOWN
                                                 : WEBHOOK_WALK_NONE;
    }

    if (h->lane == WEBHOOK_WALK_KNOWN) {

        rc = memcmp(&h->waits, bound, sizeof(webhook_id_t));

        if ((w->oldest ? rc < 0 : rc > 0) || (rc == 0 && !same)) {
            h->lane = WEBHOOK_WALK_UNKNOWN;
        }
    }

    if (h->lane == WEBHOOK_WALK_UNKNOWN) {

        rc = webhook_walk_lane_search(t, w, h, bound, same);

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }

        h->lane = rc ? WEBHOOK_WALK_NONE : WEBHOOK_WALK_KNOWN;
    }

    if (h->lane == WEBHOOK_WALK_NONE) {
        return MDB_NOTFOUND;
    }

    *id = h->waits;

    return 0;
}


/* The next one behind an event, or it itself, that has a mark. */

static int
webhook_walk_lane_search(webhook_txn_t *t, const webhook_walk_t *w,
    webhook_walk_head_t *h, const webhook_id_t *bound, int same)
{
    int             rc;
    MDB_val         found, val;
    unsigned        aside;
    MDB_cursor     *c;
    unsigned char   key[WEBHOOK_KEY_DUE], *p;

    aside = 0;

    rc = webhook_walk_lane_key(t, w, h, bound, same, key);

    if (rc == 0) {
        rc = webhook_walk_lane_seek(t, w, key, &found, &val);
    }

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DUE, &c);
    }

    while (rc == 0) {
        p = found.mv_data;

        if (found.mv_size < 9 || memcmp(p, key, 9) != 0) {
            return MDB_NOTFOUND;
        }

        if (found.mv_size == sizeof(key)) {

            /* whoever has a mark was due at once */

            if (w->oldest && webhook_get_u64(p + 9) > t->now) {
                return MDB_NOTFOUND;
            }

            if (val.mv_size) {
                memcpy(h->waits.bytes, p + 17, 16);
                return 0;
            }

            if (++aside == WEBHOOK_WALK_ASIDE) {
                aside = 0;

                memcpy(key, p, sizeof(key));

                webhook_walk_lane_pass(w, h, key);

                rc = webhook_walk_lane_seek(t, w, key, &found, &val);
                continue;
            }
        }

        rc = mdb_cursor_get(c, &found, &val, w->oldest ? MDB_NEXT : MDB_PREV);
    }

    return rc;
}


/* Where to begin; MDB_NOTFOUND where there can be nothing. */

static int
webhook_walk_lane_key(const webhook_txn_t *t, const webhook_walk_t *w,
    const webhook_walk_head_t *h, const webhook_id_t *bound, int same,
    unsigned char *key)
{
    uint64_t      due;
    webhook_id_t  first;

    memset(&first, 0, sizeof(first));

    due = webhook_id_time(bound) + h->skew;

    if ((int64_t) due < 0) {

        /* before all that the lane has */

        webhook_key_due(key, h->endpoint, WEBHOOK_LANE_FIRST, 0, &first);

        return w->oldest ? 0 : MDB_NOTFOUND;
    }

    if (due > t->now) {

        /* behind all that have a mark */

        webhook_key_due(key, h->endpoint, WEBHOOK_LANE_FIRST, t->now + 1,
                        &first);

        return w->oldest ? MDB_NOTFOUND : 0;
    }

    webhook_key_due(key, h->endpoint, WEBHOOK_LANE_FIRST, due, bound);

    /* the oldest first: from the key on; else what is before it */

    if (w->oldest ? !same : same) {
        webhook_walk_lane_behind(key);
    }

    return 0;
}


static void
webhook_walk_lane_behind(unsigned char *key)
{
    unsigned  i;

    for (i = WEBHOOK_KEY_DUE; i > 9 && ++key[i - 1] == 0; i--) { /* void */ }
}


/* The row of the key has no mark.  The key becomes that of the first place
   behind it where one with a mark can stand; or, where the newest come first,
   of the place behind the last one before it. */

static void
webhook_walk_lane_pass(const webhook_walk_t *w, const webhook_walk_head_t *h,
    unsigned char *key)
{
    int64_t       time, marked;
    uint64_t      due;
    webhook_id_t  id;

    due = webhook_get_u64(key + 9);
    memcpy(id.bytes, key + 17, 16);

    time = (int64_t) webhook_id_time(&id);

    /* the time of an id that is due then and has a mark */

    marked = (int64_t) (due - h->skew);

    if (time == marked) {

        if (w->oldest) {
            webhook_walk_lane_behind(key);
        }

        return;
    }

    if (w->oldest) {

        if (time > marked) {
            due++;
            marked++;
        }

    } else if (time > marked) {
        marked++;

    } else if (due) {
        due--;

    } else {
        marked = 0;
    }

    webhook_filter_bound(id.bytes, marked > 0 ? (uint64_t) marked : 0);
    webhook_key_due(key, h->endpoint, WEBHOOK_LANE_FIRST, due, &id);
}


static int
webhook_walk_lane_seek(webhook_txn_t *t, const webhook_walk_t *w,
    const unsigned char *key, MDB_val *found, MDB_val *val)
{
    return w->oldest ? webhook_txn_seek(t, WEBHOOK_DB_DUE, key,
                                        WEBHOOK_KEY_DUE, found, val)
                     : webhook_txn_seek_before(t, WEBHOOK_DB_DUE, key,
                                               WEBHOOK_KEY_DUE, found, val);
}
