
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: of limits that hold for all nodes of a cluster a node uses
 * no more than its share, while its lease runs.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"


#define FENCE  600000                   /* ms; a lease is 30 s */


static webhook_id_t  session;


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


static uint64_t
shared(util_t *u, const char *name, uint32_t inflight, uint32_t rate)
{
    webhook_op_t            op;
    webhook_op_endpoint_t  *e;

    memset(&op, 0, sizeof(webhook_op_t));

    op.type = WEBHOOK_OP_ENDPOINT;
    e = &op.u.endpoint;
    e->id = util_name(name);
    e->inflight = inflight;
    e->rate = rate;
    e->per = 1000;
    e->burst = 1;
    e->shared = 1;
    util_str(&e->name, name);

    (void) util_apply(u, &op);

    return e->id;
}


static uint64_t
start(util_t *u, uint32_t inflight, uint32_t rate)
{
    (void) ship_start(u, 10);

    join(u);
    (void) ship_fence(u, FENCE);

    return shared(u, "all", inflight, rate);
}


/* What the cluster gave, "took" ms ago it was asked. */

static webhook_store_result_e
give(util_t *u, uint64_t ep, uint32_t slots, int64_t first, uint64_t gap,
    uint32_t count, uint64_t took)
{
    webhook_op_t          op;
    webhook_ship_share_t  s;

    memset(&op, 0, sizeof(op));
    memset(&s, 0, sizeof(s));

    s.endpoint = ep;
    s.slots = slots;
    s.first = first;
    s.gap = gap;
    s.count = count;

    op.type = WEBHOOK_OP_SHIP_SHARE;
    op.u.ship_share.session = session;
    op.u.ship_share.asked = u->clock - took;
    op.u.ship_share.answered = u->clock;
    op.u.ship_share.shares = &s;
    op.u.ship_share.count = 1;

    return util_apply(u, &op);
}


/* What is asked for; all zero: nothing. */

static webhook_ship_limit_t
wanted(util_t *u, uint64_t ep)
{
    uint32_t              i;
    webhook_op_t          op;
    webhook_ship_limit_t  l;

    memset(&op, 0, sizeof(op));
    memset(&l, 0, sizeof(l));

    op.type = WEBHOOK_OP_SHIP_LIMITS;
    op.u.ship_limits.max = 10;
    op.u.ship_limits.horizon = 500;

    (void) util_apply(u, &op);

    for (i = 0; i < op.u.ship_limits.count; i++) {
        if (op.u.ship_limits.limits[i].endpoint == ep) {
            l = op.u.ship_limits.limits[i];
        }
    }

    webhook_op_free(&op);

    return l;
}


/* As many leases as there may be now, up to 20; their tokens are kept. */

static uint64_t      tokens[64];
static webhook_id_t  ids[64];
static unsigned      leased;

static unsigned
lease(util_t *u, uint64_t ep)
{
    unsigned  n;

    for (n = 0; n < 20 && leased < 64; n++) {
        tokens[leased] = ship_claim(u, ep, &ids[leased], NULL);

        if (tokens[leased] == 0) {
            break;
        }

        leased++;
    }

    return n;
}


static void
finish(util_t *u, uint64_t ep)
{
    leased--;
    (void) util_complete(u, ids[leased], ep, tokens[leased], WEBHOOK_DONE, 0);
}


