
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the life of a delivery, the queue, limits, leases.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_put_and_complete(void);
static void test_order(void);
static void test_limit(void);
static void test_outcomes(void);
static void test_release(void);
static void test_complete_next(void);
static void test_leases(void);


int
main(void)
{
    test_put_and_complete();
    test_order();
    test_limit();
    test_outcomes();
    test_release();
    test_complete_next();
    test_leases();

    return tap_done();
}


static void
test_put_and_complete(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id, other;
    webhook_put_t             put;
    webhook_op_stats_t        s;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "a store is made");

    ep = util_endpoint(&u, "erp", 2);

    tap_ok(ep != 0, "an endpoint is made known");

    token = util_lease(&u, ep, &id);

    tap_ok(token != 0, "a put is leased");

    memset(&put, 0, sizeof(put));
    put.lease = 1;

    util_put_op(&op, &put, id, ep, "other", 5);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && put.lease_token == 0,
           "the same id again is a duplicate and gets no lease");

    s = util_stats(&u, ep, &e);

    tap_ok(s.events == 1 && e.states[WEBHOOK_SENDING] == 1 && e.attempts == 0,
           "it is being sent");

    tap_ok(util_complete(&u, id, ep, token + 1, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "another token is stale");
    tap_ok(util_complete(&u, id, ep, 0, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "no token is stale");

    other = util_id(&u);

    tap_ok(util_complete(&u, other, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_NOT_FOUND, "another event is not found");
    tap_ok(util_complete(&u, id, ep + 1, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_NOT_FOUND, "another endpoint is not found");
    tap_ok(util_complete(&u, id, 0, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_NOT_FOUND, "endpoint 0 is not found");

    util_check(&u, "after refusals");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "the token completes it");
    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "once");

    s = util_stats(&u, ep, &e);

    tap_ok(s.events == 1 && e.states[WEBHOOK_SENDING] == 0
           && e.states[WEBHOOK_DELIVERED] == 1 && e.delivered == 1
           && e.attempts == 1 && e.inflight == 2, "it is delivered");

    util_check(&u, "delivered");
    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "the store is opened again");

    s = util_stats(&u, ep, &e);

    tap_ok(s.events == 1 && e.delivered == 1 && s.owners == 1,
           "and holds what it held");

    util_put_op(&op, &put, id, ep, "other", 5);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE,
           "an event that was delivered is a duplicate too");

    util_free(&u);
}


static void
test_order(void)
{
    util_t        u;
    unsigned      i, ok;
    uint64_t      ep;
    webhook_op_t  op;
    webhook_id_t  id[6];

    /* two first sends have gone before */

    static const unsigned  order[] = { 2, 0, 3, 4, 5 };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    /* two retries that are due first, then first sends */

    for (i = 0; i < 2; i++) {
        id[i] = util_put(&u, ep, 0);
    }

    tap_ok(util_claim(&u, &op, &ep, 10) == 2, "two are claimed");

    for (i = 0; i < 2; i++) {
        tap_ok(util_complete(&u, id[i], ep, op.u.claim.leases[i].lease_token,
                             WEBHOOK_RETRY, 10 + i) == WEBHOOK_STORE_OK,
               "and fail");
    }

    webhook_op_free(&op);

    u.clock += 1000;

    for (i = 2; i < 6; i++) {
        id[i] = util_put(&u, ep, 0);
        u.clock++;
    }

    tap_ok(util_claim(&u, &op, &ep, 5) == 5, "five are claimed of six");

    ok = 1;

    for (i = 0; i < 5; i++) {
        if (memcmp(&op.u.claim.leases[i].event.id, &id[order[i]], 16) != 0
            || op.u.claim.leases[i].attempt != (order[i] < 2 ? 2 : 1))
        {
            ok = 0;
        }
    }

    tap_ok(ok, "of four one is a retry, the others first sends, the oldest "
           "first");
    tap_ok(op.u.claim.next == 0, "the next one is due now");

    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 0) == 0 && op.u.claim.next == 0,
           "a claim of none tells that too");

    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 5) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id[1], 16) == 0
           && op.u.claim.leases[0].event.rendition.body.len == 2
           && memcmp(op.u.claim.leases[0].event.rendition.body.data, "{}", 2)
           == 0
           && op.u.claim.leases[0].event.type.len == 9
           && op.u.claim.leases[0].event.rendition.content_type.len == 16
           && op.u.claim.leases[0].event.wall == webhook_id_time(&id[1])
           && op.u.claim.leases[0].endpoint == ep,
           "the last has its bytes");

    webhook_op_free(&op);

    util_check(&u, "order");
    util_free(&u);
}


static void
test_limit(void)
{
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep, token[4], unknown;
    webhook_op_t              op;
    webhook_id_t              id[4];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    unknown = util_name("unknown");

    tap_ok(util_lease(&u, unknown, &id[0]) == 0,
           "an endpoint that was never named has no slot");
    tap_ok(util_claim(&u, &op, &unknown, 10) == 0
           && op.u.claim.next == UINT64_MAX, "and is never due");

    webhook_op_free(&op);

    util_endpoint(&u, "unknown", 1);

    tap_ok(util_claim(&u, &op, &unknown, 10) == 1, "until it is named");

    webhook_op_free(&op);

    ep = util_endpoint(&u, "erp", 2);

    for (i = 0; i < 4; i++) {
        token[i] = util_lease(&u, ep, &id[i]);
    }

    tap_ok(token[0] && token[1] && token[0] != token[1] && !token[2]
           && !token[3], "as many leases as slots");

    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 30000,
           "a full endpoint wakes when its first lease ends");

    webhook_op_free(&op);

    util_complete(&u, id[0], ep, token[0], WEBHOOK_DONE, 0);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1 && op.u.claim.next == 30000,
           "a slot that is free again is taken");

    webhook_op_free(&op);

    util_endpoint(&u, "erp", 1);

    util_complete(&u, id[1], ep, token[1], WEBHOOK_DONE, 0);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "a limit that went down holds");

    webhook_op_free(&op);

    util_endpoint(&u, "erp", 5);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "and one that went up");

    webhook_op_free(&op);

    (void) util_stats(&u, ep, &e);

    tap_ok(e.inflight == 5 && e.states[WEBHOOK_SENDING] == 2,
           "statistics know both");

    util_check(&u, "limit");
    util_free(&u);
}


