
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Events of many deliveries, which are removed in steps.
 */

#ifndef STORE_WIDE_H
#define STORE_WIDE_H

#include "store_util.h"

#include <limits.h>


/* Makes endpoints of this limit. */

__attribute__((unused))
static void
wide_endpoints(util_t *u, uint64_t *eps, unsigned count, uint32_t limit)
{
    char      name[16];
    unsigned  i;

    for (i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "erp-%u", i);
        eps[i] = util_endpoint(u, name, limit);
    }
}


/* Puts an event with a delivery to each of them; "order": its key, or NULL. */

__attribute__((unused))
static webhook_id_t
wide_put(util_t *u, const uint64_t *eps, unsigned count, const char *order)
{
    unsigned        i;
    webhook_id_t    id;
    webhook_op_t    op;
    webhook_put_t  *puts;

    puts = calloc(count, sizeof(webhook_put_t));

    for (i = 0; i < count; i++) {
        puts[i].endpoint = eps[i];

        if (order) {
            util_str(&puts[i].order, order);
        }
    }

    id = util_id(u);

    util_put_op(&op, puts, id, eps[0], "{\"a\":1}", 7);
    op.u.put_event.count = count;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# it is not kept\n");
    }

    free(puts);

    return id;
}


/* One step of a purge: what is told of it, and *more. */

__attribute__((unused))
static webhook_store_result_e
wide_purge(util_t *u, webhook_id_t id, unsigned *more)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id;

    result = util_apply(u, &op);
    *more = op.u.purge.more;

    return result;
}


/* Rows that the event has in a table. */

__attribute__((unused))
static unsigned
wide_rows(util_t *u, webhook_db_e db, webhook_id_t id)
{
    int             rc;
    MDB_val         key, val;
    unsigned        n;
    MDB_cursor     *c;
    webhook_txn_t   t;

    n = 0;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return UINT_MAX;
    }

    rc = webhook_txn_cursor(&t, db, &c);

    while (rc == 0 && (rc = mdb_cursor_get(c, &key, &val, MDB_NEXT)) == 0) {
        n += key.mv_size >= sizeof(id.bytes)
             && memcmp(key.mv_data, id.bytes, sizeof(id.bytes)) == 0;
    }

    webhook_session_abort(&t);

    return n;
}


__attribute__((unused))
static webhook_store_result_e
wide_show(util_t *u, webhook_id_t id)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    result = util_apply(u, &op);

    webhook_op_free(&op);

    return result;
}


/* What is too old goes, and what is left of events that are being removed:
   nothing of this one is in the tables then. */

__attribute__((unused))
static int
wide_expire(util_t *u, webhook_id_t id)
{
    unsigned  i, more;

    for (i = 0; i < 100; i++) {
        (void) util_expire(u, 1, &more);

        if (!more) {
            break;
        }
    }

    return wide_rows(u, WEBHOOK_DB_DELIVERIES, id) == 0
           && wide_rows(u, WEBHOOK_DB_ATTEMPTS, id) == 0;
}


#endif /* STORE_WIDE_H */
