
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * How much of a store is in use.
 */

#include "store/lmdb/space/webhook_store_used.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"


int
webhook_used_count(webhook_txn_t *t, uint64_t *used)
{
    int       rc;
    size_t    pages;
    MDB_stat  stat;
    unsigned  i;

    pages = 2;

    for (i = 0; i < WEBHOOK_DBS + 2; i++) {

        /* 0 and 1 are LMDB's own: the free pages and the list of tables */

        rc = i < 2 ? mdb_stat(t->txn, i, &stat)
                   : webhook_txn_stat(t, i - 2, &stat);
        if (rc) {
            return rc;
        }

        pages += stat.ms_branch_pages + stat.ms_leaf_pages
                 + stat.ms_overflow_pages;
    }

    *used = (uint64_t) pages * t->st->page;

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
