
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
 * The reserve is never less than 4 megabytes, or half of a small store: a
 * transaction needs room for a copy of each page that it changes, and so do
 * the two before it.
 */

#include "webhook_store_internal.h"


#define WEBHOOK_SPACE_WARN   80         /* percent of the limit */
#define WEBHOOK_SPACE_QUIET  75
#define WEBHOOK_SPACE_CALM   10000      /* ms */


void
webhook_space_init(webhook_store_t *st)
{
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
}


int
webhook_space_used(webhook_txn_t *t, uint64_t *used)
{
    int       rc;
    size_t    pages;
    MDB_dbi   dbi;
    MDB_stat  stat;
    unsigned  i;

    pages = 2;

    for (i = 0; i < WEBHOOK_DBS + 2; i++) {

        /* 0 and 1 are LMDB's own: the free pages and the list of tables */

        dbi = i < 2 ? i : t->st->dbi[i - 2];

        rc = mdb_stat(t->txn, dbi, &stat);
        if (rc) {
            return rc;
        }

        pages += stat.ms_branch_pages + stat.ms_leaf_pages
                 + stat.ms_overflow_pages;
    }

    *used = (uint64_t) pages * t->st->page;

    return 0;
}


/* Sets t->used once; what is taken in the transaction is added to it. */

static int
webhook_space_measure(webhook_txn_t *t)
{
    if (!t->measured) {

        if (webhook_space_used(t, &t->used) != 0) {
            return -1;
        }

        t->measured = 1;
    }

    return 0;
}


int
webhook_space_take(webhook_txn_t *t, size_t bytes)
{
    if (webhook_space_measure(t) != 0) {
        return 0;
    }

    if (t->used + bytes > t->st->mark) {
        t->refused = 1;
        return 0;
    }

    t->used += bytes;

    return 1;
}


int
webhook_space_attempt(webhook_txn_t *t)
{
    uint64_t  mark;

    if (webhook_space_measure(t) != 0) {
        return 0;
    }

    mark = t->st->mark;

    if (t->used <= mark) {
        return 2;
    }

    return t->used <= mark + (t->st->limit - mark) / 2 ? 1 : 0;
}


void
webhook_space_watch(webhook_txn_t *t)
{
    unsigned          percent;
    webhook_store_t  *st;

    if (!t->measured) {
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

            webhook_store_log(st, WEBHOOK_STORE_LOG_ERROR,
                              "the store \"%s\" is full: %u percent of %llu "
                              "megabytes are in use, and no event is taken",
                              st->path, percent,
                              (unsigned long long) st->limit >> 20);
        }

    } else if (st->full && t->now - st->full_time >= WEBHOOK_SPACE_CALM) {
        st->full = 0;

        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the store \"%s\" takes events again", st->path);
    }

    if (percent >= WEBHOOK_SPACE_QUIET) {
        st->warned_time = t->now;

        if (!st->warned && percent >= WEBHOOK_SPACE_WARN) {
            st->warned = 1;

            webhook_store_log(st, WEBHOOK_STORE_LOG_WARN,
                              "the store \"%s\" fills: %u percent of %llu "
                              "megabytes are in use", st->path, percent,
                              (unsigned long long) st->limit >> 20);
        }

    } else if (st->warned && t->now - st->warned_time >= WEBHOOK_SPACE_CALM) {
        st->warned = 0;

        webhook_store_log(st, WEBHOOK_STORE_LOG_NOTICE,
                          "the store \"%s\" has room again: %u percent are "
                          "in use", st->path, percent);
    }
}
