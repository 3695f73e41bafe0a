
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The index of what is finished: by its class, so that what is least missed
 * makes room first, and within a class by the time.  A row holds the bytes
 * that its event or call takes, which are known once it is finished; their sum
 * is in the state.
 */

#include "store/lmdb/rows/webhook_store_finished.h"
#include "core/base/webhook_codec.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_blob.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"


#define WEBHOOK_FINISHED_NODE  10       /* bytes of a page beside key and
                                           data */
#define WEBHOOK_FINISHED_LOOK  64       /* rows looked at for one */


static int webhook_finished_put(webhook_txn_t *t, webhook_class_e class,
    uint64_t time, const webhook_id_t *id, uint64_t bytes);
static int webhook_finished_attempts(webhook_txn_t *t,
    const webhook_id_t *id, uint64_t *bytes);


int
webhook_finished_event(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, const webhook_head_row_t *head)
{
    int              rc;
    uint32_t         i;
    uint64_t         bytes;
    webhook_class_e  class;

    rc = webhook_finished_measure(t, id, &class, &bytes);
    if (rc) {
        return rc;
    }

    for (i = 0; head && i < head->renditions_count; i++) {
        bytes += webhook_blob_size((size_t) head->renditions[i].fields
                                   + head->renditions[i].body);
    }

    return webhook_finished_put(t, head ? class : WEBHOOK_CLASS_DEAD, time,
                                id, bytes);
}


int
webhook_finished_gone(webhook_txn_t *t, const webhook_id_t *id)
{
    return webhook_finished_put(t, WEBHOOK_CLASS_DELIVERED, 0, id, 0);
}


