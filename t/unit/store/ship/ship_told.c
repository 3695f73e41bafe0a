
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what the cluster tells a node of deliveries, and gives it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"


static void test_settle(void);
static void test_settle_order(void);
static void test_take(void);
static void test_take_again(void);
static void test_take_order(void);
static void test_give(void);
static void test_epoch(void);
static void test_have(void);


int
main(void)
{
    test_settle();
    test_settle_order();
    test_take();
    test_take_again();
    test_take_order();
    test_give();
    test_epoch();
    test_have();

    return tap_done();
}


static void
test_settle(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    unsigned                  i;
    webhook_op_t              op;
    webhook_id_t              ids[4], id;
    webhook_delivery_t        d;
    webhook_endpoint_stats_t  e;

    ep = ship_start(&u, 10);

    for (i = 0; i < 3; i++) {
        ids[i] = util_put(&u, ep, 0);
        pass(&u, 1);
    }

    pass(&u, 2000);
    (void) ship_all(&u, 1);

    ids[3] = util_put(&u, ep, 100000);

    tap_ok(ship_settle(&u, ids[3], ep, WEBHOOK_SHIP_FINISHED,
                       WEBHOOK_DELIVERED) == WEBHOOK_STORE_NOT_FOUND
           && ship_settle(&u, util_id(&u), ep, WEBHOOK_SHIP_MOVED, 0)
              == WEBHOOK_STORE_NOT_FOUND, "only what has a number is settled");
    tap_ok(ship_settle(&u, ids[0], ep, WEBHOOK_SHIP_FINISHED, WEBHOOK_SENDING)
           == WEBHOOK_STORE_UNAVAILABLE, "and what is over");

    tap_ok(ship_settle(&u, ids[0], ep, WEBHOOK_SHIP_FINISHED,
                       WEBHOOK_DELIVERED) == WEBHOOK_STORE_OK
           && ship_settle(&u, ids[0], ep, WEBHOOK_SHIP_FINISHED,
                          WEBHOOK_DELIVERED) == WEBHOOK_STORE_DUPLICATE,
           "one was delivered by another node");

    d = ship_show(&u, ids[0], ep);

    tap_ok(d.state == WEBHOOK_DELIVERED && d.status == 200, "it tells so");

    tap_ok(ship_settle(&u, ids[1], ep, WEBHOOK_SHIP_MOVED, 0)
           == WEBHOOK_STORE_OK, "another node has one");

    d = ship_show(&u, ids[1], ep);

    tap_ok(d.state == WEBHOOK_CANCELLED && d.moved, "it tells so");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = ids[1];
    op.u.delivery.endpoint = ep;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_STALE,
           "what another node has is not tried here");

    (void) ship_fence(&u, 60000);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &ids[2], sizeof(id)) == 0
           && ship_settle(&u, id, ep, WEBHOOK_SHIP_MOVED, 0)
              == WEBHOOK_STORE_STALE,
           "the third one is sent, which ends by itself");

    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    (void) util_stats(&u, ep, &e);

    tap_ok(e.delivered == 1 && e.states[WEBHOOK_DELIVERED] == 2
           && e.cancelled == 0, "only what was sent here is counted");

    tap_ok(ship_all(&u, 1) == 1, "and told");

    util_check(&u, "settled");
    util_free(&u);
}


static void
test_settle_order(void)
{
    util_t        u;
    uint64_t      ep, token;
    unsigned      i;
    webhook_id_t  ids[4], id;

    ep = ship_start(&u, 10);

    for (i = 0; i < 3; i++) {
        ids[i] = ship_put_ordered(&u, ep, "po-17");
    }

    pass(&u, 2000);
    (void) ship_all(&u, 1);

    ids[3] = ship_put_ordered(&u, ep, "po-17");

    tap_ok(ship_settle(&u, ids[1], ep, WEBHOOK_SHIP_MOVED, 0)
           == WEBHOOK_STORE_OK
           && ship_show(&u, ids[2], ep).parked, "order: one that is parked");

    util_check(&u, "order: parked");

    tap_ok(ship_settle(&u, ids[0], ep, WEBHOOK_SHIP_FINISHED,
                       WEBHOOK_DELIVERED) == WEBHOOK_STORE_OK
           && !ship_show(&u, ids[2], ep).parked
           && ship_claim(&u, ep, &id, NULL) == 0,
           "order: the next one goes on, before the fence");

    (void) ship_settle(&u, ids[2], ep, WEBHOOK_SHIP_FINISHED,
                       WEBHOOK_CANCELLED);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &ids[3], sizeof(id)) == 0,
           "order: one without a number goes on at once");

    util_check(&u, "order");
    util_free(&u);
}


