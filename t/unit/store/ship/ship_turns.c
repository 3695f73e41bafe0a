
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: of keys that are in an order for all nodes none is sent
 * before the cluster has said that it is its turn.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"


#define FENCE  600000                   /* ms; a lease is 30 s */


static webhook_id_t  session;
static uint64_t      ep;


/* The node joins (anew): its session is another one. */

static void
join(util_t *u)
{
    unsigned      i;
    webhook_op_t  op;

    session.bytes[0]++;

    for (i = 0; i < 2; i++) {
        memset(&op, 0, sizeof(op));
        op.type = WEBHOOK_OP_SHIP_STATE;
        op.u.ship_state.set = i ? WEBHOOK_SHIP_SET_SESSION
                                : WEBHOOK_SHIP_SET_NEXT;
        op.u.ship_state.next = session;
        (void) util_apply(u, &op);
    }
}


static void
start(util_t *u, unsigned block)
{
    webhook_op_t  op;

    (void) ship_start(u, 10);

    join(u);
    (void) ship_fence(u, FENCE);

    memset(&op, 0, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = ep = util_name("erp");
    op.u.endpoint.inflight = 10;
    op.u.endpoint.order_block = block;
    util_str(&op.u.endpoint.name, "erp");

    (void) util_apply(u, &op);
}


/* "lease": the caller could send it now. */

static webhook_id_t
put(util_t *u, const char *key)
{
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    id = util_id(u);

    util_put_op(&op, &p, id, ep, "{}", 2);
    util_str(&p.order, key);
    p.ordered = 1;
    p.lease = 1;
    op.u.put_event.lease = 30000;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK || p.lease_token) {
        printf("# it was sent at once\n");
        memset(&id, 0, sizeof(id));
    }

    return id;
}


/* How many keys wait, and of how many the cluster is asked; *first is what comes
   first of the first one. */

static uint32_t
waiting(util_t *u, uint32_t *asked, webhook_id_t *first)
{
    uint32_t      waits;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHIP_TURNS;
    op.u.ship_turns.max = 1;

    *asked = 0;
    waits = 0;

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        if (op.u.ship_turns.count && *asked == 0 && first) {
            *first = op.u.ship_turns.turns[0].event;
        }

        *asked += op.u.ship_turns.count;
        waits += op.u.ship_turns.waits;
        op.u.ship_turns.from = 1;

        webhook_op_free(&op);

    } while (op.u.ship_turns.more);

    return waits;
}


static uint32_t
asked(util_t *u)
{
    uint32_t  n;

    (void) waiting(u, &n, NULL);

    return n;
}


/* The cluster says that these go, in this order; *op tells what came of it. */

static webhook_store_result_e
turns(util_t *u, webhook_op_t *op, const char *key, const webhook_id_t *ids,
    uint32_t count)
{
    uint32_t             i;
    webhook_ship_turn_t  t[16];

    for (i = 0; i < count; i++) {
        t[i].event = ids[i];
        t[i].endpoint = ep;
        t[i].order = util_name(key);
    }

    memset(op, 0, sizeof(webhook_op_t));
    op->type = WEBHOOK_OP_SHIP_TURN;
    op->u.ship_turn.session = session;
    op->u.ship_turn.turns = t;
    op->u.ship_turn.count = count;

    return util_apply(u, op);
}


static uint32_t
turn(util_t *u, const char *key, const webhook_id_t *ids, uint32_t count)
{
    webhook_op_t  op;

    return turns(u, &op, key, ids, count) == WEBHOOK_STORE_OK
           ? op.u.ship_turn.turned : UINT32_MAX;
}


/* Sends one; 1 if it is this. */

static int
sends(util_t *u, const webhook_id_t *id, webhook_outcome_e outcome)
{
    uint64_t      token;
    webhook_id_t  got;

    token = ship_claim(u, ep, &got, NULL);

    if (token == 0) {
        return 0;
    }

    (void) util_complete(u, got, ep, token, outcome, 1000);

    return memcmp(&got, id, sizeof(got)) == 0;
}


static int
idle(util_t *u)
{
    webhook_id_t  got;

    return ship_claim(u, ep, &got, NULL) == 0;
}


static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, webhook_id_t id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = type;
    op.u.delivery.event = id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


/* Deliveries that are told of as "ordered" keep the order of "ids". */

static int
told_in_order(util_t *u, const webhook_id_t *ids, uint32_t count, uint32_t max)
{
    uint32_t      i, k, n;
    uint64_t      to;
    webhook_op_t  op;

    for (k = 0, n = 1; n && k < count; /* void */ ) {
        n = ship_number(u, &op, max, 0);
        to = op.u.ship_number.to;

        for (i = 0; i < n; i++) {
            if (memcmp(&op.u.ship_number.entries[i].id, &ids[k++], 16) != 0) {
                printf("# %u is not the next\n", k - 1);
                n = 0;
            }
        }

        webhook_op_free(&op);
        (void) ship_done(u, to);
    }

    return k == count && n;
}


