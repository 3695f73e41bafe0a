
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * STATS: how full the store is, what it holds, and each endpoint.
 */

#include "store/lmdb/history/webhook_store_history_stats.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/share/webhook_store_share.h"
#include "store/lmdb/queue/webhook_store_delivery.h"
#include "store/lmdb/repeats/webhook_store_idempotency.h"
#include "store/lmdb/history/webhook_store_pause.h"

#include <errno.h>


static int webhook_history_one(webhook_txn_t *t, webhook_op_t *op);
static int webhook_history_all(webhook_txn_t *t, webhook_op_t *op);
static int webhook_history_endpoint(webhook_txn_t *t, void **memory,
    uint64_t id, webhook_endpoint_row_t *row, webhook_endpoint_stats_t *e);
static int webhook_history_due(webhook_txn_t *t, webhook_endpoint_stats_t *e,
    int fenced);
static int webhook_history_share(webhook_txn_t *t, webhook_endpoint_row_t *row,
    webhook_endpoint_stats_t *e);


int
webhook_history_stats(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    webhook_op_stats_t  *s;

    s = &op->u.stats;

    rc = webhook_used_count(t, &s->used);
    if (rc) {
        return rc;
    }

    s->size = t->st->limit;
    s->mark = t->st->mark;
    s->warn = t->st->limit / 100 * t->st->warn_mark;
    s->full = s->used > t->st->mark || webhook_headroom_short(t, 1);

    webhook_headroom_stats(t, s);

    s->events = t->state.events;
    s->calls = t->state.calls;

    rc = webhook_pause_stats(t, op);

    if (rc == 0) {
        rc = webhook_idempotency_count(t, &s->idempotency);
    }

    if (rc == 0) {
        rc = webhook_owner_count(t, &s->owners);
    }

    if (rc == 0) {
        rc = webhook_quarantine_count(t, &s->quarantine);
    }

    if (rc) {
        return rc;
    }

    rc = s->endpoint ? webhook_history_one(t, op)
                     : webhook_history_all(t, op);
    if (rc) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


static int
webhook_history_one(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    MDB_val                  val;
    unsigned char            key[WEBHOOK_KEY_ENDPOINT];
    webhook_op_stats_t      *s;
    webhook_endpoint_row_t   row;

    s = &op->u.stats;

    webhook_set_u64(key, s->endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (webhook_row_read_endpoint(&val, &row) != 0) {
        return 0;
    }

    s->endpoints = webhook_memory_alloc(&op->memory,
                                        sizeof(webhook_endpoint_stats_t));
    if (s->endpoints == NULL) {
        return ENOMEM;
    }

    s->count = 1;

    return webhook_history_endpoint(t, &op->memory, s->endpoint, &row,
                                    s->endpoints);
}


static int
webhook_history_all(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    MDB_val                  key, val;
    MDB_stat                 stat;
    MDB_cursor              *c;
    webhook_op_stats_t      *s;
    webhook_endpoint_row_t   row;

    s = &op->u.stats;

    rc = mdb_stat(t->txn, t->st->dbi[WEBHOOK_DB_ENDPOINTS], &stat);
    if (rc) {
        return rc;
    }

    s->endpoints = webhook_memory_alloc(&op->memory, stat.ms_entries
                                        * sizeof(webhook_endpoint_stats_t));
    if (s->endpoints == NULL) {
        return ENOMEM;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ENDPOINTS, &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0 && s->count < stat.ms_entries;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (key.mv_size != WEBHOOK_KEY_ENDPOINT
            || webhook_row_read_endpoint(&val, &row) != 0)
        {
            /* it is made anew by whoever writes to it next */

            continue;
        }

        rc = webhook_history_endpoint(t, &op->memory,
                                      webhook_get_u64(key.mv_data), &row,
                                      &s->endpoints[s->count++]);
        if (rc) {
            return rc;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_history_endpoint(webhook_txn_t *t, void **memory, uint64_t id,
    webhook_endpoint_row_t *row, webhook_endpoint_stats_t *e)
{
    int            rc;
    uint64_t       held;
    unsigned       i;
    webhook_str_t  name, reason;

    e->id = id;
    e->inflight = row->limit;
    e->attempts = row->attempts;
    e->delivered = row->delivered;
    e->dead = row->dead;
    e->cancelled = row->cancelled;

    for (i = 0; i < WEBHOOK_STATES; i++) {
        e->states[i] = row->states[i];
    }

    e->paused = row->paused;
    e->open = row->open;

    held = row->open && row->held < row->open_until ? row->open_until
                                                   : row->held;

    e->held = held > t->now ? held - t->now : 0;

    name.data = row->name;
    name.len = row->name_len;
    reason.data = row->reason;
    reason.len = row->reason_len;

    if (webhook_memory_text(memory, &name, &e->name) != 0
        || webhook_memory_text(memory, &reason, &e->reason) != 0)
    {
        return ENOMEM;
    }

    rc = webhook_history_due(t, e, row->fenced != 0);

    return rc ? rc : webhook_history_share(t, row, e);
}


/* Whether what is due waits for the cluster, whose limits these are. */

static int
webhook_history_share(webhook_txn_t *t, webhook_endpoint_row_t *row,
    webhook_endpoint_stats_t *e)
{
    int  rc, covered;

    e->shared = row->shared;

    if (!row->shared || e->due == 0 || row->paused) {
        return 0;
    }

    rc = webhook_share_read(t, row);

    if (rc == 0) {
        rc = webhook_outbox_covers(t, 0, &covered);
    }

    if (rc == 0) {
        e->waits = (webhook_share_slots(t, row) == 0 || !covered);
    }

    return rc;
}


/* Three seeks, or six in a cluster, and none where nothing waits. */

static int
webhook_history_due(webhook_txn_t *t, webhook_endpoint_stats_t *e, int fenced)
{
    int       rc;
    unsigned  lane;
    uint64_t  first;

    if (e->states[WEBHOOK_PENDING] == 0) {
        return 0;
    }

    for (lane = WEBHOOK_LANE_FIRST; lane <= WEBHOOK_LANE_UNTOLD; lane++) {

        if (lane == WEBHOOK_LANE_LEASE || lane == WEBHOOK_LANE_BLOCK
            || (webhook_delivery_numbers(lane) && !fenced))
        {
            continue;
        }

        rc = webhook_delivery_first(t, e->id, lane, &first, NULL, NULL);
        if (rc) {
            return rc;
        }

        if (first < t->now && e->due < t->now - first) {
            e->due = t->now - first;
        }
    }

    return 0;
}