/* An event of another node. */

static void
test_take(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_op_t        op;
    webhook_id_t        event, id;
    webhook_delivery_t  d;

    ep = ship_start(&u, 10);
    event = util_id(&u);

    tap_ok(ship_take(&u, event, ep, 3, 0, 0) == WEBHOOK_STORE_OK
           && ship_take(&u, event, ep, 3, 0, 0) == WEBHOOK_STORE_DUPLICATE,
           "an event of another node is taken once");

    d = ship_show(&u, event, ep);

    tap_ok(d.state == WEBHOOK_PENDING && d.guest && d.number
           && d.attempts == 3 && d.tries == 3, "with what was sent of it");

    util_check(&u, "taken");

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0, "it waits for the fence");
    tap_ok(ship_back(&u) == 0, "and is never this node's alone");

    (void) ship_fence(&u, 60000);

    memset(&op, 0, sizeof(op));

    tap_ok(util_claim(&u, &op, &ep, 1) == 1
           && op.u.claim.leases[0].attempt == 4
           && op.u.claim.leases[0].retry, "its next send is the fourth");

    token = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    (void) util_complete(&u, event, ep, token, WEBHOOK_DONE, 0);

    tap_ok(ship_number(&u, &op, 100, 1) >= 1
           && op.u.ship_number.entries[0].kind == WEBHOOK_SHIP_DELIVERY
           && !op.u.ship_number.entries[0].fresh, "its end is told");
    webhook_op_free(&op);

    (void) ship_all(&u, 1);

    tap_ok(ship_all(&u, 1) == 0, "once");

    util_check(&u, "taken and sent");
    util_free(&u);
}


/* What was here once. */