static void
test_turn(void)
{
    util_t        u;
    uint32_t      n;
    webhook_id_t  a[4], b, first;
    webhook_op_t  op;

    start(&u, 0);

    a[0] = put(&u, "a");
    a[1] = put(&u, "a");
    b = put(&u, "b");
    a[2] = put(&u, "a");

    tap_ok(idle(&u), "nothing is sent as it comes");
    tap_ok(waiting(&u, &n, NULL) == 2 && n == 0,
           "two keys wait, of which the cluster knows nothing");

    n = ship_number(&u, &op, 100, 0);
    tap_ok(n == 4 && op.u.ship_number.turns, "all are told of at once: %u", n);
    webhook_op_free(&op);

    tap_ok(asked(&u) == 0, "it is not asked before it has them");
    tap_ok(ship_all(&u, 0) == 4 && asked(&u) == 2 && idle(&u),
           "then it is, of what comes first of each key");
    (void) util_check(&u, "keys wait");

    session.bytes[0]++;
    tap_ok(turns(&u, &op, "a", a, 1) == WEBHOOK_STORE_STALE,
           "what it said in another session does not count");
    session.bytes[0]--;

    tap_ok(turn(&u, "a", a, 1) == 1 && sends(&u, &a[0], WEBHOOK_RETRY)
           && idle(&u), "it says whose turn it is, which is sent");
    pass(&u, 1000);
    tap_ok(sends(&u, &a[0], WEBHOOK_DONE) && idle(&u),
           "again, without a question, where that failed; and no other");

    (void) ship_all(&u, 0);
    tap_ok(waiting(&u, &n, NULL) == 2 && n == 2 && turn(&u, "a", a, 3) == 2,
           "some of a key, the first of which is over");
    tap_ok(sends(&u, &a[1], WEBHOOK_DONE) && sends(&u, &a[2], WEBHOOK_DONE),
           "are sent, one after the other");

    tap_ok(waiting(&u, &n, &first) == 1 && n == 1
           && memcmp(&first, &b, 16) == 0, "the other key waits yet");
    (void) ship_fence(&u, 0);
    tap_ok(turn(&u, "b", &b, 1) == 1 && idle(&u),
           "what goes waits for the fence");
    (void) ship_fence(&u, FENCE);
    tap_ok(sends(&u, &b, WEBHOOK_DONE) && waiting(&u, &n, NULL) == 0,
           "and is sent then");

    a[3] = util_id(&u);
    tap_ok(turns(&u, &op, "a", &a[3], 1) == WEBHOOK_STORE_OK
           && op.u.ship_turn.missing == 1 && op.u.ship_turn.turned == 0,
           "one that is not here is counted");

    (void) ship_all(&u, 0);
    (void) ship_number(&u, &op, 100, 0);
    tap_ok(!op.u.ship_number.turns, "no key is to be asked about any more");
    webhook_op_free(&op);

    (void) util_check(&u, "all is over");
    util_close(&u);
    util_free(&u);
}


/* Numbers are in the order of a key, however few are given at a time. */

static void
test_order(void)
{
    util_t        u;
    uint32_t      i;
    webhook_id_t  ids[12];
    webhook_op_t  op;

    start(&u, 0);

    for (i = 0; i < 6; i++) {
        ids[i] = put(&u, "a");
    }

    tap_ok(told_in_order(&u, ids, 6, 1), "one by one");

    for (i = 6; i < 9; i++) {
        ids[i] = put(&u, "a");
    }

    /* of these the first two are numbered, and given back */

    i = ship_number(&u, &op, 2, 0);
    webhook_op_free(&op);
    tap_ok(i == 2 && ship_back(&u) == 2 && idle(&u), "two go back");

    for (i = 9; i < 12; i++) {
        ids[i] = put(&u, "a");
    }

    tap_ok(told_in_order(&u, &ids[6], 6, 2), "all others follow in order");

    (void) util_check(&u, "told of");
    util_close(&u);
    util_free(&u);
}


/* The walk looks at heads first, and then at what is parked: one that comes in
   between must not be told of before its head is. */

static void
test_between(void)
{
    util_t        u;
    uint32_t      i;
    webhook_id_t  ids[3];
    webhook_op_t  op;

    start(&u, 0);

    for (i = 0; i < 4; i++) {
        (void) put(&u, i % 2 ? "b" : "c");
    }

    /* both heads have a number now, and one that is parked */

    i = ship_number(&u, &op, 3, 0);
    webhook_op_free(&op);
    (void) ship_done(&u, ship_state(&u).assigned);

    ids[0] = put(&u, "zz");
    ids[1] = put(&u, "zz");
    ids[2] = put(&u, "zz");

    (void) ship_all(&u, 0);

    tap_ok(i == 3
           && ship_show(&u, ids[0], ep).number < ship_show(&u, ids[1], ep).number
           && ship_show(&u, ids[1], ep).number < ship_show(&u, ids[2], ep).number,
           "one that comes while the walk is behind its place is told of before"
           " those behind it");

    util_close(&u);
    util_free(&u);
}


/* The cluster's order is not that of this node. */

