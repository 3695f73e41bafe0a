
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Made t/data/store-5.mdb.gz: a store of format 5, as it is before it is
 * brought to a newer one.  It is not built any more, since it has to be built
 * from the sources of a version that writes format 5; then
 *
 *     cc -I SRC -I t/lib/c -I t/lib/c/store -o store-5 \
 *         t/data/store-5.c libwebhook.a -llmdb -lcrypto ...
 *     ./store-5 t/data/store-5.mdb && gzip -9n t/data/store-5.mdb
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
put(unsigned n, const char *order, unsigned lease)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    p.lease = lease;

    if (order) {
        util_str(&p.order, order);
    }

    util_put_op(&op, &p, four_id(n), util_name("shop"), "{}", 2);

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event is not kept");

    u.clock++;
    u.real++;

    return p.lease_token;
}


int
main(int argc, char **argv)
{
    char       command[1024];
    unsigned   i, n;
    uint64_t   ep;

    need(argc == 2, "usage: store-5 FILE");

    util_init(&u);

    u.size = 0;
    u.keep = WEBHOOK_NEVER;
    u.real = FOUR_WALL;

    need(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 5,
         "this makes stores of format 5");

    ep = util_endpoint(&u, "shop", 10);
    n = 0;

    for (i = 0; i < FIVE_DEAD + FIVE_RETRY; i++, n++) {
        (void) util_complete(&u, four_id(n), ep, put(n, NULL, 1),
                             i < FIVE_DEAD ? WEBHOOK_FAILED : WEBHOOK_RETRY,
                             3600000);
    }

    /* those of a key, not in the order of their ids, and the first of them */

    (void) put(n++, "7", 0);

    for (i = 0; i < FIVE_PARKED; i++) {
        (void) put(n + i * FOUR_MIXED % FIVE_PARKED, "7", 0);
    }

    need(util_check(&u, argv[1]), "it is not sound");

    util_close(&u);

    snprintf(command, sizeof(command), "cp %s/data.mdb %s", u.dir, argv[1]);

    need(system(command) == 0, "it cannot be copied");

    util_free(&u);

    return 0;
}
