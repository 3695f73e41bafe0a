
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Reading back: lists, one event with all about it, statistics.
 */

#include "store/lmdb/ops/webhook_store_history.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "core/rules/webhook_pattern.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_rendition.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/space/webhook_store_room.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store/lmdb/ops/webhook_store_idempotency.h"
#include "store/lmdb/ops/webhook_store_ops_int.h"
#include "store/lmdb/ops/webhook_store_owner.h"
#include "store/lmdb/ops/webhook_store_pause.h"

#include <errno.h>


#define WEBHOOK_HISTORY_PAGE  1000      /* entries in an answer at most */


static int webhook_history_start(webhook_txn_t *t, webhook_filter_t *f,
    MDB_val *key, MDB_val *val);
static int webhook_filter_until(webhook_txn_t *t, webhook_filter_t *f,
    MDB_val *key, MDB_val *val);
static void webhook_filter_bound(unsigned char *key, uint64_t wall);
static int webhook_history_fill(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, const webhook_head_row_t *head,
    webhook_delivery_t *out);
static int webhook_history_last(webhook_txn_t *t, void **memory,
    webhook_delivery_t *out);
static int webhook_history_head(webhook_txn_t *t, const webhook_id_t *id,
    webhook_head_row_t *head);
static int webhook_history_attempts(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_full_t *full,
    uint32_t *damaged);
static int webhook_history_each(webhook_txn_t *t, webhook_op_show_t *s,
    void **memory, const webhook_head_row_t *head, uint32_t *count);


int
webhook_history_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc, damaged;
    MDB_val                  key, val;
    uint32_t                 rows, max;
    uint64_t                 endpoint;
    MDB_cursor              *c;
    MDB_cursor_op            next;
    webhook_id_t             id;
    webhook_filter_t        *f;
    webhook_op_list_t       *l;
    webhook_head_row_t       head;
    webhook_delivery_row_t   d;

    l = &op->u.list;
    f = &l->filter;

    max = f->max < WEBHOOK_HISTORY_PAGE ? f->max : WEBHOOK_HISTORY_PAGE;

    l->deliveries = webhook_memory_alloc(&op->memory,
                                         max * sizeof(webhook_delivery_t));
    if (l->deliveries == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    if (rc) {
        return rc;
    }

    next = f->oldest ? MDB_NEXT : MDB_PREV;

    rc = webhook_history_start(t, f, &key, &val);

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            l->damaged++;
            rc = mdb_cursor_get(c, &key, &val, next);
            continue;
        }

        if (rows == WEBHOOK_STORE_ROWS || l->count == max) {
            f->more = 1;
            return 0;
        }

        memcpy(f->cursor, key.mv_data, WEBHOOK_CURSOR_LEN);
        memcpy(id.bytes, key.mv_data, 16);

        /* ids tell the time, in that order; but in format 1, which tools read
           on its way, not all do */

        if (t->st->format > 1) {

            if (f->since && webhook_id_time(&id) < f->since && !f->oldest) {
                return 0;
            }

            if (f->until && webhook_id_time(&id) >= f->until) {

                if (f->oldest) {
                    return 0;
                }

                rc = webhook_filter_until(t, f, &key, &val);
                continue;
            }
        }

        endpoint = webhook_get_u64((unsigned char *) key.mv_data + 16);

        damaged = endpoint ? webhook_row_read_delivery(&val, &d)
                           : webhook_row_read_head(&val, &head);

        if (damaged) {
            l->damaged++;

        } else if (endpoint
            && webhook_filter_match(t, f, &id, endpoint, &d, &head))
        {
            rc = webhook_history_fill(t, &op->memory, &id, endpoint, &d,
                                      &head, &l->deliveries[l->count]);
            if (rc) {
                return rc;
            }

            l->count++;

        } else if (endpoint
                   && webhook_history_head(t, &id, &head) == MDB_NOTFOUND)
        {
            /* its event is gone without it */

            l->damaged++;
        }

        rc = mdb_cursor_get(c, &key, &val, next);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The newest row that may be meant, or the oldest. */