int
webhook_finished_first_gone(webhook_txn_t *t, unsigned char *key, int *found)
{
    int                 rc;
    MDB_val             k, val;
    MDB_cursor         *c;
    unsigned            n;
    unsigned char       row[WEBHOOK_KEY_DELIVERY];
    webhook_id_t        id;
    webhook_head_row_t  head;

    *found = 0;

    memset(&id, 0, sizeof(id));

    webhook_key_finished(key, WEBHOOK_CLASS_DELIVERED, 0, &id);

    rc = webhook_txn_seek(t, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED,
                          &k, &val);

    if (rc == 0) {
        rc = webhook_txn_cursor(t, WEBHOOK_DB_FINISHED, &c);
    }

    /* others of that time can only be of the first millisecond of a store */

    for (n = 0; rc == 0 && n < WEBHOOK_FINISHED_LOOK; n++) {

        if (k.mv_size != WEBHOOK_KEY_FINISHED || memcmp(k.mv_data, key, 9) != 0)
        {
            return 0;
        }

        memcpy(key, k.mv_data, WEBHOOK_KEY_FINISHED);
        memcpy(id.bytes, key + 9, sizeof(id.bytes));

        webhook_key_delivery(row, &id, 0);

        rc = webhook_txn_get(t, WEBHOOK_DB_DELIVERIES, row, sizeof(row), &val);

        if (rc == 0 && webhook_row_read_head(&val, &head) == 0
            && webhook_head_gone(&head))
        {
            *found = 1;
            return 0;
        }

        if (rc == 0 || rc == MDB_NOTFOUND) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


int
webhook_finished_call(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t time, uint64_t record_len)
{
    /* with its rows in three tables */

    return webhook_finished_put(t, WEBHOOK_CLASS_CALL, time, id,
                                webhook_blob_size((size_t) record_len) + 224);
}


static int
webhook_finished_put(webhook_txn_t *t, webhook_class_e class, uint64_t time,
    const webhook_id_t *id, uint64_t bytes)
{
    unsigned char  key[WEBHOOK_KEY_FINISHED], val[8];

    webhook_key_finished(key, class, time, id);
    webhook_set_u64(val, bytes);

    t->state.history += bytes;

    return webhook_txn_put(t, WEBHOOK_DB_FINISHED, key, sizeof(key), val,
                           sizeof(val), 0);
}


int
webhook_finished_del(webhook_txn_t *t, const unsigned char *key)
{
    int       rc;
    MDB_val   val;
    uint64_t  bytes;

    rc = webhook_txn_get(t, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED,
                         &val);
    if (rc) {
        return rc;
    }

    bytes = val.mv_size == 8 ? webhook_get_u64(val.mv_data) : 0;

    t->state.history -= bytes < t->state.history ? bytes : t->state.history;

    return webhook_txn_del(t, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED);
}


int
webhook_finished_find(webhook_txn_t *t, const webhook_id_t *id, uint64_t time,
    unsigned char *key)
{
    int       rc;
    MDB_val   val;
    unsigned  class;

    rc = MDB_NOTFOUND;

    for (class = 0; rc == MDB_NOTFOUND && class < WEBHOOK_CLASSES; class++) {

        if (class == WEBHOOK_CLASS_CALL) {
            continue;
        }

        webhook_key_finished(key, class, time, id);

        rc = webhook_txn_get(t, WEBHOOK_DB_FINISHED, key,
                             WEBHOOK_KEY_FINISHED, &val);
    }

    return rc;
}


int
webhook_finished_first(webhook_txn_t *t, unsigned class, unsigned char *key)
{
    memset(key, 0, WEBHOOK_KEY_FINISHED);
    key[0] = (unsigned char) class;

    return webhook_finished_from(t, key);
}


int
webhook_finished_from(webhook_txn_t *t, unsigned char *key)
{
    int      rc;
    MDB_val  k, val;

    rc = webhook_txn_seek(t, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED,
                          &k, &val);

    if (rc == 0 && k.mv_size != WEBHOOK_KEY_FINISHED) {
        return MDB_CORRUPTED;
    }

    if (rc == 0) {
        memcpy(key, k.mv_data, WEBHOOK_KEY_FINISHED);
    }

    return rc;
}


int
webhook_finished_measure(webhook_txn_t *t, const webhook_id_t *id,
    webhook_class_e *class, uint64_t *bytes)
{
    int                     rc;
    MDB_val                 k, val;
    MDB_cursor             *c;
    unsigned char           key[WEBHOOK_KEY_DELIVERY];
    webhook_class_e         one;
    webhook_delivery_row_t  d;

    *class = WEBHOOK_CLASS_DELIVERED;

    *bytes = webhook_finished_size(t->st, WEBHOOK_KEY_FINISHED, 8);

    webhook_key_delivery(key, id, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &k,
                          &val);

    while (rc == 0) {

        if (k.mv_size != WEBHOOK_KEY_DELIVERY
            || memcmp(k.mv_data, id->bytes, 16) != 0)
        {
            break;
        }

        *bytes += webhook_finished_size(t->st, k.mv_size, val.mv_size);

        if (webhook_get_u64((unsigned char *) k.mv_data + 16) != 0) {

            one = webhook_row_read_delivery(&val, &d) != 0
                  ? WEBHOOK_CLASS_DEAD
                  : d.state == WEBHOOK_DELIVERED ? WEBHOOK_CLASS_DELIVERED
                  : d.state == WEBHOOK_DEAD ? WEBHOOK_CLASS_DEAD
                                            : WEBHOOK_CLASS_CANCELLED;

            if (one > *class) {
                *class = one;
            }
        }

        rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    if (rc && rc != MDB_NOTFOUND) {
        return rc;
    }

    return webhook_finished_attempts(t, id, bytes);
}


static int
webhook_finished_attempts(webhook_txn_t *t, const webhook_id_t *id,
    uint64_t *bytes)
{
    int            rc;
    MDB_val        k, val;
    MDB_cursor    *c;
    unsigned char  key[WEBHOOK_KEY_ATTEMPT];

    webhook_key_attempt(key, id, 0, 0);

    rc = webhook_txn_seek(t, WEBHOOK_DB_ATTEMPTS, key, sizeof(key), &k, &val);

    while (rc == 0) {

        if (k.mv_size != WEBHOOK_KEY_ATTEMPT
            || memcmp(k.mv_data, id->bytes, 16) != 0)
        {
            break;
        }

        *bytes += webhook_finished_size(t->st, k.mv_size, val.mv_size);

        rc = webhook_txn_cursor(t, WEBHOOK_DB_ATTEMPTS, &c);

        if (rc == 0) {
            rc = mdb_cursor_get(c, &k, &val, MDB_NEXT);
        }
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* A row's share of its page.  LMDB splits a page before its last row where rows
   come in the order of their keys, so one fewer lie on a page than fit. */

uint64_t
webhook_finished_size(webhook_lmdb_t *st, size_t key, size_t len)
{
    size_t  page, node, rows;

    page = st->page - 16;
    node = (WEBHOOK_FINISHED_NODE + key + len + 1) & ~(size_t) 1;

    if (node > page / 2) {

        /* on pages of its own */

        return (16 + len + page - 1) / page * st->page + key;
    }

    rows = page / node;

    return st->page / (rows > 2 ? rows - 1 : 1);
}
