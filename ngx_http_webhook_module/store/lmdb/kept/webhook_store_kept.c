
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process: what apply() does of it.
 */

#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_keep.h"
#include "store/lmdb/kept/webhook_store_kept_look.h"
#include "store/lmdb/kept/webhook_store_kept_own.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <stdlib.h>
#include <unistd.h>


static void webhook_kept_stall(webhook_lmdb_t *st);
static void webhook_kept_drop(webhook_lmdb_t *st);


void
webhook_kept_start(webhook_lmdb_t *st, uint64_t size)
{
    webhook_kept_t  *k;

    webhook_kept_file_foreign(st);
    webhook_kept_seen_make(st);

    if (size == 0) {
        return;
    }

    k = calloc(1, sizeof(webhook_kept_t));

    if (k == NULL || pthread_mutex_init(&k->mutex, NULL) != 0) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" has no journal: no memory",
                          st->path);
        free(k);
        return;
    }

    k->size = (size_t) size;
    st->kept = k;

    webhook_kept_try(st);
}


void
webhook_kept_free(webhook_lmdb_t *st)
{
    webhook_kept_t  *k;

    webhook_kept_look_free(st);
    webhook_kept_seen_free(st);

    k = st->kept;

    if (k == NULL) {
        return;
    }

    if (k->state == WEBHOOK_KEPT_MADE) {
        (void) unlink(k->path);
    }

    if (k->state != WEBHOOK_KEPT_NONE) {
        webhook_journal_close(&k->journal);
    }

    (void) pthread_mutex_destroy(&k->mutex);

    free(k);
    st->kept = NULL;
}


int
webhook_kept_put(webhook_txn_t *t, webhook_op_t *op)
{
    int              rc;
    uint64_t         sequence, applied;
    webhook_kept_t  *k;

    k = t->st->kept;
    sequence = op->u.put_event.kept;

    if (k == NULL) {
        return webhook_event_put(t, op);
    }

    applied = t->kept ? t->kept : k->applied;

    op->result = WEBHOOK_STORE_OK;

    if (sequence <= applied) {

        /* it was put out of the journal */

        return 0;
    }

    if (sequence != applied + 1 || k->stalled || t->kept_stop) {
        t->kept_stop = 1;
        return 0;
    }

    rc = webhook_event_put(t, op);
    if (rc) {
        return rc;
    }

    if (op->result == WEBHOOK_STORE_OK || op->result == WEBHOOK_STORE_DUPLICATE)
    {
        t->kept = sequence;
        return 0;
    }

    t->kept_stop = 1;

    webhook_op_reset(op);
    op->result = WEBHOOK_STORE_OK;

    return 0;
}


int
webhook_kept_begin(webhook_txn_t *t)
{
    return t->st->credit ? webhook_credit_begin(t) : 0;
}


int
webhook_kept_commit(webhook_txn_t *t)
{
    int                 rc;
    webhook_kept_row_t  row;

    if (t->st->credit) {
        rc = webhook_credit_commit(t);
        if (rc) {
            return rc;
        }
    }

    if (t->purged) {
        rc = webhook_kept_row_purged(t);
        if (rc) {
            return rc;
        }
    }

    if (t->kept == 0 || t->kept_row) {
        return 0;
    }

    webhook_kept_row_own(t->st, t->kept, &row);

    return webhook_kept_row_put(t, &row);
}


void
webhook_kept_committed(webhook_txn_t *t)
{
    uint64_t         last;
    webhook_kept_t  *k;

    k = t->st->kept;

    if (k == NULL) {
        return;
    }

    if (t->kept) {
        k->applied = t->kept;
        webhook_journal_done(&k->journal, k->applied);
    }

    if (t->st->credit) {
        webhook_credit_committed(t->st, k->applied);
    }

    if (t->kept_made) {
        pthread_mutex_lock(&k->mutex);
        k->state = WEBHOOK_KEPT_OPEN;
        pthread_mutex_unlock(&k->mutex);
    }

    if (t->kept_drop) {
        webhook_kept_drop(t->st);
        return;
    }

    if (t->kept_stop) {
        webhook_kept_stall(t->st);

    } else if (k->stalled) {
        (void) webhook_kept_state(k, &last);

        if (k->applied == last) {
            k->stalled = 0;
            k->told = 0;

            webhook_store_log(t->st, WEBHOOK_STORE_LOG_NOTICE,
                              "all events of the journal of the store \"%s\" "
                              "are in it now", t->st->path);
        }
    }
}


static void
webhook_kept_stall(webhook_lmdb_t *st)
{
    webhook_kept_t  *k;

    k = st->kept;
    k->stalled = 1;

    pthread_mutex_lock(&k->mutex);
    k->allowed = 0;
    pthread_mutex_unlock(&k->mutex);

    if (k->told) {
        return;
    }

    k->told = 1;

    webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                      "events of the journal of the store \"%s\" cannot be "
                      "written to it now: they remain in the journal",
                      st->path);
}


void
webhook_kept_failed(webhook_lmdb_t *st, webhook_op_t *op)
{
    if (op->type != WEBHOOK_OP_PUT_EVENT || op->u.put_event.kept == 0
        || st->kept == NULL)
    {
        return;
    }

    webhook_kept_stall(st);

    op->result = WEBHOOK_STORE_OK;
}


void
webhook_kept_told(webhook_op_t *op)
{
    if (op->type == WEBHOOK_OP_PUT_EVENT && op->u.put_event.unsure
        && op->result != WEBHOOK_STORE_OK
        && op->result != WEBHOOK_STORE_DUPLICATE)
    {
        op->result = WEBHOOK_STORE_UNKNOWN;
    }
}


void
webhook_kept_watch(webhook_lmdb_t *st)
{
    unsigned         allowed;
    webhook_kept_t  *k;

    k = st->kept;

    allowed = !st->warned && !st->full && !st->failed && !st->replaced
              && !k->stalled;

    pthread_mutex_lock(&k->mutex);
    k->allowed = allowed;
    pthread_mutex_unlock(&k->mutex);
}


/* The row says that it is done. */

static void
webhook_kept_drop(webhook_lmdb_t *st)
{
    webhook_kept_t  *k;

    k = st->kept;

    if (!k->damaged) {

        /* who removes the row sees to it that this lasts */

        (void) unlink(k->path);
    }

    webhook_journal_close(&k->journal);

    k->applied = 0;
    k->stalled = 0;
    k->damaged = 0;
    k->told = 0;
    k->clean.next = 0;

    if (st->credit) {
        webhook_credit_forget(st);
    }

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_NONE;
    k->last = 0;
    pthread_mutex_unlock(&k->mutex);
}


int
webhook_kept_end(webhook_txn_t *t)
{
    uint64_t             last;
    webhook_kept_e       state;
    webhook_kept_t      *k;
    webhook_kept_row_t   row;

    k = t->st->kept;

    if (k == NULL) {
        return 0;
    }

    state = webhook_kept_state(k, &last);

    if (state == WEBHOOK_KEPT_NONE || state == WEBHOOK_KEPT_MADE || k->stalled
        || k->applied != last || t->kept_made)
    {
        return 0;
    }

    webhook_kept_row_own(t->st, last, &row);

    row.state = k->damaged ? WEBHOOK_KEPT_ROW_ASIDE : WEBHOOK_KEPT_ROW_DONE;

    t->kept_drop = 1;
    t->kept_row = 1;

    return webhook_kept_row_put(t, &row);
}
