
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: endpoints that no configuration names.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define MANY  2000
#define DAY   ((uint64_t) 24 * 3600 * 1000)


static void test_aside(void);
static void test_back(void);
static void test_leased(void);
static void test_orphans(void);
static void test_orphan_named(void);
static void test_orphan_rest(void);
static void test_cancel(void);


int
main(void)
{
    test_aside();
    test_back();
    test_leased();
    test_orphans();
    test_orphan_named();
    test_orphan_rest();
    test_cancel();

    return tap_done();
}


/* Rows of the wake index. */

static size_t
wakes(util_t *u)
{
    MDB_stat       stat;
    webhook_txn_t  t;

    stat.ms_entries = 0;

    if (webhook_session_begin(u->st, &t, 0) == 0) {
        (void) mdb_stat(t.txn, u->st->dbi[WEBHOOK_DB_WAKE], &stat);
        webhook_session_abort(&t);
    }

    return stat.ms_entries;
}


static uint32_t
claims(util_t *u, uint64_t ep)
{
    uint32_t      n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 10);
    webhook_op_free(&op);

    return n;
}


/* So many endpoints with a delivery each; every second one waits for an
   hour. */

static void
crowd(util_t *u, unsigned n)
{
    char      name[32];
    unsigned  i;

    for (i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "gone-%u", i);
        (void) util_put(u, util_endpoint(u, name, 10), i % 2 ? 3600000 : 0);
    }
}


static void
test_aside(void)
{
    util_t        u;
    unsigned      i, n;
    uint64_t      ep;
    webhook_op_t  op;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    crowd(&u, MANY);

    u.clock += 1000;

    ep = util_endpoint(&u, "erp", 10);

    tap_ok(wakes(&u) == MANY, "%u endpoints that nobody names wait", MANY);

    id = util_put(&u, ep, 0);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1 && op.u.claim.next == 30000,
           "behind them one is found");
    tap_ok(wakes(&u) > MANY / 2,
           "and no claim does much for them at once (%zu)", wakes(&u));

    (void) util_complete(&u, id, ep, op.u.claim.leases[0].token, WEBHOOK_DONE,
                         0);
    webhook_op_free(&op);

    /* though only a few of them are moved at a time */

    for (i = 0; i < MANY / 16 + 2; i++) {
        (void) claims(&u, ep);
    }

    tap_ok(wakes(&u) == 0, "then they are not in the way of any claim (%zu)",
           wakes(&u));

    util_check(&u, "aside");

    /* nothing is written any more */

    n = 0;

    for (i = 0; i < 10; i++) {
        MDB_envinfo  before, after;

        mdb_env_info(u.st->env, &before);
        n += claims(&u, ep);
        mdb_env_info(u.st->env, &after);
        n += before.me_last_txnid != after.me_last_txnid;
    }

    tap_ok(n == 0, "and a claim that finds nothing writes nothing");

    util_free(&u);
}


/* Whoever names an endpoint gets what waits for it. */

static void
test_back(void)
{
    int           status;
    pid_t         pid;
    util_t        u;
    unsigned      i, n, wrong;
    uint64_t      a, b;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    b = util_endpoint(&u, "b", 10);

    (void) util_put(&u, b, 0);

    tap_ok(claims(&u, a) == 0 && wakes(&u) == 0, "b is aside");
    tap_ok(claims(&u, b) == 1, "a claim of it brings it back");

    util_check(&u, "back");

    u.clock += 3600000;
    (void) util_takeover(&u);
    (void) claims(&u, a);

    tap_ok(wakes(&u) == 0, "later it is aside again");

    (void) util_endpoint(&u, "b", 10);

    tap_ok(wakes(&u) == 1, "ENDPOINT brings it back");

    u.clock += 3600000;
    (void) claims(&u, a);

    tap_ok(wakes(&u) == 0, "aside");

    (void) util_lease(&u, b, &id);

    tap_ok(wakes(&u) == 1, "an event for it brings it back");

    /* two configurations that do not agree: no ping-pong, and no delay */

    wrong = 0;

    for (i = 0; i < 100; i++) {
        (void) util_put(&u, b, 0);
        (void) claims(&u, a);

        wrong += claims(&u, b) == 0;

        u.clock += 31000;
        (void) util_takeover(&u);
    }

    tap_ok(wrong == 0, "whoever names it gets what is due, each time");

    /* another process */

    u.clock += 3600000;
    (void) claims(&u, a);

    util_close(&u);
    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        util_open(&u);
        n = claims(&u, b);
        util_close(&u);
        _exit(n == 0);
    }

    waitpid(pid, &status, 0);

    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "in another process, too");

    util_open(&u);
    util_check(&u, "two");
    util_free(&u);
}


/* The end of a lease is seen, whoever names the endpoint. */

static void
test_leased(void)
{
    util_t        u;
    uint64_t      a, b, token;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    a = util_endpoint(&u, "a", 10);
    b = util_endpoint(&u, "b", 10);

    token = util_lease(&u, b, &id);
    (void) util_put(&u, b, 0);

    (void) claims(&u, a);

    u.clock += 31000;

    tap_ok(util_takeover(&u) == 1, "what ran out is taken over");

    (void) claims(&u, a);

    tap_ok(wakes(&u) == 0, "then it is aside");

    tap_ok(util_complete(&u, id, b, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "a late outcome counts");

    util_check(&u, "leased");
    util_free(&u);
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
    token = put.token;

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


/* By hand: all that waits for an endpoint. */

static void
test_cancel(void)
{
    util_t                     u;
    unsigned                   i;
    uint64_t                   a, b, token, since;
    webhook_op_t               op;
    webhook_id_t               id;
    webhook_put_t              put;
    webhook_filter_t           f;
    webhook_endpoint_stats_t   s;

    util_init(&u);
    util_open(&u);

    a = util_endpoint(&u, "a", 10);

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
    (void) util_complete(&u, id, b, put.token, WEBHOOK_FAILED, 0);

    put.lease = 0;

    for (i = 0; i < 300; i++) {
        util_put_op(&op, &put, util_id(&u), b, "{}", 2);
        (void) util_apply(&u, &op);
    }

    token = util_lease(&u, b, &id);
    (void) util_complete(&u, id, b, token, WEBHOOK_DONE, 0);

    token = util_lease(&u, a, &id);
    (void) util_complete(&u, id, a, token, WEBHOOK_FAILED, 0);

    since = u.wall;

    for (i = 0; i < 300; i++) {
        (void) util_put(&u, b, i % 2 ? 0 : 100000);
        (void) util_put(&u, a, 0);
    }

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
