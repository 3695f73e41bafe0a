
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bytes of any length: bodies of events, records of calls.
 *
 * LMDB puts a value that is longer than half a page on pages of its own, and
 * one that is longer than a page on pages that lie side by side; it has to
 * look for such a run in its list of free pages, which takes long and fails
 * where that is fragmented.  And where rows come in an order that is not that
 * of their keys (ids of several processes are not), it leaves pages half
 * empty.
 *
 * So bytes are cut into pieces, and pieces are numbered as they come: each is
 * appended to the table, and cut so that it fills the page on which it will
 * lie.  That is known without looking, since nothing else is written there:
 * "room" is what is left of the last page.  If it were wrong, pages would be
 * less well filled, no more.  Of long bytes, all but the end goes on pages of
 * their own, which LMDB does not have to copy once more.  Other pieces are a
 * quarter of a page at most: those that are left when others are removed are
 * moved together (webhook_store_pack.c), and large ones would not fit together.
 *
 * Measured with bodies of 2 kB, 32 events a commit: an event with all its
 * rows takes 2.6 kB instead of 4.6, and as much less is written.  With bodies
 * of 20 and 200 kB that come and go in a store that is nearly full: as fast
 * as whole values, and no run is ever looked for.
 */

#include "store/lmdb/rows/webhook_store_blob.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/handle/webhook_store_pack_note.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_BLOB_KEY      8
#define WEBHOOK_BLOB_NODE     (2 + 8 + WEBHOOK_BLOB_KEY)  /* beside the data */
#define WEBHOOK_BLOB_MIN      64        /* bytes worth a piece of their own */
#define WEBHOOK_BLOB_LONG     1         /* pages, from which on it is long */
#define WEBHOOK_BLOB_PART     4         /* of a page, that a piece may take */
#define WEBHOOK_BLOB_POINTER  8         /* to a page of its own, in a leaf */


static size_t webhook_blob_piece(webhook_txn_t *t, size_t left);
static int webhook_blob_seek(webhook_txn_t *t, uint64_t blob,
    MDB_cursor **c, MDB_val *val);
static int webhook_blob_read(webhook_txn_t *t, uint64_t blob,
    unsigned char *data, size_t len, int part);


int
webhook_blob_put(webhook_txn_t *t, const void *data, size_t len,
    uint64_t *blob)
{
    webhook_str_t  first, none;

    first.data = (unsigned char *) data;
    first.len = len;

    none.data = NULL;
    none.len = 0;

    return webhook_blob_put_two(t, &first, &none, blob);
}


int
webhook_blob_put_two(webhook_txn_t *t, const webhook_str_t *first,
    const webhook_str_t *second, uint64_t *blob)
{
    int             rc;
    void           *data;
    size_t          n, len;
    webhook_str_t   part, next;
    unsigned char   key[WEBHOOK_BLOB_KEY], *p;

    part = *first;
    next = *second;

    *blob = t->state.blob;

    while (part.len + next.len) {
        n = webhook_blob_piece(t, part.len + next.len);

        webhook_set_u64(key, t->state.blob);

        /* LMDB gives the place, and the bytes are copied there once */

        rc = webhook_txn_append(t, WEBHOOK_DB_BODIES, key, sizeof(key), n,
                                &data);

        if (rc == MDB_KEYEXIST && *blob == t->state.blob) {

            /* the number of the next piece is damaged: behind the last one */

            rc = webhook_txn_number(t, WEBHOOK_DB_BODIES, blob);

            if (rc == 0 && *blob != t->state.blob) {
                t->state.blob = *blob;
                t->state.room = 0;
                continue;
            }
        }

        if (rc) {
            return rc == MDB_KEYEXIST ? MDB_CORRUPTED : rc;
        }

        t->state.blob++;

        for (p = data; n; p += len, n -= len) {

            if (part.len == 0) {
                part = next;
                next.len = 0;
            }

            len = n < part.len ? n : part.len;

            memcpy(p, part.data, len);

            part.data += len;
            part.len -= len;
        }
    }

    return 0;
}


/* How long the next piece is to be; takes the room for it. */

