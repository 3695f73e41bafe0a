
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of the index of what waits share: a store whose clocks go on
 * together, events that wait, and what of them is in the index.
 */

#ifndef STORE_LISTED_H
#define STORE_LISTED_H

#include "store/lmdb/lists/webhook_store_listed.h"
#include "store/lmdb/lists/webhook_store_listed_rows.h"
#include "store/lmdb/queue/webhook_store_endpoint_row.h"
#include "store_task.h"
#include "store_util.h"


/* A store whose clocks go on together. */

__attribute__((unused))
static uint64_t
start(util_t *u, uint32_t inflight)
{
    util_init(u);

    u->real = UTIL_WALL;

    util_open(u);

    return util_endpoint(u, "erp", inflight);
}


__attribute__((unused))
static void
pass(util_t *u, uint64_t ms)
{
    u->clock += ms;
    u->real += ms;
}


/* An id that was made so long ago. */

__attribute__((unused))
static webhook_id_t
made(util_t *u, uint64_t age)
{
    webhook_id_t  id, timed;

    id = util_id(u);

    webhook_id_timed(&id, u->real - age, &timed);

    return timed;
}


__attribute__((unused))
static int
put(util_t *u, uint64_t ep, webhook_id_t id, uint64_t delay)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    p.delay = delay;

    util_put_op(&op, &p, id, ep, "{}", 2);

    return util_apply(u, &op) == WEBHOOK_STORE_OK;
}


/* Puts some that wait, one each millisecond. */

__attribute__((unused))
static int
put_many(util_t *u, uint64_t ep, unsigned n, webhook_id_t *ids)
{
    int           good;
    unsigned      i;
    webhook_id_t  id;

    good = 1;

    for (i = 0; i < n; i++) {
        id = made(u, 0);

        if (ids) {
            ids[i] = id;
        }

        good &= put(u, ep, id, 0);

        pass(u, 1);
    }

    return good;
}


/* Deliveries of an endpoint (0: of all) that are in the index, with what is not
   written to it yet; and first sends of it that are not. */
__attribute__((unused))
static uint64_t
rows(util_t *u, uint64_t ep, uint32_t *marked)
{
    int                      rc;
    size_t                   i, some;
    MDB_val                  key, val;
    uint64_t                 n, endpoint;
    MDB_cursor              *c;
    webhook_id_t             id;
    webhook_txn_t            t;
    unsigned char           *p, ids[WEBHOOK_LISTED_IDS * 16];
    webhook_endpoint_row_t  *row;

    n = 0;
    *marked = 0;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return UINT64_MAX;
    }

    rc = webhook_txn_cursor(&t, WEBHOOK_DB_LISTED, &c);

    while (rc == 0 && (rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) == 0) {
        p = key.mv_data;
        endpoint = webhook_get_u64(p);

        if ((ep && ep != endpoint)
            || webhook_endpoint_row_get(&t, endpoint, &row) != 0
            || webhook_listed_rows_read(&key, &val, ids, &some) != 0)
        {
            continue;
        }

        while (some--) {
            memcpy(id.bytes, ids + some * 16, sizeof(id.bytes));

            n += webhook_listed_find(row->unwritten, row->unwritten_len, p[8],
                                     &id)
                 != WEBHOOK_LISTED_DEL;
        }
    }

    rc = webhook_txn_cursor(&t, WEBHOOK_DB_ENDPOINTS, &c);

    while (rc == 0 && (rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) == 0) {
        endpoint = webhook_get_u64(key.mv_data);

        if ((ep && ep != endpoint)
            || webhook_endpoint_row_get(&t, endpoint, &row) != 0)
        {
            continue;
        }

        *marked += row->marked;

        for (i = 0; i < row->unwritten_len; i += WEBHOOK_UNWRITTEN_LEN) {
            p = &row->unwritten[i];
            memcpy(id.bytes, p + 1, sizeof(id.bytes));

            n += (p[0] & WEBHOOK_UNWRITTEN_DEL) == 0
                 && webhook_listed_rows_find(&t, endpoint, p[0], &id)
                    == MDB_NOTFOUND;
        }
    }

    webhook_session_abort(&t);

    return n;
}


/* Those that are written to it; and the rows that they are in. */

__attribute__((unused))
static uint64_t
rows_written_in(util_t *u, uint64_t *in)
{
    int             rc;
    size_t          some;
    MDB_val         key, val;
    uint64_t        n;
    MDB_cursor     *c;
    webhook_txn_t   t;
    unsigned char   ids[WEBHOOK_LISTED_IDS * 16];

    n = 0;
    *in = 0;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return UINT64_MAX;
    }

    rc = webhook_txn_cursor(&t, WEBHOOK_DB_LISTED, &c);

    while (rc == 0 && (rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) == 0) {

        if (webhook_listed_rows_read(&key, &val, ids, &some) != 0) {
            n = UINT64_MAX;
            break;
        }

        n += some;
        (*in)++;
    }

    webhook_session_abort(&t);

    return n;
}


__attribute__((unused))
static uint64_t
rows_written(util_t *u)
{
    uint64_t  in;

    return rows_written_in(u, &in);
}


/* What is listed as waiting, in both orders. */

__attribute__((unused))
static int
waits(util_t *u, uint64_t ep, uint64_t n)
{
    uint64_t          found;
    unsigned          i, ordered;
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.state = WEBHOOK_PENDING;

    for (i = 0; i < 4; i++) {
        f.endpoint = i < 2 ? ep : 0;
        f.oldest = i & 1;

        found = task_listed(u, &f, i & 1 ? 13 : 200, &ordered);

        if (found != n || !ordered) {
            printf("# %llu are listed, not %llu%s\n",
                   (unsigned long long) found, (unsigned long long) n,
                   ordered ? "" : ", in no order");
            return 0;
        }
    }

    return 1;
}


__attribute__((unused))
static webhook_store_result_e
by_hand(util_t *u, uint64_t ep, webhook_id_t id, webhook_op_e type)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


#endif /* STORE_LISTED_H */
