
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: pages come and go, and it grows.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <sys/resource.h>

#include "store_util.h"
#include "store_full.h"


static void test_grow(void);
static void test_grow_other(void);
static void test_churn(size_t body);
static void test_file_limit(void);


int
main(void)
{
    fill_bytes();

    test_churn(2048);
    test_churn(60000);
    test_grow();
    test_grow_other();
    test_file_limit();

    return tap_done();
}


/* Events of many sizes come and go at 50 to 80 percent: nothing is refused,
   and pages are not lost. */

static void
test_churn(size_t body)
{
    enum { N = 60 };

    util_t               u;
    uint64_t             ep;
    unsigned             i, n, failed;
    webhook_op_stats_t   s;

    util_init(&u);

    u.size = 16 << 20;
    u.keep = 200;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    n = (unsigned) ((8 << 20) / (body + 1000));
    failed = 0;

    for (i = 0; i < n * 6; i++) {

        if (i >= n
            && util_complete(&u, held[i % n].id, ep, held[i % n].token,
                             WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        if (put(&u, ep, body / 2 + (i * 7919) % body, 1, &held[i % n])
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        u.clock += 10;

        if (i % 20 == 0) {
            (void) util_expire(&u, 100, NULL);
        }
    }

    s = util_stats(&u, 0, NULL);

    tap_ok(failed == 0, "churn of %zu bytes: %u failed, %u percent in use",
           body, failed, (unsigned) (s.used * 100 / s.size));

    util_check(&u, "churn");
    util_free(&u);
}


static void
test_grow(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  n, m;

    util_init(&u);

    u.size = 8 << 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    for (n = 0; n < FILL_MAX; n++) {
        if (put(&u, ep, 2048, 0, &held[n]) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    util_close(&u);

    u.size = 32 << 20;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_stats(&u, 0, NULL).size == 32 << 20,
           "a store is opened with a larger size");

    for (m = n; m < FILL_MAX; m++) {
        if (put(&u, ep, 2048, 0, &held[m]) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(m > n * 3, "%u events become %u", n, m);

    util_close(&u);

    u.size = 8 << 20;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_stats(&u, 0, NULL).size == 8 << 20
           && util_stats(&u, 0, NULL).events == m
           && util_stats(&u, 0, NULL).full,
           "with a smaller one nothing is lost, but it is full");
    tap_ok(put(&u, ep, 2048, 0, &held[m]) == WEBHOOK_STORE_FULL,
           "and takes nothing");

    util_close(&u);

    u.size = 0;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_stats(&u, 0, NULL).size == 32 << 20,
           "without one it is as large as it was");

    util_check(&u, "grown");
    util_free(&u);
}


/* Events, as they are read beside; -1: they cannot be. */

static int64_t
beside(util_t *u)
{
    int64_t       n;
    uint64_t      change;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_STATS;

    if (!webhook_store_read(u->st, &op, &change)) {
        return -1;
    }

    n = op.result == WEBHOOK_STORE_OK ? (int64_t) op.u.stats.events : -2;

    webhook_op_free(&op);

    return n;
}


/* Another process makes it larger while this one has it open. */

static void
test_grow_other(void)
{
    int           status, go[2];
    char          c;
    pid_t         pid;
    util_t        u;
    uint64_t      ep;
    unsigned      n, i;
    held_t        h;
    webhook_op_t  op;

    util_init(&u);

    u.size = 8 << 20;

    if (pipe(go) == -1) {
        return;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        close(go[1]);

        if (read(go[0], &c, 1) != 1) {
            _exit(1);
        }

        u.size = 64 << 20;
        u.wall += 1000000;

        if (util_open(&u) != WEBHOOK_STORE_OK) {
            _exit(2);
        }

        ep = util_name("erp");

        for (n = 0; n < 8000; n++) {
            if (put(&u, ep, 2048, 0, &h) != WEBHOOK_STORE_OK) {
                _exit(3);
            }
        }

        util_close(&u);
        _exit(0);
    }

    close(go[0]);

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    (void) put(&u, ep, 2048, 0, &h);

    tap_ok(beside(&u) == 1, "what is there is read beside");

    if (write(go[1], "x", 1) != 1) {
        tap_ok(0, "the other is told");
    }

    waitpid(pid, &status, 0);

    tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
           "another process makes it larger and fills it (%d)", status);

    tap_ok(beside(&u) == -1, "who reads beside cannot come to terms with that");

    tap_ok(util_stats(&u, 0, NULL).events == 8001,
           "who had it open before reads it");

    tap_ok(beside(&u) == 8001, "then it can be read beside as well");

    i = util_claim(&u, &op, &ep, 10);
    webhook_op_free(&op);

    tap_ok(i == 10, "and writes it");

    util_check(&u, "grown by another");
    util_free(&u);

    close(go[1]);
}


/* The file cannot grow: refused, not lost; it can again: taken. */

static void
test_file_limit(void)
{
    util_t                   u;
    uint64_t                 ep;
    unsigned                 n, i, failed;
    struct rlimit            limit, old;
    webhook_store_result_e   result;

    util_init(&u);

    u.size = 64 << 20;
    u.alone = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);

    limit = old;
    limit.rlim_cur = 4 << 20;

    setrlimit(RLIMIT_FSIZE, &limit);

    result = WEBHOOK_STORE_OK;

    for (n = 0; n < FILL_MAX; n++) {
        result = put(&u, ep, 2048, 1, &held[n]);

        if (result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    /* LMDB tells a write that went halfway as an error of the disk */

    tap_ok(result == WEBHOOK_STORE_FULL
           || result == WEBHOOK_STORE_UNAVAILABLE,
           "after %u events the file cannot grow (%s)", n,
           webhook_store_result_text(result));
    tap_ok(held[n].token == 0, "who is refused gets no lease");

    failed = 0;

    for (i = 0; i < 100; i++) {
        if (put(&u, ep, 2048, 1, &held[n]) == WEBHOOK_STORE_OK) {
            failed++;
        }
    }

    setrlimit(RLIMIT_FSIZE, &old);

    tap_ok(util_stats(&u, 0, NULL).events == n + failed,
           "what was refused is not there");

    util_check(&u, "file limit");

    tap_ok(put(&u, ep, 2048, 1, &held[n]) == WEBHOOK_STORE_OK,
           "it can grow again, and takes events");

    failed = 0;

    for (i = 0; i < n; i++) {
        if (util_complete(&u, held[i].id, ep, held[i].token, WEBHOOK_DONE, 0)
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(failed == 0, "what was taken is there");

    util_check(&u, "after the file limit");
    util_free(&u);
}
