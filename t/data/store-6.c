
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Made t/data/store-6.mdb.gz: a store of format 6, as it is before it is
 * brought to a newer one, out of one of format 4.  It is not built any more,
 * since it has to be built from the sources of a version that writes format 6;
 * then
 *
 *     cc -I SRC -I t/lib/c -I t/lib/c/store -o store-6 \
 *         t/data/store-6.c libwebhook.a -llmdb -lcrypto ...
 *     ./store-6 t/data/store-6.mdb && gzip -9n t/data/store-6.mdb
 *
 * What is in it: t/lib/c/store/store_one.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"


static util_t  u;


static void
need(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s\n", what);
        exit(1);
    }
}


static uint64_t
put(const char *endpoint, unsigned n, const char *order, unsigned lease)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    p.lease = lease;

    util_put_op(&op, &p, six_id(n), util_name(endpoint), "{}", 2);

    if (order) {
        util_str(&p.order, order);
    }

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event is not kept");

    return p.lease_token;
}


int
main(int argc, char **argv)
{
    char              command[1024];
    unsigned          i, n;
    uint64_t          ep;
    webhook_op_t      op, claim;
    webhook_lease_t  *first;

    need(argc == 2, "usage: store-6 FILE");

    one_init_file(&u, FOUR_FILE);

    u.clock += 600000;
    u.real = SIX_WALL;

    need(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 6,
         "this makes stores of format 6");

    ep = util_endpoint(&u, "mall", 10);

    (void) util_complete(&u, six_id(0), ep, put("mall", 0, NULL, 1), WEBHOOK_DONE, 0);
    (void) util_complete(&u, six_id(1), ep, put("mall", 1, NULL, 1), WEBHOOK_FAILED,
                         0);
    (void) util_complete(&u, six_id(2), ep, put("mall", 2, NULL, 1), WEBHOOK_RETRY,
                         3600000);

    u.clock += 10;
    u.real += 10;

    for (i = SIX_ENDED; i < SIX_ENDED + SIX_FIRST; i++) {
        (void) put("mall", i, NULL, 0);

        u.clock++;
        u.real++;
    }

    for ( /* void */ ; i < SIX_ENDED + SIX_FIRST + SIX_KEY; i++) {
        (void) put("mall", i, "po-17", 0);

        u.clock++;
        u.real++;
    }

    ep = util_endpoint(&u, "pool", 2);

    for (n = i + SIX_POOL; i < n; i++) {
        (void) put("pool", i, NULL, 0);
    }

    need(util_claim(&u, &claim, &ep, 100) == 2, "its slots are not in use");

    first = &claim.u.claim.leases[0];

    util_complete_op(&op, first->event.id, ep, first->lease_token,
                     WEBHOOK_DONE, 0);

    op.u.complete.lease = 30000;
    op.u.complete.ahead = SIX_AHEAD;

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.complete.next
         && op.u.complete.stock_count == SIX_AHEAD, "none are leased ahead");

    need(util_check(&u, argv[1]), "it is not sound");

    util_abandon(&u);

    snprintf(command, sizeof(command), "cp %s/data.mdb %s", u.dir, argv[1]);

    need(system(command) == 0, "it cannot be copied");

    util_free(&u);

    return 0;
}
