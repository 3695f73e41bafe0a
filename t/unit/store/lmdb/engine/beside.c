
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of LMDB's engine: reads beside a store whose files are closed after a
 * failure, and opened anew; and who has no handle for them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_closed(void);
static void test_none(void);
static int64_t events(util_t *u);


int
main(void)
{
    test_closed();
    test_none();

    return tap_done();
}


/* As after a failed write of the page that names a version. */

static void
test_closed(void)
{
    unsigned  i;
    util_t    u;
    uint64_t  erp;

    util_init(&u);
    util_open(&u);

    erp = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, erp, 0);

    tap_ok(events(&u) == 1, "what is there is read");

    for (i = 1; i <= 3; i++) {
        webhook_env_close(util_lmdb(&u));

        tap_ok(events(&u) == -1, "nothing can be while the files are closed");

        (void) util_put(&u, erp, 0);

        tap_ok(events(&u) == 1 + (int64_t) i,
               "who writes opens them, and then it is read again");
    }

    /* mapped anew, with a reader that was used */

    tap_ok(webhook_env_resize(util_lmdb(&u)) == 0 && events(&u) == 4,
           "it is read over a new map");

    util_check(&u, "the store is whole");

    util_close(&u);
    util_free(&u);
}


static void
test_none(void)
{
    util_t  u;

    util_init(&u);
    util_open(&u);
    (void) util_put(&u, util_endpoint(&u, "erp", 10), 0);
    util_close(&u);

    u.admin = 1;
    util_open(&u);
    tap_ok(u.st && events(&u) == -1, "a tool reads in turn");
    tap_ok(util_stats(&u, 0, NULL).events == 1, "as ever");
    util_close(&u);

    u.admin = 0;
    u.readonly = 1;
    util_open(&u);
    tap_ok(u.st && events(&u) == -1, "so does who reads alone");
    util_close(&u);

    util_free(&u);
}


/* As they are read beside; -1: they cannot be. */

static int64_t
events(util_t *u)
{
    int64_t       n;
    uint64_t      change;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;

    if (!webhook_store_read(u->st, &op, &change)) {
        return -1;
    }

    n = op.result == WEBHOOK_STORE_OK ? (int64_t) op.u.stats.events : -2;

    webhook_op_free(&op);

    return n;
}
