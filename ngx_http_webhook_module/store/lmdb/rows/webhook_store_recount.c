
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of counters that cannot be read, counted anew from what is in other
 * tables.  The bytes of those that were go to quarantine, and the log tells.
 */

#include "store/lmdb/rows/webhook_store_recount.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_RECOUNT_LIMIT   1        /* sends at a time to an endpoint
                                           whose limits were lost */
#define WEBHOOK_RECOUNT_TOKENS  20       /* bits, as for a store that is new */


static int webhook_recount_queue(webhook_txn_t *t,
    webhook_endpoint_row_t *row);
static void webhook_recount_marked(webhook_endpoint_row_t *row,
    const unsigned char *due);
static int webhook_recount_parked(webhook_txn_t *t,
    webhook_endpoint_row_t *row);
static int webhook_recount_finished(webhook_txn_t *t,
    webhook_endpoint_row_t *row);
static int webhook_recount_wake(webhook_txn_t *t, webhook_endpoint_row_t *row);
static int webhook_recount_objects(webhook_txn_t *t);


/*
 * What is in the queue tells what waits and what is under way; for what is
 * finished all deliveries have to be looked at.  The limits come with the next
 * ENDPOINT; until then it is sent to, but with care.
 */

int
webhook_recount_endpoint(webhook_txn_t *t, webhook_endpoint_row_t *row)
{
    int            rc;
    uint64_t       id;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    id = row->id;

    memset(row, 0, sizeof(webhook_endpoint_row_t));

    row->id = id;
    row->wake = WEBHOOK_NEVER;
    row->limit = WEBHOOK_RECOUNT_LIMIT;
    row->order_block = 1;

    if (!t->write) {
        return 0;
    }

    webhook_set_u64(key, id);

    rc = webhook_quarantine(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), 1);

    if (rc == 0) {
        rc = webhook_recount_queue(t, row);
    }

    if (rc == 0) {
        rc = webhook_recount_parked(t, row);
    }

    if (rc == 0) {
        rc = webhook_recount_finished(t, row);
    }

    if (rc == 0) {
        rc = webhook_recount_wake(t, row);
    }

    if (rc) {
        return rc;
    }

    row->began = row->states[WEBHOOK_PENDING] + row->states[WEBHOOK_SENDING];
    row->dirty = 1;
    t->st->forgot = 1;

    webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\": the counters of an endpoint have "
                      "been recomputed (%llu pending); if it was paused, it "
                      "no longer is", t->st->path,
                      (unsigned long long) row->states[WEBHOOK_PENDING]);

    return 0;
}


