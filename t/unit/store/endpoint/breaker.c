
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: the breaker.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"


static void test_breaker(void);
static void test_breaker_half_open(void);
static void test_breaker_percent(void);
static void test_breaker_lost_probe(void);
static void test_breaker_off(void);


int
main(void)
{
    test_breaker();
    test_breaker_half_open();
    test_breaker_percent();
    test_breaker_lost_probe();
    test_breaker_off();

    return tap_done();
}


/* Leases one and completes it so; returns the operation to look at. */

static void
outcome(util_t *u, uint64_t ep, webhook_outcome_e out, uint64_t delay,
    webhook_op_t *op)
{
    uint64_t      token;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    util_complete_op(op, id, ep, token, out, delay);

    (void) util_apply(u, op);
}


static void
test_breaker(void)
{
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 3, 0);

    outcome(&u, ep, WEBHOOK_RETRY, 1000, &op);
    outcome(&u, ep, WEBHOOK_RETRY, 60000, &op);
    outcome(&u, ep, WEBHOOK_DONE, 0, &op);

    for (i = 0; i < 2; i++) {
        outcome(&u, ep, WEBHOOK_RETRY, 60000, &op);
        tap_ok(op.result == WEBHOOK_STORE_OK && !op.u.complete.opened,
               "failure %u in a row", i + 1);
    }

    outcome(&u, ep, WEBHOOK_FAILED, 0, &op);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.complete.opened
           && !op.u.complete.closed && !op.u.complete.paused,
           "the third one opens the breaker");

    (void) util_stats(&u, ep, &s);

    tap_ok(s.open && s.held == 5000 && !s.paused, "statistics know");

    util_check(&u, "open");

    tap_ok(util_lease(&u, ep, &id) == 0, "no first send is leased");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 1000,
           "none is claimed; the first retry has its time");

    webhook_op_free(&op);

    /* the retry goes at its time, and fails: nothing is held longer */

    u.clock += 1000;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1 && op.u.claim.leases[0].retry
           && op.u.claim.next == 4000, "the retry is not held");

    token = op.u.claim.leases[0].lease_token;
    id = op.u.claim.leases[0].event.id;

    webhook_op_free(&op);

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 1000);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && !op.u.complete.opened
           && op.u.complete.next == NULL && op.u.complete.wait == 1000,
           "it fails");

    webhook_op_free(&op);

    u.clock += 1000;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "once more");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.complete.closed
           && op.u.complete.next != NULL && !op.u.complete.next->retry,
           "it is delivered: the breaker closes and first sends go");

    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(!s.open && s.held == 0, "statistics know");

    util_check(&u, "closed");
    util_free(&u);
}


static void
test_breaker_half_open(void)
{
    util_t        u;
    unsigned      i;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 1, 0);

    outcome(&u, ep, WEBHOOK_FAILED, 0, &op);

    tap_ok(op.u.complete.opened, "one failure opens");

    crowd(&u, ep, 5);

    for (i = 0; i < 3; i++) {

        tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 5000,
               "first sends are held");
        webhook_op_free(&op);

        u.clock += 5000;

        tap_ok(util_claim(&u, &op, &ep, 10) == 1
               && op.u.claim.next == 30000, "then one goes through alone");

        token = op.u.claim.leases[0].lease_token;
        id = op.u.claim.leases[0].event.id;

        webhook_op_free(&op);

        tap_ok(util_claim(&u, &op, &ep, 10) == 0, "nobody beside it");
        webhook_op_free(&op);

        util_check(&u, "half-open");

        if (i == 2) {
            break;
        }

        util_complete_op(&op, id, ep, token, WEBHOOK_FAILED, 0);

        tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
               && !op.u.complete.opened && !op.u.complete.closed,
               "it fails");
    }

    /* one that is released says nothing */

    util_complete(&u, id, ep, token, WEBHOOK_RELEASE, 0);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) == 0,
           "one that was not sent makes way for the next");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    (void) util_apply(&u, &op);

    tap_ok(op.u.complete.closed, "one is delivered");

    tap_ok(util_claim(&u, &op, &ep, 10) == 2, "all go then");

    webhook_op_free(&op);

    util_check(&u, "closed again");
    util_free(&u);
}


