
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "store/lmdb/credit/row/webhook_store_credit_row.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_CREDIT_NAME      "credit"
#define WEBHOOK_CREDIT_NAME_LEN  (sizeof(WEBHOOK_CREDIT_NAME) - 1)
#define WEBHOOK_CREDIT_KEY       (WEBHOOK_CREDIT_NAME_LEN + 16)
#define WEBHOOK_CREDIT_RECORD    'G'


static void webhook_credit_row_key(unsigned char *key, uint64_t incarnation,
    uint64_t endpoint);
static void webhook_credit_row_read(const MDB_val *val,
    webhook_credit_row_t *row);
static int webhook_credit_row_leases(webhook_txn_t *t, uint64_t endpoint,
    uint64_t *count);
static int webhook_credit_row_stocked(webhook_txn_t *t, uint64_t endpoint,
    const unsigned char *due);


static void
webhook_credit_row_key(unsigned char *key, uint64_t incarnation,
    uint64_t endpoint)
{
    memcpy(key, WEBHOOK_CREDIT_NAME, WEBHOOK_CREDIT_NAME_LEN);
    webhook_set_u64(key + WEBHOOK_CREDIT_NAME_LEN, incarnation);
    webhook_set_u64(key + WEBHOOK_CREDIT_NAME_LEN + 8, endpoint);
}


static void
webhook_credit_row_read(const MDB_val *val, webhook_credit_row_t *row)
{
    webhook_codec_in_t  in;

    webhook_codec_read(&in, val->mv_data, val->mv_size, WEBHOOK_CREDIT_RECORD,
                       1);

    row->slot = webhook_codec_u32(&in);
    row->count = webhook_codec_u32(&in);
    row->damaged = 0;

    if (webhook_codec_done(&in) != WEBHOOK_OK) {
        row->slot = 0;
        row->count = 0;
        row->damaged = 1;
    }
}


int
webhook_credit_row_get(webhook_txn_t *t, uint64_t incarnation,
    uint64_t endpoint, webhook_credit_row_t *row)
{
    int            rc;
    MDB_val        val;
    unsigned char  key[WEBHOOK_CREDIT_KEY];

    memset(row, 0, sizeof(webhook_credit_row_t));

    row->incarnation = incarnation;
    row->endpoint = endpoint;

    webhook_credit_row_key(key, incarnation, endpoint);

    rc = webhook_txn_get(t, WEBHOOK_DB_META, key, sizeof(key), &val);

    if (rc == 0) {
        webhook_credit_row_read(&val, row);
    }

    return rc;
}


int
webhook_credit_row_put(webhook_txn_t *t, const webhook_credit_row_t *row)
{
    int                  rc;
    unsigned char        key[WEBHOOK_CREDIT_KEY], buf[WEBHOOK_ROW_MAX];
    webhook_codec_out_t  out;

    webhook_credit_row_key(key, row->incarnation, row->endpoint);

    if (row->count == 0) {
        rc = webhook_txn_del(t, WEBHOOK_DB_META, key, sizeof(key));

        return rc == MDB_NOTFOUND ? 0 : rc;
    }

    webhook_codec_write(&out, buf, sizeof(buf), WEBHOOK_CREDIT_RECORD, 1);

    webhook_codec_add_u32(&out, row->slot);
    webhook_codec_add_u32(&out, row->count);

    return webhook_txn_put(t, WEBHOOK_DB_META, key, sizeof(key), buf,
                           webhook_codec_written(&out), 0);
}


int
webhook_credit_row_seek(webhook_txn_t *t, uint64_t incarnation,
    uint64_t endpoint, webhook_credit_row_t *row)
{
    int             rc;
    MDB_val         found, val;
    MDB_cursor     *c;
    unsigned char   key[WEBHOOK_CREDIT_KEY], *p;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_META, &c);
    if (rc) {
        return rc;
    }

    webhook_credit_row_key(key, incarnation, endpoint);

    found.mv_data = key;
    found.mv_size = sizeof(key);

    /* keys of other lengths stand in that table, too */

    rc = mdb_cursor_get(c, &found, &val, MDB_SET_RANGE);

    if (rc) {
        return rc;
    }

    p = found.mv_data;

    if (found.mv_size != WEBHOOK_CREDIT_KEY
        || memcmp(p, WEBHOOK_CREDIT_NAME, WEBHOOK_CREDIT_NAME_LEN) != 0)
    {
        return MDB_NOTFOUND;
    }

    row->incarnation = webhook_get_u64(p + WEBHOOK_CREDIT_NAME_LEN);
    row->endpoint = webhook_get_u64(p + WEBHOOK_CREDIT_NAME_LEN + 8);

    webhook_credit_row_read(&val, row);

    return 0;
}


int
webhook_credit_row_next(webhook_txn_t *t, webhook_credit_row_t *row)
{
    if (row->endpoint == UINT64_MAX) {
        return webhook_credit_row_owner(t, row);
    }

    return webhook_credit_row_seek(t, row->incarnation, row->endpoint + 1,
                                   row);
}


int
webhook_credit_row_owner(webhook_txn_t *t, webhook_credit_row_t *row)
{
    if (row->incarnation == UINT64_MAX) {
        return MDB_NOTFOUND;
    }

    return webhook_credit_row_seek(t, row->incarnation + 1, 0, row);
}


int
webhook_credit_row_count(webhook_txn_t *t, webhook_endpoint_row_t *ep)
{
    int                   rc;
    uint64_t              n;
    webhook_credit_row_t  row, held;

    rc = webhook_credit_row_leases(t, ep->id, &n);
    if (rc) {
        return rc;
    }

    for (rc = webhook_credit_row_seek(t, 0, 0, &row);
         rc == 0;
         rc = webhook_credit_row_owner(t, &row))
    {
        rc = webhook_credit_row_get(t, row.incarnation, ep->id, &held);

        if (rc == 0) {
            n += held.count;

        } else if (rc != MDB_NOTFOUND) {
            return rc;
        }
    }

    if (rc != MDB_NOTFOUND) {
        return rc;
    }

    ep->inflight = n < UINT32_MAX ? (uint32_t) n : UINT32_MAX;
    ep->dirty = 1;

    return 0;
}


/* Leases that have a slot. */

static int
webhook_credit_row_leases(webhook_txn_t *t, uint64_t endpoint,
    uint64_t *count)
{
    int            rc;
    MDB_val        found, val;
    MDB_cursor    *c;
    webhook_id_t   none;
    unsigned char  key[WEBHOOK_KEY_DUE];

    memset(&none, 0, sizeof(none));

    *count = 0;

    webhook_key_due(key, endpoint, WEBHOOK_LANE_LEASE, 0, &none);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DUE, key, sizeof(key), &found, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_DUE, &c);
    }

    while (rc == 0
           && found.mv_size == WEBHOOK_KEY_DUE
           && memcmp(found.mv_data, key, 9) == 0)
    {
        *count += !webhook_credit_row_stocked(t, endpoint, found.mv_data);

        rc = mdb_cursor_get(c, &found, &val, MDB_NEXT);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A delivery that cannot be read has one, to be careful. */

static int
webhook_credit_row_stocked(webhook_txn_t *t, uint64_t endpoint,
    const unsigned char *due)
{
    MDB_val                 val;
    webhook_id_t            id;
    unsigned char           key[WEBHOOK_KEY_DELIVERY];
    webhook_delivery_row_t  d;

    memcpy(id.bytes, due + 17, sizeof(id.bytes));

    webhook_key_delivery(key, &id, endpoint);

    return webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val)
           == 0
           && webhook_row_read_delivery(&val, &d) == 0
           && d.stocked;
}
