
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The rows of journals.
 */

#include "store/lmdb/kept/webhook_store_kept_row.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_quarantine.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_KEPT_NAME      "journal"
#define WEBHOOK_KEPT_NAME_LEN  (sizeof(WEBHOOK_KEPT_NAME) - 1)
#define WEBHOOK_KEPT_KEY       (WEBHOOK_KEPT_NAME_LEN + WEBHOOK_JOURNAL_ID)
#define WEBHOOK_KEPT_RECORD    'V'
#define WEBHOOK_KEPT_PURGES    "purges"
#define WEBHOOK_KEPT_PURGED    'Y'


static void webhook_kept_row_key(unsigned char *key, const unsigned char *id);
static int webhook_kept_row_read(const MDB_val *val, webhook_kept_row_t *row);
static int webhook_kept_row_first(webhook_txn_t *t, MDB_cursor **c,
    MDB_val *key, MDB_val *val);
static int webhook_kept_row_next(MDB_cursor *c, MDB_val *key, MDB_val *val,
    MDB_cursor_op op);


static void
webhook_kept_row_key(unsigned char *key, const unsigned char *id)
{
    memcpy(key, WEBHOOK_KEPT_NAME, WEBHOOK_KEPT_NAME_LEN);
    memcpy(key + WEBHOOK_KEPT_NAME_LEN, id, WEBHOOK_JOURNAL_ID);
}


static int
webhook_kept_row_read(const MDB_val *val, webhook_kept_row_t *row)
{
    uint8_t             state;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, val->mv_data, val->mv_size, WEBHOOK_KEPT_RECORD,
                       2);

    row->incarnation = webhook_codec_u64(&in);
    row->slot = webhook_codec_u32(&in);
    row->applied = webhook_codec_u64(&in);
    state = webhook_codec_u8(&in);
    row->damaged = webhook_codec_u8(&in) & 1;
    row->cleaned = in.version > 1 ? webhook_codec_u64(&in) : 0;

    if (webhook_codec_done(&in) != WEBHOOK_OK || state > WEBHOOK_KEPT_ROW_ASIDE)
    {
        return MDB_CORRUPTED;
    }

    row->state = state;

    return 0;
}


int
webhook_kept_row_get(webhook_txn_t *t, const unsigned char *id,
    webhook_kept_row_t *row)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_KEPT_KEY];

    webhook_kept_row_key(key, id);

    rc = webhook_txn_get(t, WEBHOOK_DB_META, key, sizeof(key), &val);
    if (rc) {
        return rc;
    }

    memcpy(row->id, id, WEBHOOK_JOURNAL_ID);

    return webhook_kept_row_read(&val, row);
}


int
webhook_kept_row_put(webhook_txn_t *t, const webhook_kept_row_t *row)
{
    unsigned char        key[WEBHOOK_KEPT_KEY], buf[WEBHOOK_ROW_MAX];
    webhook_codec_out_t  out;

    webhook_kept_row_key(key, row->id);

    webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_KEPT_RECORD, 2);

    webhook_codec_add_u64(&out, row->incarnation);
    webhook_codec_add_u32(&out, row->slot);
    webhook_codec_add_u64(&out, row->applied);
    webhook_codec_add_u8(&out, (uint8_t) row->state);
    webhook_codec_add_u8(&out, row->damaged);
    webhook_codec_add_u64(&out, row->cleaned);

    return webhook_txn_put(t, WEBHOOK_DB_META, key, sizeof(key), buf,
                           webhook_codec_written(&out), 0);
}


