
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Recounts the whole store and compares: every row of every table has to be
 * where others say it is, and every counter has to be true.
 */

#include "store/lmdb/check/webhook_store_check.h"
#include "core/base/webhook_codec.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/layout/webhook_store_row_object.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/outbox/webhook_store_outbox.h"
#include "store/lmdb/queue/webhook_store_wake.h"
#include "store/lmdb/session/webhook_store_session.h"
#include "store/lmdb/check/webhook_store_check_bulk.h"
#include "store/lmdb/check/webhook_store_check_event.h"
#include "store/lmdb/check/webhook_store_check_history.h"
#include "store/lmdb/check/webhook_store_check_int.h"
#include "store/lmdb/check/webhook_store_check_object.h"
#include "store/lmdb/check/webhook_store_check_queue.h"
#include "store/lmdb/check/webhook_store_check_report.h"

#include <errno.h>
#include <stdlib.h>


#define WEBHOOK_CHECK_TEXT  (256 * 1024)
#define WEBHOOK_CHECK_STEP  50          /* ms that one version is read */
#define WEBHOOK_CHECK_LOOK  64          /* rows between looks at the time */


typedef struct {
    webhook_buf_t  buf;
    size_t         end;                 /* of the last line that fits */
} webhook_check_text_t;


typedef int (*webhook_check_row_pt)(webhook_check_ctx_t *x, const MDB_val *key,
    const MDB_val *val);


static int webhook_check_all(webhook_txn_t *t, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx);
static void webhook_check_line(void *ctx, const char *text);
static int webhook_check_table(webhook_check_ctx_t *x, webhook_db_e db,
    size_t key_len, webhook_check_row_pt row);
static int webhook_check_late(webhook_check_ctx_t *x, webhook_db_e db,
    const MDB_val *key);
static int webhook_check_move(webhook_check_ctx_t *x, webhook_db_e db);
static int webhook_check_endpoints(webhook_check_ctx_t *x);
static void webhook_check_totals(webhook_check_ctx_t *x);
static void webhook_check_counters(webhook_check_ctx_t *x,
    webhook_check_endpoint_t *e);


int
webhook_store_check(webhook_lmdb_t *st, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx)
{
    int            rc;
    webhook_txn_t  t;

    rc = webhook_session_begin(st, &t, 0);

    if (rc == 0) {
        rc = webhook_check_all(&t, check, tell, ctx);
        webhook_session_abort(&t);
    }

    return rc;
}


int
webhook_check_op(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc;
    webhook_str_t         text;
    webhook_check_t       check;
    webhook_op_check_t   *c;
    webhook_check_text_t  out;

    c = &op->u.check;

    memset(&out, 0, sizeof(out));

    webhook_buf_init(&out.buf, WEBHOOK_CHECK_TEXT);

    rc = webhook_check_all(t, &check, webhook_check_line, &out);

    if (rc == 0) {
        c->rows = check.rows;
        c->faults = check.faults;
        c->moved = check.moved;

        text.data = out.buf.data;
        text.len = out.end;

        if (webhook_memory_text(&op->memory, &text, &c->text) != 0) {
            rc = ENOMEM;
        }
    }

    webhook_buf_free(&out.buf);

    if (rc == 0) {
        op->result = WEBHOOK_STORE_OK;
    }

    return rc;
}


/* Adds a line; where there is no room left, the count of faults still is. */

static void
webhook_check_line(void *ctx, const char *text)
{
    webhook_check_text_t  *out = ctx;

    webhook_buf_add(&out->buf, (const unsigned char *) text, strlen(text));
    webhook_buf_byte(&out->buf, '\n');

    if (!out->buf.failed) {
        out->end = out->buf.len;
    }
}


