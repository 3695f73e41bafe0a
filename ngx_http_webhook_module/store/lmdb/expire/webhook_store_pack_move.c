
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of thin pages, moved together.
 */

#include "store/lmdb/expire/webhook_store_pack_move.h"
#include "store/lmdb/expire/webhook_store_pack_page.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_txn.h"

#include <stdlib.h>


/* Rows that are out of the table: key, length, data. */

typedef struct {
    MDB_cursor     *cursor;
    unsigned char  *data;
    size_t          size;
    size_t          used;
} webhook_pack_rows_t;


static int webhook_pack_rows(webhook_txn_t *t, webhook_pack_rows_t *r);
static int webhook_pack_leaves(webhook_txn_t *t, size_t *leaves);
static int webhook_pack_read(webhook_pack_t *p, webhook_pack_rows_t *r,
    uint32_t i, void **behind);
static int webhook_pack_address(webhook_pack_t *p, webhook_pack_rows_t *r,
    uint32_t i, void **address);
static int webhook_pack_remove(webhook_txn_t *t, webhook_pack_rows_t *r,
    size_t from);
static int webhook_pack_write(webhook_txn_t *t, webhook_pack_rows_t *r);
static void webhook_pack_mark(const webhook_pack_t *p, unsigned char *mark,
    const unsigned char *key);


/*
 * Rows that are taken out are noted as removed, so the pages where they lie
 * now are looked at again: a run that was cut off goes on there.  That has to
 * end, so it is done only while each move frees a page.
 */

int
webhook_pack_move(webhook_txn_t *t)
{
    int                   rc;
    size_t                before, after;
    uint32_t              count;
    unsigned              sorted;
    webhook_pack_t       *p;
    webhook_pack_list_t  *list;
    webhook_pack_rows_t   r;

    p = &t->st->pack;

    p->found = 0;

    list = webhook_pack_note_list(p, p->db);
    count = list->count;
    sorted = list->sorted;

    memset(&r, 0, sizeof(r));

    /* as much as a run may have, with pages of data beside it: three for each
       of its own at most, or it were not worth it */

    r.size = (size_t) 5 * WEBHOOK_PACK_PAGES * t->st->page;

    r.data = malloc(r.size);
    if (r.data == NULL) {
        return 0;
    }

    rc = webhook_txn_cursor(t, p->db, &r.cursor);

    if (rc == 0) {
        rc = webhook_pack_leaves(t, &before);
    }

    if (rc == 0) {
        rc = webhook_pack_rows(t, &r);
    }

    if (rc == 0) {
        rc = webhook_pack_leaves(t, &after);
    }

    if (rc == 0 && after >= before) {
        list->count = count;
        list->sorted = sorted;
    }

    free(r.data);

    return rc;
}


static int
webhook_pack_leaves(webhook_txn_t *t, size_t *leaves)
{
    int       rc;
    MDB_stat  stat;

    rc = mdb_stat(t->txn, t->st->dbi[t->st->pack.db], &stat);

    *leaves = rc == 0 ? stat.ms_leaf_pages : 0;

    return rc;
}


/*
 * A page that is emptied is filled from the one before it, or, where it is the
 * first below its branch, from the one behind it.  The rows that are put in
 * again have to come behind all others of their page: there LMDB fills it
 * before it begins another, and elsewhere it splits it in halves.  So a page
 * that took rows from behind it gets its own back and stays, and those before
 * it go to the page before it.
 */

static int
webhook_pack_rows(webhook_txn_t *t, webhook_pack_rows_t *r)
{
    int              rc;
    void            *before, *behind;
    size_t           start;
    uint32_t         i;
    webhook_pack_t  *p;

    p = &t->st->pack;
    rc = 0;

    /* rows of the first page stay where they are */

    for (i = 1; rc == 0 && i < p->pages; i++) {

        start = r->used;

        rc = webhook_pack_read(p, r, i, &before);

        if (rc == 0) {
            rc = webhook_pack_remove(t, r, start);
        }

        if (rc == 0) {
            rc = webhook_pack_address(p, r, i, &behind);
        }

        if (rc || before == behind) {
            continue;
        }

        rc = webhook_pack_write(t, r);
    }

    if (rc == 0) {
        rc = webhook_pack_write(t, r);
    }

    return rc;
}


