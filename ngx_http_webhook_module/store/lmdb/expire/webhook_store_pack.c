
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Pages that became thin.  Rows lie in the order in which they came, so when
 * what was delivered is removed, what waits is left alone on its pages, and
 * LMDB joins a page with its neighbour only where less than a quarter of it is
 * in use.  Waiting events among delivered ones would take up to four times
 * their size.
 *
 * So where rows were removed, pages are looked at in the order of their keys.
 * Rows of a run of pages that fit into three quarters of them are taken out
 * and put in again, under the same keys: then they lie side by side.  A row
 * is moved only where that frees a page for each three that stay, so no row is
 * moved often, and a step moves the rows of a few pages.
 *
 * What is looked at is what was removed by this process since it looked last;
 * and now and then, slowly, everything, since other processes remove rows too.
 */

#include "store/lmdb/expire/webhook_store_pack.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_clock.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_log.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/space/webhook_store_headroom.h"
#include "store/lmdb/expire/webhook_store_pack_page.h"

#include <stdlib.h>


#define WEBHOOK_PACK_LOOK     256       /* looked at in a step */
#define WEBHOOK_PACK_ALL      64        /* the same, where nothing is removed */
#define WEBHOOK_PACK_TIME     2000      /* microseconds that looking takes */

#define WEBHOOK_PACK_AGAIN    ((uint64_t) 24 * 3600 * 1000)     /* ms */


static int webhook_pack_look(webhook_txn_t *t, webhook_pack_look_t *l,
    unsigned i, uint64_t end, uint32_t left);
static int webhook_pack_places(webhook_txn_t *t, unsigned i, uint64_t end,
    uint32_t *left, int *found);
static int webhook_pack_all(webhook_txn_t *t, uint64_t end, int *found);
static int webhook_pack_walk(webhook_txn_t *t, webhook_pack_look_t *l,
    unsigned i, MDB_val *k, MDB_val *v, webhook_pack_list_t *list,
    unsigned char *reached, int *found);
static int webhook_pack_compare(const void *a, const void *b);


/* Of the tables that webhook_pack_note_tables names.  Pieces are cut to fill
   their page; where rows are added and changed in between, half a page is what
   LMDB itself leaves, and not thin. */

static const struct {
    size_t  len;                        /* of keys */
    size_t  thin;                       /* percent, below which a page is */
} webhook_pack_tables[WEBHOOK_PACK_TABLES] = {
    { 8, 80 },
    { WEBHOOK_KEY_DELIVERY, 50 },
    { WEBHOOK_KEY_ATTEMPT, 50 }
};


int
webhook_pack_peek(webhook_txn_t *t, int *todo)
{
    int              rc, found;
    uint32_t         left;
    uint64_t         end;
    unsigned         i;
    webhook_pack_t  *p;

    p = &t->st->pack;

    p->found = 0;
    p->looked = 1;
    *todo = 0;

    if (webhook_headroom_reader(t)) {

        /* it may be gone; else it would keep the pages that rows leave */

        webhook_headroom_look(t);

        if (webhook_headroom_reader(t) && !webhook_headroom_young(t)) {
            return 0;
        }
    }

    left = WEBHOOK_PACK_LOOK;
    end = webhook_clock_usec() + WEBHOOK_PACK_TIME;
    found = 0;
    rc = 0;

    for (i = 0; rc == 0 && !found && left && i < WEBHOOK_PACK_TABLES; i++) {
        rc = webhook_pack_places(t, i, end, &left, &found);
    }

    if (rc == 0 && left == WEBHOOK_PACK_LOOK) {

        /* nothing was removed */

        rc = webhook_pack_all(t, end, &found);
    }

    if (rc) {

        /* what cannot be read is not for this room to judge */

        webhook_store_log_error(t->st, rc, "pages cannot be looked at");

        for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {
            p->lists[i].count = 0;
        }

        p->all = WEBHOOK_PACK_TABLES;
        p->again = t->now + WEBHOOK_PACK_AGAIN;

        return 0;
    }

    p->found = found;
    *todo = found;

    return 0;
}


/* In a transaction that writes, whose pages may have changed, looks at what it
   began with; unless that was done a moment ago. */

void
webhook_pack_begin(webhook_txn_t *t)
{
    int               rc, todo;
    webhook_txn_t     then;
    webhook_lmdb_t  *st;

    st = t->st;

    if (!st->pack.looked) {

        rc = st->reader ? mdb_txn_renew(st->reader)
                        : mdb_txn_begin(st->env, NULL, MDB_RDONLY,
                                        &st->reader);
        if (rc) {
            if (st->reader) {
                mdb_txn_abort(st->reader);
                st->reader = NULL;
            }

            return;
        }

        memset(&then, 0, sizeof(then));

        then.st = st;
        then.txn = st->reader;
        then.now = t->now;

        (void) webhook_pack_peek(&then, &todo);

        webhook_txn_close(&then);

        mdb_txn_reset(st->reader);
    }

    st->pack.looked = 0;
}


static int
webhook_pack_look(webhook_txn_t *t, webhook_pack_look_t *l, unsigned i,
    uint64_t end, uint32_t left)
{
    memset(l, 0, sizeof(webhook_pack_look_t));

    l->len = webhook_pack_tables[i].len;
    l->size = t->st->page;
    l->capacity = l->size - WEBHOOK_PACK_PAGE;
    l->thin = l->capacity / 100 * webhook_pack_tables[i].thin;
    l->end = end;
    l->left = left;

    return webhook_txn_cursor(t, webhook_pack_note_tables[i], &l->cursor);
}