static int
webhook_check_all(webhook_txn_t *t, webhook_check_t *check,
    void (*tell)(void *ctx, const char *text), void *ctx)
{
    int                  rc;
    unsigned             i;
    webhook_check_ctx_t  x;

    static const struct {
        webhook_db_e          db;
        size_t                key_len;
        webhook_check_row_pt  row;
    } tables[] = {
        { WEBHOOK_DB_DELIVERIES, WEBHOOK_KEY_DELIVERY,
                                            webhook_check_delivery },
        { WEBHOOK_DB_ATTEMPTS, WEBHOOK_KEY_ATTEMPT, webhook_check_attempt },
        { WEBHOOK_DB_DUE, WEBHOOK_KEY_DUE, webhook_check_due },
        { WEBHOOK_DB_HEADS, WEBHOOK_KEY_HEAD, webhook_check_head },
        { WEBHOOK_DB_PARKED, WEBHOOK_KEY_PARKED, webhook_check_parked },
        { WEBHOOK_DB_WAKE, WEBHOOK_KEY_WAKE, webhook_check_wake },
        { WEBHOOK_DB_FINISHED, WEBHOOK_KEY_FINISHED,
                                            webhook_check_finished },
        { WEBHOOK_DB_CALLS, 16, webhook_check_call },
        { WEBHOOK_DB_RECEIVERS, WEBHOOK_KEY_RECEIVER,
                                            webhook_check_receiver },
        { WEBHOOK_DB_DEDUPE, WEBHOOK_KEY_DEDUPE, webhook_check_dedupe },
        { WEBHOOK_DB_REPEATS, WEBHOOK_KEY_REPEAT, webhook_check_repeat },
        { WEBHOOK_DB_IDEMPOTENCY, WEBHOOK_KEY_IDEMPOTENCY,
                                            webhook_check_idempotency },
        { WEBHOOK_DB_IDEMPOTENCY_ENDS, WEBHOOK_KEY_IDEMPOTENCY_END,
                                            webhook_check_idempotency_end },
        { WEBHOOK_DB_OBJECTS, WEBHOOK_KEY_OBJECT, webhook_check_object },
        { WEBHOOK_DB_OBJECT_NAMES, WEBHOOK_KEY_OBJECT_NAME,
                                            webhook_check_object_name },
        { WEBHOOK_DB_OBJECT_LISTS, WEBHOOK_KEY_OBJECT_LIST,
                                            webhook_check_object_list },
        { WEBHOOK_DB_CHANGES, WEBHOOK_KEY_CHANGE, webhook_check_change },
        { WEBHOOK_DB_AUDIT, WEBHOOK_KEY_AUDIT, webhook_check_audit },
        { WEBHOOK_DB_AUDIT_COMPANIES, WEBHOOK_KEY_AUDIT_COMPANY,
                                            webhook_check_audit_company },
        { WEBHOOK_DB_ANSWERS, WEBHOOK_KEY_ANSWER, webhook_check_answer },
        { WEBHOOK_DB_ANSWER_ENDS, WEBHOOK_KEY_ANSWER_END,
                                            webhook_check_answer_end },
        { WEBHOOK_DB_ANSWER_CALLERS, WEBHOOK_KEY_ANSWER_CALLER,
                                            webhook_check_answer_caller },
        { WEBHOOK_DB_LISTED, WEBHOOK_KEY_LISTED, webhook_check_listed },
        { WEBHOOK_DB_RINGS, WEBHOOK_KEY_RING, webhook_check_ring },
        { WEBHOOK_DB_TASKS, WEBHOOK_KEY_TASK, webhook_check_task },
        { WEBHOOK_DB_OUTBOX, WEBHOOK_KEY_OUTBOX, webhook_check_entry }
    };

    memset(check, 0, sizeof(webhook_check_t));
    memset(&x, 0, sizeof(x));

    x.t = t;
    x.check = check;
    x.old = t->st->format == 1 || t->st->migrating;
    x.tell = tell;
    x.ctx = ctx;

    x.begun = webhook_clock_usec() / 1000;

    rc = webhook_check_endpoints(&x);

    for (i = 0; rc == 0 && i < sizeof(tables) / sizeof(tables[0]); i++) {

        rc = webhook_check_table(&x, tables[i].db, tables[i].key_len,
                                 tables[i].row);

        if (rc == 0 && tables[i].db == WEBHOOK_DB_DELIVERIES) {
            rc = webhook_check_event(&x);
        }
    }

    if (rc == 0 && !check->moved) {
        rc = webhook_check_credits(&x);
    }

    if (rc == 0 && !check->moved) {
        webhook_check_totals(&x);
    }

    free(x.endpoints);

    return rc;
}


static int
webhook_check_table(webhook_check_ctx_t *x, webhook_db_e db, size_t key_len,
    webhook_check_row_pt row)
{
    int            rc;
    MDB_val        key, val;
    MDB_cursor    *c;
    unsigned char  from[512];

    if (x->t->st->absent & 1U << db) {
        return 0;
    }

    /* of its own: rows are looked up in the same table meanwhile */

    rc = mdb_cursor_open(x->t->txn, x->t->st->dbi[db], &c);
    if (rc) {
        return rc;
    }

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        if (webhook_check_late(x, db, &key)) {

            /* the same row, or the one that is in its place now */

            memcpy(from, key.mv_data, key.mv_size);
            key.mv_data = from;

            mdb_cursor_close(c);

            rc = webhook_check_move(x, db);
            if (rc) {
                return rc;
            }

            rc = mdb_cursor_open(x->t->txn, x->t->st->dbi[db], &c);
            if (rc) {
                return rc;
            }

            rc = mdb_cursor_get(c, &key, &val, MDB_SET_RANGE);
            if (rc) {
                break;
            }
        }

        x->check->rows++;

        if (key.mv_size != key_len) {
            webhook_check_fault(x, NULL, "table %u has a key of %zu bytes",
                                (unsigned) db, key.mv_size);
            continue;
        }

        rc = row(x, &key, &val);
        if (rc) {
            break;
        }
    }

    mdb_cursor_close(c);

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Is there a newer version to go on with?  All rows of an event are read in
   one. */

