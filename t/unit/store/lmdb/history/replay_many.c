
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a replay that looks at much writes in few transactions.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_replay.h"


static void test_replay_many(void);


int
main(void)
{
    test_replay_many();

    return tap_done();
}


/* Many: each call's transaction is short, and what is not meant is passed
   over without one. */

static void
test_replay_many(void)
{
    enum { MANY = 20000 };

    util_t            u;
    long              n;
    unsigned          i, calls;
    uint64_t          ep, other, txns;
    MDB_envinfo       before, after;
    webhook_filter_t  f;

    util_init(&u);

    u.size = 256 << 20;
    u.keep = 86400000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    other = util_endpoint(&u, "crm", 100);

    for (i = 0; i < MANY; i++) {
        (void) ended(&u, i == MANY - 1 ? other : ep, WEBHOOK_DONE);
    }

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.endpoint = other;
    f.max = 1000;

    mdb_env_info(util_lmdb(&u)->env, &before);

    n = replay(&u, &f, 0, &calls);

    mdb_env_info(util_lmdb(&u)->env, &after);

    txns = after.me_last_txnid - before.me_last_txnid;

    tap_ok(n == 1 && txns == 1 && calls <= 2 * MANY / 10000 + 2,
           "one of %u: %u calls, %u transactions", (unsigned) MANY, calls,
           (unsigned) txns);

    f.endpoint = ep;

    n = replay(&u, &f, 0, &calls);

    tap_ok(n == MANY - 1 && calls >= MANY / 1000,
           "all of them: %u calls", calls);

    util_check(&u, "many");
    util_free(&u);
}