static void
test_take_again(void)
{
    util_t              u;
    uint64_t            ep, crm, token;
    webhook_id_t        event, id;
    webhook_delivery_t  d;

    ep = ship_start(&u, 10);
    crm = util_endpoint(&u, "crm", 10);

    event = util_put(&u, ep, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    (void) ship_settle(&u, event, ep, WEBHOOK_SHIP_MOVED, 0);

    tap_ok(ship_take(&u, event, ep, 2, 0, 0) == WEBHOOK_STORE_OK,
           "what was moved comes back");

    d = ship_show(&u, event, ep);

    tap_ok(d.state == WEBHOOK_PENDING && !d.moved && d.attempts == 2
           && d.number, "it waits again");

    util_check(&u, "back");

    tap_ok(ship_take(&u, event, crm, 1, 0, 0) == WEBHOOK_STORE_OK
           && ship_show(&u, event, crm).guest,
           "another delivery of it comes, too");

    util_check(&u, "two");

    (void) ship_fence(&u, 60000);

    token = ship_claim(&u, ep, &id, NULL);
    (void) util_complete(&u, event, ep, token, WEBHOOK_DONE, 0);
    token = ship_claim(&u, crm, &id, NULL);
    (void) util_complete(&u, event, crm, token, WEBHOOK_DONE, 0);

    tap_ok(ship_show(&u, event, crm).state == WEBHOOK_DELIVERED,
           "both are sent");

    util_check(&u, "sent");

    /* history that the cluster has by an entry of the whole event */

    token = util_lease(&u, ep, &event);
    (void) util_complete(&u, event, ep, token, WEBHOOK_FAILED, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    tap_ok(ship_show(&u, event, ep).number == 0
           && ship_take(&u, event, ep, 1, 0, 0) == WEBHOOK_STORE_OK
           && ship_show(&u, event, ep).number != 0,
           "one that was dead is tried again by the cluster");

    (void) ship_fence(&u, 0);

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0, "before the fence");

    util_check(&u, "dead");
    util_free(&u);
}


static void
test_take_order(void)
{
    util_t         u;
    uint64_t       ep, token, order;
    unsigned       i, good;
    webhook_str_t  key;
    webhook_id_t   ids[3], own, id;

    ep = ship_start(&u, 10);

    util_str(&key, "po-17");
    order = webhook_id_name(&key);

    own = ship_put_ordered(&u, ep, "po-17");

    for (i = 0; i < 3; i++) {
        ids[i] = util_id(&u);
    }

    tap_ok(ship_take(&u, ids[1], ep, 0, order, 20) == WEBHOOK_STORE_OK
           && ship_take(&u, ids[0], ep, 1, order, 10) == WEBHOOK_STORE_OK
           && ship_take(&u, ids[2], ep, 0, order, 30) == WEBHOOK_STORE_OK,
           "taken: in any order");

    util_check(&u, "taken: order");

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0,
           "taken: what was here waits for what comes before it");

    (void) ship_fence(&u, 3600000);

    good = 1;

    for (i = 0; i < 4; i++) {
        token = ship_claim(&u, ep, &id, NULL);

        good &= token && memcmp(&id, i < 3 ? &ids[i] : &own, sizeof(id)) == 0;

        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(good, "taken: each goes at its place");

    util_check(&u, "taken: sent");
    util_free(&u);
}


/* A node is drained. */

static void
test_give(void)
{
    util_t        u;
    uint64_t      ep, token;
    unsigned      i;
    webhook_op_t  op;
    webhook_id_t  id;

    ep = ship_start(&u, 10);

    for (i = 0; i < 20; i++) {
        (void) util_put(&u, ep, 0);
        (void) ship_put_ordered(&u, ep, i % 2 ? "a" : "b");
    }

    pass(&u, 2000);
    (void) ship_fence(&u, 3600000);
    (void) ship_all(&u, 1);

    token = ship_claim(&u, ep, &id, NULL);

    (void) util_put(&u, ep, 0);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_GIVE;
    op.u.ship_give.max = 7;

    i = 0;

    do {
        (void) util_apply(&u, &op);

        i += op.u.ship_give.count;
        op.u.ship_give.from = 1;

    } while (op.result == WEBHOOK_STORE_OK && op.u.ship_give.more);

    tap_ok(i == 39, "all that the cluster has are given, but what is sent now");

    util_check(&u, "given");

    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    tap_ok(ship_claim(&u, ep, &id, NULL) != 0
           && ship_show(&u, id, ep).number == 0,
           "what the cluster does not know goes on");

    util_check(&u, "given, and sent");
    util_free(&u);
}


/* The cluster is another one: it was restored from a copy. */

static void
test_epoch(void)
{
    util_t                   u;
    uint64_t                 ep, token;
    uint32_t                 n;
    webhook_op_t             op;
    webhook_id_t             first, second, third, id;
    webhook_op_ship_state_t  s;

    ep = ship_start(&u, 10);

    token = util_lease(&u, ep, &first);
    (void) util_complete(&u, first, ep, token, WEBHOOK_DONE, 0);

    second = util_put(&u, ep, 0);
    (void) ship_put_ordered(&u, ep, "a");
    (void) ship_put_ordered(&u, ep, "a");
    pass(&u, 2000);

    n = ship_all(&u, 1);

    third = util_put(&u, ep, 0);
    pass(&u, 2000);

    tap_ok(n == 4 && ship_number(&u, &op, 100, 1) == 1, "all are shipped");
    webhook_op_free(&op);

    (void) ship_fence(&u, 60000);

    tap_ok(ship_epoch(&u, 8) == WEBHOOK_STORE_OK
           && ship_epoch(&u, 0) == WEBHOOK_STORE_UNAVAILABLE, "a new epoch");

    s = ship_state(&u);

    tap_ok(s.epoch == 8 && s.base == s.assigned && s.confirmed == s.assigned
           && s.fence == 0 && s.entries == 0, "it tells so");

    util_check(&u, "a new epoch");

    tap_ok(ship_ask(&u, 100) == 0, "nothing is known");

    tap_ok(ship_number(&u, &op, 100, 1) == 5
           && op.u.ship_number.entries[0].fresh
           && op.u.ship_number.entries[0].whole, "all are shipped again");
    webhook_op_free(&op);

    util_check(&u, "again");

    (void) ship_all(&u, 1);

    tap_ok(ship_ask(&u, 100) == 4 && ship_all(&u, 1) == 0, "once");

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0, "and wait for the fence");

    (void) ship_fence(&u, 60000);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &second, sizeof(id)) == 0
           && ship_show(&u, third, ep).number, "they are sent");

    util_check(&u, "sent");
    util_free(&u);
}


static void
test_have(void)
{
    util_t               u;
    uint64_t             ep, token;
    webhook_op_t         op;
    webhook_id_t         waits, over;
    webhook_ship_have_t  have[4];

    ep = ship_start(&u, 10);

    waits = util_put(&u, ep, 100000);
    token = util_lease(&u, ep, &over);
    (void) util_complete(&u, over, ep, token, WEBHOOK_DONE, 0);

    memset(have, 0, sizeof(have));

    have[0].event = waits;
    have[0].endpoint = ep;
    have[1].event = over;
    have[1].endpoint = ep;
    have[2].event = over;
    have[2].endpoint = util_name("crm");
    have[3].event = over;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_HAVE;
    op.u.ship_have.have = have;
    op.u.ship_have.count = 4;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && have[0].here && have[0].open && have[1].here && !have[1].open
           && !have[2].here && !have[3].here, "it tells what is here");

    util_free(&u);
}
