
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: slow endpoints, endpoints that are gone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"


static void test_slow(void);
static void test_slow_ends(void);
static void test_gone(void);


int
main(void)
{
    test_slow();
    test_slow_ends();
    test_gone();

    return tap_done();
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

    slowed(&u, ep, op.u.claim.leases[0].lease_token,
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

        slowed(&u, ep, op.u.claim.leases[0].lease_token,
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

    util_free(&u);
}


/* A good answer ends the row. */

static void
test_slow_ends(void)
{
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    /* slow three times, the last hold is of 4 s */

    for (i = 0; i < 3; i++) {
        token = util_lease(&u, ep, &id);
        slowed(&u, ep, token, id, 1000);

        (void) util_stats(&u, ep, &s);
        (void) util_put(&u, ep, 0);

        u.clock += s.held;
    }

    tap_ok(s.held == 4000, "a row of three");

    (void) util_claim(&u, &op, &ep, 1);
    util_complete(&u, op.u.claim.leases[0].event.id, ep,
                  op.u.claim.leases[0].lease_token, WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    (void) util_claim(&u, &op, &ep, 1);
    slowed(&u, ep, op.u.claim.leases[0].lease_token,
           op.u.claim.leases[0].event.id, 1000);
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.held == 1000, "a good answer ends the row");

    u.clock += 1000;

    (void) util_put(&u, ep, 0);
    (void) util_claim(&u, &op, &ep, 1);
    slowed(&u, ep, op.u.claim.leases[0].lease_token,
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