static int
webhook_check_late(webhook_check_ctx_t *x, webhook_db_e db,
    const MDB_val *key)
{
    MDB_envinfo  info;

    if (++x->looks < WEBHOOK_CHECK_LOOK || key->mv_size > 511
        || (db == WEBHOOK_DB_DELIVERIES
            && (key->mv_size != WEBHOOK_KEY_DELIVERY
                || webhook_get_u64((unsigned char *) key->mv_data + 16))))
    {
        return 0;
    }

    x->looks = 0;

    return webhook_clock_usec() / 1000 - x->begun >= WEBHOOK_CHECK_STEP
           && mdb_env_info(x->t->st->env, &info) == 0
           && info.me_last_txnid != mdb_txn_id(x->t->txn);
}


/* Goes on with the version of now. */

static int
webhook_check_move(webhook_check_ctx_t *x, webhook_db_e db)
{
    int               rc;
    webhook_lmdb_t  *st;

    if (db == WEBHOOK_DB_DELIVERIES) {
        rc = webhook_check_event(x);
        if (rc) {
            return rc;
        }
    }

    st = x->t->st;

    webhook_session_abort(x->t);

    rc = webhook_session_begin(st, x->t, 0);
    if (rc) {
        return rc;
    }

    x->begun = webhook_clock_usec() / 1000;
    x->check->moved = 1;
    x->summed = 0;
    memset(x->listed, 0, sizeof(x->listed));

    free(x->endpoints);
    x->endpoints = NULL;
    x->endpoints_count = 0;

    return webhook_check_endpoints(x);
}


static int
webhook_check_endpoints(webhook_check_ctx_t *x)
{
    int                        rc;
    size_t                     n;
    MDB_val                    key, val;
    MDB_stat                   stat;
    MDB_cursor                *c;
    webhook_check_endpoint_t  *e;

    rc = mdb_stat(x->t->txn, x->t->st->dbi[WEBHOOK_DB_ENDPOINTS], &stat);
    if (rc) {
        return rc;
    }

    x->endpoints = calloc(stat.ms_entries + 1,
                          sizeof(webhook_check_endpoint_t));
    if (x->endpoints == NULL) {
        return ENOMEM;
    }

    rc = webhook_txn_cursor(x->t, WEBHOOK_DB_ENDPOINTS, &c);
    if (rc) {
        return rc;
    }

    n = 0;

    for (rc = mdb_cursor_get(c, &key, &val, MDB_FIRST);
         rc == 0 && n < stat.ms_entries;
         rc = mdb_cursor_get(c, &key, &val, MDB_NEXT))
    {
        e = &x->endpoints[n];

        if (key.mv_size != WEBHOOK_KEY_ENDPOINT
            || webhook_row_read_endpoint(&val, &e->row) != 0)
        {
            webhook_check_fault(x, NULL, "an endpoint cannot be read");
            continue;
        }

        e->id = webhook_get_u64(key.mv_data);
        e->row.id = e->id;
        n++;
    }

    x->endpoints_count = n;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* The counters, and what no row leads to. */

static void
webhook_check_totals(webhook_check_ctx_t *x)
{
    int                        rc;
    size_t                     i;
    MDB_stat                   stat;
    uint64_t                   wakes;
    MDB_dbi                   *dbi;
    webhook_check_t           *check;
    webhook_check_endpoint_t  *e;

    check = x->check;
    dbi = x->t->st->dbi;
    wakes = 0;

    for (i = 0; i < x->endpoints_count; i++) {
        e = &x->endpoints[i];

        webhook_check_counters(x, e);

        if (e->row.wake != WEBHOOK_NEVER) {
            wakes++;
        }
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_WAKE], &stat);

    if (rc || stat.ms_entries != wakes) {
        webhook_check_fault(x, NULL, "%zu wake times, %llu endpoints have "
                            "one", stat.ms_entries,
                            (unsigned long long) wakes);
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_BODIES], &stat);

    if (rc || stat.ms_entries != x->pieces) {
        webhook_check_fault(x, NULL, "%zu pieces of bodies, %llu belong to "
                            "one", stat.ms_entries,
                            (unsigned long long) x->pieces);
    }

    rc = mdb_stat(x->t->txn, dbi[WEBHOOK_DB_RECEIVERS], &stat);

    if (rc || stat.ms_entries != check->calls
        || (x->finished != check->calls && !x->old)
        || x->t->state.calls != check->calls)
    {
        webhook_check_fault(x, NULL, "%llu calls; it says %llu, indexed %zu, "
                            "to expire %llu",
                            (unsigned long long) check->calls,
                            (unsigned long long) x->t->state.calls,
                            stat.ms_entries,
                            (unsigned long long) x->finished);
    }

    if (x->t->state.history != x->history && !x->old) {
        webhook_check_fault(x, NULL, "it says %llu bytes of history, there "
                            "are %llu",
                            (unsigned long long) x->t->state.history,
                            (unsigned long long) x->history);
    }

    for (i = 0; i < WEBHOOK_OBJECT_KINDS; i++) {
        if (x->t->state.objects[i] != x->objects[i]) {
            webhook_check_fault(x, NULL, "it says %u objects of kind %zu, "
                                "there are %llu", x->t->state.objects[i], i,
                                (unsigned long long) x->objects[i]);
        }
    }

    if (x->t->state.removed != x->removed) {
        webhook_check_fault(x, NULL, "it says %u removed objects, there are "
                            "%llu", x->t->state.removed,
                            (unsigned long long) x->removed);
    }

    if (x->t->state.tasks != x->tasks) {
        webhook_check_fault(x, NULL, "it says %u tasks, there are %u",
                            x->t->state.tasks, x->tasks);
    }

    if (webhook_outbox_cluster(x->t) == 0
        && x->t->cluster.entries != x->entries)
    {
        webhook_check_fault(x, NULL, "it says %llu entries of the outbox, "
                            "there are %llu",
                            (unsigned long long) x->t->cluster.entries,
                            (unsigned long long) x->entries);
    }

    if (x->t->state.events != check->events) {
        webhook_check_fault(x, NULL, "it says %llu events, there are %llu",
                            (unsigned long long) x->t->state.events,
                            (unsigned long long) check->events);
    }
}