int
webhook_kept_row_del(webhook_txn_t *t, const unsigned char *id)
{
    int            rc;
    unsigned char  key[WEBHOOK_KEPT_KEY];

    webhook_kept_row_key(key, id);

    rc = webhook_txn_del(t, WEBHOOK_DB_META, key, sizeof(key));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_kept_row_list(webhook_txn_t *t, webhook_kept_row_t *rows,
    uint32_t *count, unsigned *damaged)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;

    *count = 0;
    *damaged = 0;

    for (rc = webhook_kept_row_first(t, &c, &key, &val);
         rc == 0 && *count < WEBHOOK_KEPT_ROWS;
         rc = webhook_kept_row_next(c, &key, &val, MDB_NEXT))
    {
        memcpy(rows[*count].id,
               (unsigned char *) key.mv_data + WEBHOOK_KEPT_NAME_LEN,
               WEBHOOK_JOURNAL_ID);

        if (webhook_kept_row_read(&val, &rows[*count]) == 0) {
            (*count)++;

        } else {
            *damaged = 1;
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_kept_row_purges(webhook_txn_t *t, uint64_t *purges)
{
    int                  rc;
    MDB_val              val;
    webhook_codec_in_t   in;

    *purges = 0;

    rc = webhook_txn_get(t, WEBHOOK_DB_META, WEBHOOK_KEPT_PURGES,
                         sizeof(WEBHOOK_KEPT_PURGES) - 1, &val);
    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    webhook_codec_read(&in, val.mv_data, val.mv_size, WEBHOOK_KEPT_PURGED, 1);

    *purges = webhook_codec_u64(&in);

    if (webhook_codec_done(&in) != WEBHOOK_OK) {

        /* it begins anew, and whoever has another number overwrites */

        *purges = 0;
    }

    return 0;
}


int
webhook_kept_row_purged(webhook_txn_t *t)
{
    int                   rc;
    MDB_val               key, val;
    uint64_t              purges;
    MDB_cursor           *c;
    unsigned char         buf[WEBHOOK_ROW_MAX];
    webhook_codec_out_t   out;

    rc = webhook_kept_row_first(t, &c, &key, &val);

    if (rc) {
        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    rc = webhook_kept_row_purges(t, &purges);
    if (rc) {
        return rc;
    }

    webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_KEPT_PURGED, 1);
    webhook_codec_add_u64(&out, purges + 1);

    return webhook_txn_put(t, WEBHOOK_DB_META, WEBHOOK_KEPT_PURGES,
                           sizeof(WEBHOOK_KEPT_PURGES) - 1, buf,
                           webhook_codec_written(&out), 0);
}


int
webhook_kept_row_clear(webhook_txn_t *t)
{
    int             rc;
    MDB_val         key, val;
    MDB_cursor     *c;
    unsigned char   buf[WEBHOOK_KEPT_KEY];

    for ( ;; ) {
        rc = webhook_kept_row_first(t, &c, &key, &val);

        if (rc) {
            return rc == MDB_NOTFOUND ? 0 : rc;
        }

        memcpy(buf, key.mv_data, WEBHOOK_KEPT_KEY);

        rc = webhook_txn_del(t, WEBHOOK_DB_META, buf, sizeof(buf));
        if (rc) {
            return rc;
        }
    }
}


int
webhook_kept_row_quarantine(webhook_txn_t *t)
{
    int                  rc;
    MDB_val              key, val;
    MDB_cursor          *c;
    unsigned char        buf[WEBHOOK_KEPT_KEY];
    webhook_kept_row_t   row;

    for (rc = webhook_kept_row_first(t, &c, &key, &val);
         rc == 0;
         rc = webhook_kept_row_next(c, &key, &val, MDB_NEXT))
    {
        if (webhook_kept_row_read(&val, &row) == 0) {
            continue;
        }

        memcpy(buf, key.mv_data, WEBHOOK_KEPT_KEY);

        rc = webhook_quarantine(t, WEBHOOK_DB_META, buf, sizeof(buf), 0);
        if (rc) {
            return rc;
        }

        /* where the cursor stands is not sure now: others go with the next
           step */

        return 0;
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


static int
webhook_kept_row_first(webhook_txn_t *t, MDB_cursor **c, MDB_val *key,
    MDB_val *val)
{
    int  rc;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_META, c);
    if (rc) {
        return rc;
    }

    key->mv_data = (void *) (uintptr_t) WEBHOOK_KEPT_NAME;
    key->mv_size = WEBHOOK_KEPT_NAME_LEN;

    return webhook_kept_row_next(*c, key, val, MDB_SET_RANGE);
}


/* MDB_NOTFOUND behind the last one. */

static int
webhook_kept_row_next(MDB_cursor *c, MDB_val *key, MDB_val *val,
    MDB_cursor_op op)
{
    int  rc;

    for ( /* void */ ; ; op = MDB_NEXT) {

        rc = mdb_cursor_get(c, key, val, op);
        if (rc) {
            return rc;
        }

        if (key->mv_size < WEBHOOK_KEPT_NAME_LEN
            || memcmp(key->mv_data, WEBHOOK_KEPT_NAME, WEBHOOK_KEPT_NAME_LEN)
               != 0)
        {
            return MDB_NOTFOUND;
        }

        if (key->mv_size == WEBHOOK_KEPT_KEY) {
            return 0;
        }
    }
}
