
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands in journals is put.  A step may be run, fail, and be run again:
 * what it comes to is told, and in force, once it is committed.
 */

#include "store/lmdb/kept/webhook_store_kept_replay.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal_read.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_look.h"
#include "store/lmdb/kept/webhook_store_kept_own.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <errno.h>


#define WEBHOOK_KEPT_STEP        512            /* events in a step */
#define WEBHOOK_KEPT_STEP_BYTES  (4 * 1024 * 1024)
#define WEBHOOK_KEPT_STEP_TIME   20000          /* microseconds */

#define WEBHOOK_KEPT_ROOM        5000           /* ms until there may be some */


static int webhook_kept_replay_own(webhook_txn_t *t);
static int webhook_kept_replay_over(webhook_txn_t *t,
    const webhook_kept_over_t *over);
static int webhook_kept_replay_read(webhook_txn_t *t, webhook_op_t *op);
static int webhook_kept_replay_row(webhook_txn_t *t,
    const webhook_kept_row_t *was, const webhook_kept_row_t *row);
static int webhook_kept_replay_step(webhook_txn_t *t, webhook_kept_row_t *row,
    webhook_op_t *op);
static int webhook_kept_replay_put(webhook_txn_t *t,
    webhook_journal_event_t *event, webhook_store_result_e *result);
static void webhook_kept_replay_tell(webhook_lmdb_t *st);


int
webhook_kept_replay(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc;
    uint32_t              i;
    webhook_kept_look_t  *l;

    l = t->st->kept_look;

    op->result = WEBHOOK_STORE_OK;

    if (t->st->replaced || l == NULL) {
        return 0;
    }

    t->kept_step = 1;

    l->close = 0;
    l->ended = 0;
    l->damaged = 0;
    l->lost = 0;

    rc = webhook_kept_replay_own(t);

    if (rc == 0 && l->quarantine) {
        rc = webhook_kept_row_quarantine(t);
        op->u.journal.more = 1;
    }

    for (i = 0; rc == 0 && i < l->overs; i++) {
        rc = webhook_kept_replay_over(t, &l->over[i]);
    }

    if (rc == 0 && l->open) {
        rc = webhook_kept_replay_read(t, op);
    }

    op->u.journal.more |= l->full;
    op->u.journal.more |= (t->st->kept && t->st->kept->clean.next);

    return rc;
}


/* The row of this process's journal. */

static int
webhook_kept_replay_own(webhook_txn_t *t)
{
    int                  rc;
    uint64_t             last;
    webhook_kept_t      *k;
    webhook_kept_row_t   row;

    k = t->st->kept;

    if (k == NULL) {
        return 0;
    }

    switch (webhook_kept_state(k, &last)) {

    case WEBHOOK_KEPT_NONE:
        return 0;

    case WEBHOOK_KEPT_MADE:
        t->kept_made = 1;
        k->applied = 0;

        /* who has just opened the store does not know yet how full it is */

        (void) webhook_used_measure(t);

        webhook_kept_row_own(t->st, 0, &row);

        return webhook_kept_row_put(t, &row);

    case WEBHOOK_KEPT_FAILED:

        if (k->applied == last) {
            return webhook_kept_end(t);
        }

        break;

    case WEBHOOK_KEPT_OPEN:
        break;
    }

    rc = webhook_kept_row_get(t, k->journal.id, &row);

    if (rc == MDB_NOTFOUND) {

        /* it was damaged */

        webhook_kept_row_own(t->st, k->applied, &row);

        return webhook_kept_row_put(t, &row);
    }

    if (rc == 0 && row.cleaned != k->cleaned) {
        row.cleaned = k->cleaned;

        return webhook_kept_row_put(t, &row);
    }

    return rc == MDB_CORRUPTED ? 0 : rc;
}


/* All that it had is in the tables, or its file is not there. */

static int
webhook_kept_replay_over(webhook_txn_t *t, const webhook_kept_over_t *over)
{
    int                   rc;
    webhook_kept_row_t    row;
    webhook_kept_look_t  *l;

    l = t->st->kept_look;

    rc = webhook_kept_row_get(t, over->id, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0 && row.state != over->state))
    {
        /* others were at it meanwhile */

        return 0;
    }

    if (rc) {
        return rc;
    }

    if (over->state == WEBHOOK_KEPT_ROW_OPEN) {
        memcpy(l->missing, over->id, WEBHOOK_JOURNAL_ID);
        l->lost++;
    }

    return webhook_kept_row_del(t, over->id);
}


/* Some of what is in the journal that was read. */

