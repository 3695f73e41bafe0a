
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Bytes of any length, in pieces.  LMDB puts a value that is longer than half
 * a page on pages of its own, and one that is longer than a page on pages
 * that lie side by side; it has to look for such a run in its list of free
 * pages, which takes long and fails when that is fragmented.  So no piece
 * is longer than one page holds.
 */

#include "webhook_store_internal.h"


/* What one page holds beside its header, and what LMDB keeps in a leaf: half
   of that, less the node's header and key. */

#define WEBHOOK_BLOB_PAGE(page)  ((page) - 16)
#define WEBHOOK_BLOB_LEAF(page)                                              \
    (((((page) - 16) / 2) & ~(size_t) 1) - 2 - 8 - WEBHOOK_KEY_PIECE)


static size_t webhook_blob_piece(webhook_store_t *st, size_t left);
static int webhook_blob_first(webhook_txn_t *t, webhook_db_e db,
    const webhook_id_t *id, MDB_cursor **c, MDB_val *key, MDB_val *val);
static int webhook_blob_next(const webhook_id_t *id, MDB_cursor *c,
    MDB_val *key, MDB_val *val);


int
webhook_blob_put(webhook_txn_t *t, webhook_db_e db, const webhook_id_t *id,
    const void *data, size_t len)
{
    int                   rc;
    size_t                n;
    uint32_t              piece;
    unsigned char         key[WEBHOOK_KEY_PIECE];
    const unsigned char  *p;

    p = data;

    for (piece = 0; len; piece++) {
        n = webhook_blob_piece(t->st, len);

        webhook_key_piece(key, id, piece);

        rc = webhook_txn_put(t, db, key, sizeof(key), p, n, 0);
        if (rc) {
            return rc;
        }

        p += n;
        len -= n;
    }

    return 0;
}


/* Whole pages first; of what is left, as much as a leaf takes. */

static size_t
webhook_blob_piece(webhook_store_t *st, size_t left)
{
    size_t  leaf;

    leaf = WEBHOOK_BLOB_LEAF(st->page);

    if (left <= leaf) {
        return left;
    }

    if (left <= 2 * leaf) {
        return leaf;
    }

    return left < WEBHOOK_BLOB_PAGE(st->page) ? left
                                              : WEBHOOK_BLOB_PAGE(st->page);
}


size_t
webhook_blob_size(size_t len)
{
    return len + len / 32 + 64;
}


int
webhook_blob_len(webhook_txn_t *t, webhook_db_e db, const webhook_id_t *id,
    size_t *len)
{
    int          rc;
    size_t       sum;
    MDB_val      key, val;
    MDB_cursor  *c;

    sum = 0;

    for (rc = webhook_blob_first(t, db, id, &c, &key, &val);
         rc == 0;
         rc = webhook_blob_next(id, c, &key, &val))
    {
        sum += val.mv_size;
    }

    *len = sum;

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_blob_get(webhook_txn_t *t, webhook_db_e db, const webhook_id_t *id,
    unsigned char *data, size_t len)
{
    int             rc;
    size_t          left;
    uint32_t        piece;
    MDB_val         key, val;
    MDB_cursor     *c;
    unsigned char  *p;

    if (len == 0) {
        return 0;
    }

    left = len;
    piece = 0;

    for (rc = webhook_blob_first(t, db, id, &c, &key, &val);
         rc == 0 && left;
         rc = webhook_blob_next(id, c, &key, &val))
    {
        p = key.mv_data;

        if (webhook_get_u16(p + 16) != piece || val.mv_size > left) {
            return MDB_CORRUPTED;
        }

        memcpy(data, val.mv_data, val.mv_size);

        data += val.mv_size;
        left -= val.mv_size;
        piece++;

        if (left == 0) {
            return 0;
        }
    }

    return rc == MDB_NOTFOUND ? MDB_CORRUPTED : rc;
}


int
webhook_blob_del(webhook_txn_t *t, webhook_db_e db, const webhook_id_t *id,
    uint32_t *pages)
{
    int          rc;
    size_t       bytes;
    MDB_val      key, val;
    MDB_cursor  *c;

    bytes = 0;

    for ( ;; ) {
        rc = webhook_blob_first(t, db, id, &c, &key, &val);

        if (rc == MDB_NOTFOUND) {
            break;
        }

        if (rc) {
            return rc;
        }

        bytes += val.mv_size;

        rc = mdb_cursor_del(c, 0);
        if (rc) {
            return rc;
        }

        t->dirty = 1;
    }

    *pages += (uint32_t) (bytes / t->st->page) + 1;

    return 0;
}


static int
webhook_blob_first(webhook_txn_t *t, webhook_db_e db, const webhook_id_t *id,
    MDB_cursor **c, MDB_val *key, MDB_val *val)
{
    int            rc;
    unsigned char  first[WEBHOOK_KEY_PIECE];

    rc = webhook_txn_cursor(t, db, c);
    if (rc) {
        return rc;
    }

    webhook_key_piece(first, id, 0);

    key->mv_data = first;
    key->mv_size = sizeof(first);

    rc = mdb_cursor_get(*c, key, val, MDB_SET_RANGE);
    if (rc) {
        return rc;
    }

    if (key->mv_size != WEBHOOK_KEY_PIECE) {
        return MDB_CORRUPTED;
    }

    return memcmp(key->mv_data, id->bytes, 16) == 0 ? 0 : MDB_NOTFOUND;
}


static int
webhook_blob_next(const webhook_id_t *id, MDB_cursor *c, MDB_val *key,
    MDB_val *val)
{
    int  rc;

    rc = mdb_cursor_get(c, key, val, MDB_NEXT);
    if (rc) {
        return rc;
    }

    if (key->mv_size != WEBHOOK_KEY_PIECE) {
        return MDB_CORRUPTED;
    }

    return memcmp(key->mv_data, id->bytes, 16) == 0 ? 0 : MDB_NOTFOUND;
}
