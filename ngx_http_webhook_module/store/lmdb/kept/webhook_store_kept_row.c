
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


static void webhook_kept_row_key(unsigned char *key, const unsigned char *id);
static int webhook_kept_row_read(const MDB_val *val, webhook_kept_row_t *row);


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
                       1);

    row->incarnation = webhook_codec_u64(&in);
    row->slot = webhook_codec_u32(&in);
    row->applied = webhook_codec_u64(&in);
    state = webhook_codec_u8(&in);
    row->damaged = webhook_codec_u8(&in) & 1;

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

    webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_KEPT_RECORD, 1);

    webhook_codec_add_u64(&out, row->incarnation);
    webhook_codec_add_u32(&out, row->slot);
    webhook_codec_add_u64(&out, row->applied);
    webhook_codec_add_u8(&out, (uint8_t) row->state);
    webhook_codec_add_u8(&out, row->damaged);

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
    uint32_t *count)
{
    int             rc, op;
    MDB_val         key, val;
    MDB_cursor     *c;
    unsigned char   buf[WEBHOOK_KEPT_KEY];

    *count = 0;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_META, &c);
    if (rc) {
        return rc;
    }

    memcpy(buf, WEBHOOK_KEPT_NAME, WEBHOOK_KEPT_NAME_LEN);

    key.mv_data = buf;
    key.mv_size = WEBHOOK_KEPT_NAME_LEN;

    for (op = MDB_SET_RANGE; *count < WEBHOOK_KEPT_ROWS; op = MDB_NEXT) {

        rc = mdb_cursor_get(c, &key, &val, op);
        if (rc) {
            break;
        }

        if (key.mv_size < WEBHOOK_KEPT_NAME_LEN
            || memcmp(key.mv_data, WEBHOOK_KEPT_NAME, WEBHOOK_KEPT_NAME_LEN)
               != 0)
        {
            break;
        }

        if (key.mv_size != WEBHOOK_KEPT_KEY) {
            continue;
        }

        memcpy(buf, key.mv_data, WEBHOOK_KEPT_KEY);
        memcpy(rows[*count].id, buf + WEBHOOK_KEPT_NAME_LEN,
               WEBHOOK_JOURNAL_ID);

        if (webhook_kept_row_read(&val, &rows[*count]) == 0) {
            (*count)++;
            continue;
        }

        if (t->write) {
            rc = webhook_quarantine(t, WEBHOOK_DB_META, buf, sizeof(buf), 0);

            /* it is gone, and where the cursor stands is not sure */

            return rc ? rc : webhook_kept_row_list(t, rows, count);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}