static size_t
webhook_blob_piece(webhook_txn_t *t, size_t left)
{
    size_t  page, leaf, node, n;

    /* what a page holds, and what of it one node in a leaf may take */

    page = t->st->page - 16;
    leaf = (page / WEBHOOK_BLOB_PART) & ~(size_t) 1;

    if (left >= WEBHOOK_BLOB_LONG * page) {
        n = page;
        node = WEBHOOK_BLOB_NODE + WEBHOOK_BLOB_POINTER;

    } else {
        n = left;

        if (n > leaf - WEBHOOK_BLOB_NODE) {
            n = leaf - WEBHOOK_BLOB_NODE;
        }

        if (t->state.room >= WEBHOOK_BLOB_NODE + WEBHOOK_BLOB_MIN
            && n > t->state.room - WEBHOOK_BLOB_NODE)
        {
            n = t->state.room - WEBHOOK_BLOB_NODE;
        }

        node = (WEBHOOK_BLOB_NODE + n + 1) & ~(size_t) 1;
    }

    if (t->state.room < node) {
        t->state.room = (uint32_t) page;
    }

    t->state.room -= (uint32_t) node;

    return n;
}


size_t
webhook_blob_size(size_t len)
{
    return len + len / 64 + WEBHOOK_BLOB_NODE + WEBHOOK_BLOB_MIN;
}


int
webhook_blob_get(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len)
{
    return webhook_blob_read(t, blob, data, len, 0);
}


int
webhook_blob_begin(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len)
{
    return webhook_blob_read(t, blob, data, len, 1);
}


static int
webhook_blob_read(webhook_txn_t *t, uint64_t blob, unsigned char *data,
    size_t len, int part)
{
    int          rc;
    MDB_val      key, val;
    MDB_cursor  *c;

    if (len == 0) {
        return 0;
    }

    rc = webhook_blob_seek(t, blob, &c, &val);

    while (rc == 0) {

        if (part && val.mv_size > len) {
            val.mv_size = len;
        }

        if (val.mv_size == 0 || val.mv_size > len) {
            return MDB_CORRUPTED;
        }

        memcpy(data, val.mv_data, val.mv_size);

        data += val.mv_size;
        len -= val.mv_size;

        if (len == 0) {
            return 0;
        }

        blob++;

        rc = mdb_cursor_get(c, &key, &val, MDB_NEXT);

        if (rc == 0
            && (key.mv_size != WEBHOOK_BLOB_KEY
                || webhook_get_u64(key.mv_data) != blob))
        {
            return MDB_CORRUPTED;
        }
    }

    return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}


int
webhook_blob_del(webhook_txn_t *t, uint64_t blob, size_t len, uint32_t *pages)
{
    int            rc;
    MDB_val        val;
    MDB_cursor    *c;
    unsigned char  key[WEBHOOK_BLOB_KEY];

    *pages += (uint32_t) (len / t->st->page) + 1;

    webhook_set_u64(key, blob);
    webhook_pack_note(&t->st->pack, WEBHOOK_DB_BODIES, key, sizeof(key));

    while (len) {
        rc = webhook_blob_seek(t, blob, &c, &val);

        if (rc == MDB_NOTFOUND || (rc == 0 && val.mv_size == 0)) {

            /* it was damaged; what can be told to be its own is gone */

            return 0;
        }

        if (rc) {
            return rc;
        }

        if (val.mv_size > len) {
            return 0;
        }

        len -= val.mv_size;

        rc = mdb_cursor_del(c, 0);
        if (rc) {
            return rc;
        }

        t->dirty = 1;
        blob++;
    }

    return 0;
}


static int
webhook_blob_seek(webhook_txn_t *t, uint64_t blob, MDB_cursor **c,
    MDB_val *val)
{
    int            rc;
    MDB_val        k;
    unsigned char  key[WEBHOOK_BLOB_KEY];

    rc = webhook_txn_cursor(t, WEBHOOK_DB_BODIES, c);
    if (rc) {
        return rc;
    }

    webhook_set_u64(key, blob);

    k.mv_data = key;
    k.mv_size = sizeof(key);

    return mdb_cursor_get(*c, &k, val, MDB_SET);
}
