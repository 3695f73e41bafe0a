
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Who asks for what waits for an endpoint, or for its dead letters, is not to
 * look at all that was delivered.  So a delivery that is PENDING or DEAD has a
 * row here, by its endpoint, its state and its event, in the order in which
 * lists tell of them.  One that is leased at once, and delivered, never has.
 *
 * Nor has one that goes soon: what was put and waits for its first send stands
 * at the end of its lane of the queue, so the newest of a lane can be read
 * there, as long as they are few.  The endpoint's row has the time from which
 * on they have no rows here (listed), and how many those are (unlisted).  When
 * they are too many, rows are made of the older ones, all in one go, which
 * writes to a few pages and not to some for each of them.
 */

#include "store/lmdb/lists/webhook_store_listed.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


static uint32_t webhook_listed_bound(webhook_txn_t *t);
static int webhook_listed_catch_up(webhook_txn_t *t,
    webhook_endpoint_row_t *ep, uint32_t max);


int
webhook_listed_put(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    unsigned char  key[WEBHOOK_KEY_LISTED];

    if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
        return 0;
    }

    webhook_key_listed(key, endpoint, state, id);

    return webhook_txn_put(t, WEBHOOK_DB_LISTED, key, sizeof(key), "", 0, 0);
}


int
webhook_listed_del(webhook_txn_t *t, uint64_t endpoint, webhook_state_e state,
    const webhook_id_t *id)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEY_LISTED];

    if (state != WEBHOOK_PENDING && state != WEBHOOK_DEAD) {
        return 0;
    }

    webhook_key_listed(key, endpoint, state, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_LISTED, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_listed_has(const webhook_txn_t *t, int state)
{
    /* on its way from an older format they are not all there */

    return (state == WEBHOOK_PENDING || state == WEBHOOK_DEAD)
           && !t->st->migrating && t->st->format >= 4
           && (t->st->absent & 1U << WEBHOOK_DB_LISTED) == 0;
}


int
webhook_listed_new(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    const webhook_id_t *id)
{
    uint32_t  max;

    ep->unlisted++;
    ep->grown++;
    ep->newest = *id;
    ep->dirty = 1;

    if (ep->unlisted <= WEBHOOK_LISTED_NEW_FEW) {
        return 0;
    }

    max = webhook_listed_bound(t);

    return ep->unlisted > max ? webhook_listed_catch_up(t, ep, max) : 0;
}


void
webhook_listed_old(webhook_endpoint_row_t *ep)
{
    if (ep->unlisted) {
        ep->unlisted--;
    }

    ep->dirty = 1;
}


/* How many of an endpoint may have no rows: who asks for what waits for all of
   them has to read these. */

static uint32_t
webhook_listed_bound(webhook_txn_t *t)
{
    size_t    max;
    MDB_stat  stat;

    if (webhook_txn_stat(t, WEBHOOK_DB_ENDPOINTS, &stat) != 0) {
        return WEBHOOK_LISTED_NEW_FEW;
    }

    max = WEBHOOK_LISTED_NEW_ALL / (stat.ms_entries ? stat.ms_entries : 1);

    if (max > WEBHOOK_LISTED_NEW) {
        max = WEBHOOK_LISTED_NEW;
    }

    return max > WEBHOOK_LISTED_NEW_FEW ? (uint32_t) max
                                        : WEBHOOK_LISTED_NEW_FEW;
}


/* Makes rows of those that are due first, but for a quarter of what may have
   none.  All that are due at a time have a row, or none has; so those of now,
   to which more may come, are left alone, unless they are far too many. */

static int
webhook_listed_catch_up(webhook_txn_t *t, webhook_endpoint_row_t *ep,
    uint32_t max)
{
    int             rc;
    MDB_val         key, val;
    uint32_t        done, todo;
    uint64_t        time, last;
    MDB_cursor     *c;
    webhook_id_t    id;
    unsigned char   from[WEBHOOK_KEY_DUE], *p;

    todo = ep->unlisted - max / 4;
    last = 0;

    memset(&id, 0, sizeof(id));

    webhook_key_due(from, ep->id, WEBHOOK_LANE_FIRST, ep->listed, &id);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, from, sizeof(from), &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DUE, &c);
    }

    for (done = 0; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        p = key.mv_data;

        if (key.mv_size < 9 || memcmp(p, from, 9) != 0) {
            rc = MDB_NOTFOUND;
            break;
        }

        if (key.mv_size != sizeof(from)) {
            continue;
        }

        time = webhook_get_u64(p + 9);

        if ((done >= todo && time != last)
            || (time >= t->now && ep->unlisted <= 2 * max))
        {
            break;
        }

        memcpy(id.bytes, p + 17, 16);

        rc = webhook_listed_put(t, ep->id, WEBHOOK_PENDING, &id);
        if (rc) {
            return rc;
        }

        last = time;
        done++;
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    if (done) {
        ep->listed = last + 1;
    }

    /* at the end of the lane it is known for sure */

    ep->unlisted = rc == 0 && done < ep->unlisted ? ep->unlisted - done : 0;

    return 0;
}
