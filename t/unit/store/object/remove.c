
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is owed to an object that is removed, and endpoints
 * of objects among the orphans.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"


static void test_owed(void);
static void test_blocked(void);
static void test_receiver(void);
static void test_orphans(void);
static void test_late(void);


int
main(void)
{
    test_owed();
    test_blocked();
    test_receiver();
    test_orphans();
    test_late();

    return tap_done();
}


static void
test_owed(void)
{
    util_t                     u;
    uint64_t                   ep, token;
    uint32_t                   count;
    unsigned                   i;
    webhook_op_t               op, claim;
    webhook_id_t               id;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    ep = util_endpoint(&u, "ep_1", 10);

    token = util_lease(&u, ep, &id);

    for (i = 0; i < 30; i++) {
        (void) util_put(&u, ep, i * 1000);
    }

    tap_ok(object_remove(&u, &op, "ep_1", "a", 0) == WEBHOOK_STORE_STALE
           && op.u.object.owed && op.u.object.pending == 30
           && op.u.object.sending == 1 && op.u.object.version == 1,
           "what is owed is told");
    tap_ok(object_change(&u, "ep_1", "a", "erp", "2", 1) == WEBHOOK_STORE_OK,
           "and nothing is removed");

    tap_ok(object_remove(&u, &op, "ep_1", "a", 1) == WEBHOOK_STORE_OK
           && !op.u.object.owed, "removed all the same");

    count = util_claim(&u, &claim, &ep, 10);

    webhook_op_free(&claim);

    tap_ok(count == 0, "none is leased from then on");

    (void) util_expire(&u, 10, NULL);
    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 10
           && s.states[WEBHOOK_PENDING] == 20, "a few are cancelled at a time");

    object_expire(&u);
    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 30 && s.states[WEBHOOK_PENDING] == 0
           && s.states[WEBHOOK_SENDING] == 1, "all that wait are");

    util_check(&u, "one is being sent");

    /* what is being sent is to be tried again, and then is not */

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_RETRY, 1000)
           == WEBHOOK_STORE_OK, "one comes back");

    object_expire(&u);
    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 31 && s.states[WEBHOOK_PENDING] == 0,
           "and is cancelled, too");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
           && object_is(&op.u.show.deliveries[0].delivery.endpoint_name,
                        "ep_1"), "its history stays under the old id");

    webhook_op_free(&op);

    util_check(&u, "owed");

    /* until that is gone, too */

    u.clock += 2 * u.keep;

    object_expire(&u);

    u.clock += 2 * 3600 * 1000;

    object_expire(&u);

    tap_ok(util_stats(&u, ep, &s).count == 0, "then its row goes");

    util_check(&u, "over");
    util_free(&u);
}


/* A dead one that blocks its key keeps its event for ever. */

static void
test_blocked(void)
{
    util_t                     u;
    uint64_t                   ep;
    webhook_op_t               op;
    webhook_put_t              put;
    webhook_id_t               id;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = util_name("ep_1");
    op.u.endpoint.inflight = 10;
    op.u.endpoint.order_block = 1;
    util_str(&op.u.endpoint.name, "ep_1");
    (void) util_apply(&u, &op);

    ep = op.u.endpoint.id;
    id = util_id(&u);

    memset(&put, 0, sizeof(put));
    put.lease = 1;
    util_str(&put.order, "order-7");
    util_put_op(&op, &put, id, ep, "{}", 2);
    (void) util_apply(&u, &op);

    tap_ok(util_complete(&u, id, ep, put.lease_token, WEBHOOK_FAILED, 0)
           == WEBHOOK_STORE_OK, "one is dead, and blocks its key");

    tap_ok(object_remove(&u, &op, "ep_1", "a", 0) == WEBHOOK_STORE_OK,
           "nothing waits: it is removed");

    object_expire(&u);
    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 1, "it blocks no more");

    util_check(&u, "blocked");
    util_free(&u);
}


/* A receiver's deliveries are those of its durable actions. */

static void
test_receiver(void)
{
    util_t                     u;
    uint64_t                   ep;
    webhook_op_t               op;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    object_op(&op, "rc_1", "", "contact", "1");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    (void) util_apply(&u, &op);

    ep = util_endpoint(&u, "receiver:rc_1", 10);

    (void) util_put(&u, ep, 0);

    object_op(&op, "rc_1", "", "", "");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    op.u.object.expect = 1;
    op.u.object.remove = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_STALE && op.u.object.owed
           && op.u.object.pending == 1, "one waits");

    op.u.object.cancel = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "removed");

    object_expire(&u);
    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 1, "and given up");

    util_check(&u, "receiver");
    util_free(&u);
}


/* An endpoint of an object is no orphan, whoever names it or not. */

static void
test_orphans(void)
{
    util_t                     u;
    uint64_t                   ep, other;
    webhook_endpoint_stats_t   s;

    util_init(&u);

    u.orphans = 1000;
    u.keep = 3600000;

    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    ep = util_endpoint(&u, "ep_1", 10);
    other = util_endpoint(&u, "shop", 10);

    (void) util_put(&u, ep, 0);
    (void) util_put(&u, other, 0);

    u.clock += 2 * 3600 * 1000;

    object_expire(&u);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_PENDING] == 1, "what was registered is owed");

    (void) util_stats(&u, other, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 1,
           "what no configuration names is not");

    util_check(&u, "orphans");
    util_free(&u);
}


/* What was on its way while the object was removed. */

static void
test_late(void)
{
    util_t                     u;
    uint64_t                   ep;
    uint32_t                   count;
    webhook_op_t               op, claim;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "erp", "1");

    ep = util_endpoint(&u, "ep_1", 10);

    (void) object_remove(&u, &op, "ep_1", "a", 0);
    (void) util_put(&u, ep, 0);

    count = util_claim(&u, &claim, &ep, 10);

    webhook_op_free(&claim);

    tap_ok(count == 0, "what comes after it is not leased");

    object_expire(&u);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 1 && s.states[WEBHOOK_PENDING] == 0,
           "and is given up at once");

    util_check(&u, "late");
    util_free(&u);
}
