
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how much a claim gets of which endpoints, and when the
 * next is due.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_share(void);
static void test_next(void);
static void test_many_endpoints(void);


int
main(void)
{
    test_share();
    test_next();
    test_many_endpoints();

    return tap_done();
}


/* One endpoint with a crowd does not take all of a claim. */

static void
test_share(void)
{
    util_t        u;
    unsigned      i, n[2];
    uint64_t      ep[2], swap;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "crowd", 100);

    for (i = 0; i < 50; i++) {
        (void) util_put(&u, ep[0], 0);
    }

    u.clock += 1000;

    ep[1] = util_endpoint(&u, "few", 100);

    for (i = 0; i < 3; i++) {
        (void) util_put(&u, ep[1], 0);
    }

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CLAIM;
    op.u.claim.endpoints = ep;
    op.u.claim.endpoints_count = 2;
    op.u.claim.max = 20;
    op.u.claim.max_bytes = 1 << 20;
    op.u.claim.lease = 30000;

    swap = ep[0];

    if (ep[0] > ep[1]) {
        ep[0] = ep[1];
        ep[1] = swap;
    }

    (void) util_apply(&u, &op);

    n[0] = 0;
    n[1] = 0;

    for (i = 0; i < op.u.claim.count; i++) {
        n[op.u.claim.leases[i].endpoint == swap ? 0 : 1]++;
    }

    tap_ok(n[0] == 17 && n[1] == 3, "a claim of 20 is shared: %u and %u",
           n[0], n[1]);

    webhook_op_free(&op);

    op.u.claim.max = 100;
    op.u.claim.max_bytes = 10;

    (void) util_apply(&u, &op);

    tap_ok(op.u.claim.count == 5, "10 bytes are 5 bodies of 2");

    webhook_op_free(&op);

    op.u.claim.max_bytes = 0;

    (void) util_apply(&u, &op);

    tap_ok(op.u.claim.count == 1, "one always comes");

    webhook_op_free(&op);

    op.u.claim.max = UINT32_MAX;
    op.u.claim.max_bytes = SIZE_MAX;

    (void) util_apply(&u, &op);

    tap_ok(op.u.claim.count == 27, "the rest comes when asked for all");

    webhook_op_free(&op);

    util_check(&u, "share");
    util_free(&u);
}


static void
test_next(void)
{
    util_t        u;
    uint64_t      ep, other;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    other = util_endpoint(&u, "other", 10);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0
           && op.u.claim.next == UINT64_MAX, "nothing is waiting");

    webhook_op_free(&op);

    (void) util_put(&u, ep, 5000);
    (void) util_put(&u, ep, 3000);
    (void) util_put(&u, other, 100);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 3000,
           "the first of its own is due in 3 s");

    webhook_op_free(&op);

    u.clock += 100;

    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 2900,
           "what others have due is passed over");

    webhook_op_free(&op);

    (void) util_put(&u, ep, UINT64_MAX);

    u.clock += 2900;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1 && op.u.claim.next == 2000,
           "one comes, the next in 2 s");

    webhook_op_free(&op);

    op.u.claim.endpoints_count = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.claim.next == UINT64_MAX, "a claim of no endpoint");

    webhook_op_free(&op);

    util_check(&u, "next");
    util_free(&u);
}


static int
test_compare(const void *a, const void *b)
{
    uint64_t  x, y;

    x = *(const uint64_t *) a;
    y = *(const uint64_t *) b;

    return x < y ? -1 : x > y;
}


/* More endpoints than a claim serves at once, in one batch too. */

static void
test_many_endpoints(void)
{
    enum { N = 1000 };

    util_t         u;
    char           name[32];
    unsigned       i, claims, got;
    webhook_op_t   op, *ops, **list;
    webhook_put_t  *puts;

    static uint64_t  ep[N];

    util_init(&u);
    util_open(&u);

    ops = calloc(N, sizeof(webhook_op_t));
    list = calloc(N, sizeof(webhook_op_t *));
    puts = calloc(N, sizeof(webhook_put_t));

    for (i = 0; i < N; i++) {
        snprintf(name, sizeof(name), "endpoint-%u", i);
        ep[i] = util_name(name);

        memset(&ops[i], 0, sizeof(webhook_op_t));
        ops[i].type = WEBHOOK_OP_ENDPOINT;
        ops[i].u.endpoint.id = ep[i];
        ops[i].u.endpoint.inflight = 1;
        list[i] = &ops[i];
    }

    util_batch(&u, list, N);

    qsort(ep, N, sizeof(uint64_t), test_compare);

    for (i = 0; i < N; i++) {
        util_put_op(&ops[i], &puts[i], util_id(&u), ep[i], "{}", 2);
    }

    util_batch(&u, list, N);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CLAIM;
    op.u.claim.endpoints = ep;
    op.u.claim.endpoints_count = N;
    op.u.claim.max = 300;
    op.u.claim.max_bytes = 1 << 20;
    op.u.claim.lease = 30000;

    claims = 0;
    got = 0;

    do {
        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        got += op.u.claim.count;
        claims++;

        i = op.u.claim.count;

        webhook_op_free(&op);

    } while (i && claims < 100);

    tap_ok(got == N, "each of %u endpoints got its turn in %u claims", got,
           claims);

    util_check(&u, "many endpoints");
    util_free(&u);

    free(ops);
    free(list);
    free(puts);
}
