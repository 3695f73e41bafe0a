
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a pause that is damaged.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_pause.h"


static void test_damaged(void);


int
main(void)
{
    test_damaged();

    return tap_done();
}


static void
test_damaged(void)
{
    util_t         u;
    uint64_t       ep, next;
    webhook_txn_t  t;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) util_put(&u, ep, 0);

    tap_ok(webhook_session_begin(util_lmdb(&u), &t, 1) == 0
           && webhook_txn_put(&t, WEBHOOK_DB_META, "paused", 6, "x", 1, 0) == 0
           && webhook_session_commit(&t) == 0, "a row that cannot be read");

    tap_ok(is_paused(&u, "") && claims(&u, ep, &next) == 0, "pauses too");
    tap_ok(pause_all(&u, 1, "") == WEBHOOK_STORE_OK
           && claims(&u, ep, &next) == 1, "and can be ended");

    util_free(&u);
}
