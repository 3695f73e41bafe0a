
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rate.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_admission.h"


static void test_rate_even(void);
static void test_rate_late(void);
static void test_rate_burst(void);
static void test_rate_fast(void);
static void test_rate_give_back(void);
static void test_rate_change(void);
static void test_rate_kept(void);
static void test_rate_processes(void);


int
main(void)
{
    test_rate_even();
    test_rate_late();
    test_rate_burst();
    test_rate_fast();
    test_rate_give_back();
    test_rate_change();
    test_rate_kept();
    test_rate_processes();

    return tap_done();
}


static uint64_t
rated(util_t *u, const char *name, uint32_t rate, uint32_t per, uint32_t burst)
{
    webhook_op_t            op;
    webhook_op_endpoint_t  *e;

    e = limits(&op, name);

    e->rate = rate;
    e->per = per;
    e->burst = burst;

    return util_apply(u, &op) == WEBHOOK_STORE_OK ? e->id : 0;
}


/* Claims all that may be had; completes it. */

static uint32_t
serve(util_t *u, uint64_t ep, uint64_t *next)
{
    uint32_t         i, n;
    webhook_op_t     op;
    webhook_lease_t  *l;

    n = util_claim(u, &op, &ep, 1000);

    *next = op.u.claim.next;

    for (i = 0; i < n; i++) {
        l = &op.u.claim.leases[i];

        (void) util_complete(u, l->event.id, ep, l->lease_token, WEBHOOK_DONE,
         0);
    }

    webhook_op_free(&op);

    return n;
}


static void
test_rate_even(void)
{
    util_t    u;
    unsigned  i, n, uneven;
    uint64_t  ep, next;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 100, 1000, 0);

    crowd(&u, ep, 600);

    n = 0;
    uneven = 0;

    for (i = 0; i < 5000; i++) {

        if (serve(&u, ep, &next) != (i % 10 == 0)) {
            uneven++;
        }

        n += i % 10 == 0;

        if (next != 10 - i % 10) {
            uneven++;
        }

        u.clock++;
    }

    tap_ok(uneven == 0, "100 a second: one every 10 ms, and who asks is told "
           "when the next may go (%u times not)", uneven);

    util_check(&u, "even");

    /* who waits for its time sleeps until then */

    for (i = 0, n = 0; i < 100; i++) {
        n += serve(&u, ep, &next);
        u.clock += next;
    }

    tap_ok(n == 100, "who sleeps until the next does not miss one (%u)", n);

    util_free(&u);
}


/* Timers are late, and so are locks and disks: the rate is the rate. */

static void
test_rate_late(void)
{
    util_t    u;
    unsigned  i, n, ok;
    uint64_t  ep, next, start, took;

    static const unsigned  late[] = { 1, 3, 7, 13, 23, 45 };

    for (i = 0; i < sizeof(late) / sizeof(late[0]); i++) {

        util_init(&u);
        util_open(&u);

        ep = rated(&u, "erp", 100, 1000, 0);

        crowd(&u, ep, 400);

        u.clock += 5000;
        start = u.clock;
        n = 0;
        ok = 1;

        while (n < 380) {
            n += serve(&u, ep, &next);
            took = u.clock - start;

            /* never more than the time and the lateness allow */

            if (n > (took + 50) / 10 + 1) {
                ok = 0;
            }

            u.clock += next + late[i];
        }

        took = u.clock - start;

        tap_ok(ok && took >= 3700 && took <= 3990,
               "timers that are %u ms late: 380 in %u ms", late[i],
               (unsigned) took);

        util_free(&u);
    }
}


static void
test_rate_burst(void)
{
    util_t        u;
    unsigned      i, n;
    uint64_t      ep, next, token;
    webhook_op_t  op;
    webhook_id_t  id;
    webhook_put_t put;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 100, 1000, 0);

    n = 0;

    for (i = 0; i < 10; i++) {
        n += util_lease(&u, ep, &id) != 0;
    }

    tap_ok(n == 1, "of ten at once one is leased");

    memset(&put, 0, sizeof(put));
    put.lease = 1;
    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && put.lease_token == 0
           && op.u.put_event.wait == 10, "the others are told to wait");

    put.lease = 0;
    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.put_event.wait == UINT64_MAX, "but who asked for none");

    u.clock += 100000;

    tap_ok(serve(&u, ep, &next) == 1 && next == 10,
           "after a long while there is one, too");

    util_check(&u, "no burst");

    /* a burst */

    ep = rated(&u, "crm", 100, 1000, 5);

    n = 0;

    for (i = 0; i < 10; i++) {
        token = util_lease(&u, ep, &id);
        n += token != 0;
        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(n == 5, "a burst of five is leased at once");

    tap_ok(serve(&u, ep, &next) == 0 && next == 10, "then one every 10 ms");

    u.clock += 9;
    tap_ok(serve(&u, ep, &next) == 0 && next == 1, "not before");

    u.clock += 1;
    tap_ok(serve(&u, ep, &next) == 1 && next == 10, "and then");

    for (i = 0; i < 4; i++) {
        u.clock += 10;
        (void) serve(&u, ep, &next);
    }

    tap_ok(serve(&u, ep, &next) == 0 && next == UINT64_MAX,
           "nobody waits any more");

    u.clock += 20;

    n = 0;

    for (i = 0; i < 10; i++) {
        n += util_lease(&u, ep, &id) != 0;
    }

    tap_ok(n == 2, "the burst comes back at the rate (%u)", n);

    util_check(&u, "burst");

    /* slower than one a second */

    ep = rated(&u, "slow", 3, 60000, 0);

    crowd(&u, ep, 3);

    tap_ok(serve(&u, ep, &next) == 1 && next == 20000, "three a minute");

    util_free(&u);
}