static int
webhook_recount_queue(webhook_txn_t *t, webhook_endpoint_row_t *row)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;
    webhook_id_t    none;
    unsigned char   from[WEBHOOK_KEY_DUE], *p;

    memset(&none, 0, sizeof(none));

    webhook_key_due(from, row->id, 0, 0, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, from, sizeof(from), &key, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DUE, &c);
    }

    while (rc == 0) {
        p = key.mv_data;

        if (key.mv_size < 8 || webhook_get_u64(p) != row->id) {
            return 0;
        }

        switch (key.mv_size == WEBHOOK_KEY_DUE ? p[8] : 0xff) {

        case WEBHOOK_LANE_FIRST:

            if (val.mv_size) {
                webhook_recount_marked(row, p);
            }

            /* fall through */

        case WEBHOOK_LANE_RETRY:
            row->states[WEBHOOK_PENDING]++;
            break;

        case WEBHOOK_LANE_LEASE:
            row->states[WEBHOOK_SENDING]++;
            break;

        case WEBHOOK_LANE_BLOCK:
            row->blocked++;
            break;

        case WEBHOOK_LANE_FENCED:
        case WEBHOOK_LANE_FENCED_RETRY:
        case WEBHOOK_LANE_TURN:
            row->fenced++;

            /* fall through */

        case WEBHOOK_LANE_UNTOLD:
            row->states[WEBHOOK_PENDING]++;
            break;
        }

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A first send that is not in the index of what waits; it tells by how much ids
   and due times differ. */

static void
webhook_recount_marked(webhook_endpoint_row_t *row, const unsigned char *due)
{
    webhook_id_t  id;

    memcpy(id.bytes, due + 17, sizeof(id.bytes));

    row->skew = webhook_get_u64(due + 9) - webhook_id_time(&id);
    row->marked++;
}


static int
webhook_recount_parked(webhook_txn_t *t, webhook_endpoint_row_t *row)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;
    unsigned char   from[WEBHOOK_KEY_PARKED];

    webhook_key_parked(from, row->id, 0, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_PARKED, from, sizeof(from), &key,
                          &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_PARKED, &c);
    }

    while (rc == 0 && key.mv_size >= 8
           && webhook_get_u64(key.mv_data) == row->id)
    {
        row->states[WEBHOOK_PENDING]++;

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_recount_finished(webhook_txn_t *t, webhook_endpoint_row_t *row)
{
    int                      rc;
    MDB_val                  key, val;
    MDB_cursor              *c;
    unsigned char           *p;
    webhook_delivery_row_t   d;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
        p = key.mv_data;

        if (key.mv_size != WEBHOOK_KEY_DELIVERY
            || webhook_get_u64(p + 16) != row->id
            || webhook_row_read_delivery(&val, &d) != 0)
        {
            continue;
        }

        row->attempts += d.attempts;

        if (d.state != WEBHOOK_PENDING && d.state != WEBHOOK_SENDING) {
            row->states[d.state]++;
        }
    }

    row->delivered = row->states[WEBHOOK_DELIVERED];
    row->dead = row->states[WEBHOOK_DEAD];

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Its wake time, so that it is found when that changes. */

static int
webhook_recount_wake(webhook_txn_t *t, webhook_endpoint_row_t *row)
{
    int          rc;
    MDB_val      key, val;
    MDB_cursor  *c;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_WAKE, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (key.mv_size == WEBHOOK_KEY_WAKE
            && webhook_get_u64((unsigned char *) key.mv_data + 8) == row->id)
        {
            row->wake = webhook_get_u64(key.mv_data);
            return 0;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The counters of the store.  Tokens and times go on behind those that were. */

int
webhook_recount_state(webhook_txn_t *t)
{
    int                      rc;
    MDB_val                  key, val;
    MDB_stat                 stat;
    MDB_cursor              *c;
    webhook_head_row_t       head;
    webhook_state_row_t     *state;
    webhook_delivery_row_t   d;

    state = &t->state;

    memset(state, 0, sizeof(webhook_state_row_t));

    if (!t->write) {
        return 0;
    }

    rc = webhook_quarantine(t, WEBHOOK_DB_META, "state", 5, 0);

    state->lease = webhook_clock_wall() << WEBHOOK_RECOUNT_TOKENS;

    if (rc == 0) {
        rc = webhook_txn_number(t, WEBHOOK_DB_BODIES, &state->blob);
    }

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    }

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            continue;
        }

        if (webhook_get_u64((unsigned char *) key.mv_data + 16) == 0) {
            state->events++;

            if (webhook_row_read_head(&val, &head) == 0
                && !webhook_head_gone(&head) && state->last < head.finished)
            {
                state->last = head.finished;
            }

        } else if (webhook_row_read_delivery(&val, &d) == 0) {

            if (state->place < d.place) {
                state->place = d.place;
            }
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_txn_stat(t, WEBHOOK_DB_CALLS, &stat);

    state->calls = rc ? 0 : stat.ms_entries;

    if (rc == 0) {
        rc = webhook_recount_history(t);
    }

    if (rc == 0) {
        rc = webhook_recount_objects(t);
    }

    if (rc == 0) {
        rc = webhook_recount_tasks(t);
    }

    if (rc) {
        return rc;
    }

    t->dirty = 1;

    webhook_store_log(t->st, WEBHOOK_STORE_LOG_EMERG,
                      "the store \"%s\": its counters have been recomputed: "
                      "%llu events, %llu calls", t->st->path,
                      (unsigned long long) state->events,
                      (unsigned long long) state->calls);

    return 0;
}


/* The bytes of what is finished: each of its rows tells how many it has. */

int
webhook_recount_history(webhook_txn_t *t)
{
    int          rc;
    MDB_val      key, val;
    MDB_cursor  *c;

    t->state.history = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_FINISHED, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (val.mv_size == 8) {
            t->state.history += webhook_get_u64(val.mv_data);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Objects that are there have a name, those that were removed a place in the
   lists; the last one that was changed stands at the end of the changes. */

static int
webhook_recount_objects(webhook_txn_t *t)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;
    unsigned char  *p;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_NAMES, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
        p = key.mv_data;

        if (p[0] < WEBHOOK_OBJECT_KINDS) {
            t->state.objects[p[0]]++;
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_OBJECT_LISTS, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {
        p = key.mv_data;

        t->state.removed += p[0] == WEBHOOK_OBJECT_REMOVED;
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    /* the number behind it, as is good enough for those to come; and whether
       something was forgotten is not known any more */

    rc = webhook_txn_number(t, WEBHOOK_DB_CHANGES, &t->state.change);

    t->state.forgot = t->state.change;

    return rc;
}


int
webhook_recount_tasks(webhook_txn_t *t)
{
    int                  rc;
    MDB_val              key, val;
    MDB_cursor          *c;
    webhook_task_row_t   task;

    t->state.tasks = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_TASKS, &c);

    if (rc == 0) {
        rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
    }

    for ( /* void */ ; rc == 0; rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) {

        if (webhook_row_read_task(&val, &task) == 0
            && task.task.state == WEBHOOK_TASK_RUNNING)
        {
            t->state.tasks++;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
