
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a node of a cluster gives numbers to what is to be shipped,
 * and what has one is sent before the fence alone.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"


static void test_none(void);
static void test_waiting(void);
static void test_fence(void);
static void test_change(void);
static void test_instead(void);
static void test_back(void);
static void test_parked(void);
static void test_several(void);
static void test_many(void);


int
main(void)
{
    test_none();
    test_waiting();
    test_fence();
    test_change();
    test_instead();
    test_back();
    test_parked();
    test_several();
    test_many();

    return tap_done();
}


/* A node of no cluster. */

static void
test_none(void)
{
    util_t                   u;
    uint64_t                 ep;
    webhook_op_t             op;
    webhook_id_t             id;
    webhook_op_ship_state_t  s;

    ship_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    id = util_put(&u, ep, 0);

    pass(&u, 5000);

    tap_ok(ship_number(&u, &op, 100, 1) == 0
           && op.u.ship_number.from == op.u.ship_number.to,
           "in no cluster nothing gets a number");

    webhook_op_free(&op);

    s = ship_state(&u);

    tap_ok(s.epoch == 0 && s.assigned == 0 && s.waits == 1 && s.fenced == 0
           && ship_show(&u, id, ep).number == 0, "it tells so");
    tap_ok(ship_claim(&u, ep, &id, NULL) != 0, "all is sent");
    tap_ok(ship_take(&u, util_id(&u), ep, 1, 0, 0)
           == WEBHOOK_STORE_UNAVAILABLE, "nothing is taken");

    util_check(&u, "none");
    util_free(&u);
}


static void
test_waiting(void)
{
    util_t                   u;
    uint64_t                 ep, to;
    webhook_op_t             op;
    webhook_id_t             old, young, late, id;
    webhook_op_ship_state_t  s;

    ep = ship_start(&u, 10);

    old = util_put(&u, ep, 0);
    late = util_put(&u, ep, 60000);

    pass(&u, 600);

    young = util_put(&u, ep, 0);

    tap_ok(ship_number(&u, &op, 100, 1) == 0, "what is young is not shipped");
    webhook_op_free(&op);

    pass(&u, 600);

    tap_ok(ship_number(&u, &op, 100, 1) == 2
           && op.u.ship_number.entries[0].kind == WEBHOOK_SHIP_DELIVERY
           && op.u.ship_number.entries[0].fresh
           && op.u.ship_number.entries[0].whole
           && op.u.ship_number.entries[0].endpoint == ep
           && op.u.ship_number.entries[0].part == SHIP_HOUR,
           "what waited for a second is, and what has a delay");

    to = op.u.ship_number.to;

    webhook_op_free(&op);

    tap_ok(ship_show(&u, old, ep).number && ship_show(&u, late, ep).number
           && ship_show(&u, young, ep).number == 0, "these have numbers");

    tap_ok(ship_number(&u, &op, 100, 1) == 2 && op.u.ship_number.to == to,
           "the same entries come again");
    webhook_op_free(&op);

    tap_ok(ship_number(&u, &op, 1, 1) == 1 && op.u.ship_number.to < to
           && op.u.ship_number.more, "or some of them");
    webhook_op_free(&op);

    s = ship_state(&u);

    tap_ok(s.entries == 2 && s.fenced == 2 && s.waits == 1
           && s.assigned == to && s.confirmed < to, "it tells so");

    util_check(&u, "numbers");

    tap_ok(ship_done(&u, to + 1) == WEBHOOK_STORE_STALE
           && ship_done(&u, to) == WEBHOOK_STORE_OK
           && ship_done(&u, to) == WEBHOOK_STORE_OK, "they are confirmed");

    s = ship_state(&u);

    tap_ok(s.entries == 0 && s.confirmed == to, "the outbox is empty");
    tap_ok(ship_ask(&u, 1) == 2, "they are open");

    tap_ok(ship_claim(&u, ep, &id, NULL) != 0
           && memcmp(&id, &young, sizeof(id)) == 0,
           "who has no number is sent as ever");

    util_check(&u, "confirmed");

    util_close(&u);
    util_open(&u);

    s = ship_state(&u);

    tap_ok(s.confirmed == to && s.epoch == 7 && ship_ask(&u, 100) == 2,
           "it is known when it is opened again");

    util_check(&u, "opened again");
    util_free(&u);
}


