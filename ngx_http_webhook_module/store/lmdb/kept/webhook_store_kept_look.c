
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What there is to do about journals.
 */

#include "store/lmdb/kept/webhook_store_kept_look.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal_read.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_owner.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_own.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>


#define WEBHOOK_KEPT_AGAIN  5000        /* ms, after something failed */


static int webhook_kept_look_clean(webhook_txn_t *t, webhook_op_t *op);
static int webhook_kept_look_own(webhook_lmdb_t *st,
    const webhook_kept_row_t *rows, uint32_t count);
static int webhook_kept_look_is_own(webhook_lmdb_t *st,
    const webhook_kept_row_t *row);
static int webhook_kept_look_gone(webhook_txn_t *t,
    const webhook_kept_row_t *row, int *gone);
static void webhook_kept_look_over(webhook_lmdb_t *st,
    const webhook_kept_row_t *rows, uint32_t count);
static void webhook_kept_look_add(webhook_kept_look_t *l,
    const webhook_kept_row_t *row);
static int webhook_kept_look_open(webhook_txn_t *t,
    const webhook_kept_row_t *rows, uint32_t count);
static void webhook_kept_look_read(webhook_txn_t *t,
    const webhook_kept_row_t *row);


int
webhook_kept_look(webhook_txn_t *t, webhook_op_t *op, int *todo)
{
    int                   rc, own;
    uint32_t              count;
    unsigned              damaged;
    webhook_lmdb_t       *st;
    webhook_kept_row_t    rows[WEBHOOK_KEPT_ROWS];
    webhook_kept_look_t  *l;

    st = t->st;

    op->result = WEBHOOK_STORE_OK;
    *todo = 0;

    if (st->replaced) {

        /* what is put now would be gone with the next start */

        return 0;
    }

    rc = webhook_kept_row_list(t, rows, &count, &damaged);
    if (rc) {
        return rc;
    }

    rc = webhook_kept_look_clean(t, op);
    if (rc) {
        return rc;
    }

    own = webhook_kept_look_own(st, rows, count);

    if (count == 0 && !damaged && !own) {
        return 0;
    }

    if (st->kept_look == NULL) {
        st->kept_look = calloc(1, sizeof(webhook_kept_look_t));

        if (st->kept_look == NULL) {
            return ENOMEM;
        }
    }

    l = st->kept_look;

    if (l->tried) {

        /* the step failed: it is the next journal's turn, after a while */

        l->tried = 0;
        l->again = t->now + WEBHOOK_KEPT_AGAIN;

        webhook_kept_look_close(l);
    }

    l->quarantine = damaged;

    webhook_kept_look_over(st, rows, count);

    if (!l->open && t->now >= l->again) {
        rc = webhook_kept_look_open(t, rows, count);
        if (rc) {
            return rc;
        }
    }

    if (own || damaged || l->overs || l->open) {
        l->tried = 1;
        *todo = 1;
    }

    return 0;
}


/* What was purged is not to be read in this process's journal.  It is overwritten
   piece by piece, and others write in between. */

static int
webhook_kept_look_clean(webhook_txn_t *t, webhook_op_t *op)
{
    int              rc;
    uint64_t         last, purges;
    webhook_kept_t  *k;

    k = t->st->kept;

    if (k == NULL || webhook_kept_state(k, &last) == WEBHOOK_KEPT_NONE) {
        return 0;
    }

    rc = webhook_kept_row_purges(t, &purges);

    if (rc) {
        return rc;
    }

    if (k->clean.next == 0) {

        if (purges == k->cleaned) {
            return 0;
        }

        k->cleaning = purges;
    }

    rc = webhook_journal_clean(&k->journal, k->path, k->applied, &k->clean);

    switch (rc) {

    case 0:
    case ENOENT:
        k->cleaned = k->cleaning;
        op->u.journal.more = (k->cleaned != purges);
        return 0;

    case EINPROGRESS:
        op->u.journal.more = 1;
        return 0;

    case EAGAIN:
        return 0;

    default:
        webhook_store_log_error(t->st, rc, "what was purged cannot be "
                                "overwritten in a journal");
        return 0;
    }
}


/* 1 if the row of this process's journal is to be written: the first one, the
   last one, since it is gone, or since it says less than there is. */

static int
webhook_kept_look_own(webhook_lmdb_t *st, const webhook_kept_row_t *rows,
    uint32_t count)
{
    uint64_t         last;
    uint32_t         i;
    webhook_kept_t  *k;

    k = st->kept;

    if (k == NULL) {
        return 0;
    }

    switch (webhook_kept_state(k, &last)) {

    case WEBHOOK_KEPT_NONE:
        return 0;

    case WEBHOOK_KEPT_MADE:
        return 1;

    case WEBHOOK_KEPT_FAILED:

        if (k->applied == last) {
            return 1;
        }

        break;

    case WEBHOOK_KEPT_OPEN:
        break;
    }

    for (i = 0; i < count; i++) {
        if (webhook_kept_look_is_own(st, &rows[i])) {
            return rows[i].cleaned != k->cleaned;
        }
    }

    return count < WEBHOOK_KEPT_ROWS;
}


