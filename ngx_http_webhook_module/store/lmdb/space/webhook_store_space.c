
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How full the store is.  What counts are the pages that rows are on: those
 * that LMDB has freed and keeps for reuse are as good as new.  Above the
 * high-water mark no event or call is taken; what is above the mark is the
 * reserve, of which outcomes are written, so that space can come back.  To
 * make it last, attempts are kept without their answers above the mark, and
 * not at all where half of the reserve is gone (a delivery still counts
 * them).
 *
 * Pages that were freed but that a reader still keeps
 * (webhook_store_headroom.c) can be as good as in use: then, too, no event is
 * taken, while what outcomes need is free.
 *
 * The disk may be full before the store is.  So the file is kept some megabytes
 * larger than what is in use: where the disk has no room for that, events are
 * refused, while outcomes are written to what the file has.
 *
 * The reserve is never less than 4 megabytes, or half of a small store: a
 * transaction needs room for a copy of each page that it changes, and so do
 * the two before it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store/lmdb/space/webhook_store_space.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/space/webhook_store_used.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>


#define WEBHOOK_STORE_RESERVE_MIN   (4 * 1024 * 1024)

#define WEBHOOK_SPACE_QUIET  5          /* percent below the warning */

#define WEBHOOK_SPACE_STEP   ((uint64_t) 4 * 1024 * 1024)

#define WEBHOOK_SPACE_AGAIN  1000       /* ms without a failure */
#define WEBHOOK_SPACE_CALM   10000      /* ms */


static int webhook_space_ahead(webhook_txn_t *t, size_t bytes);
static int webhook_space_grow(webhook_txn_t *t, uint64_t want);
static void webhook_space_calm(webhook_lmdb_t *st);
static void webhook_space_tell(webhook_txn_t *t, unsigned percent);
static void webhook_space_reader(webhook_txn_t *t);
static uint64_t webhook_space_reserve(const webhook_lmdb_t *st);


void
webhook_space_init(webhook_lmdb_t *st)
{
    uint32_t     full;
    uint64_t     reserve;
    MDB_envinfo  info;

    if (mdb_env_info(st->env, &info) != 0) {
        return;
    }

    st->limit = info.me_mapsize;

    if (st->size && st->size < st->limit) {
        st->limit = st->size;
    }

    reserve = st->limit / 100 * (100 - st->high_water);

    if (reserve < WEBHOOK_STORE_RESERVE_MIN) {
        reserve = WEBHOOK_STORE_RESERVE_MIN;
    }

    if (reserve > st->limit / 2) {
        reserve = st->limit / 2;
    }

    st->mark = st->limit - reserve;

    /* where the mark of a small store is lower, the warning has to come
       before it nevertheless */

    st->warn_mark = st->warn_water;
    full = (uint32_t) (st->mark / (st->limit / 100));

    if (st->warn_mark >= full) {
        st->warn_mark = full * 4 / 5;
    }
}


int
webhook_space_take(webhook_txn_t *t, size_t bytes)
{
    if (webhook_used_measure(t) != 0) {
        return 0;
    }

    if (t->roughly && t->used + bytes > t->st->mark / WEBHOOK_USED_PART
        && webhook_used_exactly(t) != 0)
    {
        return 0;
    }

    if (t->used + bytes > t->st->mark) {
        t->refused = 1;
        t->pinned = 0;
        return 0;
    }

    if (!webhook_headroom_take(t, bytes)) {
        t->refused = 1;
        t->pinned = 1;
        return 0;
    }

    if (webhook_space_ahead(t, bytes) != 0) {
        return 0;
    }

    t->used += bytes;

    return 1;
}


/* Makes the file so much larger than what is in use, with so many bytes more,
   that outcomes have room when the disk has none. */