static void
test_fence(void)
{
    util_t        u;
    uint64_t      ep, next, token;
    webhook_id_t  ids[3], id;

    ep = ship_start(&u, 10);

    ids[0] = util_put(&u, ep, 0);
    pass(&u, 1);
    ids[1] = util_put(&u, ep, 0);

    pass(&u, 2000);

    tap_ok(ship_all(&u, 0) == 2, "two are shipped");

    ids[2] = util_put(&u, ep, 0);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &ids[2], sizeof(id)) == 0,
           "a shut fence keeps back what has a number, and nothing else");
    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    tap_ok(ship_claim(&u, ep, &id, &next) == 0 && next == WEBHOOK_NEVER,
           "nobody looks again and again for what it keeps back");

    util_check(&u, "shut");

    tap_ok(ship_fence(&u, 20000) == WEBHOOK_STORE_OK
           && ship_claim(&u, ep, &id, &next) == 0 && next == WEBHOOK_NEVER,
           "nor is it sent, where a lease is longer");

    (void) ship_fence(&u, 60000);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &ids[0], sizeof(id)) == 0,
           "before the fence the oldest goes first");

    util_check(&u, "open");

    tap_ok(util_complete(&u, id, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "it is delivered");

    tap_ok(ship_fence(&u, 1000) == WEBHOOK_STORE_OK
           && ship_state(&u).fence == 60000, "a fence does not move back");

    pass(&u, 40000);

    tap_ok(ship_claim(&u, ep, &id, &next) == 0 && next == WEBHOOK_NEVER,
           "where the time is too short it is kept back again");

    (void) ship_fence(&u, 60000);

    util_close(&u);
    u.boot = "boot-2";
    u.clock = 5000;
    util_open(&u);

    (void) util_endpoint(&u, "erp", 10);

    tap_ok(ship_state(&u).fence == 0 && ship_claim(&u, ep, &id, NULL) == 0,
           "a boot shuts it");

    (void) ship_fence(&u, 60000);
    (void) ship_fence(&u, 0);

    tap_ok(ship_state(&u).fence == 0 && ship_claim(&u, ep, &id, NULL) == 0,
           "and it can be shut");

    (void) ship_fence(&u, 60000);

    tap_ok(ship_claim(&u, ep, &id, NULL) != 0
           && memcmp(&id, &ids[1], sizeof(id)) == 0, "the last one is sent");

    util_check(&u, "fence");
    util_free(&u);
}


/* Each change of what has a number is told. */

static void
test_change(void)
{
    util_t         u;
    uint64_t       ep, token, number;
    unsigned       more;
    webhook_op_t   op;
    webhook_id_t   id;

    ep = ship_start(&u, 10);

    (void) ship_fence(&u, 3600000);
    (void) util_put(&u, ep, 0);

    pass(&u, 2000);

    (void) ship_all(&u, 1);

    token = ship_claim(&u, ep, &id, NULL);
    number = ship_show(&u, id, ep).number;

    tap_ok(ship_number(&u, &op, 100, 1) == 0, "a lease is no change");
    webhook_op_free(&op);

    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 10);

    tap_ok(ship_number(&u, &op, 100, 1) == 1
           && op.u.ship_number.entries[0].number > number
           && !op.u.ship_number.entries[0].fresh
           && !op.u.ship_number.entries[0].whole, "a failed send is one");
    webhook_op_free(&op);

    util_check(&u, "a failed send");

    pass(&u, 20);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token != 0, "the retry is sent");

    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    tap_ok(ship_number(&u, &op, 100, 1) == 1
           && op.u.ship_number.entries[0].kind == WEBHOOK_SHIP_DELIVERY,
           "both changes are told at once");
    webhook_op_free(&op);

    pass(&u, 2 * u.keep);

    do {
        (void) util_expire(&u, 100, &more);
    } while (more);

    tap_ok(ship_show(&u, id, ep).state == WEBHOOK_DELIVERED,
           "it stays until the cluster was told");

    tap_ok(ship_all(&u, 1) == 1 && ship_all(&u, 1) == 0,
           "and it is no history besides");

    util_check(&u, "delivered");

    do {
        (void) util_expire(&u, 100, &more);
    } while (more);

    tap_ok(util_stats(&u, 0, NULL).events == 0, "then it goes");

    util_check(&u, "gone");
    util_free(&u);
}


