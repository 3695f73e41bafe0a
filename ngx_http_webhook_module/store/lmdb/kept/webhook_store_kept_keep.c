
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The journal of this process: its file, and events that are appended to it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE                     /* statx() */
#endif

#include "store/lmdb/kept/webhook_store_kept_keep.h"
#include "store/webhook_store_op.h"
#include "store/webhook_store_result.h"
#include "store/journal/webhook_journal.h"
#include "store/journal/webhook_journal_record.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/files/webhook_store_dir.h"
#include "store/lmdb/credit/webhook_store_credit.h"
#include "store/lmdb/ops/webhook_store_event.h"
#include "store/lmdb/kept/webhook_store_kept_file.h"
#include "store/lmdb/kept/webhook_store_kept_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEBHOOK_KEPT_AGAIN  10          /* s between tries to make it */
#define WEBHOOK_KEPT_TRIES  8           /* names for it, each time */


static int webhook_kept_make(webhook_lmdb_t *st);
static void webhook_kept_fail(webhook_lmdb_t *st, webhook_op_t **ops,
    uint32_t count, int rc);
static int webhook_kept_there(const webhook_kept_t *k);
static int webhook_kept_named(int fd);
static uint64_t webhook_kept_seconds(void);


void
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
                          "(%s): events are stored without it", st->path,
                          strerror(rc));
        return;
    }

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_MADE;
    k->last = 0;
    pthread_mutex_unlock(&k->mutex);
}


/* 0 or an errno. */

static int
webhook_kept_make(webhook_lmdb_t *st)
{
    int              rc;
    unsigned         tries;
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

    for (tries = 0; tries < WEBHOOK_KEPT_TRIES; tries++) {

        if (getrandom(k->journal.id, WEBHOOK_JOURNAL_ID, 0)
            != WEBHOOK_JOURNAL_ID)
        {
            return EIO;
        }

        rc = webhook_kept_file_path(st, k->journal.id, k->path,
                                    sizeof(k->path));

        if (rc == 0) {
            rc = webhook_journal_create(&k->journal, k->path, k->size);
        }

        if (rc != EAGAIN) {
            break;
        }
    }

    if (rc) {
        return rc;
    }

    /* before anything is in it: what is durable in a file that is not found
       after a power cut is of no use */

    rc = webhook_dir_sync(st);

    if (rc) {
        (void) unlink(k->path);
        webhook_journal_close(&k->journal);
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
        ops[i]->u.put_event.passed = WEBHOOK_PASSED_CLOSED;
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

        if (ops[i]->recorded || webhook_event_fault(&ops[i]->u.put_event)
            || !webhook_journal_record_takes(&ops[i]->u.put_event))
        {
            ops[i]->u.put_event.passed = WEBHOOK_PASSED_KIND;
            continue;
        }

        ops[i]->u.put_event.passed = WEBHOOK_PASSED_ROOM;

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

    webhook_credit_use(st, ops, count);
}


/* Nobody is told of the batch, which apply() will keep.  What that tells of it
   has to hold: so nothing of the batch stays in the file. */

static void
webhook_kept_fail(webhook_lmdb_t *st, webhook_op_t **ops, uint32_t count,
    int rc)
{
    int              wiped;
    uint32_t         i;
    webhook_kept_t  *k;

    k = st->kept;

    wiped = webhook_journal_wipe(&k->journal);

    for (i = 0; i < count; i++) {

        if (ops[i]->u.put_event.kept) {
            ops[i]->u.put_event.kept = 0;
            ops[i]->u.put_event.passed = WEBHOOK_PASSED_CLOSED;
            ops[i]->u.put_event.unsure = (wiped != 0);
        }
    }

    k->tried = webhook_kept_seconds();

    pthread_mutex_lock(&k->mutex);
    k->state = WEBHOOK_KEPT_FAILED;
    pthread_mutex_unlock(&k->mutex);

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the journal \"%s\" cannot be written to (%s): events "
                      "are stored without it, and another one is made",
                      k->path,
                      strerror(rc));
}


/* The file and data.mdb are still where a start would look for them. */

static int
webhook_kept_there(const webhook_kept_t *k)
{
    struct stat  sb;

    return webhook_kept_named(k->journal.fd)
           && stat(k->data, &sb) == 0 && sb.st_ino == k->data_ino
           && sb.st_dev == k->data_dev;
}


/*
 * The file has a name.  Nothing is asked for but that: where somebody was told a
 * file's times, Linux gives it new ones at its next write however soon that is,
 * instead of every few milliseconds, and they have to be written, too.
 */

static int
webhook_kept_named(int fd)
{
    struct stat   sb;
    struct statx  sx;

    if (statx(fd, "", AT_EMPTY_PATH, STATX_NLINK, &sx) == 0) {
        return sx.stx_nlink != 0;
    }

    /* a kernel, or a container, without it */

    return fstat(fd, &sb) == 0 && sb.st_nlink != 0;
}