static int
webhook_space_ahead(webhook_txn_t *t, size_t bytes)
{
    int              rc;
    uint64_t         want;
    webhook_lmdb_t  *st;

    st = t->st;

    for ( ;; ) {

        if (st->fixed) {
            return 0;
        }

        want = t->used + bytes + webhook_space_reserve(st);

        if (t->roomy == 2) {

            /* what is kept by a reader is written around */

            want += t->map - t->used - bytes > t->room
                    ? t->map - t->used - bytes - t->room : 0;
        }

        rc = webhook_space_grow(t, want);

        if (rc == 0) {
            return 0;
        }

        if (!t->roughly || webhook_used_exactly(t) != 0) {

            if (rc != -1) {
                webhook_space_failed(st, rc);
            }

            return -1;
        }
    }
}


/* 0, or why the file is not as large as that: an errno, or -1. */

static int
webhook_space_grow(webhook_txn_t *t, uint64_t want)
{
    int              rc, fd, try;
    uint64_t         end;
    struct stat      sb;
    MDB_envinfo      info;
    webhook_lmdb_t  *st;

    st = t->st;

    if (want <= st->ahead) {
        return 0;
    }

    if (mdb_env_info(st->env, &info) != 0
        || mdb_env_get_fd(st->env, &fd) != 0
        || fstat(fd, &sb) == -1)
    {
        return -1;
    }

    if (want > info.me_mapsize) {
        want = info.me_mapsize;
    }

    st->ahead = (uint64_t) sb.st_size;

    if (want <= st->ahead) {
        return 0;
    }

    /* with a step more, so that this is not done for each event; or else with
       what is needed alone */

    for (try = 0; try < 2; try++) {

        end = try ? want : want + WEBHOOK_SPACE_STEP;

        if (end > info.me_mapsize) {
            end = info.me_mapsize;
        }

        do {
            rc = fallocate(fd, 0, sb.st_size, (off_t) end - sb.st_size) == -1
                 ? errno : 0;
        } while (rc == EINTR);

        if (rc == 0) {
            st->ahead = end;
            return 0;
        }
    }

    switch (rc) {

    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return rc;

    default:

        /* a file system that cannot */

        st->fixed = 1;
        return 0;
    }
}


static uint64_t
webhook_space_reserve(const webhook_lmdb_t *st)
{
    uint64_t  reserve;

    reserve = st->limit - st->mark;

    return reserve < WEBHOOK_SPACE_STEP ? reserve : WEBHOOK_SPACE_STEP;
}


uint64_t
webhook_space_mark(webhook_txn_t *t)
{
    int               fd;
    uint64_t          most;
    struct stat       sb;
    struct statvfs    fs;
    webhook_lmdb_t  *st;

    st = t->st;

    if (mdb_env_get_fd(st->env, &fd) != 0
        || fstat(fd, &sb) == -1 || fstatvfs(fd, &fs) == -1)
    {
        return st->mark;
    }

    most = (uint64_t) sb.st_size + (uint64_t) fs.f_bavail * fs.f_frsize;

    if (most < webhook_space_reserve(st)) {
        return st->mark;
    }

    most -= webhook_space_reserve(st);

    return most < st->mark ? most : st->mark;
}


void
webhook_space_failed(webhook_lmdb_t *st, int rc)
{
    st->failed_time = webhook_clock_now(st);
    st->works = 0;

    if (st->failed) {
        return;
    }

    st->failed = 1;

    if (rc == MDB_MAP_FULL) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" has no page left to write to, and "
                          "nothing can be stored: a process that reads it for "
                          "long, such as a backup, prevents the reuse of "
                          "pages, or its size is too small", st->path);
        return;
    }

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" has no room on its disk, and no "
                      "events are accepted: %s", st->path, mdb_strerror(rc));
}


void
webhook_space_worked(webhook_lmdb_t *st)
{
    st->works = 1;
}


/* Good news of the disk, after a while of it. */

