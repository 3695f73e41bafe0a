
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a rendition that is nowhere, a row that is lost, a file
 * that a tool cannot read.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_broken(void);
static void test_check(void);
static void test_admin_damaged(void);


int
main(void)
{
    test_broken();
    test_check();
    test_admin_damaged();

    return tap_done();
}


/* Of three renditions one is damaged. */

static void
test_broken(void)
{
    util_t               u;
    unsigned             i;
    webhook_op_t         op;
    webhook_id_t         id;
    webhook_put_t        put[3];
    webhook_txn_t        t;
    webhook_head_row_t   head;
    webhook_rendition_t  renditions[3];
    MDB_val              val;
    unsigned char        key[WEBHOOK_KEY_DELIVERY], buf[WEBHOOK_ROW_MAX];
    size_t               len;

    util_init(&u);
    util_open(&u);

    memset(put, 0, sizeof(put));

    id = util_id(&u);
    util_put_op(&op, put, id, util_name("a"), "{}", 2);

    for (i = 0; i < 3; i++) {
        renditions[i] = *op.u.put_event.renditions;
        put[i].rendition = i;
        put[i].endpoint = util_name("a") + i;
    }

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 3;
    op.u.put_event.count = 3;

    (void) util_apply(&u, &op);

    /* the second one is nowhere */

    webhook_key_delivery(key, &id, 0);

    if (webhook_session_begin(util_lmdb(&u), &t, 1) == 0
        && webhook_txn_get(&t, WEBHOOK_DB_DELIVERIES, key, sizeof(key), &val)
           == 0
        && webhook_row_read_head(&val, &head) == 0)
    {
        head.renditions[1].blob += 1000000;
        len = webhook_row_write_head(buf, &head);

        (void) webhook_txn_put(&t, WEBHOOK_DB_DELIVERIES, key, sizeof(key),
                               buf, len, 0);
        (void) webhook_session_commit(&t);
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    (void) util_apply(&u, &op);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.show.broken == 2
           && op.u.show.damaged == 0 && op.u.show.count == 3
           && op.u.show.renditions[0].body.len == 2
           && op.u.show.renditions[2].body.len == 2,
           "broken: the others can be read, and it is told which");

    webhook_op_free(&op);
    util_free(&u);
}


static void
test_check(void)
{
    util_t                  u;
    uint64_t                ep, rows, faults;
    webhook_id_t            id;
    webhook_op_t            op, *ops;
    webhook_store_result_e  result;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    id = ended(&u, ep, WEBHOOK_DONE);

    result = util_check_op(&u, &rows, &faults);

    tap_ok(result == WEBHOOK_STORE_OK && faults == 0 && rows >= 4,
           "a sound store of %u rows", (unsigned) rows);

    /* a row is taken away behind the store's back */

    {
        webhook_txn_t  t;
        unsigned char  key[WEBHOOK_KEY_ATTEMPT];

        (void) webhook_session_begin(util_lmdb(&u), &t, 1);

        webhook_key_delivery(key, &id, ep);

        tap_ok(webhook_txn_del(&t, WEBHOOK_DB_DELIVERIES, key,
                               WEBHOOK_KEY_DELIVERY) == 0
               && webhook_session_commit(&t) == 0, "a row is lost");
    }

    u.readonly = 1;
    util_close(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CHECK;
    ops = &op;

    util_batch(&u, &ops, 1);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.check.faults >= 2
           && op.u.check.text.len > 40
           && op.u.check.text.data[op.u.check.text.len - 1] == '\n',
           "a read-only store tells: %.60s",
           (char *) op.u.check.text.data);

    webhook_op_free(&op);
    util_free(&u);
}


static void
test_admin_damaged(void)
{
    int          fd;
    char         file[512];
    util_t       u;

    util_init(&u);

    u.admin = 1;

    tap_ok(util_open(&u) != WEBHOOK_STORE_OK && util_files(&u, "data") == 0,
           "a tool makes no file");

    u.admin = 0;

    util_open(&u);
    util_close(&u);

    snprintf(file, sizeof(file), "%s/data.mdb", u.dir);

    fd = open(file, O_WRONLY);

    tap_ok(fd != -1 && pwrite(fd, "garbage garbage garbage", 23, 0) == 23
           && pwrite(fd, "garbage garbage garbage", 23, 4096) == 23,
           "a store is damaged");
    close(fd);

    u.admin = 1;

    tap_ok(util_open(&u) != WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged") == 0,
           "a tool does not set it aside");

    util_free(&u);
}
