
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: a purge by a value passes over events whose bodies
 * cannot be read, also where they lie beside each other, and counts them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"
#include "store_util.h"


#define EVENTS  20


/* The bodies of these two are gone. */

static void
damage(util_t *u, webhook_id_t id)
{
    MDB_val             val;
    unsigned char       key[WEBHOOK_KEY_DELIVERY], piece[8];
    webhook_txn_t       t;
    webhook_head_row_t  head;

    if (webhook_session_begin(util_lmdb(u), &t, 0) != 0) {
        return;
    }

    webhook_key_delivery(key, &id, 0);

    if (webhook_txn_get(&t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val) == 0
        && webhook_row_read_head(&val, &head) == 0)
    {
        webhook_set_u64(piece, head.renditions[0].blob);
    }

    webhook_session_abort(&t);

    tamper(u, WEBHOOK_DB_BODIES, piece, sizeof(piece), NULL, 0);
}


int
main(void)
{
    char             path[256];
    util_t           u;
    uint64_t         ep, count, unread;
    unsigned         i;
    webhook_op_t     op;
    webhook_id_t     ids[EVENTS];
    webhook_put_t    put;
    webhook_task_t   told;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < EVENTS; i++) {
        memset(&put, 0, sizeof(put));

        ids[i] = util_id(&u);
        util_put_op(&op, &put, ids[i], ep, "{\"a\":\"x\"}", 9);
        (void) util_apply(&u, &op);
    }

    damage(&u, ids[7]);
    damage(&u, ids[8]);
    damage(&u, ids[9]);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COUNT;
    op.u.counted.kind = WEBHOOK_TASK_PURGE;
    op.u.counted.filter.state = -1;
    op.u.counted.filter.oldest = 1;
    util_str(&op.u.counted.path, "a");
    util_str(&op.u.counted.value, "x");

    count = 0;
    unread = 0;

    for (i = 0; i < 100; i++) {

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        count += op.u.counted.count;
        unread += op.u.counted.unread;
        op.u.counted.filter.from = 1;

        if (!op.u.counted.filter.more) {
            break;
        }
    }

    tap_ok(op.result == WEBHOOK_STORE_OK && count == EVENTS - 3 && unread == 3,
           "counted");

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    for (i = 0; i < 100; i++) {
        if (task_run(&u, NULL) != UINT64_MAX) {
            break;
        }
    }

    tap_ok(task_told(&u, op.u.task.id, &told, path) == WEBHOOK_STORE_OK
           && told.state == WEBHOOK_TASK_DONE && told.done == EVENTS - 3
           && told.failed == 3, "and removed, but for those");

    util_free(&u);

    return tap_done();
}