/* Reads the rows of a page; and where the row behind them lies. */

static int
webhook_pack_read(webhook_pack_t *p, webhook_pack_rows_t *r, uint32_t i,
    void **behind)
{
    int             rc;
    size_t          len;
    MDB_val         k, v;
    unsigned char  *pos;

    k.mv_data = p->firsts[i];
    k.mv_size = p->len;

    for (rc = mdb_cursor_get(r->cursor, &k, &v, MDB_SET_RANGE);
         rc == 0;
         rc = mdb_cursor_get(r->cursor, &k, &v, MDB_NEXT))
    {
        *behind = k.mv_data;

        if (k.mv_size != p->len
            || memcmp(k.mv_data, p->firsts[i + 1], p->len) >= 0)
        {
            return 0;
        }

        len = k.mv_size + sizeof(v.mv_size) + v.mv_size;

        if (len > r->size - r->used) {
            return 0;
        }

        pos = r->data + r->used;

        memcpy(pos, k.mv_data, k.mv_size);
        memcpy(pos + k.mv_size, &v.mv_size, sizeof(v.mv_size));
        memcpy(pos + k.mv_size + sizeof(v.mv_size), v.mv_data, v.mv_size);

        r->used += len;
    }

    *behind = NULL;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_pack_address(webhook_pack_t *p, webhook_pack_rows_t *r, uint32_t i,
    void **address)
{
    int      rc;
    MDB_val  k, v;

    k.mv_data = p->firsts[i + 1];
    k.mv_size = p->len;

    rc = mdb_cursor_get(r->cursor, &k, &v, MDB_SET_RANGE);

    *address = rc == 0 ? k.mv_data : NULL;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_pack_remove(webhook_txn_t *t, webhook_pack_rows_t *r, size_t from)
{
    int              rc;
    size_t           len;
    webhook_pack_t  *p;

    p = &t->st->pack;

    for ( /* void */ ; from < r->used; from += p->len + sizeof(len) + len) {

        rc = webhook_txn_del(t, p->db, r->data + from, p->len);
        if (rc) {
            return rc;
        }

        memcpy(&len, r->data + from + p->len, sizeof(len));
    }

    return 0;
}


/*
 * Where a page is full, LMDB begins the next one with the last row of it and
 * the new one.  With large rows that leaves much of each page empty; so each
 * of them is put behind a mark, an empty row whose key is that of the row
 * before it and a byte more, which goes to the next page in its stead.  The
 * marks are taken out in the end.
 */

static int
webhook_pack_write(webhook_txn_t *t, webhook_pack_rows_t *r)
{
    int              rc;
    size_t           pos, len, last;
    webhook_pack_t  *p;
    unsigned char    mark[WEBHOOK_PACK_KEY + 1];

    p = &t->st->pack;

    last = 0;

    for (pos = 0; pos < r->used; pos += p->len + sizeof(len) + len) {

        memcpy(&len, r->data + pos + p->len, sizeof(len));

        if (pos && webhook_pack_page_marked(t->st->page, p->len, len)) {
            webhook_pack_mark(p, mark, r->data + last);

            rc = webhook_txn_put(t, p->db, mark, p->len + 1, "", 0, 0);
            if (rc) {
                return rc;
            }
        }

        rc = webhook_txn_put(t, p->db, r->data + pos, p->len,
                             r->data + pos + p->len + sizeof(len), len, 0);
        if (rc) {
            return rc;
        }

        last = pos;
    }

    for (pos = 0; pos < r->used; pos += p->len + sizeof(len) + len) {

        memcpy(&len, r->data + pos + p->len, sizeof(len));

        if (pos && webhook_pack_page_marked(t->st->page, p->len, len)) {
            webhook_pack_mark(p, mark, r->data + last);

            rc = webhook_txn_del(t, p->db, mark, p->len + 1);
            if (rc) {
                return rc;
            }
        }

        last = pos;
    }

    r->used = 0;

    return 0;
}


static void
webhook_pack_mark(const webhook_pack_t *p, unsigned char *mark,
    const unsigned char *key)
{
    memcpy(mark, key, p->len);
    mark[p->len] = 0;
}