static void
test_outcomes(void)
{
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    token = util_lease(&u, ep, &id);

    /* gaps 1, 2, 4 ... as a schedule would have them */

    for (i = 1; i < 12; i++) {

        if (util_complete(&u, id, ep, token, WEBHOOK_RETRY, 1000 << i)
            != WEBHOOK_STORE_OK)
        {
            break;
        }

        if (util_claim(&u, &op, &ep, 10) != 0
            || op.u.claim.next != 1000U << i)
        {
            break;
        }

        webhook_op_free(&op);

        u.clock += (1000 << i) - 1;

        if (util_claim(&u, &op, &ep, 10) != 0 || op.u.claim.next != 1) {
            break;
        }

        webhook_op_free(&op);

        u.clock++;

        if (util_claim(&u, &op, &ep, 10) != 1
            || op.u.claim.leases[0].attempt != i + 1
            || op.u.claim.leases[0].lease_token == token)
        {
            break;
        }

        token = op.u.claim.leases[0].lease_token;

        webhook_op_free(&op);
    }

    tap_ok(i == 12, "11 retries, each after its delay to the millisecond");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_FAILED, 0)
           == WEBHOOK_STORE_OK, "the last one fails for good");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 1 && e.dead == 1 && e.attempts == 12,
           "a dead letter of 12 attempts");

    util_check(&u, "dead");
    util_free(&u);
}


/* Who is released keeps his place and his number. */

static void
test_release(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    token = util_lease(&u, ep, &id);
    u.clock += 5;
    (void) util_put(&u, ep, 0);

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_RELEASE, 0)
           == WEBHOOK_STORE_OK, "one is released");

    tap_ok(util_claim(&u, &op, &ep, 1) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) == 0
           && op.u.claim.leases[0].attempt == 1,
           "it is still first, and it did not count");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_RELEASE, 500)
           == WEBHOOK_STORE_OK, "one is released for later");

    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) != 0,
           "another goes first then");

    webhook_op_free(&op);

    u.clock += 500;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) == 0,
           "it comes after its delay");

    webhook_op_free(&op);

    (void) util_stats(&u, ep, &e);

    tap_ok(e.attempts == 0, "no attempt was counted");

    util_check(&u, "outcomes");
    util_free(&u);
}


static void
test_complete_next(void)
{
    util_t        u;
    unsigned      i;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, first;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    token = util_lease(&u, ep, &first);

    for (i = 0; i < 3; i++) {
        (void) util_put(&u, ep, 0);
    }

    id = first;

    for (i = 0; i < 3; i++) {
        util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
        op.u.complete.lease = 1000;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.complete.next == NULL
            || op.u.complete.next->event.rendition.body.len != 2
            || op.u.complete.next->endpoint != ep)
        {
            break;
        }

        id = op.u.complete.next->event.id;
        token = op.u.complete.next->lease_token;

        webhook_op_free(&op);
    }

    tap_ok(i == 3, "each completion brings the next one");

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 1000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL, "the last one brings none");

    webhook_op_free(&op);

    /* one that fails may be the next one itself, if it is due at once */

    token = util_lease(&u, ep, &id);

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 0);
    op.u.complete.lease = 1000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next != NULL
           && op.u.complete.next->attempt == 2
           && op.u.complete.next->lease_token != token,
           "a retry at once is next");

    webhook_op_free(&op);

    /* where the limit went down, none is given */

    (void) util_put(&u, ep, 0);
    util_endpoint(&u, "erp", 0);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 1000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_STALE
           && op.u.complete.next == NULL, "the old token is stale");

    webhook_op_free(&op);

    util_check(&u, "next");
    util_free(&u);
}


static void
test_leases(void)
{
    util_t        u;
    uint64_t      ep, token, again;
    webhook_op_t  op;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    token = util_lease(&u, ep, &id);

    u.clock += 29999;

    tap_ok(util_takeover(&u) == 0, "a lease holds to its end");

    tap_ok(util_claim(&u, &op, &ep, 1) == 0 && op.u.claim.next == 1,
           "nobody else gets it");

    webhook_op_free(&op);

    u.clock += 1;

    tap_ok(util_takeover(&u) == 1, "then it is over");

    util_check(&u, "a lease is over");

    tap_ok(util_claim(&u, &op, &ep, 1) == 1
           && op.u.claim.leases[0].attempt == 1,
           "it is due at once, and no attempt counts");

    again = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    tap_ok(again != token, "with another token");

    /* a claim finds it too */

    u.clock += 30000;

    tap_ok(util_claim(&u, &op, &ep, 1) == 1
           && op.u.claim.leases[0].lease_token != again,
           "a claim takes what ran out");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    util_check(&u, "claimed anew");

    /* who is late, but nobody took over, is in time */

    u.clock += 50000;

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "who is late and first is in time");

    /* closing gives back */

    token = util_lease(&u, ep, &id);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK, "the store is opened again");

    tap_ok(util_claim(&u, &op, &ep, 1) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) == 0
           && op.u.claim.leases[0].attempt == 1,
           "what was leased at the close is due at once");

    webhook_op_free(&op);

    util_check(&u, "reopened");
    util_free(&u);
}
