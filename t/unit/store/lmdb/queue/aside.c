
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: endpoints that nobody uses are set aside.
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


int
main(void)
{
    test_aside();
    test_back();
    test_leased();

    return tap_done();
}


/* Rows of the wake index. */

static size_t
wakes(util_t *u)
{
    MDB_stat       stat;
    webhook_txn_t  t;

    stat.ms_entries = 0;

    if (webhook_session_begin(util_lmdb(u), &t, 0) == 0) {
        (void) mdb_stat(t.txn, util_lmdb(u)->dbi[WEBHOOK_DB_WAKE], &stat);
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

    (void) util_complete(&u, id, ep, op.u.claim.leases[0].lease_token,
     WEBHOOK_DONE,
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

        mdb_env_info(util_lmdb(&u)->env, &before);
        n += claims(&u, ep);
        mdb_env_info(util_lmdb(&u)->env, &after);
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
