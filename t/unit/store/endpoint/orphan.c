
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: endpoints that no configuration names.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"

#define MANY  2000
#define DAY   ((uint64_t) 24 * 3600 * 1000)


static void test_orphans(void);
static void test_orphan_named(void);
static void test_orphan_rest(void);
static void test_cancel(void);


int
main(void)
{
    test_orphans();
    test_orphan_named();
    test_orphan_rest();
    test_cancel();

    return tap_done();
}


static uint32_t
expire(util_t *u, const uint64_t *ids, uint32_t count, uint32_t *cancelled)
{
    uint32_t      n;
    unsigned      rounds;
    webhook_op_t  op;

    n = 0;
    *cancelled = 0;

    for (rounds = 0; rounds < 1000; rounds++) {

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = 50;
        op.u.expire.endpoints = ids;
        op.u.expire.endpoints_count = count;

        (void) util_apply(u, &op);

        n += op.u.expire.removed;
        *cancelled += op.u.expire.cancelled;

        if (!op.u.expire.more) {
            break;
        }
    }

    return n;
}


static void
test_orphans(void)
{
    util_t                     u;
    unsigned                   i;
    uint64_t                   a, b, token;
    uint32_t                   n, cancelled;
    webhook_op_t               op;
    webhook_id_t               id;
    webhook_put_t              put;
    webhook_endpoint_stats_t   s;

    util_init(&u);

    u.keep = 7 * DAY;
    u.orphans = 30 * DAY;

    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    b = util_endpoint(&u, "b", 10);

    token = util_lease(&u, b, &id);
    (void) util_complete(&u, id, b, token, WEBHOOK_DONE, 0);

    token = util_lease(&u, b, &id);
    (void) util_complete(&u, id, b, token, WEBHOOK_RETRY, 1000);

    for (i = 0; i < 100; i++) {
        (void) util_put(&u, b, i % 2 ? 0 : 1000 * DAY);
    }

    memset(&put, 0, sizeof(put));
    util_str(&put.order, "7");

    for (i = 0; i < 100; i++) {
        util_put_op(&op, &put, util_id(&u), b, "{}", 2);
        (void) util_apply(&u, &op);
    }

    (void) util_put(&u, a, 0);

    u.clock += 29 * DAY;

    n = expire(&u, NULL, 0, &cancelled);

    tap_ok(n == 0 && cancelled == 0, "for 29 days nothing happens to it");

    (void) util_endpoint(&u, "a", 10);

    u.clock += 2 * DAY;
    u.logs[WEBHOOK_STORE_LOG_WARN] = 0;

    n = expire(&u, NULL, 0, &cancelled);

    tap_ok(n == 0 && cancelled == 201,
           "then what waits for it is cancelled (%u)", cancelled);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 1
           && strstr(u.text, "\"b\" for 30 days: the 201 deliveries") != NULL,
           "and told, once (%s)", u.text);

    (void) util_stats(&u, b, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 201 && s.cancelled == 201
           && s.states[WEBHOOK_PENDING] == 0 && s.dead == 0,
           "the counts are right");

    (void) util_stats(&u, a, &s);

    tap_ok(s.states[WEBHOOK_PENDING] == 1, "who was named keeps what waits");

    util_check(&u, "cancelled");

    /* its row goes with its history */

    u.clock += 7 * DAY;

    n = expire(&u, NULL, 0, &cancelled);

    u.clock += 3600000;

    n += expire(&u, NULL, 0, &cancelled);

    tap_ok(n == 1 && cancelled == 0 && util_stats(&u, 0, NULL).count == 1,
           "once nothing is kept of it, its row goes");

    util_check(&u, "removed");

    /* it may come back */

    (void) util_endpoint(&u, "b", 10);

    tap_ok(util_lease(&u, b, &id) != 0, "and comes back as a new one");

    util_check(&u, "come back");
    util_free(&u);
}


/* Whoever is in use is none, however long ago it was named. */

static void
test_orphan_named(void)
{
    util_t        u;
    uint64_t      a, ids[1];
    uint32_t      n, cancelled;

    util_init(&u);

    u.orphans = 30 * DAY;

    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    (void) util_put(&u, a, 0);

    u.clock += 1000 * DAY;
    ids[0] = a;

    n = expire(&u, ids, 1, &cancelled);

    tap_ok(n == 0 && cancelled == 0, "an endpoint that is in use is no orphan");

    util_close(&u);
    u.orphans = 0;
    util_open(&u);

    n = expire(&u, NULL, 0, &cancelled);

    tap_ok(n == 0 && cancelled == 0, "nor is any where that is not wanted");

    util_free(&u);
}


/* One under way is left until it is over; a dead one that blocks its key is
   cancelled, too. */

