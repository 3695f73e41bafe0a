
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What stands in journals is put, in steps: others wait for the writer's lock.
 */

#include "store/lmdb/kept/webhook_store_kept_replay.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal_read.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <errno.h>
#include <unistd.h>


#define WEBHOOK_KEPT_STEP        512            /* events in a step */
#define WEBHOOK_KEPT_STEP_BYTES  (4 * 1024 * 1024)

/* ms, where there was no room: each try reads the file under the lock */
#define WEBHOOK_KEPT_AGAIN       5000


static int webhook_kept_replay_gone(webhook_txn_t *t,
    const webhook_kept_row_t *row, int *gone);
static int webhook_kept_replay_own(webhook_txn_t *t, webhook_op_t *op);
static int webhook_kept_replay_other(webhook_txn_t *t,
    webhook_kept_row_t *row, webhook_op_t *op);
static int webhook_kept_replay_row(webhook_txn_t *t,
    const webhook_kept_row_t *was, const webhook_kept_row_t *row);
static int webhook_kept_replay_end(webhook_txn_t *t,
    const webhook_kept_row_t *row);
static int webhook_kept_replay_step(webhook_txn_t *t, int fd, uint64_t upto,
    webhook_kept_row_t *row, webhook_op_t *op, int *ended);
static int webhook_kept_replay_put(webhook_txn_t *t,
    webhook_journal_event_t *event, webhook_store_result_e *result);


int
webhook_kept_replay_peek(webhook_txn_t *t, int *todo)
{
    int                  rc;
    uint32_t             i, count;
    uint64_t             last;
    webhook_kept_e       state;
    webhook_kept_t      *k;
    webhook_kept_row_t   rows[WEBHOOK_KEPT_ROWS];

    k = t->st->kept;
    *todo = 0;

    if (k) {
        state = webhook_kept_state(k, &last);

        if (state == WEBHOOK_KEPT_MADE
            || (k->stalled && t->now >= t->st->kept_again)
            || (state == WEBHOOK_KEPT_FAILED && k->applied == last))
        {
            *todo = 1;
            return 0;
        }
    }

    rc = webhook_kept_row_list(t, rows, &count);

    for (i = 0; rc == 0 && *todo == 0 && i < count; i++) {
        rc = webhook_kept_replay_gone(t, &rows[i], todo);
    }

    return rc;
}


/* Is it the journal of a process that is not there any more? */

static int
webhook_kept_replay_gone(webhook_txn_t *t, const webhook_kept_row_t *row,
    int *gone)
{
    int              rc, alive;
    webhook_kept_t  *k;

    k = t->st->kept;
    *gone = 0;

    if (row->incarnation == t->st->incarnation
        && row->state == WEBHOOK_KEPT_ROW_OPEN
        && k && memcmp(row->id, k->journal.id, WEBHOOK_JOURNAL_ID) == 0)
    {
        return 0;
    }

    if (row->state != WEBHOOK_KEPT_ROW_OPEN) {
        *gone = 1;
        return 0;
    }

    if (t->now < t->st->kept_again) {
        return 0;
    }

    if (row->incarnation == t->st->incarnation) {
        *gone = 1;
        return 0;
    }

    rc = webhook_owner_known(t, row->slot, row->incarnation, &alive);

    *gone = !alive;

    return rc;
}


int
webhook_kept_replay(webhook_txn_t *t, webhook_op_t *op)
{
    int                 rc, gone;
    uint32_t            i, count;
    webhook_kept_row_t  rows[WEBHOOK_KEPT_ROWS];

    if (t->st->replaced) {

        /* what is put now would be gone with the next start */

        return 0;
    }

    rc = webhook_kept_replay_own(t, op);

    if (rc == 0) {
        rc = webhook_kept_row_list(t, rows, &count);
    }

    for (i = 0; rc == 0 && i < count; i++) {

        rc = webhook_kept_replay_gone(t, &rows[i], &gone);

        if (rc == 0 && gone) {
            rc = webhook_kept_replay_other(t, &rows[i], op);
        }

        if (op->u.takeover.journal) {
            break;
        }
    }

    return rc;
}


static int
webhook_kept_replay_own(webhook_txn_t *t, webhook_op_t *op)
{
    int                  rc, ended;
    uint64_t             last;
    webhook_kept_e       state;
    webhook_kept_t      *k;
    webhook_kept_row_t   row;

    k = t->st->kept;

    if (k == NULL) {
        return 0;
    }

    state = webhook_kept_state(k, &last);

    if (state == WEBHOOK_KEPT_MADE) {
        webhook_kept_row_own(t->st, 0, &row);

        t->kept_made = 1;
        k->applied = 0;

        return webhook_kept_row_put(t, &row);
    }

    if (state == WEBHOOK_KEPT_NONE) {
        return 0;
    }

    if (k->stalled && t->now >= t->st->kept_again) {

        rc = webhook_kept_row_get(t, k->journal.id, &row);

        if (rc == MDB_NOTFOUND) {
            webhook_kept_row_own(t->st, k->applied, &row);
            rc = 0;
        }

        if (rc == 0) {
            rc = webhook_kept_replay_step(t, k->journal.fd, last, &row, op,
                                          &ended);
        }

        if (rc) {
            return rc;
        }

        k->damaged |= row.damaged;

        if (ended) {
            row.applied = last;
        }

        t->kept = row.applied;
        t->kept_row = 1;
        op->u.takeover.more |= (!ended && op->u.takeover.journal);

        return webhook_kept_row_put(t, &row);
    }

    if (state == WEBHOOK_KEPT_FAILED && k->applied == last) {
        return webhook_kept_end(t);
    }

    return 0;
}