/* More than one a millisecond, and a number that does not divide. */

static void
test_rate_fast(void)
{
    util_t    u;
    unsigned  i, n, ok;
    uint64_t  ep, next;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 7001, 1000, 0);

    crowd(&u, ep, 7100);

    u.clock += 1000;

    n = 0;
    ok = 1;

    for (i = 0; i < 900; i++) {
        n += serve(&u, ep, &next);

        if (n > i * 7001 / 1000 + 1 || n < i * 7001 / 1000) {
            ok = 0;
        }

        u.clock++;
    }

    tap_ok(ok && n >= 6293 && n <= 6295, "7001 a second, %u in 900 ms", n);

    util_check(&u, "fast");
    util_free(&u);
}


static void
test_rate_give_back(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 10, 1000, 0);

    token = util_lease(&u, ep, &id);

    tap_ok(token && util_claim(&u, &op, &ep, 1) == 0, "one is leased");

    webhook_op_free(&op);

    util_complete(&u, id, ep, token, WEBHOOK_RELEASE, 0);

    tap_ok(util_claim(&u, &op, &ep, 1) == 1, "what is released did not count");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    /* the next of a completion has to wait for its turn, and is told */

    (void) util_put(&u, ep, 0);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL && op.u.complete.wait == 100,
           "a completion brings no more than the rate allows");

    webhook_op_free(&op);

    u.clock += 100;

    tap_ok(util_claim(&u, &op, &ep, 1) == 1, "its turn");

    token = op.u.claim.leases[0].lease_token;
    id = op.u.claim.leases[0].event.id;

    webhook_op_free(&op);

    /* a retry takes a turn too */

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL && op.u.complete.wait == 100,
           "a retry waits for its turn");

    webhook_op_free(&op);

    u.clock += 100;

    tap_ok(util_claim(&u, &op, &ep, 1) == 1 && op.u.claim.leases[0].retry,
           "and gets it");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    /* with nothing to send there is nothing to wait for */

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL
           && op.u.complete.wait == UINT64_MAX, "nothing waits");

    webhook_op_free(&op);

    util_check(&u, "given back");
    util_free(&u);
}


static void
test_rate_change(void)
{
    util_t    u;
    uint64_t  ep, next;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 1, 3600000, 0);

    crowd(&u, ep, 10);

    tap_ok(serve(&u, ep, &next) == 1 && serve(&u, ep, &next) == 0
           && next == 3600000, "one an hour");

    (void) rated(&u, "erp", 10, 1000, 0);

    tap_ok(serve(&u, ep, &next) == 0 && next == 100,
           "ten a second: an hour is not waited for");

    (void) rated(&u, "erp", 10, 0, 0);

    u.clock += 100;

    tap_ok(serve(&u, ep, &next) == 1 && next == 100,
           "where no time is named, it is a second");

    (void) rated(&u, "erp", 0, 0, 0);

    tap_ok(serve(&u, ep, &next) == 8 && serve(&u, ep, &next) == 0
           && next == UINT64_MAX, "no rate");

    util_check(&u, "changed");
    util_free(&u);
}


static void
test_rate_kept(void)
{
    util_t    u;
    uint64_t  ep, next;

    util_init(&u);
    util_open(&u);

    ep = rated(&u, "erp", 1, 60000, 0);

    crowd(&u, ep, 3);

    tap_ok(serve(&u, ep, &next) == 1, "one a minute");

    util_close(&u);
    u.clock += 20000;
    util_open(&u);

    tap_ok(serve(&u, ep, &next) == 0 && next == 40000,
           "a restart gives no turn");

    util_free(&u);
}


/* Several processes ask all the time, by the machine's own clock. */

static void
test_rate_processes(void)
{
    enum { N = 4, RATE = 500 };

    int              status, pipes[2];
    pid_t            pid[N];
    util_t           u;
    uint64_t         ep, start, took;
    unsigned         i, n, all;

    util_init(&u);

    u.clock = 0;

    util_open(&u);

    ep = rated(&u, "erp", RATE, 1000, 0);

    crowd(&u, ep, 3000);

    util_close(&u);

    if (pipe(pipes) == -1) {
        return;
    }

    fflush(stdout);

    /* before any of them begins: this process may be the last to go on */

    start = util_now(CLOCK_REALTIME);

    for (i = 0; i < N; i++) {
        pid[i] = fork();

        if (pid[i] == 0) {
            uint64_t  next;

            if (util_open(&u) != WEBHOOK_STORE_OK) {
                _exit(1);
            }

            n = 0;
            start = util_now(CLOCK_BOOTTIME);

            while (util_now(CLOCK_BOOTTIME) - start < 1200) {
                n += serve(&u, ep, &next);
                usleep(next < 20 ? (useconds_t) next * 1000 : 20000);
            }

            util_close(&u);

            _exit(write(pipes[1], &n, sizeof(n)) != sizeof(n));
        }
    }

    all = 0;

    for (i = 0; i < N; i++) {

        waitpid(pid[i], &status, 0);

        if (WIFEXITED(status) && WEXITSTATUS(status) == 0
            && read(pipes[0], &n, sizeof(n)) == sizeof(n))
        {
            all += n;
        }
    }

    took = util_now(CLOCK_REALTIME) - start;

    /* the machine may be slow, so that there is no least that is sure */

    tap_ok(all > 0 && all <= (took + 150) * RATE / 1000 + 1,
           "%u processes: %u sends in %u ms at %u a second", N, all,
           (unsigned) took, RATE);

    util_open(&u);
    util_check(&u, "processes");
    util_free(&u);

    close(pipes[0]);
    close(pipes[1]);
}
