
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much of a store is in use.
 */

#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_USED_AGAIN  1000        /* ms */


#define WEBHOOK_USED_CLEAR  10          /* percent below the warning */


static uint64_t webhook_used_most(const webhook_txn_t *t);
static int webhook_used_seldom(webhook_txn_t *t);
static int webhook_used_tables(webhook_txn_t *t, unsigned first,
    unsigned last, uint64_t *pages);


int
webhook_used_count(webhook_txn_t *t, uint64_t *used)
{
    int       rc;
    MDB_stat  stat;
    uint64_t  pages;
    unsigned  i;

    pages = 2;

    /* 0 and 1 are LMDB's own: the free pages and the list of tables */

    for (i = 0; i < 2; i++) {

        rc = mdb_stat(t->txn, i, &stat);
        if (rc) {
            return rc;
        }

        pages += stat.ms_branch_pages + stat.ms_leaf_pages
                 + stat.ms_overflow_pages;
    }

    rc = webhook_used_tables(t, 0, WEBHOOK_DBS_SELDOM, &pages);

    if (rc == 0) {
        rc = webhook_used_seldom(t);
    }

    if (rc) {
        return rc;
    }

    *used = (pages + t->st->seldom) * t->st->page;

    return 0;
}


/* To ask for a table's pages LMDB has to look the table up, in every
   transaction anew: those that other processes seldom change are not asked
   each time. */

static int
webhook_used_seldom(webhook_txn_t *t)
{
    int       rc;
    uint64_t  pages;

    if (t->st->seldom_time && t->now - t->st->seldom_time < WEBHOOK_USED_AGAIN)
    {
        return 0;
    }

    pages = 0;

    rc = webhook_used_tables(t, WEBHOOK_DBS_SELDOM, WEBHOOK_DBS, &pages);

    if (rc == 0) {
        t->st->seldom = pages;
        t->st->seldom_time = t->now;
    }

    return rc;
}


static int
webhook_used_tables(webhook_txn_t *t, unsigned first, unsigned last,
    uint64_t *pages)
{
    int       rc;
    MDB_stat  stat;
    unsigned  i;

    for (i = first; i < last; i++) {

        rc = webhook_txn_stat(t, i, &stat);
        if (rc) {
            return rc;
        }

        *pages += stat.ms_branch_pages + stat.ms_leaf_pages
                  + stat.ms_overflow_pages;
    }

    return 0;
}


int
webhook_used_measure(webhook_txn_t *t)
{
    if (t->measured) {
        return 0;
    }

    t->used = webhook_used_most(t);

    if (t->used) {
        t->measured = 1;
        t->roughly = 1;
        return 0;
    }

    return webhook_used_exactly(t);
}


int
webhook_used_exactly(webhook_txn_t *t)
{
    if (t->measured && !t->roughly) {
        return 0;
    }

    if (webhook_used_count(t, &t->used) != 0) {
        return -1;
    }

    t->measured = 1;
    t->roughly = 0;

    return 0;
}


/*
 * To ask all tables for their pages takes a tenth of a small transaction.  Rows
 * are never on more than the pages up to the last one that was ever used, and
 * where these are few, it is all the same whether all of them are in use:
 * nothing is near a mark or a warning.  0: they are not few.
 */

static uint64_t
webhook_used_most(const webhook_txn_t *t)
{
    uint64_t               most;
    MDB_envinfo            info;
    const webhook_lmdb_t  *st;

    st = t->st;

    if (st->full || st->warned || st->limit == 0
        || mdb_env_info(st->env, &info) != 0)
    {
        return 0;
    }

    most = (uint64_t) (info.me_last_pgno + 1) * st->page;

    if (most > st->mark / WEBHOOK_USED_PART
        || most / (st->limit / 100) + WEBHOOK_USED_CLEAR > st->warn_mark

        /* and what is free behind them is more than outcomes need, however
           little is in use (webhook_headroom_need()) */

        || info.me_mapsize - most < 4 * (st->limit - st->mark))
    {
        return 0;
    }

    return most;
}