static void
webhook_space_calm(webhook_lmdb_t *st)
{
    if (!st->failed || !st->works
        || webhook_clock_now(st) - st->failed_time < WEBHOOK_SPACE_AGAIN)
    {
        return;
    }

    st->failed = 0;

    webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                      "the store \"%s\" accepts events again", st->path);
}


int
webhook_space_attempt(webhook_txn_t *t)
{
    uint64_t  mark;

    if (webhook_used_measure(t) != 0) {
        return 0;
    }

    mark = t->st->mark;

    if (webhook_headroom_short(t, 4)) {
        return 0;
    }

    if (t->used <= mark) {
        return webhook_headroom_short(t, 2) ? 1 : 2;
    }

    return t->used <= mark + (t->st->limit - mark) / 2 ? 1 : 0;
}


void
webhook_space_look(webhook_txn_t *t)
{
    if (t->st->full || t->st->warned) {
        (void) webhook_used_measure(t);
    }

    webhook_headroom_watch(t);
}


void
webhook_space_watch(webhook_txn_t *t)
{
    unsigned          percent;
    webhook_lmdb_t  *st;

    webhook_space_calm(t->st);

    if (!t->measured || (t->roughly && !t->refused)) {
        return;
    }

    st = t->st;
    percent = (unsigned) (t->used / (st->limit / 100));

    /* good news is told only after a while of it: where events are taken and
       refused in turns, that is one line and not thousands */

    if (t->refused) {
        st->full_time = t->now;

        if (!st->full) {
            st->full = 1;
            webhook_space_tell(t, percent);

        } else if (t->pinned && !st->readers.logged) {
            webhook_space_reader(t);
        }

    } else if (st->full && t->used < st->mark && !webhook_headroom_short(t, 1)
               && t->now - st->full_time >= WEBHOOK_SPACE_CALM)
    {
        st->full = 0;

        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the store \"%s\" accepts events again", st->path);
    }

    if (percent + WEBHOOK_SPACE_QUIET >= st->warn_mark) {
        st->warned_time = t->now;

        if (!st->warned && percent >= st->warn_mark) {
            st->warned = 1;

            webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                              "the store \"%s\" is filling up: %u percent of "
                              "%llu megabytes is in use", st->path, percent,
                              (unsigned long long) st->limit >> 20);
        }

    } else if (st->warned && t->now - st->warned_time >= WEBHOOK_SPACE_CALM) {
        st->warned = 0;

        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the store \"%s\" has room again: %u percent is in "
                          "use", st->path, percent);
    }
}


/* Why no event is taken. */

static void
webhook_space_tell(webhook_txn_t *t, unsigned percent)
{
    webhook_lmdb_t  *st;

    if (t->pinned) {
        webhook_space_reader(t);
        return;
    }

    st = t->st;

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" is full: %u percent of %llu megabytes "
                      "is in use, and no events are accepted",
                      st->path, percent, (unsigned long long) st->limit >> 20);
}


static void
webhook_space_reader(webhook_txn_t *t)
{
    webhook_lmdb_t     *st;
    webhook_readers_t  *r;

    st = t->st;
    r = &st->readers;

    if (!webhook_headroom_reader(t)) {
        webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                          "the store \"%s\" has no room for so much at once: "
                          "%llu of %llu megabytes were freed a moment ago, "
                          "and no events are accepted", st->path,
                          (unsigned long long) (r->pages * st->page) >> 20,
                          (unsigned long long) st->limit >> 20);
        return;
    }

    r->logged = 1;

    webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                      "the store \"%s\" accepts no events: process %u has "
                      "been reading it for %llu seconds or more, which "
                      "prevents the reuse of %llu of %llu megabytes that have "
                      "been freed since; end it if it is not needed",
                      st->path, r->pid,
                      (unsigned long long) (t->now - r->since) / 1000,
                      (unsigned long long) (r->pages * st->page) >> 20,
                      (unsigned long long) st->limit >> 20);
}
