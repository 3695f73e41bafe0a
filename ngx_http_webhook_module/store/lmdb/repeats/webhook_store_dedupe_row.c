
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Rows of repeats of calls: a reservation (who acts, and until when at most)
 * or, once settled, the answer that repeats get.  A second table has the same
 * keys by the time they end, so that what is over is at hand.
 */

#include "store/lmdb/repeats/webhook_store_dedupe_row.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_str.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"


#define WEBHOOK_ROW_RESERVED     'Q'
#define WEBHOOK_DEDUPE_ROW_SIZE  (WEBHOOK_ROW_MAX + WEBHOOK_DEDUPE_ANSWER)


int
webhook_dedupe_row_get(webhook_txn_t *t, const unsigned char *key,
    webhook_dedupe_row_t *row)
{
    int      rc;
    MDB_val  val;

    rc = webhook_txn_get(t, WEBHOOK_DB_DEDUPE, key, WEBHOOK_KEY_DEDUPE, &val);

    return rc ? rc : webhook_dedupe_row_read(&val, row);
}


int
webhook_dedupe_row_put(webhook_txn_t *t, const unsigned char *key,
    const webhook_dedupe_row_t *row)
{
    int                  rc;
    size_t               len;
    unsigned char        buf[WEBHOOK_DEDUPE_ROW_SIZE], ekey[WEBHOOK_KEY_REPEAT];
    webhook_str_t        event;
    webhook_codec_out_t  out;

    webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_ROW_RESERVED, 2);

    webhook_codec_add_u64(&out, row->token);
    webhook_codec_add_u64(&out, row->end);
    webhook_codec_add_u64(&out, row->owner);
    webhook_codec_add_u64(&out, row->asker);
    webhook_codec_add_u32(&out, row->slot);
    webhook_codec_add_u32(&out, row->answer.status);
    webhook_codec_add_u8(&out, row->settled);
    webhook_codec_add_text(&out, &row->answer.text);
    webhook_codec_add_number(&out, row->answer.sent);
    webhook_codec_add_text(&out, &row->answer.type);

    event.data = (unsigned char *) row->answer.event.bytes;
    event.len = row->answer.durable ? WEBHOOK_ID_LEN : 0;

    webhook_codec_add_text(&out, &event);

    len = webhook_codec_written(&out);

    rc = webhook_txn_put(t, WEBHOOK_DB_DEDUPE, key, WEBHOOK_KEY_DEDUPE, buf,
                         len, 0);
    if (rc) {
        return rc;
    }

    webhook_set_u64(ekey, row->end);
    memcpy(ekey + 8, key, WEBHOOK_KEY_DEDUPE);

    return webhook_txn_put(t, WEBHOOK_DB_REPEATS, ekey, sizeof(ekey), "", 0,
                           0);
}


int
webhook_dedupe_row_del(webhook_txn_t *t, const unsigned char *key, uint64_t end)
{
    int            rc;
    unsigned char  ekey[WEBHOOK_KEY_REPEAT];

    rc = webhook_txn_del(t, WEBHOOK_DB_DEDUPE, key, WEBHOOK_KEY_DEDUPE);

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    webhook_set_u64(ekey, end);
    memcpy(ekey + 8, key, WEBHOOK_KEY_DEDUPE);

    rc = webhook_txn_del(t, WEBHOOK_DB_REPEATS, ekey, sizeof(ekey));

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_dedupe_row_read(const MDB_val *v, webhook_dedupe_row_t *row)
{
    webhook_str_t       event;
    webhook_codec_in_t  in;

    webhook_codec_read(&in, v->mv_data, v->mv_size, WEBHOOK_ROW_RESERVED, 2);

    memset(&row->answer, 0, sizeof(webhook_answered_t));

    row->token = webhook_codec_u64(&in);
    row->end = webhook_codec_u64(&in);
    row->owner = webhook_codec_u64(&in);
    row->asker = webhook_codec_u64(&in);
    row->slot = webhook_codec_u32(&in);
    row->answer.status = webhook_codec_u32(&in);
    row->settled = webhook_codec_u8(&in);
    webhook_codec_text(&in, WEBHOOK_DEDUPE_ANSWER, &row->answer.text);

    if (in.version > 1) {
        row->answer.sent = (uint32_t) webhook_codec_number(&in, UINT32_MAX);
        webhook_codec_text(&in, WEBHOOK_DEDUPE_TYPE, &row->answer.type);
        webhook_codec_text(&in, WEBHOOK_ID_LEN, &event);

        if (event.len == WEBHOOK_ID_LEN) {
            memcpy(row->answer.event.bytes, event.data, WEBHOOK_ID_LEN);
            row->answer.durable = 1;

        } else if (event.len) {
            return MDB_CORRUPTED;
        }
    }

    return webhook_codec_done(&in) == WEBHOOK_OK ? 0 : MDB_CORRUPTED;
}


int
webhook_dedupe_row_end(const MDB_val *v, uint64_t *end)
{
    int                   rc;
    webhook_dedupe_row_t  row;

    rc = webhook_dedupe_row_read(v, &row);

    *end = row.end;

    return rc;
}
