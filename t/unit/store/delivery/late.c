
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: outcomes that come after their lease.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_late(void);
static void test_late_rest(void);


int
main(void)
{
    test_late();
    test_late_rest();

    return tap_done();
}


/* An outcome whose lease ended is taken, as long as nobody has another. */

static void
test_late(void)
{
    util_t                     u;
    uint64_t                   ep, token, other;
    webhook_op_t               op;
    webhook_id_t               id;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    token = util_lease(&u, ep, &id);
    u.clock += 31000;

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "a lease that ended unnoticed");

    token = util_lease(&u, ep, &id);
    u.clock += 31000;

    tap_ok(util_takeover(&u) == 1, "one is taken over");
    util_check(&u, "taken over");

    tap_ok(util_complete(&u, id, ep, token + 1, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE
           && util_complete(&u, id, ep, 0, WEBHOOK_DONE, 0)
              == WEBHOOK_STORE_STALE, "another token is stale");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "its outcome comes late, and counts");

    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "it is not sent again");
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_DELIVERED] == 2 && s.delivered == 2
           && s.attempts == 2 && s.states[WEBHOOK_PENDING] == 0,
           "it is delivered");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "once");

    util_check(&u, "late");

    /* once another lease was given, the old one is nothing any more */

    token = util_lease(&u, ep, &id);
    u.clock += 31000;

    (void) util_claim(&u, &op, &ep, 1);
    other = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "leased anew: stale");

    u.clock += 31000;
    (void) util_takeover(&u);

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "also when that lease ended, too");

    tap_ok(util_complete(&u, id, ep, other, WEBHOOK_RETRY, 1000)
           == WEBHOOK_STORE_OK, "whose outcome counts");

    tap_ok(util_complete(&u, id, ep, other, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_STALE, "once");

    u.clock += 1000;

    tap_ok(util_claim(&u, &op, &ep, 1) == 1 && op.u.claim.leases[0].retry,
           "a late failure is retried after its time");
    webhook_op_free(&op);

    util_check(&u, "leased anew");
    util_free(&u);
}


static void
test_late_rest(void)
{
    util_t                     u;
    uint64_t                   ep, token;
    webhook_op_t               op;
    webhook_id_t               id, next;
    webhook_put_t              put;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    /* another step, and the next of a key */

    memset(&put, 0, sizeof(put));
    util_str(&put.order, "7");
    put.lease = 1;

    id = util_id(&u);
    util_put_op(&op, &put, id, ep, "{}", 2);
    (void) util_apply(&u, &op);
    token = put.lease_token;

    put.lease = 0;
    next = util_id(&u);
    util_put_op(&op, &put, next, ep, "{}", 2);
    (void) util_apply(&u, &op);

    u.clock += 31000;
    (void) util_takeover(&u);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.complete.next
           && memcmp(&op.u.complete.next->event.id, &next, sizeof(id)) == 0,
           "the next of its key goes");

    token = op.u.complete.next->lease_token;
    webhook_op_free(&op);

    util_check(&u, "the next");

    /* by hand */

    u.clock += 31000;
    (void) util_takeover(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = next;
    op.u.delivery.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_complete(&u, next, ep, token, WEBHOOK_FAILED, 0)
              == WEBHOOK_STORE_OK, "made due by hand, nobody has it yet");

    util_check(&u, "by hand");

    token = util_lease(&u, ep, &id);
    u.clock += 31000;
    (void) util_takeover(&u);

    op.type = WEBHOOK_OP_CANCEL;
    op.u.delivery.event = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
              == WEBHOOK_STORE_STALE, "one that was cancelled stays so");

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 1 && s.states[WEBHOOK_DEAD] == 1
           && s.states[WEBHOOK_DELIVERED] == 1, "the counts are right");

    /* released after all, and the process that had it is gone */

    token = util_lease(&u, ep, &id);

    util_close(&u);
    util_open(&u);

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_RELEASE, 5000)
           == WEBHOOK_STORE_OK && util_claim(&u, &op, &ep, 1) == 0,
           "a late release waits for its time");
    webhook_op_free(&op);

    util_check(&u, "released");
    util_free(&u);
}