static int
webhook_history_start(webhook_txn_t *t, webhook_filter_t *f, MDB_val *key,
    MDB_val *val)
{
    int             rc;
    MDB_cursor     *c;
    unsigned char   bound[WEBHOOK_KEY_DELIVERY];

    if (f->oldest) {

        if (f->from) {
            memcpy(bound, f->cursor, sizeof(bound));

        } else {
            webhook_filter_bound(bound, t->st->format > 1 ? f->since : 0);
        }

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, bound, sizeof(bound),
                              key, val);

        if (rc == 0 && f->from
            && memcmp(key->mv_data, bound, sizeof(bound)) == 0)
        {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

            if (rc == 0) {
                rc = mdb_cursor_get(c, key, val, MDB_NEXT);
            }
        }

        return rc;
    }

    if (f->from) {
        return webhook_txn_seek_before(t, WEBHOOK_DB_DELIVERIES, f->cursor,
                                       WEBHOOK_CURSOR_LEN, key, val);
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    if (rc) {
        return rc;
    }

    return mdb_cursor_get(c, key, val, MDB_LAST);
}


/* The last row before the time of the upper bound. */

static int
webhook_filter_until(webhook_txn_t *t, webhook_filter_t *f, MDB_val *key,
    MDB_val *val)
{
    unsigned char  bound[WEBHOOK_KEY_DELIVERY];

    webhook_filter_bound(bound, f->until);

    return webhook_txn_seek_before(t, WEBHOOK_DB_DELIVERIES, bound,
                                   sizeof(bound), key, val);
}


/* The least key of that time. */

static void
webhook_filter_bound(unsigned char *key, uint64_t wall)
{
    /* the first 48 bits of an id are its time */

    memset(key, 0, WEBHOOK_KEY_DELIVERY);
    webhook_set_u64(key, wall << 16);
}


int
webhook_filter_match(webhook_txn_t *t, const webhook_filter_t *f,
    const webhook_id_t *id, uint64_t endpoint,
    const webhook_delivery_row_t *d, webhook_head_row_t *head)
{
    uint64_t  time;

    if ((f->endpoint && f->endpoint != endpoint)
        || (f->state != -1 && f->state != (int) d->state))
    {
        return 0;
    }

    if (webhook_history_head(t, id, head) != 0) {
        return 0;
    }

    time = t->st->format > 1 ? webhook_id_time(id) : head->wall;

    if ((f->since && time < f->since) || (f->until && time >= f->until)) {
        return 0;
    }

    return f->type.len == 0 || webhook_pattern_match(&f->type, &head->type);
}


static int
webhook_history_head(webhook_txn_t *t, const webhook_id_t *id,
    webhook_head_row_t *head)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val);

    return rc ? rc : webhook_row_read_head(&val, head);
}


static int
webhook_history_fill(webhook_txn_t *t, void **memory, const webhook_id_t *id,
    uint64_t endpoint, const webhook_delivery_row_t *d,
    const webhook_head_row_t *head, webhook_delivery_t *out)
{
    int                      rc;
    webhook_str_t            name;
    webhook_endpoint_row_t  *ep;

    rc = webhook_endpoint_row_get(t, endpoint, &ep);
    if (rc) {
        return rc;
    }

    name.data = ep->name;
    name.len = ep->name_len;

    out->event = *id;
    out->endpoint = endpoint;
    out->state = d->state;
    out->attempts = d->attempts;
    out->wall = head->wall;
    out->due = d->state == WEBHOOK_PENDING && !d->parked
               ? (int64_t) (d->due - t->now) : 0;
    out->finished = d->finished;
    out->status = d->status;
    out->form = d->form + d->step;
    out->body_len = out->form < head->forms_count
                    ? head->forms[out->form].body : 0;
    out->step = d->step;
    out->steps = d->steps;
    out->parked = d->parked;
    out->blocks = d->blocks;
    out->order = d->order;
    out->place = d->place;

    if (webhook_memory_text(memory, &name, &out->endpoint_name) != 0
        || webhook_memory_text(memory, &head->type, &out->type) != 0)
    {
        return ENOMEM;
    }

    return d->attempts && d->state != WEBHOOK_DELIVERED
           ? webhook_history_last(t, memory, out) : 0;
}


