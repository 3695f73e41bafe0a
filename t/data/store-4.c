
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Made t/data/store-4.mdb.gz: a store of format 4, as it is before it is
 * brought to a newer one, out of one of format 3.  It is not built any more,
 * since it has to be built from the sources of a version that writes format 4;
 * then
 *
 *     cc -I SRC -I t/lib/c -I t/lib/c/store -o store-4 \
 *         t/data/store-4.c libwebhook.a -llmdb -lcrypto ...
 *     ./store-4 t/data/store-4.mdb && gzip -9n t/data/store-4.mdb
 *
 * What is in it: t/lib/c/store/store_one.h.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"
#include "store_object.h"
#include "store_task.h"


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
put(unsigned n, unsigned lease)
{
    webhook_op_t   op;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    p.lease = lease;

    util_put_op(&op, &p, four_id(n), util_name("shop"), "{}", 2);

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK, "an event is not kept");

    return p.lease_token;
}


int
main(int argc, char **argv)
{
    char          command[1024];
    unsigned      i;
    uint64_t      ep;
    webhook_op_t  op;

    need(argc == 2, "usage: store-4 FILE");

    one_init_file(&u, ONE_FILE_3);

    u.real = FOUR_WALL;

    need(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 4,
         "this makes stores of format 4");

    ep = util_endpoint(&u, "shop", 10);

    (void) util_complete(&u, four_id(0), ep, put(0, 1), WEBHOOK_DONE, 0);

    /* what was counted of that minute goes to the rings */

    u.clock += 60000;
    u.real += 60000;

    (void) util_complete(&u, four_id(1), ep, put(1, 1), WEBHOOK_FAILED, 0);

    for (i = 0; i < FOUR_EVENTS; i++) {
        (void) put(FOUR_ENDED + i * FOUR_MIXED % FOUR_EVENTS, 0);

        u.clock++;
        u.real++;
    }

    need(object_make(&u, "ep_1", "a", "erp", "1") == WEBHOOK_STORE_OK,
         "no object is made");

    object_record_op(&op, "a", "made");
    object_once(&op.u.record.once, 1, 1, 1, "the answer");

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK, "no answer is kept");

    webhook_op_free(&op);

    task_op(&op, WEBHOOK_TASK_CANCEL, four_id(9999), FOUR_WALL + 60000);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    need(util_apply(&u, &op) == WEBHOOK_STORE_OK, "no task is made");

    need(util_check(&u, argv[1]), "it is not sound");

    util_close(&u);

    snprintf(command, sizeof(command), "cp %s/data.mdb %s", u.dir, argv[1]);

    need(system(command) == 0, "it cannot be copied");

    util_free(&u);

    return 0;
}