static void
test_slots(void)
{
    util_t                u;
    uint64_t              ep;
    unsigned              i;
    webhook_id_t          id;
    webhook_ship_limit_t  l;

    leased = 0;
    ep = start(&u, 5, 0);

    tap_ok(wanted(&u, ep).endpoint == 0, "nothing is asked for what is idle");

    for (i = 0; i < 8; i++) {
        (void) util_put(&u, ep, 0);
    }

    tap_ok(lease(&u, ep) == 0, "without a share nothing is leased");

    l = wanted(&u, ep);

    tap_ok(l.inflight == 5 && l.held == 0 && l.want == 5 && l.waits,
           "all slots are asked for, and it waits");

    tap_ok(give(&u, ep, 2, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 2 && lease(&u, ep) == 0, "two slots are used");

    l = wanted(&u, ep);

    tap_ok(l.held == 2 && l.want == 5 && !l.waits, "more are asked for");

    tap_ok(util_lease(&u, ep, &id) == 0, "an event is not leased as it comes");

    tap_ok(give(&u, ep, 3, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 1, "one more");

    /* they are taken back */

    tap_ok(give(&u, ep, 1, 0, 0, 0, 1) == WEBHOOK_STORE_OK, "two are not");

    l = wanted(&u, ep);
    tap_ok(l.held == 3, "what is in use is held");

    finish(&u, ep);
    tap_ok(lease(&u, ep) == 0 && wanted(&u, ep).held == 2, "it is given back");

    finish(&u, ep);
    finish(&u, ep);
    tap_ok(wanted(&u, ep).held == 1 && lease(&u, ep) == 1, "but one");

    util_check(&u, "slots");
    util_free(&u);
}


/* What ends a share, or keeps it from use. */

static void
test_ends(void)
{
    util_t        u;
    uint64_t      ep, next;
    unsigned      i;
    webhook_id_t  id;

    leased = 0;
    ep = start(&u, 5, 0);

    for (i = 0; i < 8; i++) {
        (void) util_put(&u, ep, 0);
    }

    /* a lease that would not end before the fence */

    (void) give(&u, ep, 5, 0, 0, 0, 1);
    pass(&u, FENCE - 30000 + 1);

    (void) ship_claim(&u, ep, &id, &next);
    tap_ok(lease(&u, ep) == 0, "near the fence nothing is leased");
    tap_ok(next > 1000, "and nobody is awake for that");

    pass(&u, 30000);
    tap_ok(wanted(&u, ep).waits, "it waits for the cluster");

    (void) ship_fence(&u, FENCE);
    (void) util_takeover(&u);
    leased = 0;
    tap_ok(lease(&u, ep) == 5, "with a new fence it goes on");

    /* another session */

    (void) give(&u, ep, 5, 0, 0, 0, 1);
    finish(&u, ep);
    join(&u);
    tap_ok(lease(&u, ep) == 0, "in another session the share is over");
    tap_ok(wanted(&u, ep).held == 4, "but what is in use");

    session.bytes[0]--;
    tap_ok(give(&u, ep, 5, 0, 0, 0, 1) == WEBHOOK_STORE_STALE,
           "an answer to an earlier session is stale");
    session.bytes[0]++;

    tap_ok(give(&u, ep, 5, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 1, "it goes on with a new share");

    util_check(&u, "sessions");

    /* a process that dies gives back what it had in use, but no share */

    util_close(&u);
    util_open(&u);
    (void) util_takeover(&u);
    tap_ok(wanted(&u, ep).held == 5, "the share outlives the process");

    while (leased) {
        leased--;
    }

    (void) give(&u, ep, 0, 0, 0, 0, 1);
    tap_ok(lease(&u, ep) == 0, "none is left");

    /* not shared any more */

    (void) util_endpoint(&u, "all", 4);
    tap_ok(lease(&u, ep) == 4 && wanted(&u, ep).endpoint == 0,
           "with limits of the node alone it needs none");

    util_check(&u, "not shared");
    util_free(&u);
}


/* Times that go by while a machine is busy do not stand in the way of others. */

static void
test_late(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  i;

    leased = 0;
    ep = start(&u, 50, 10);

    for (i = 0; i < 60; i++) {
        (void) util_put(&u, ep, 0);
    }

    for (i = 0; i < 10; i++) {
        (void) give(&u, ep, 50, -150000, 100000, 4, 3);
        pass(&u, 1000);
    }

    tap_ok(lease(&u, ep) == 0 && wanted(&u, ep).sends > 0,
           "ten shares of which all times went by");

    tap_ok(give(&u, ep, 50, -150000, 100000, 4, 3) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 2, "the next one counts");

    pass(&u, 50);
    tap_ok(lease(&u, ep) == 1, "to its end");

    /* of a share that is old a part may be left */

    tap_ok(give(&u, ep, 50, 0, 0, 2, 3) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 2, "and one beside it");

    pass(&u, 100);
    tap_ok(lease(&u, ep) == 1 && lease(&u, ep) == 0, "which takes nothing of it");

    util_check(&u, "late");
    util_free(&u);
}


static void
test_rate(void)
{
    util_t                u;
    uint64_t              ep, next;
    unsigned              i;
    webhook_id_t          id;
    webhook_ship_limit_t  l;

    leased = 0;
    ep = start(&u, 50, 10);

    for (i = 0; i < 60; i++) {
        (void) util_put(&u, ep, 0);
    }

    l = wanted(&u, ep);
    tap_ok(l.sends == 2 && l.want == 50, "some sends are asked for");

    /* three up to now, the last one of them 50 ms before; 100 ms apart */

    tap_ok(give(&u, ep, 50, -250000, 100000, 5, 3) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 3, "those up to now begin at once");

    (void) ship_claim(&u, ep, &id, &next);
    tap_ok(next == 50, "the next one 50 ms later");
    pass(&u, 49);
    tap_ok(lease(&u, ep) == 0, "not before");
    pass(&u, 1);
    tap_ok(lease(&u, ep) == 1, "but then");

    l = wanted(&u, ep);
    tap_ok(l.sends > 2 && l.held == 50, "as many as are used are asked for");

    pass(&u, 196);
    tap_ok(lease(&u, ep) == 1, "a send may be 96 ms late");

    (void) give(&u, ep, 50, 100000, 100000, 3, 3);
    pass(&u, 197);
    tap_ok(lease(&u, ep) == 0, "but not 97, after 3 ms of asking");

    (void) ship_claim(&u, ep, &id, &next);
    tap_ok(next == 3, "it is lost; the next one has its time");
    pass(&u, 3);
    tap_ok(lease(&u, ep) == 1, "at which it begins");
    pass(&u, 1000);
    (void) ship_claim(&u, ep, &id, &next);
    tap_ok(lease(&u, ep) == 0 && next > 1000,
           "nothing after all of them, and nobody is awake for that");

    tap_ok(give(&u, ep, 50, -1, 100000, 5, 100) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 0, "an answer that took too long is of no use");

    /* two shares at once */

    (void) give(&u, ep, 50, 50000, 100000, 2, 0);
    (void) give(&u, ep, 50, 200000, 100000, 2, 0);

    for (i = 0; i < 400; i += 50) {
        pass(&u, 50);
        (void) lease(&u, ep);
    }

    tap_ok(leased == 10, "times of two answers are used: %u", leased);

    /* slots are the other bound */

    (void) give(&u, ep, 10, -900000, 100000, 10, 0);
    tap_ok(lease(&u, ep) == 0, "no slot, no send");
    finish(&u, ep);
    tap_ok(lease(&u, ep) == 1, "a slot, a send");

    util_check(&u, "rate");
    util_free(&u);
}


/* What is in a backlog, and what has a number, is the same. */

static void
test_numbered(void)
{
    util_t        u;
    uint64_t      ep, to;
    webhook_op_t  op;

    leased = 0;
    ep = start(&u, 5, 0);

    (void) util_put(&u, ep, 0);
    (void) util_put(&u, ep, 0);
    pass(&u, 2000);

    tap_ok(ship_number(&u, &op, 100, 0) == 2 && op.u.ship_number.limits,
           "what waits is shipped, and that limits are to be asked for");
    to = op.u.ship_number.to;
    webhook_op_free(&op);

    tap_ok(wanted(&u, ep).want == 2 && wanted(&u, ep).waits, "it wants two");
    tap_ok(give(&u, ep, 1, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && lease(&u, ep) == 1, "one is sent");

    finish(&u, ep);
    tap_ok(lease(&u, ep) == 1, "and the other one");
    finish(&u, ep);

    (void) ship_done(&u, to);

    tap_ok(wanted(&u, ep).want == 1 && wanted(&u, ep).held == 1,
           "its slot is kept for a while");
    tap_ok(give(&u, ep, 1, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && wanted(&u, ep).want == 0, "and then given back");
    tap_ok(give(&u, ep, 0, 0, 0, 0, 1) == WEBHOOK_STORE_OK
           && wanted(&u, ep).endpoint == 0, "nothing more is asked for");

    tap_ok(ship_number(&u, &op, 100, 0) != UINT32_MAX
           && !op.u.ship_number.limits, "and it is told so");
    webhook_op_free(&op);

    util_check(&u, "numbered");
    util_free(&u);
}


int
main(void)
{
    test_slots();
    test_ends();
    test_late();
    test_rate();
    test_numbered();

    return tap_done();
}