/* The counters of one endpoint. */

static void
webhook_check_counters(webhook_check_ctx_t *x, webhook_check_endpoint_t *e)
{
    int       rc;
    uint64_t  wake;
    unsigned  s;

    for (s = 0; s < WEBHOOK_STATES; s++) {
        if (e->row.states[s] != e->states[s]) {
            webhook_check_fault(x, NULL, "endpoint %.*s says %llu %s, "
                                "there are %llu", (int) e->row.name_len,
                                e->row.name,
                                (unsigned long long) e->row.states[s],
                                webhook_state_name(s),
                                (unsigned long long) e->states[s]);
        }
    }

    if (e->row.inflight != e->slots + e->credits) {
        webhook_check_fault(x, NULL, "endpoint %.*s says that %u slots are in "
                            "use, it is %llu", (int) e->row.name_len,
                            e->row.name, e->row.inflight,
                            (unsigned long long) (e->slots + e->credits));
    }

    if (e->row.marked != e->marked) {
        webhook_check_fault(x, NULL, "endpoint %.*s says that %u first sends "
                            "are not listed, it is %llu",
                            (int) e->row.name_len, e->row.name,
                            e->row.marked,
                            (unsigned long long) e->marked);
    }

    if (e->row.fenced != e->fenced) {
        webhook_check_fault(x, NULL, "endpoint %.*s says that the cluster "
                            "knows of %u that wait, it is %llu",
                            (int) e->row.name_len, e->row.name, e->row.fenced,
                            (unsigned long long) e->fenced);
    }

    if (e->row.blocked != e->blocked) {
        webhook_check_fault(x, NULL, "endpoint %.*s says that %llu block "
                            "their key, it is %llu",
                            (int) e->row.name_len, e->row.name,
                            (unsigned long long) e->row.blocked,
                            (unsigned long long) e->blocked);
    }

    if (webhook_check_unwritten(x, e) != 0) {
        webhook_check_fault(x, NULL, "what endpoint %.*s has of the index "
                            "cannot be looked up", (int) e->row.name_len,
                            e->row.name);
    }

    rc = webhook_wake_time(x->t, &e->row, 0, &wake);

    if (rc || wake != e->row.wake) {
        webhook_check_fault(x, NULL, "endpoint %.*s wakes at the wrong "
                            "time", (int) e->row.name_len, e->row.name);
    }
}