/* Looks where rows of a table were removed. */

static int
webhook_pack_places(webhook_txn_t *t, unsigned i, uint64_t end,
    uint32_t *left, int *found)
{
    int                   rc;
    uint32_t              n;
    MDB_val               k, v;
    unsigned char         reached[WEBHOOK_PACK_KEY];
    webhook_pack_list_t  *list;
    webhook_pack_look_t   l;

    list = &t->st->pack.lists[i];

    if (list->count == 0) {
        return 0;
    }

    if (!list->sorted) {
        qsort(list->places, list->count, WEBHOOK_PACK_PLACE,
              webhook_pack_compare);
        list->sorted = 1;
        list->done = 0;
    }

    rc = webhook_pack_look(t, &l, i, end, *left);

    memset(reached, 0, sizeof(reached));

    while (rc == 0 && !*found && !l.over && list->done < list->count) {

        rc = webhook_pack_page_back(&l, list->places[list->done], &k, &v);

        if (rc == 0) {
            rc = webhook_pack_walk(t, &l, i, &k, &v, list, reached, found);
        }

        if (rc == MDB_NOTFOUND) {
            list->done = list->count;
            rc = 0;
        }
    }

    *left = l.over ? 0 : l.left;

    if (list->done == list->count) {
        list->count = 0;
        list->done = 0;
        list->sorted = 0;

    } else if (list->done) {
        n = list->count - list->done;

        memmove(list->places, list->places[list->done],
                n * WEBHOOK_PACK_PLACE);

        list->count = n;
        list->done = 0;
    }

    return rc;
}


/* Looks at everything, a few pages a time. */

static int
webhook_pack_all(webhook_txn_t *t, uint64_t end, int *found)
{
    int                   rc;
    MDB_val               k, v;
    webhook_pack_t       *p;
    webhook_pack_look_t   l;

    p = &t->st->pack;

    if (p->all == WEBHOOK_PACK_TABLES) {

        if (t->now < p->again) {
            return 0;
        }

        p->all = 0;
        memset(p->reached, 0, sizeof(p->reached));
    }

    rc = webhook_pack_look(t, &l, p->all, end, WEBHOOK_PACK_ALL);

    if (rc == 0) {
        k.mv_data = p->reached;
        k.mv_size = l.len;

        rc = mdb_cursor_get(l.cursor, &k, &v, MDB_SET_RANGE);
    }

    if (rc == 0) {
        rc = webhook_pack_walk(t, &l, p->all, &k, &v, NULL, p->reached,
                               found);
    }

    if (rc == MDB_NOTFOUND) {

        /* its end */

        rc = 0;
        p->all++;
        p->again = t->now + WEBHOOK_PACK_AGAIN;
        memset(p->reached, 0, sizeof(p->reached));
    }

    return rc;
}


/*
 * Goes on from a row, page by page, until it finds a run that is worth a move,
 * or may look at no more; or, with places, until the next of them is far.  The
 * last page of a table is left as it is, since rows are added there.
 * MDB_NOTFOUND at the end of the table; "reached" is where to go on.
 */

static int
webhook_pack_walk(webhook_txn_t *t, webhook_pack_look_t *l, unsigned i,
    MDB_val *k, MDB_val *v, webhook_pack_list_t *list,
    unsigned char *reached, int *found)
{
    int                   rc, whole;
    uint32_t              far;
    webhook_pack_t       *pack;
    webhook_pack_grow_t   g;
    webhook_pack_page_t   p;

    pack = &t->st->pack;

    memset(&g, 0, sizeof(g));

    far = 2 * WEBHOOK_PACK_AROUND;

    for ( ;; ) {

        if (g.pages == 0
            && (l->left == 0 || webhook_clock_usec() >= l->end))
        {
            l->over = 1;
            return 0;
        }

        rc = webhook_pack_page_read(l, k, v, &p);

        if (rc == MDB_NOTFOUND) {

            /* the last one */

            memcpy(reached, p.first, WEBHOOK_PACK_KEY);
            break;
        }

        if (rc) {
            return rc;
        }

        if (l->left) {
            l->left--;
        }

        memcpy(reached, p.next, WEBHOOK_PACK_KEY);

        while (list && list->done < list->count
               && memcmp(list->places[list->done], reached,
                         WEBHOOK_PACK_PLACE) < 0)
        {
            list->done++;
            far = WEBHOOK_PACK_AROUND;
        }

        whole = 0;

        if (g.pages) {
            whole = webhook_pack_page_grow(l, &g, &p);
        }

        if (!whole && g.pages == 0 && webhook_pack_page_thin(l, &p)) {
            memset(&g, 0, sizeof(g));
            (void) webhook_pack_page_grow(l, &g, &p);
        }

        if (whole) {
            break;
        }

        if (g.pages == 0 && list && far-- == 0) {
            return 0;
        }
    }

    if (webhook_pack_page_worth(&g)) {
        *found = 1;

        pack->db = webhook_pack_note_tables[i];
        pack->len = l->len;

        pack->pages = g.pages_thin;

        memcpy(pack->firsts, g.firsts, sizeof(pack->firsts));

        rc = 0;
    }

    return rc;
}


static int
webhook_pack_compare(const void *a, const void *b)
{
    return memcmp(a, b, WEBHOOK_PACK_PLACE);
}