static int
webhook_kept_look_is_own(webhook_lmdb_t *st, const webhook_kept_row_t *row)
{
    return st->kept && row->incarnation == st->incarnation
           && memcmp(row->id, st->kept->journal.id, WEBHOOK_JOURNAL_ID) == 0;
}


/* Is it the journal of a process that is not there any more? */

static int
webhook_kept_look_gone(webhook_txn_t *t, const webhook_kept_row_t *row,
    int *gone)
{
    int  rc, alive;

    if (row->incarnation == t->st->incarnation) {
        *gone = 1;
        return 0;
    }

    rc = webhook_owner_known(t, row->slot, row->incarnation, &alive);

    *gone = !alive;

    return rc;
}


/* The files of those that are over go. */

static void
webhook_kept_look_over(webhook_lmdb_t *st, const webhook_kept_row_t *rows,
    uint32_t count)
{
    int                   rc;
    uint32_t              i;
    webhook_kept_look_t  *l;

    l = st->kept_look;

    l->overs = 0;
    l->full = 0;

    for (i = 0; i < count; i++) {

        if (rows[i].state == WEBHOOK_KEPT_ROW_OPEN) {
            continue;
        }

        if (l->overs == WEBHOOK_KEPT_OVERS) {
            l->full = 1;
            return;
        }

        rc = rows[i].state == WEBHOOK_KEPT_ROW_ASIDE
             ? webhook_kept_file_aside(st, rows[i].id, "damaged")
             : webhook_kept_file_remove(st, rows[i].id);

        if (rc) {
            webhook_store_log_error(st, rc, "a journal cannot be removed");
            continue;
        }

        webhook_kept_look_add(l, &rows[i]);
    }
}


static void
webhook_kept_look_add(webhook_kept_look_t *l, const webhook_kept_row_t *row)
{
    webhook_kept_over_t  *over;

    if (l->overs == WEBHOOK_KEPT_OVERS) {
        l->full = 1;
        return;
    }

    over = &l->over[l->overs++];

    memcpy(over->id, row->id, WEBHOOK_JOURNAL_ID);
    over->state = row->state;
}


/* Reads one that has something to put: they take turns, so that one that fails
   does not keep others waiting. */

static int
webhook_kept_look_open(webhook_txn_t *t, const webhook_kept_row_t *rows,
    uint32_t count)
{
    int                        rc, gone;
    uint32_t                   i, first;
    webhook_lmdb_t            *st;
    webhook_kept_look_t       *l;
    const webhook_kept_row_t  *row;

    st = t->st;
    l = st->kept_look;

    for (first = 0; first < count; first++) {
        if (memcmp(rows[first].id, l->last, WEBHOOK_JOURNAL_ID) > 0) {
            break;
        }
    }

    for (i = 0; i < count && !l->open && t->now >= l->again; i++) {
        row = &rows[(first + i) % count];

        if (row->state != WEBHOOK_KEPT_ROW_OPEN) {
            continue;
        }

        if (webhook_kept_look_is_own(st, row)) {
            gone = st->kept->stalled;

        } else {
            rc = webhook_kept_look_gone(t, row, &gone);
            if (rc) {
                return rc;
            }
        }

        if (gone) {
            webhook_kept_look_read(t, row);
        }
    }

    return 0;
}


static void
webhook_kept_look_read(webhook_txn_t *t, const webhook_kept_row_t *row)
{
    int                   rc, fd;
    webhook_lmdb_t       *st;
    webhook_kept_look_t  *l;

    st = t->st;
    l = st->kept_look;

    l->own = webhook_kept_look_is_own(st, row);
    l->fd = -1;
    l->upto = WEBHOOK_NEVER;

    if (l->own) {
        (void) webhook_kept_state(st->kept, &l->upto);
        fd = st->kept->journal.fd;

    } else {
        rc = webhook_kept_file_open(st, row->id, &fd);

        if (rc == ENOENT) {
            webhook_kept_look_add(l, row);
            return;
        }

        if (rc == EBUSY) {

            /* somebody else is at it */

            return;
        }

        if (rc) {
            webhook_store_log_error(st, rc, "a journal cannot be opened");
            l->again = t->now + WEBHOOK_KEPT_AGAIN;
            return;
        }

        l->fd = fd;
    }

    memcpy(l->last, row->id, WEBHOOK_JOURNAL_ID);

    rc = webhook_journal_read_open(&l->read, fd, row->id);

    if (rc == 0) {
        l->open = 1;

        if (!l->read.newer) {
            return;
        }

        rc = ENOTSUP;
    }

    webhook_store_log_error(st, rc, rc == ENOTSUP
                            ? "a journal was written by a newer version, "
                              "which has to read it"
                            : "a journal cannot be read");

    l->again = t->now + WEBHOOK_KEPT_AGAIN;

    webhook_kept_look_close(l);
}


void
webhook_kept_look_close(webhook_kept_look_t *l)
{
    if (l->open) {
        webhook_journal_read_close(&l->read);
        l->open = 0;
    }

    if (l->fd > 0) {
        close(l->fd);
        l->fd = -1;
    }
}


void
webhook_kept_look_free(webhook_lmdb_t *st)
{
    if (st->kept_look) {
        webhook_kept_look_close(st->kept_look);
        free(st->kept_look);
        st->kept_look = NULL;
    }
}