static void
test_breaker_percent(void)
{
    util_t        u;
    unsigned      i, opened;
    uint64_t      ep;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 0, 50);

    opened = 0;

    for (i = 0; i < 9; i++) {
        outcome(&u, ep, WEBHOOK_FAILED, 0, &op);
        opened += op.u.complete.opened;
    }

    tap_ok(opened == 0, "nine outcomes say nothing yet");

    outcome(&u, ep, WEBHOOK_DONE, 0, &op);
    outcome(&u, ep, WEBHOOK_FAILED, 0, &op);

    tap_ok(op.u.complete.opened, "10 of 11 failed");

    u.clock += 5000;

    outcome(&u, ep, WEBHOOK_DONE, 0, &op);

    tap_ok(op.u.complete.closed, "closed");

    for (i = 0; i < 40; i++) {
        outcome(&u, ep, i % 5 < 2 ? WEBHOOK_FAILED : WEBHOOK_DONE, 0, &op);
        opened += op.u.complete.opened;
    }

    tap_ok(opened == 0, "two of five are below the half");

    for (i = 0; i < 9; i++) {
        outcome(&u, ep, WEBHOOK_FAILED, 0, &op);
        opened += op.u.complete.opened;
    }

    tap_ok(opened == 1, "more are not");

    u.clock += 5000;

    outcome(&u, ep, WEBHOOK_DONE, 0, &op);

    for (i = 0; i < 9; i++) {
        outcome(&u, ep, i % 2 ? WEBHOOK_FAILED : WEBHOOK_DONE, 0, &op);
    }

    u.clock += 10000;
    opened = 0;

    for (i = 0; i < 9; i++) {
        outcome(&u, ep, WEBHOOK_FAILED, 0, &op);
        opened += op.u.complete.opened;
    }

    tap_ok(opened == 0, "a window is counted by itself");

    util_check(&u, "percent");
    util_free(&u);
}


/* Who tried the endpoint dies, or its lease ends. */

static void
test_breaker_lost_probe(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = broken(&u, "erp", 1, 0);

    outcome(&u, ep, WEBHOOK_FAILED, 0, &op);
    crowd(&u, ep, 3);

    u.clock += 5000;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "one goes through");
    webhook_op_free(&op);

    u.clock += 29999;

    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 1,
           "the others wait for it");
    webhook_op_free(&op);

    u.clock++;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "its lease ends: the next");
    webhook_op_free(&op);

    util_close(&u);
    util_open(&u);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1,
           "who had it is gone: the next, and the breaker is open yet");
    webhook_op_free(&op);

    util_check(&u, "lost");
    util_free(&u);
}


static void
test_breaker_off(void)
{
    util_t                    u;
    unsigned                  i, opened;
    uint64_t                  ep;
    webhook_op_t              op;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    opened = 0;

    for (i = 0; i < 50; i++) {
        outcome(&u, ep, WEBHOOK_FAILED, 0, &op);
        opened += op.u.complete.opened;
    }

    tap_ok(opened == 0 && util_lease(&u, ep, &op.u.complete.event) != 0,
           "without a breaker none opens");

    (void) broken(&u, "erp", 1, 0);
    outcome(&u, ep, WEBHOOK_FAILED, 0, &op);

    tap_ok(op.u.complete.opened, "with one it does");

    util_endpoint(&u, "erp", 10);
    (void) util_stats(&u, ep, &s);

    tap_ok(!s.open && s.held == 0
           && util_lease(&u, ep, &op.u.complete.event) != 0,
           "to take it away closes it");

    util_check(&u, "off");
    util_free(&u);
}