static int
webhook_kept_replay_other(webhook_txn_t *t, webhook_kept_row_t *row,
    webhook_op_t *op)
{
    int                 rc, fd, ended;
    char                path[4096];
    webhook_kept_row_t  was;

    if (row->state != WEBHOOK_KEPT_ROW_OPEN) {
        return webhook_kept_replay_end(t, row);
    }

    rc = webhook_kept_file_path(t->st, row->id, path, sizeof(path));
    if (rc) {
        return rc;
    }

    rc = webhook_kept_file_open(t->st, row->id, &fd);

    if (rc == ENOENT) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_WARN,
                          "the journal \"%s\" is not there: a copy of a store "
                          "has none; if it was removed, what it had kept and "
                          "the store had not yet is lost", path);

        return webhook_kept_row_del(t, row->id);
    }

    if (rc == EBUSY) {
        return 0;
    }

    if (rc) {
        webhook_store_log_error(t->st, rc, "a journal cannot be opened");
        return 0;
    }

    was = *row;

    rc = webhook_kept_replay_step(t, fd, WEBHOOK_NEVER, row, op, &ended);

    close(fd);

    if (rc) {
        return rc;
    }

    if (ended) {
        row->state = row->damaged ? WEBHOOK_KEPT_ROW_ASIDE
                                  : WEBHOOK_KEPT_ROW_DONE;

        webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                          "all events of the journal \"%s\", whose process is "
                          "gone, are in the store now", path);
    }

    op->u.takeover.more |= (ended || op->u.takeover.journal);

    return webhook_kept_replay_row(t, &was, row);
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


/* All that it had is in the tables: it goes, and its row with it. */

static int
webhook_kept_replay_end(webhook_txn_t *t, const webhook_kept_row_t *row)
{
    int  rc;

    rc = row->state == WEBHOOK_KEPT_ROW_ASIDE
         ? webhook_kept_file_aside(t->st, row->id, "damaged")
         : webhook_kept_file_remove(t->st, row->id);

    if (rc) {
        webhook_store_log_error(t->st, rc, "a journal cannot be removed");
        return 0;
    }

    return webhook_kept_row_del(t, row->id);
}


/* Puts some of what stands behind row->applied, which it raises. */

static int
webhook_kept_replay_step(webhook_txn_t *t, int fd, uint64_t upto,
    webhook_kept_row_t *row, webhook_op_t *op, int *ended)
{
    int                      rc;
    size_t                   bytes;
    uint32_t                 i, n;
    webhook_store_result_e   result;
    webhook_journal_read_t   r;
    webhook_journal_read_e   what;

    *ended = 0;

    rc = webhook_journal_read_open(&r, fd, row->id);

    if (rc) {
        webhook_store_log_error(t->st, rc, "a journal cannot be read");
        return 0;
    }

    if (r.newer) {
        webhook_store_log_error(t->st, ENOTSUP, "a journal was written by a "
                                "newer version, which has to put it");
        webhook_journal_read_close(&r);
        return 0;
    }

    r.sequence = row->applied;
    bytes = 0;

    for (n = 0; n < WEBHOOK_KEPT_STEP && bytes < WEBHOOK_KEPT_STEP_BYTES; n++) {

        what = webhook_journal_read_next(&r);

        if (what == WEBHOOK_JOURNAL_MEMORY) {
            rc = ENOMEM;
            break;
        }

        if (what == WEBHOOK_JOURNAL_END || r.sequence > upto) {

            if (upto != WEBHOOK_NEVER && row->applied < upto) {

                /* somebody was told of what is not to be read any more */

                row->damaged = 1;
            }

            *ended = 1;
            break;
        }

        if (what == WEBHOOK_JOURNAL_DAMAGED) {
            row->damaged = 1;
            row->applied = r.sequence;
            continue;
        }

        rc = webhook_kept_replay_put(t, &r.event, &result);

        if (result == WEBHOOK_STORE_FULL) {
            t->st->kept_again = t->now + WEBHOOK_KEPT_AGAIN;
        }

        if (rc || result == WEBHOOK_STORE_FULL) {
            break;
        }

        if (result == WEBHOOK_STORE_UNAVAILABLE) {
            row->damaged = 1;
        }

        row->applied = r.sequence;

        op->u.takeover.journal++;

        for (i = 0; i < r.event.put.renditions_count; i++) {
            bytes += r.event.put.renditions[i].body.len;
        }
    }

    if (rc == 0 && *ended && r.torn && upto == WEBHOOK_NEVER) {
        webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                          "the last events of a journal are not whole: they "
                          "were being written when the process ended, and "
                          "nobody was told that they are kept");
    }

    webhook_journal_read_close(&r);

    return rc;
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

    rc = webhook_event_put(t, &op);

    *result = op.result;

    webhook_op_free(&op);

    return rc;
}