static void
test_other(void)
{
    util_t        u;
    webhook_id_t  own, two[2], guest[2];
    uint64_t      place;

    start(&u, 0);

    own = put(&u, "a");
    two[0] = put(&u, "a");
    (void) ship_all(&u, 0);
    place = ship_show(&u, own, ep).place;

    /* two of nodes that only had an order of their own: from one whose clock is
       ahead, and from one whose clock is behind */

    guest[0] = util_id(&u);
    guest[1] = util_id(&u);
    (void) ship_take(&u, guest[0], ep, 0, util_name("a"), place + 3000000);
    (void) ship_take(&u, guest[1], ep, 0, util_name("a"), place - 1);

    tap_ok(sends(&u, &guest[1], WEBHOOK_DONE), "what no cluster orders goes on");

    two[1] = own;
    tap_ok(turn(&u, "a", two, 2) == 1 && sends(&u, &two[0], WEBHOOK_DONE),
           "what the cluster says is first goes first, though it is not here");
    tap_ok(idle(&u) && asked(&u) == 1, "the other one asks again");
    tap_ok(turn(&u, "a", &own, 1) == 1 && sends(&u, &own, WEBHOOK_DONE),
           "and is the next");
    tap_ok(sends(&u, &guest[0], WEBHOOK_DONE), "then the rest");

    (void) util_check(&u, "another order");
    util_close(&u);
    util_free(&u);
}


static void
test_over(void)
{
    util_t              u;
    webhook_id_t        ids[5];
    uint64_t            place;
    unsigned            i;
    webhook_delivery_t  d;

    start(&u, 1);

    for (i = 0; i < 4; i++) {
        ids[i] = put(&u, "a");
    }

    (void) ship_all(&u, 0);

    (void) turn(&u, "a", ids, 1);
    tap_ok(sends(&u, &ids[0], WEBHOOK_FAILED) && idle(&u) && asked(&u) == 0,
           "one that is dead, and blocks its key, stays the first");
    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ids[0]) == WEBHOOK_STORE_OK
           && sends(&u, &ids[0], WEBHOOK_FAILED), "retried, it goes at once");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ids[0]) == WEBHOOK_STORE_OK
           && idle(&u) && asked(&u) == 1, "cancelled, it lets the next one ask");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ids[1]) == WEBHOOK_STORE_OK
           && by_hand(&u, WEBHOOK_OP_CANCEL, ids[2]) == WEBHOOK_STORE_OK,
           "one that waits for its turn is cancelled, and one behind it");

    (void) ship_all(&u, 0);
    place = ship_show(&u, ids[3], ep).place;

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ids[0]) == WEBHOOK_STORE_OK
           && ship_show(&u, ids[0], ep).place > place && idle(&u),
           "one that was over comes again behind all others");
    (void) util_check(&u, "retried");

    (void) ship_all(&u, 0);
    (void) turn(&u, "a", &ids[3], 1);
    tap_ok(sends(&u, &ids[3], WEBHOOK_DONE) && idle(&u), "which go first");
    (void) ship_all(&u, 0);
    (void) turn(&u, "a", &ids[0], 1);
    tap_ok(sends(&u, &ids[0], WEBHOOK_DONE), "then it does");

    /* in another epoch nothing is known */

    ids[4] = put(&u, "a");
    (void) ship_all(&u, 0);
    (void) turn(&u, "a", &ids[4], 1);
    (void) ship_epoch(&u, 8);
    (void) ship_fence(&u, FENCE);
    (void) ship_all(&u, 0);
    d = ship_show(&u, ids[4], ep);
    tap_ok(d.ordered && idle(&u) && asked(&u) == 1,
           "in another epoch the cluster is asked anew");
    tap_ok(turn(&u, "a", &ids[4], 1) == 1 && sends(&u, &ids[4], WEBHOOK_DONE),
           "and says so");

    (void) util_check(&u, "over");
    util_close(&u);
    util_free(&u);
}


/* One that the cluster does not take is not waited for. */

static void
test_refused(void)
{
    util_t        u;
    webhook_id_t  ids[2];
    webhook_op_t  op;

    start(&u, 0);

    ids[0] = put(&u, "a");
    ids[1] = put(&u, "a");

    (void) ship_number(&u, &op, 1, 0);
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHIP_REFUSED;
    op.u.ship_refused.number = ship_state(&u).confirmed + 1;
    (void) util_apply(&u, &op);

    tap_ok(op.result == WEBHOOK_STORE_OK && sends(&u, &ids[0], WEBHOOK_DONE)
           && idle(&u), "one that the cluster does not take is sent without it");

    (void) ship_all(&u, 0);
    tap_ok(turn(&u, "a", &ids[1], 1) == 1 && sends(&u, &ids[1], WEBHOOK_DONE),
           "others are not");

    (void) util_check(&u, "refused");
    util_close(&u);
    util_free(&u);
}


int
main(void)
{
    test_turn();
    test_order();
    test_between();
    test_other();
    test_over();
    test_refused();

    return tap_done();
}