static int
webhook_kept_replay_read(webhook_txn_t *t, webhook_op_t *op)
{
    int                   rc;
    uint64_t              last;
    webhook_kept_t       *k;
    webhook_kept_row_t    row, was;
    webhook_kept_look_t  *l;

    k = t->st->kept;
    l = t->st->kept_look;

    rc = webhook_kept_row_get(t, l->last, &row);

    if (rc == MDB_NOTFOUND || rc == MDB_CORRUPTED
        || (rc == 0 && row.state != WEBHOOK_KEPT_ROW_OPEN)
        || (l->own && !k->stalled))
    {
        l->close = 1;
        return 0;
    }

    if (rc) {
        return rc;
    }

    was = row;

    rc = webhook_kept_replay_step(t, &row, op);
    if (rc) {
        return rc;
    }

    if (!l->own) {
        op->u.journal.more |= (op->u.journal.count || l->ended);

        if (l->ended) {
            row.state = row.damaged ? WEBHOOK_KEPT_ROW_ASIDE
                                    : WEBHOOK_KEPT_ROW_DONE;
        }

        return webhook_kept_replay_row(t, &was, &row);
    }

    if (l->ended) {
        (void) webhook_kept_state(k, &last);

        row.applied = l->upto;
        op->u.journal.more |= (l->upto != last);

    } else {
        op->u.journal.more |= (op->u.journal.count != 0);
    }

    l->damaged = row.damaged;

    t->kept = row.applied;
    t->kept_row = 1;

    return webhook_kept_replay_row(t, &was, &row);
}


/* Where nothing could be put there is nothing to commit. */

static int
webhook_kept_replay_row(webhook_txn_t *t, const webhook_kept_row_t *was,
    const webhook_kept_row_t *row)
{
    if (row->applied == was->applied && row->state == was->state
        && row->damaged == was->damaged)
    {
        return 0;
    }

    return webhook_kept_row_put(t, row);
}


/* Puts some of what stands behind row->applied, which it raises. */

static int
webhook_kept_replay_step(webhook_txn_t *t, webhook_kept_row_t *row,
    webhook_op_t *op)
{
    int                      rc;
    size_t                   bytes;
    uint32_t                 i, n;
    uint64_t                 began;
    webhook_kept_look_t     *l;
    webhook_journal_read_t  *r;
    webhook_store_result_e   result;
    webhook_journal_read_e   what;

    l = t->st->kept_look;
    r = &l->read;

    webhook_journal_read_seek(r, row->applied);

    began = webhook_clock_usec();
    bytes = 0;

    for (n = 0;
         n < WEBHOOK_KEPT_STEP && bytes < WEBHOOK_KEPT_STEP_BYTES
         && webhook_clock_usec() - began < WEBHOOK_KEPT_STEP_TIME;
         n++)
    {
        what = webhook_journal_read_next(r);

        if (what == WEBHOOK_JOURNAL_MEMORY) {
            return ENOMEM;
        }

        if (what == WEBHOOK_JOURNAL_END || r->sequence > l->upto) {

            if (l->own && row->applied < l->upto) {

                /* somebody was told of what is not to be read any more */

                row->damaged = 1;
            }

            l->ended = 1;
            l->close = 1;
            break;
        }

        if (what == WEBHOOK_JOURNAL_DAMAGED) {
            row->damaged = 1;
            row->applied = r->sequence;
            continue;
        }

        rc = webhook_kept_replay_put(t, &r->event, &result);
        if (rc) {
            return rc;
        }

        if (result == WEBHOOK_STORE_FULL) {
            l->again = t->now + WEBHOOK_KEPT_ROOM;
            l->close = 1;
            break;
        }

        if (result == WEBHOOK_STORE_UNAVAILABLE) {
            row->damaged = 1;
        }

        row->applied = r->sequence;

        op->u.journal.count++;

        for (i = 0; i < r->event.put.renditions_count; i++) {
            bytes += r->event.put.renditions[i].body.len;
        }
    }

    return 0;
}


static int
webhook_kept_replay_put(webhook_txn_t *t, webhook_journal_event_t *event,
    webhook_store_result_e *result)
{
    int           rc;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PUT_EVENT;
    op.u.put_event = event->put;

    webhook_op_reset(&op);

    if (t->st->credit) {
        webhook_credit_recall(t->st, &op.u.put_event);
    }

    rc = webhook_event_put(t, &op);

    *result = op.result;

    webhook_op_free(&op);

    return rc;
}


void
webhook_kept_replay_committed(webhook_txn_t *t)
{
    webhook_kept_look_t  *l;

    l = t->st->kept_look;

    if (!t->kept_step) {
        return;
    }

    l->tried = 0;
    l->overs = 0;

    if (l->own && l->damaged) {
        t->st->kept->damaged = 1;
    }

    webhook_kept_replay_tell(t->st);

    l->lost = 0;
    l->ended = 0;

    if (l->close) {
        webhook_kept_look_close(l);
    }
}


static void
webhook_kept_replay_tell(webhook_lmdb_t *st)
{
    char                  path[4096];
    webhook_kept_look_t  *l;

    l = st->kept_look;

    if (l->lost
        && webhook_kept_file_path(st, l->missing, path, sizeof(path)) == 0)
    {
        webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                          "the journal \"%s\" is not there (%u of them): a "
                          "copy of a store has none; if it was removed, the "
                          "events in it that the store did not have yet are "
                          "lost",
                          path, l->lost);
    }

    if (!l->ended || l->own
        || webhook_kept_file_path(st, l->last, path, sizeof(path)) != 0)
    {
        return;
    }

    if (l->read.torn) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the last events of a journal are not whole: they "
                          "were being written when the process ended, and "
                          "nobody has been told that they are stored");
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                      "all events of the journal \"%s\", whose process has "
                      "ended, are in the store now", path);
}