/* What went wrong with the last send. */

static int
webhook_history_last(webhook_txn_t *t, void **memory, webhook_delivery_t *out)
{
    int                rc;
    MDB_val            k, val;
    unsigned char      key[WEBHOOK_KEY_ATTEMPT];
    webhook_attempt_t  a;

    webhook_key_attempt(key, &out->event, out->endpoint, UINT32_MAX);

    rc = webhook_txn_seek_before(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), &k,
                                 &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    if (memcmp(k.mv_data, key, WEBHOOK_KEY_DELIVERY) != 0
        || webhook_row_read_attempt(&val, &a) != 0)
    {
        return 0;
    }

    out->sent = a.wall;

    return webhook_memory_text(memory, &a.error, &out->error);
}


int
webhook_history_show(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc;
    uint32_t             i, count;
    webhook_op_show_t   *s;
    webhook_head_row_t   head;

    s = &op->u.show;

    rc = webhook_history_head(t, &s->id, &head);

    if (rc == MDB_NOTFOUND) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    if (rc) {
        return rc;
    }

    count = 0;

    rc = webhook_history_each(t, s, NULL, &head, &count);
    if (rc) {
        return rc;
    }

    if (s->endpoint && count == 0) {
        op->result = WEBHOOK_STORE_NOT_FOUND;
        return 0;
    }

    s->deliveries = webhook_memory_alloc(&op->memory,
                                   count * sizeof(webhook_delivery_full_t));
    if (s->deliveries == NULL) {
        return ENOMEM;
    }

    rc = webhook_history_each(t, s, &op->memory, &head, &count);
    if (rc) {
        return rc;
    }

    s->wire = head.wired ? head.wire : s->id;
    s->wall = head.wall;

    s->forms = webhook_memory_alloc(&op->memory, head.forms_count
                                    * sizeof(webhook_rendition_t));

    if (s->forms == NULL
        || webhook_memory_text(&op->memory, &head.type, &s->type) != 0)
    {
        return ENOMEM;
    }

    for (i = 0; i < head.forms_count; i++) {
        rc = webhook_rendition_read(t, &head.forms[i], &op->memory,
                                &s->forms[i]);

        if (rc == MDB_CORRUPTED) {
            memset(&s->forms[i], 0, sizeof(webhook_rendition_t));
            s->broken |= (uint64_t) 1 << i;

        } else if (rc) {
            return rc;
        }
    }

    s->forms_count = head.forms_count;

    op->result = WEBHOOK_STORE_OK;

    return 0;
}


/* Counts the deliveries that are meant, or, with memory, fills them in. */

