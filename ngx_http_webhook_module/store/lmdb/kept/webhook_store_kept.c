
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process: made, written to, and what apply() does of it.
 */

#include "store/lmdb/kept/webhook_store_kept.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_dir.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"
#include "store/lmdb/kept/webhook_store_kept_row.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_KEPT_AGAIN  10          /* s between tries to make it */


static void webhook_kept_try(webhook_lmdb_t *st);
static void webhook_kept_fail(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count, int rc);
static int webhook_kept_there(const webhook_kept_t *k);
static uint64_t webhook_kept_seconds(void);
static void webhook_kept_stall(webhook_lmdb_t *st);
static void webhook_kept_drop(webhook_lmdb_t *st);


void
webhook_kept_start(webhook_lmdb_t *st, uint64_t size)
{
    webhook_kept_t  *k;

    webhook_kept_file_foreign(st);

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


/* Makes the file, and tells if that fails. */

static void
webhook_kept_try(webhook_lmdb_t *st)
{
    int              rc;
    webhook_kept_t  *k;

    k = st->kept;
    k->tried = webhook_kept_seconds();

    rc = webhook_kept_make(st);

    if (rc) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the journal of the store \"%s\" cannot be made "
                          "(%s): events are kept without it", st->path,
                          strerror(rc));
        return;
    }

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_MADE;
    k->last = 0;
    pthread_mutex_unlock(&k->mutex);
}


int
webhook_kept_make(webhook_lmdb_t *st)
{
    int              rc;
    struct stat      sb;
    webhook_kept_t  *k;

    k = st->kept;

    rc = webhook_dir_path(st, "data.mdb", "", k->data, sizeof(k->data));
    if (rc) {
        return rc;
    }

    if (stat(k->data, &sb) == -1) {
        return errno;
    }

    k->data_ino = sb.st_ino;
    k->data_dev = sb.st_dev;

    if (getrandom(k->journal.id, WEBHOOK_JOURNAL_ID, 0) != WEBHOOK_JOURNAL_ID) {
        return EIO;
    }

    rc = webhook_kept_file_path(st, k->journal.id, k->path, sizeof(k->path));

    if (rc == 0) {
        rc = webhook_journal_create(&k->journal, k->path, k->size);
    }

    if (rc == 0) {
        webhook_dir_sync(st);
    }

    return rc;
}


static uint64_t
webhook_kept_seconds(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec;
}


void
webhook_kept_free(webhook_lmdb_t *st)
{
    webhook_kept_t  *k;

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


webhook_kept_e
webhook_kept_state(webhook_kept_t *k, uint64_t *last)
{
    webhook_kept_e  state;

    pthread_mutex_lock(&k->mutex);

    state = k->state;
    *last = k->last;

    pthread_mutex_unlock(&k->mutex);

    return state;
}


void
webhook_kept_keep(void *data, webhook_op_t **ops, uint32_t count)
{
    webhook_lmdb_t *st = data;

    int              rc;
    unsigned         allowed;
    uint32_t         i, kept;
    webhook_kept_e   state;
    webhook_kept_t  *k;

    k = st->kept;

    for (i = 0; i < count; i++) {
        webhook_op_reset(ops[i]);
        ops[i]->u.put_event.kept = 0;
    }

    if (k == NULL) {
        return;
    }

    pthread_mutex_lock(&k->mutex);
    state = k->state;
    allowed = k->allowed;
    pthread_mutex_unlock(&k->mutex);

    if (state == WEBHOOK_KEPT_NONE
        && webhook_kept_seconds() - k->tried >= WEBHOOK_KEPT_AGAIN)
    {
        webhook_kept_try(st);
        return;
    }

    if (state != WEBHOOK_KEPT_OPEN || !allowed) {
        return;
    }

    kept = 0;

    for (i = 0; i < count; i++) {

        if (ops[i]->recorded || webhook_event_fault(&ops[i]->u.put_event)) {
            continue;
        }

        ops[i]->u.put_event.kept = webhook_journal_add(&k->journal,
                                                       &ops[i]->u.put_event);
        kept += (ops[i]->u.put_event.kept != 0);
    }

    rc = webhook_journal_sync(&k->journal);

    if (kept == 0) {
        return;
    }

    if (rc == 0 && !webhook_kept_there(k)) {
        rc = ENOENT;
    }

    if (rc) {
        webhook_kept_fail(st, ops, count, rc);
        return;
    }

    pthread_mutex_lock(&k->mutex);
    k->last = k->journal.durable;
    pthread_mutex_unlock(&k->mutex);
}


/* Nobody is told of the batch, which apply() will keep. */

static void
webhook_kept_fail(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count,
    int rc)
{
    uint32_t         i;
    webhook_kept_t  *k;

    k = st->kept;

    for (i = 0; i < count; i++) {
        ops[i]->u.put_event.kept = 0;
    }

    k->tried = webhook_kept_seconds();

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_FAILED;
    pthread_mutex_unlock(&k->mutex);

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the journal \"%s\" cannot be written to (%s): events "
                      "are kept without it, and another one is made", k->path,
                      strerror(rc));
}


/* The file and data.mdb are still where a start would look for them. */

static int
webhook_kept_there(const webhook_kept_t *k)
{
    struct stat  sb;

    if (fstat(k->journal.fd, &sb) == -1 || sb.st_nlink == 0) {
        return 0;
    }

    return stat(k->data, &sb) == 0 && sb.st_ino == k->data_ino
           && sb.st_dev == k->data_dev;
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
webhook_kept_commit(webhook_txn_t *t)
{
    webhook_kept_row_t  row;

    if (t->kept == 0 || t->kept_row) {
        return 0;
    }

    webhook_kept_row_own(t->st, t->kept, &row);

    row.damaged = t->st->kept->damaged;

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
                      "put into it now: they stay in the journal, and wait",
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
        (void) unlink(k->path);
    }

    webhook_journal_close(&k->journal);

    k->applied = 0;
    k->stalled = 0;
    k->damaged = 0;
    k->told = 0;

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_NONE;
    k->last = 0;
    pthread_mutex_unlock(&k->mutex);
}


void
webhook_kept_row_own(webhook_lmdb_t *st, uint64_t applied,
    webhook_kept_row_t *row)
{
    memset(row, 0, sizeof(*row));
    memcpy(row->id, st->kept->journal.id, WEBHOOK_JOURNAL_ID);

    row->incarnation = st->incarnation;
    row->slot = (uint32_t) st->slot;
    row->applied = applied;
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
    row.damaged = k->damaged;

    t->kept_drop = 1;
    t->kept_row = 1;

    return webhook_kept_row_put(t, &row);
}
