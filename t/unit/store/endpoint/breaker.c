
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: breaker, slow endpoints, endpoints that are gone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_gate.h"


static void test_breaker(void);
static void test_breaker_half_open(void);
static void test_breaker_percent(void);
static void test_breaker_lost_probe(void);
static void test_breaker_off(void);
static void test_slow(void);
static void test_gone(void);


int
main(void)
{
    test_breaker();
    test_breaker_half_open();
    test_breaker_percent();
    test_breaker_lost_probe();
    test_breaker_off();
    test_slow();
    test_gone();

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

    token = op.u.claim.leases[0].token;
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

    token = op.u.claim.leases[0].token;

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

        token = op.u.claim.leases[0].token;
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

    token = op.u.claim.leases[0].token;

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


static void
slowed(util_t *u, uint64_t ep, uint64_t token, webhook_id_t id, uint64_t slow)
{
    webhook_op_t  op;

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 500000);
    op.u.complete.slow = slow;

    (void) util_apply(u, &op);
}


static void
test_slow(void)
{
    util_t                    u;
    unsigned                  i, ok;
    uint64_t                  ep, token[4], hold;
    webhook_op_t              op;
    webhook_id_t              id[4];
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    /* one that fails, to be tried again soon */

    token[0] = util_lease(&u, ep, &id[0]);
    util_complete(&u, id[0], ep, token[0], WEBHOOK_RETRY, 700);

    for (i = 0; i < 4; i++) {
        token[i] = util_lease(&u, ep, &id[i]);
    }

    slowed(&u, ep, token[0], id[0], 1000);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.held == 1000 && !s.open && !s.paused, "a slow endpoint is held");
    tap_ok(util_lease(&u, ep, &op.u.complete.event) == 0,
           "first sends wait");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0 && op.u.claim.next == 700,
           "a retry does not");
    webhook_op_free(&op);

    /* those under way at the time say the same */

    u.clock += 100;

    slowed(&u, ep, token[1], id[1], 1000);
    slowed(&u, ep, token[2], id[2], 1000);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.held == 1000, "those under way count as one");

    u.clock += 600;

    tap_ok(util_claim(&u, &op, &ep, 10) == 1 && op.u.claim.leases[0].retry,
           "the retry goes at its time");

    slowed(&u, ep, op.u.claim.leases[0].token,
           op.u.claim.leases[0].event.id, 1000);
    webhook_op_free(&op);

    u.clock += 1000;

    /* slow again after each hold: twice as long each time */

    ok = 1;

    for (hold = 2000; hold < 200000; hold *= 2) {

        if (util_claim(&u, &op, &ep, 1) != 1) {
            ok = 0;
            break;
        }

        slowed(&u, ep, op.u.claim.leases[0].token,
               op.u.claim.leases[0].event.id, 1000);
        webhook_op_free(&op);

        (void) util_put(&u, ep, 0);
        (void) util_stats(&u, ep, &s);

        if (s.held != (hold < 60000 ? hold : 60000)) {
            ok = 0;
            break;
        }

        u.clock += s.held;
    }

    tap_ok(ok, "each hold is twice as long as the one before, a minute at "
           "most");

    util_check(&u, "slow");

    /* a good answer ends the row */

    (void) util_claim(&u, &op, &ep, 1);
    util_complete(&u, op.u.claim.leases[0].event.id, ep,
                  op.u.claim.leases[0].token, WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    (void) util_claim(&u, &op, &ep, 1);
    slowed(&u, ep, op.u.claim.leases[0].token,
           op.u.claim.leases[0].event.id, 1000);
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.held == 1000, "a good answer ends the row");

    u.clock += 1000;

    (void) util_put(&u, ep, 0);
    (void) util_claim(&u, &op, &ep, 1);
    slowed(&u, ep, op.u.claim.leases[0].token,
           op.u.claim.leases[0].event.id, 1000000);
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.held == 60000, "no hold is longer than a minute");

    util_free(&u);
}


static void
test_gone(void)
{
    util_t                     u;
    uint64_t                   ep, token;
    uint32_t                   i;
    webhook_op_t               op;
    webhook_id_t               id;
    webhook_str_t             *reason;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    token = util_lease(&u, ep, &id);
    crowd(&u, ep, 3);

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 1000);
    op.u.complete.gone = 1;
    op.u.complete.lease = 30000;
    op.u.complete.attempt.status = 410;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.complete.paused
           && op.u.complete.next == NULL
           && op.u.complete.wait == UINT64_MAX,
           "an endpoint that is gone is paused");

    u.clock += 100000;

    tap_ok(util_claim(&u, &op, &ep, 10) == 0
           && op.u.claim.next == UINT64_MAX, "all waits, retries too");
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.paused && s.states[WEBHOOK_PENDING] == 4, "nothing is lost");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;
    (void) util_apply(&u, &op);

    reason = NULL;

    for (i = 0; i < op.u.stats.count; i++) {
        if (op.u.stats.endpoints[i].id == ep) {
            reason = &op.u.stats.endpoints[i].reason;
        }
    }

    tap_ok(reason && reason->len > 3 && memmem(reason->data, reason->len,
                                               "410", 3),
           "and it is known why: %.*s", reason ? (int) reason->len : 0,
           reason ? (char *) reason->data : "");
    webhook_op_free(&op);

    util_check(&u, "gone");
    util_free(&u);
}
