
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
    if (!t->measured) {

        if (webhook_used_count(t, &t->used) != 0) {
            return -1;
        }

        t->measured = 1;
    }

    return 0;
}