/* What changes before the cluster was told of it is told once, by its last number:
   with its event, though its first number is confirmed by then. */

static void
test_instead(void)
{
    util_t         u;
    uint64_t       ep, token;
    webhook_op_t   op;
    webhook_id_t   id, other;

    ep = ship_start(&u, 10);

    (void) ship_fence(&u, 3600000);
    (void) util_put(&u, ep, 0);
    pass(&u, 1);
    (void) util_put(&u, ep, 0);

    pass(&u, 2000);

    tap_ok(ship_number(&u, &op, 100, 1) == 2, "two are to be told");
    webhook_op_free(&op);

    token = ship_claim(&u, ep, &id, NULL);
    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 10);

    tap_ok(ship_number(&u, &op, 1, 1) == 1
           && memcmp(&op.u.ship_number.entries[0].id, &id, sizeof(id)) != 0,
           "the first one, which failed, is told behind the second");

    (void) ship_done(&u, op.u.ship_number.to);
    webhook_op_free(&op);

    tap_ok(ship_number(&u, &op, 100, 1) == 1
           && memcmp(&op.u.ship_number.entries[0].id, &id, sizeof(id)) == 0
           && op.u.ship_number.entries[0].whole, "with its event");
    webhook_op_free(&op);

    /* and so it is when it failed again; the other one is out of the way */

    token = ship_claim(&u, ep, &other, NULL);
    (void) util_complete(&u, other, ep, token, WEBHOOK_RETRY, 600000);

    pass(&u, 20);

    token = ship_claim(&u, ep, &other, NULL);
    (void) util_complete(&u, other, ep, token, WEBHOOK_RETRY, 10);

    tap_ok(memcmp(&other, &id, sizeof(id)) == 0
           && ship_number(&u, &op, 100, 1) == 2
           && memcmp(&op.u.ship_number.entries[1].id, &id, sizeof(id)) == 0
           && op.u.ship_number.entries[1].whole, "however often it fails");

    (void) ship_done(&u, op.u.ship_number.to);
    webhook_op_free(&op);

    pass(&u, 20);

    token = ship_claim(&u, ep, &other, NULL);
    (void) util_complete(&u, other, ep, token, WEBHOOK_RETRY, 10);

    tap_ok(memcmp(&other, &id, sizeof(id)) == 0
           && ship_number(&u, &op, 100, 1) == 1
           && !op.u.ship_number.entries[0].whole, "once it was told: without");
    webhook_op_free(&op);

    util_check(&u, "told instead");
    util_free(&u);
}


/* The cluster is away, and has nothing of it for sure. */

static void
test_back(void)
{
    util_t         u;
    uint64_t       ep, token;
    webhook_op_t   op;
    webhook_id_t   first, second, id;

    ep = ship_start(&u, 1);

    first = util_put(&u, ep, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    second = util_put(&u, ep, 0);
    (void) ship_put_ordered(&u, ep, "po");
    (void) ship_put_ordered(&u, ep, "po");
    pass(&u, 2000);

    tap_ok(ship_number(&u, &op, 100, 1) == 3, "three more have numbers");
    webhook_op_free(&op);

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0, "none is sent");

    tap_ok(ship_back(&u) == 3 && ship_show(&u, second, ep).number == 0
           && ship_show(&u, first, ep).number != 0,
           "those that the cluster never knew lose them");

    util_check(&u, "back");

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &second, sizeof(id)) == 0, "and are sent");

    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 100000);

    /* one changes after it was told of, and one before */

    (void) ship_fence(&u, 60000);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &first, sizeof(id)) == 0, "the known one is");

    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 100000);

    tap_ok(ship_number(&u, &op, 100, 1) == 4, "all have numbers again");
    webhook_op_free(&op);

    tap_ok(ship_back(&u) == 3 && ship_show(&u, first, ep).number != 0,
           "what the cluster knew keeps its number when it changes");

    util_check(&u, "changed");

    tap_ok(ship_all(&u, 1) == 4, "all are shipped in the end");

    util_check(&u, "shipped");
    util_free(&u);
}


