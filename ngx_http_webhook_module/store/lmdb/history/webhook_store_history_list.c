
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * LIST: deliveries, the newest first or the oldest.
 */

#include "store/lmdb/history/webhook_store_history_list.h"
#include "core/base/webhook_codec.h"
#include "core/base/webhook_id.h"
#include "store/webhook_store_memory.h"
#include "store/lmdb/layout/webhook_store_row.h"
#include "store/lmdb/handle/webhook_store_handle.h"
#include "store/lmdb/rows/webhook_store_txn.h"
#include "store/lmdb/rows/webhook_store_txn_seek.h"
#include "store/lmdb/history/webhook_store_filter.h"
#include "store/lmdb/history/webhook_store_history_entry.h"

#include <errno.h>


#define WEBHOOK_HISTORY_PAGE  1000      /* entries in an answer at most */


static int webhook_history_row(webhook_txn_t *t, webhook_op_t *op,
    const webhook_id_t *id, const MDB_val *key, const MDB_val *val);
static int webhook_history_start(webhook_txn_t *t, webhook_filter_t *f,
    MDB_val *key, MDB_val *val);
static int webhook_filter_until(webhook_txn_t *t, webhook_filter_t *f,
    MDB_val *key, MDB_val *val);
static void webhook_filter_bound(unsigned char *key, uint64_t wall);


int
webhook_history_list(webhook_txn_t *t, webhook_op_t *op)
{
    int                      rc;
    MDB_val                  key, val;
    uint32_t                 rows, max;
    MDB_cursor              *c;
    MDB_cursor_op            next;
    webhook_id_t             id;
    webhook_filter_t        *f;
    webhook_op_list_t       *l;

    l = &op->u.list;
    f = &l->filter;

    max = f->max < WEBHOOK_HISTORY_PAGE ? f->max : WEBHOOK_HISTORY_PAGE;

    l->deliveries = webhook_memory_alloc(&op->memory,
                                         max * sizeof(webhook_delivery_t));
    if (l->deliveries == NULL) {
        return ENOMEM;
    }

    op->result = WEBHOOK_STORE_OK;

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    if (rc) {
        return rc;
    }

    next = f->oldest ? MDB_NEXT : MDB_PREV;

    rc = webhook_history_start(t, f, &key, &val);

    for (rows = 0; rc == 0; rows++) {

        if (key.mv_size != WEBHOOK_KEY_DELIVERY) {
            l->damaged++;
            rc = mdb_cursor_get(c, &key, &val, next);
            continue;
        }

        if (rows == WEBHOOK_FILTER_ROWS || l->count == max) {
            f->more = 1;
            return 0;
        }

        memcpy(f->cursor, key.mv_data, WEBHOOK_CURSOR_LEN);
        memcpy(id.bytes, key.mv_data, 16);

        /* ids tell the time, in that order; but in format 1, which tools read
           on its way, not all do */

        if (t->st->format > 1) {

            if (f->since && webhook_id_time(&id) < f->since && !f->oldest) {
                return 0;
            }

            if (f->until && webhook_id_time(&id) >= f->until) {

                if (f->oldest) {
                    return 0;
                }

                rc = webhook_filter_until(t, f, &key, &val);
                continue;
            }
        }

        rc = webhook_history_row(t, op, &id, &key, &val);
        if (rc) {
            return rc;
        }

        rc = mdb_cursor_get(c, &key, &val, next);
    }

    return rc == MDB_NOTFOUND ? 0 : rc;
}


/* Takes what a row says to the list, if it is meant. */

static int
webhook_history_row(webhook_txn_t *t, webhook_op_t *op,
    const webhook_id_t *id, const MDB_val *key, const MDB_val *val)
{
    int                     rc, damaged;
    uint64_t                endpoint;
    webhook_filter_t       *f;
    webhook_op_list_t      *l;
    webhook_head_row_t      head;
    webhook_delivery_row_t  d;

    l = &op->u.list;
    f = &l->filter;

    endpoint = webhook_get_u64((unsigned char *) key->mv_data + 16);

    damaged = endpoint ? webhook_row_read_delivery(val, &d)
                       : webhook_row_read_head(val, &head);

    if (damaged) {
        l->damaged++;

    } else if (endpoint
               && webhook_filter_match(t, f, id, endpoint, &d, &head))
    {
        rc = webhook_history_entry_fill(t, &op->memory, id, endpoint, &d,
                                        &head, &l->deliveries[l->count]);
        if (rc) {
            return rc;
        }

        l->count++;

    } else if (endpoint
               && webhook_history_entry_head(t, id, &head) == MDB_NOTFOUND)
    {
        /* its event is gone without it */

        l->damaged++;
    }

    return 0;
}


/* The newest row that may be meant, or the oldest. */

static int
webhook_history_start(webhook_txn_t *t, webhook_filter_t *f, MDB_val *key,
    MDB_val *val)
{
    int             rc;
    MDB_cursor     *c;
    unsigned char   bound[WEBHOOK_KEY_DELIVERY];

    if (f->oldest) {

        if (f->from) {
            memcpy(bound, f->cursor, sizeof(bound));

        } else {
            webhook_filter_bound(bound, t->st->format > 1 ? f->since : 0);
        }

        rc = webhook_txn_seek(t, WEBHOOK_DB_DELIVERIES, bound, sizeof(bound),
                              key, val);

        if (rc == 0 && f->from
            && memcmp(key->mv_data, bound, sizeof(bound)) == 0)
        {
            rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);

            if (rc == 0) {
                rc = mdb_cursor_get(c, key, val, MDB_NEXT);
            }
        }

        return rc;
    }

    if (f->from) {
        return webhook_txn_seek_before(t, WEBHOOK_DB_DELIVERIES, f->cursor,
                                       WEBHOOK_CURSOR_LEN, key, val);
    }

    rc = webhook_txn_cursor(t, WEBHOOK_DB_DELIVERIES, &c);
    if (rc) {
        return rc;
    }

    return mdb_cursor_get(c, key, val, MDB_LAST);
}


/* The last row before the time of the upper bound. */

static int
webhook_filter_until(webhook_txn_t *t, webhook_filter_t *f, MDB_val *key,
    MDB_val *val)
{
    unsigned char  bound[WEBHOOK_KEY_DELIVERY];

    webhook_filter_bound(bound, f->until);

    return webhook_txn_seek_before(t, WEBHOOK_DB_DELIVERIES, bound,
                                   sizeof(bound), key, val);
}


/* The least key of that time. */

static void
webhook_filter_bound(unsigned char *key, uint64_t wall)
{
    /* the first 48 bits of an id are its time */

    memset(key, 0, WEBHOOK_KEY_DELIVERY);
    webhook_set_u64(key, wall << 16);
}