static int
webhook_history_each(webhook_txn_t *t, webhook_op_show_t *s, void **memory,
    const webhook_head_row_t *head, uint32_t *count)
{
    int                       rc;
    MDB_val                   k, val;
    uint64_t                  endpoint;
    MDB_cursor               *c;
    unsigned char             key[WEBHOOK_KEY_DELIVERY], *p;
    webhook_delivery_row_t    d;
    webhook_delivery_full_t  *full;

    webhook_key_delivery(key, &s->id, s->endpoint ? s->endpoint : 1);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

    while (rc == 0) {

        p = k.mv_data;

        if (k.mv_size != WEBHOOK_KEY_DELIVERY) {
            s->damaged++;
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
            continue;
        }

        endpoint = webhook_get_u64(p + 16);

        if (memcmp(p, s->id.bytes, 16) != 0
            || (s->endpoint && s->endpoint != endpoint))
        {
            return 0;
        }

        if (memory == NULL) {
            (*count)++;

        } else if (s->count < *count) {

            if (webhook_row_read_delivery(&val, &d) != 0) {
                s->damaged++;
                rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
                continue;
            }

            full = &s->deliveries[s->count];

            rc = webhook_history_fill(t, memory, &s->id, endpoint, &d, head,
                                      &full->delivery);
            if (rc) {
                return rc;
            }

            rc = webhook_history_attempts(t, memory, &s->id, endpoint, full,
                                          &s->damaged);
            if (rc) {
                return rc;
            }

            s->count++;
        }

        rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_history_attempts(webhook_txn_t *t, void **memory,
    const webhook_id_t *id, uint64_t endpoint, webhook_delivery_full_t *full,
    uint32_t *damaged)
{
    int                 rc, pass;
    MDB_val             k, val;
    uint32_t            count;
    MDB_cursor         *c;
    unsigned char       key[WEBHOOK_KEY_ATTEMPT];
    webhook_attempt_t   a, *out;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_ATTEMPTS, &c);
    if (rc) {
        return rc;
    }

    webhook_key_attempt(key, id, endpoint, 0);

    count = 0;

    /* once to count, once to read */

    for (pass = 0; pass < 2; pass++) {

        if (pass) {

            if (count == 0) {
                return 0;
            }

            full->attempts = webhook_memory_alloc(memory,
                                           count * sizeof(webhook_attempt_t));
            if (full->attempts == NULL) {
                return ENOMEM;
            }
        }

        k.mv_data = key;
        k.mv_size = sizeof(key);

        for (rc = mdb_cursor_get(c, &k, &val, MDB_SET_RANGE);
             rc == 0;
             rc = mdb_cursor_get(c, &k, &val, MDB_NEXT))
        {
            if (k.mv_size < 24 || memcmp(k.mv_data, key, 24) != 0) {
                break;
            }

            if (pass == 0) {
                count++;
                continue;
            }

            if (webhook_row_read_attempt(&val, &a) != 0) {
                (*damaged)++;
                continue;
            }

            out = &full->attempts[full->attempts_count++];

            *out = a;

            if (webhook_memory_text(memory, &a.error, &out->error) != 0
                || webhook_memory_text(memory, &a.address, &out->address)
                   != 0
                || webhook_memory_text(memory, &a.answer, &out->answer) != 0)
            {
                return ENOMEM;
            }
        }

        if (rc && rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    return 0;
}


int
webhook_history_stats(webhook_txn_t *t, webhook_op_t *op)
{
    int                        rc;
    MDB_val                    key, val;
    MDB_stat                   stat;
    uint64_t                   held;
    unsigned                   i;
    MDB_cursor                *c;
    webhook_str_t              name, reason;
    webhook_op_stats_t        *s;
    webhook_endpoint_row_t     row;
    webhook_endpoint_stats_t  *e;

    s = &op->u.stats;

    rc = webhook_used_count(t, &s->used);
    if (rc) {
        return rc;
    }

    s->size = t->st->limit;
    s->full = s->used > t->st->mark || webhook_room_short(t, 1);

    webhook_room_stats(t, s);

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

        e = &s->endpoints[s->count++];

        e->id = webhook_get_u64(key.mv_data);
        e->inflight = row.limit;
        e->attempts = row.attempts;
        e->delivered = row.delivered;
        e->dead = row.dead;
        e->cancelled = row.cancelled;

        for (i = 0; i < WEBHOOK_STATES; i++) {
            e->states[i] = row.states[i];
        }

        e->paused = row.paused;
        e->open = row.open;

        held = row.open && row.held < row.open_until ? row.open_until
                                                     : row.held;

        e->held = held > t->now ? held - t->now : 0;

        name.data = row.name;
        name.len = row.name_len;
        reason.data = row.reason;
        reason.len = row.reason_len;

        if (webhook_memory_text(&op->memory, &name, &e->name) != 0
            || webhook_memory_text(&op->memory, &reason, &e->reason) != 0)
        {
            return ENOMEM;
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    op->result = WEBHOOK_STORE_OK;

    return 0;
}