/* What is behind another of its key is shipped with it. */

static void
test_parked(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    unsigned                  i, good;
    webhook_id_t              ids[3], id;
    webhook_delivery_t        d;

    ep = ship_start(&u, 10);

    for (i = 0; i < 3; i++) {
        ids[i] = ship_put_ordered(&u, ep, "po-17");
    }

    pass(&u, 2000);

    tap_ok(ship_all(&u, 1) == 3 && ship_ask(&u, 2) == 3,
           "a key is shipped whole");

    d = ship_show(&u, ids[1], ep);

    tap_ok(d.parked && d.number && d.order && d.place,
           "who is parked stays parked");

    util_check(&u, "parked");

    (void) ship_fence(&u, 3600000);

    good = 1;

    for (i = 0; i < 3; i++) {
        token = ship_claim(&u, ep, &id, NULL);

        good &= token && memcmp(&id, &ids[i], sizeof(id)) == 0;

        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(good, "they are sent in their order");
    tap_ok(ship_all(&u, 1) == 3, "and told");

    util_check(&u, "in order");
    util_free(&u);
}


/* An event that is shipped is shipped whole. */

static void
test_several(void)
{
    util_t         u;
    uint64_t       ep, crm;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  p[2];

    ep = ship_start(&u, 10);
    crm = util_endpoint(&u, "crm", 10);

    memset(p, 0, sizeof(p));

    id = util_id(&u);

    util_put_op(&op, p, id, ep, "{}", 2);
    p[1].endpoint = crm;
    p[1].lease = 1;
    op.u.put_event.count = 2;

    (void) util_apply(&u, &op);

    (void) util_complete(&u, id, crm, p[1].lease_token, WEBHOOK_FAILED, 0);

    pass(&u, 2000);

    tap_ok(ship_number(&u, &op, 100, 1) == 2
           && op.u.ship_number.entries[0].whole, "what is dead goes along");
    webhook_op_free(&op);

    (void) ship_all(&u, 1);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = id;
    op.u.delivery.endpoint = crm;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && ship_all(&u, 1) == 1,
           "that it is tried again is told");

    op.type = WEBHOOK_OP_CANCEL;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && ship_all(&u, 1) == 1,
           "that it is cancelled, too");

    util_check(&u, "several");
    util_free(&u);
}


/* Bounded steps. */

static void
test_many(void)
{
    util_t    u;
    uint64_t  ep[20];
    unsigned  i;

    (void) ship_start(&u, 10);

    for (i = 0; i < 20; i++) {
        char  name[16];

        snprintf(name, sizeof(name), "ep-%u", i);
        ep[i] = util_endpoint(&u, name, 10);
    }

    for (i = 0; i < 3000; i++) {
        (void) util_put(&u, ep[i % 20], i % 7 ? 0 : 100000);

        if (i % 100 == 0) {
            pass(&u, 1);
        }
    }

    pass(&u, 2000);

    tap_ok(ship_all(&u, 1) == 3000, "3000 are shipped, 100 at a time");
    tap_ok(ship_ask(&u, 7) == 3000 && ship_ask(&u, 4096) == 3000,
           "and asked for, page by page");

    (void) util_put(&u, ep[3], 0);
    pass(&u, 2000);

    tap_ok(ship_all(&u, 1) == 1, "one more is found behind them");

    util_check(&u, "many");
    util_free(&u);
}
