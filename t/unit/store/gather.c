
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: operations that join a batch at its turn.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define MAX  64


typedef struct {
    webhook_op_t    op[MAX];
    webhook_op_t   *ops[MAX];
    webhook_put_t   put[MAX];
    webhook_id_t    id[MAX];
    uint32_t        count;          /* given to apply() */
    uint32_t        join;           /* to join it */
    uint32_t        joined;
    uint32_t        asked;
} batch_t;


static void test_join(void);
static void test_poison(void);
static void test_reads(void);


int
main(void)
{
    test_join();
    test_poison();
    test_reads();

    return tap_done();
}


static uint32_t
more(void *ctx)
{
    uint32_t  n;
    batch_t  *b = ctx;

    b->asked++;

    n = b->join;

    b->joined += n;
    b->join = 0;

    return n;
}


/* Puts from place "from" on, of one delivery each. */

static void
fill(util_t *u, batch_t *b, uint64_t endpoint, uint32_t from, uint32_t count)
{
    uint32_t  i;

    for (i = from; i < from + count; i++) {
        memset(&b->put[i], 0, sizeof(webhook_put_t));
        b->put[i].endpoint = endpoint;

        b->id[i] = util_id(u);
        util_put_op(&b->op[i], &b->put[i], b->id[i], endpoint, "{}", 2);
        b->ops[i] = &b->op[i];
    }
}


static uint32_t
fine(batch_t *b, uint32_t count)
{
    uint32_t  i, n;

    n = 0;

    for (i = 0; i < count; i++) {
        n += (b->op[i].result == WEBHOOK_STORE_OK);
        webhook_op_free(&b->op[i]);
    }

    return n;
}


static void
test_join(void)
{
    util_t    u;
    batch_t   b;
    uint64_t  erp;

    util_init(&u);
    util_open(&u);

    erp = util_endpoint(&u, "erp", 100);

    memset(&b, 0, sizeof(b));
    webhook_store_gather(u.st, more, &b);

    fill(&u, &b, erp, 0, 10);
    b.count = 4;
    b.join = 6;

    webhook_store_apply(u.st, b.ops, b.count);

    tap_ok(b.asked == store_engine()->gathers, "asked once at its turn");

    if (b.asked == 0) {
        util_free(&u);
        return;
    }

    tap_ok(fine(&b, 10) == 10, "those given and those that joined are kept");
    tap_ok(util_stats(&u, 0, NULL).events == 10, "ten events");

    /* none comes: as ever */

    fill(&u, &b, erp, 0, 3);
    webhook_store_apply(u.st, b.ops, 3);

    tap_ok(fine(&b, 3) == 3, "nobody joins");
    tap_ok(util_stats(&u, 0, NULL).events == 13, "thirteen events");

    util_check(&u, "the store is whole");

    util_close(&u);
    util_free(&u);
}


/* One that joins and cannot be applied fails alone. */

static void
test_poison(void)
{
    util_t    u;
    batch_t   b;
    uint64_t  erp;

    util_init(&u);
    util_open(&u);

    erp = util_endpoint(&u, "erp", 100);

    memset(&b, 0, sizeof(b));
    webhook_store_gather(u.st, more, &b);

    fill(&u, &b, erp, 0, 5);

    b.put[3].endpoint = 0;              /* no endpoint has this id */

    util_complete_op(&b.op[4], b.id[0], erp, 12345, WEBHOOK_DONE, 0);

    b.join = 4;

    webhook_store_apply(u.st, b.ops, 1);

    tap_ok(b.asked == store_engine()->gathers, "asked where it gathers");

    if (b.asked == 0) {
        util_free(&u);
        return;
    }

    tap_ok(b.op[0].result == WEBHOOK_STORE_OK
           && b.op[1].result == WEBHOOK_STORE_OK
           && b.op[2].result == WEBHOOK_STORE_OK, "the good ones are kept");
    tap_ok(b.op[3].result == WEBHOOK_STORE_UNAVAILABLE,
           "one without an endpoint is not");
    tap_ok(b.op[4].result == WEBHOOK_STORE_STALE, "a wrong token is STALE");

    fine(&b, 5);

    tap_ok(util_stats(&u, 0, NULL).events == 3, "three events");
    util_check(&u, "the store is whole");

    util_close(&u);
    util_free(&u);
}


static void
test_reads(void)
{
    util_t        u;
    batch_t       b;

    util_init(&u);
    util_open(&u);

    memset(&b, 0, sizeof(b));
    webhook_store_gather(u.st, more, &b);

    (void) util_stats(&u, 0, NULL);

    tap_ok(b.asked == 0, "nobody is asked where nothing is written");

    util_close(&u);
    util_free(&u);
}