static void
test_orphan_rest(void)
{
    util_t                     u;
    uint64_t                   b, token;
    uint32_t                   cancelled;
    webhook_op_t               op;
    webhook_id_t               id;
    webhook_put_t              put;
    webhook_endpoint_stats_t   s;

    util_init(&u);

    u.keep = 1000 * DAY;
    u.orphans = 30 * DAY;

    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    b = op.u.endpoint.id = util_name("b");
    op.u.endpoint.inflight = 10;
    op.u.endpoint.order_block = 1;
    util_str(&op.u.endpoint.name, "b");
    (void) util_apply(&u, &op);

    memset(&put, 0, sizeof(put));
    util_str(&put.order, "7");
    put.lease = 1;

    id = util_id(&u);
    util_put_op(&op, &put, id, b, "{}", 2);
    (void) util_apply(&u, &op);
    token = put.lease_token;

    put.lease = 0;
    util_put_op(&op, &put, util_id(&u), b, "{}", 2);
    (void) util_apply(&u, &op);

    (void) util_complete(&u, id, b, token, WEBHOOK_FAILED, 0);

    (void) util_stats(&u, b, &s);

    tap_ok(s.states[WEBHOOK_DEAD] == 1 && s.states[WEBHOOK_PENDING] == 1,
           "one is dead and blocks another");

    u.clock += 31 * DAY;

    token = util_lease(&u, b, &id);

    (void) expire(&u, NULL, 0, &cancelled);
    (void) util_stats(&u, b, &s);

    tap_ok(cancelled == 2 && s.states[WEBHOOK_CANCELLED] == 2
           && s.states[WEBHOOK_DEAD] == 0
           && s.states[WEBHOOK_SENDING] == (token != 0),
           "both are cancelled, and what is being sent is not");

    util_check(&u, "rest");
    util_free(&u);
}


/* Cancels as the filter says; dry_run only counts. */

static uint32_t
cancel(util_t *u, webhook_filter_t *f, int dry_run)
{
    uint32_t      n;
    webhook_op_t  op;

    n = 0;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = *f;
    op.u.replay.cancel = 1;
    op.u.replay.dry_run = dry_run ? 1 : 0;

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        n += op.u.replay.count;

    } while (op.u.replay.filter.more);

    return n;
}


/*
 * Two endpoints, a of which nothing waits before the time that is returned, and
 * b with all kinds: one delivered, one dead, 299 behind it, and 300 since.
 */

static uint64_t
cancel_setup(util_t *u, uint64_t *a, uint64_t *b)
{
    unsigned       i;
    uint64_t       token, since;
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  put;

    *a = util_endpoint(u, "a", 10);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    *b = op.u.endpoint.id = util_name("b");
    op.u.endpoint.inflight = 10;
    op.u.endpoint.order_block = 1;
    util_str(&op.u.endpoint.name, "b");
    (void) util_apply(u, &op);

    memset(&put, 0, sizeof(put));
    util_str(&put.order, "7");
    put.lease = 1;

    id = util_id(u);
    util_put_op(&op, &put, id, *b, "{}", 2);
    (void) util_apply(u, &op);
    (void) util_complete(u, id, *b, put.lease_token, WEBHOOK_FAILED, 0);

    put.lease = 0;

    for (i = 0; i < 300; i++) {
        util_put_op(&op, &put, util_id(u), *b, "{}", 2);
        (void) util_apply(u, &op);
    }

    token = util_lease(u, *b, &id);
    (void) util_complete(u, id, *b, token, WEBHOOK_DONE, 0);

    token = util_lease(u, *a, &id);
    (void) util_complete(u, id, *a, token, WEBHOOK_FAILED, 0);

    since = u->wall;

    for (i = 0; i < 300; i++) {
        (void) util_put(u, *b, i % 2 ? 0 : 100000);
        (void) util_put(u, *a, 0);
    }

    return since;
}


/* By hand: all that waits for an endpoint. */

static void
test_cancel(void)
{
    util_t                    u;
    unsigned                  i;
    uint64_t                  a, b, since;
    webhook_op_t              op;
    webhook_filter_t          f;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    since = cancel_setup(&u, &a, &b);

    memset(&f, 0, sizeof(f));
    f.endpoint = b;
    f.state = -1;

    tap_ok(cancel(&u, &f, 1) == 601, "to cancel all of an endpoint: counted");

    f.since = since;

    tap_ok(cancel(&u, &f, 0) == 300 && cancel(&u, &f, 0) == 0,
           "those since a time, once");

    f.since = 0;
    f.state = WEBHOOK_DEAD;

    tap_ok(cancel(&u, &f, 0) == 1, "the dead one that blocks its key");

    util_check(&u, "some");

    f.state = WEBHOOK_PENDING;

    tap_ok(cancel(&u, &f, 0) == 300, "those that wait");

    (void) util_stats(&u, b, &s);

    tap_ok(s.states[WEBHOOK_CANCELLED] == 601 && s.states[WEBHOOK_PENDING] == 0
           && s.states[WEBHOOK_DELIVERED] == 1
           && s.states[WEBHOOK_DEAD] == 0, "all are cancelled");

    (void) util_stats(&u, a, &s);

    tap_ok(s.states[WEBHOOK_PENDING] == 300 && s.states[WEBHOOK_DEAD] == 1,
           "and of no other endpoint any");

    util_check(&u, "cancelled by hand");

    /* they can be had back */

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = f;
    op.u.replay.filter.state = WEBHOOK_CANCELLED;
    i = 0;

    do {
        (void) util_apply(&u, &op);
        i += op.u.replay.count;
    } while (op.result == WEBHOOK_STORE_OK && op.u.replay.filter.more);

    (void) util_stats(&u, b, &s);

    tap_ok(i == 601 && s.states[WEBHOOK_PENDING] == 601
           && s.states[WEBHOOK_CANCELLED] == 0, "a replay takes them back");

    util_check(&u, "replayed");
    util_free(&u);
}
