
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: replays, whole, filtered, bounded, killed half-way.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_replay.h"


static void test_replay(void);
static void test_replay_two(void);
static void test_replay_filter(void);
static void test_replay_full(void);
static void test_replay_killed(void);


int
main(void)
{
    test_replay();
    test_replay_two();
    test_replay_filter();
    test_replay_full();
    test_replay_killed();

    return tap_done();
}


static void
test_replay(void)
{
    long                      n;
    util_t                    u;
    unsigned                  i;
    uint64_t                  ep;
    webhook_id_t              ids[10];
    webhook_op_t              op;
    webhook_filter_t          f;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 10; i++) {
        ids[i] = ended(&u, ep, i % 2 ? WEBHOOK_FAILED : WEBHOOK_DONE);
    }

    (void) util_put(&u, ep, 100000);

    memset(&f, 0, sizeof(f));

    f.state = WEBHOOK_DEAD;
    f.max = 100;

    tap_ok(replay(&u, &f, 1, NULL) == 5, "a dry run counts");

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 5 && e.states[WEBHOOK_PENDING] == 1,
           "and changes nothing");
    tap_ok(replay(&u, &f, 0, NULL) == 5, "so many are replayed");
    tap_ok(replay(&u, &f, 0, NULL) == 0, "once");

    util_check(&u, "replayed");

    tap_ok(util_claim(&u, &op, &ep, 100) == 5, "they are due");

    for (i = 0; i < op.u.claim.count; i++) {
        tap_ok(memcmp(&op.u.claim.leases[i].event.id, &ids[2 * i + 1], 16)
               == 0, "the oldest first: %u", i);

        (void) util_complete(&u, op.u.claim.leases[i].event.id, ep,
                             op.u.claim.leases[i].lease_token, WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    f.state = -1;

    tap_ok(replay(&u, &f, 1, NULL) == 10, "of both states all");

    f.state = WEBHOOK_PENDING;

    tap_ok(replay(&u, &f, 1, NULL) == 0 && replay(&u, &f, 0, NULL) == 0,
           "what is not finished is not replayed");

    f.state = -1;
    f.max = 3;

    n = replay(&u, &f, 0, &i);

    tap_ok(n == 10 && i == 4, "so many a call: %u calls",
           i);

    util_check(&u, "replayed again");
    util_free(&u);
}


/* An event of two deliveries: it is finished when both are, each time. */

static void
test_replay_two(void)
{
    util_t            u;
    uint64_t          eps[2];
    unsigned          i;
    webhook_op_t      op;
    webhook_put_t     put[2];
    webhook_filter_t  f;

    util_init(&u);
    util_open(&u);

    eps[0] = util_endpoint(&u, "one", 100);
    eps[1] = util_endpoint(&u, "two", 100);

    memset(put, 0, sizeof(put));

    util_put_op(&op, put, util_id(&u), eps[0], "{}", 2);
    op.u.put_event.count = 2;

    for (i = 0; i < 2; i++) {
        put[i].endpoint = eps[i];
        put[i].lease = 1;
    }

    (void) util_apply(&u, &op);

    for (i = 0; i < 2; i++) {
        (void) util_complete(&u, op.u.put_event.id, eps[i], put[i].lease_token,
                             WEBHOOK_DONE, 0);
    }

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.endpoint = eps[1];

    tap_ok(replay(&u, &f, 0, NULL) == 1, "one of two");
    util_check(&u, "one of two");

    u.clock += u.keep;

    tap_ok(util_expire(&u, 10, NULL) == 0, "it is owed, and stays");

    f.endpoint = 0;

    tap_ok(replay(&u, &f, 0, NULL) == 1, "the other");
    util_check(&u, "two of two");

    for (i = 0; i < 2; i++) {
        tap_ok(util_claim(&u, &op, &eps[i], 10) == 1, "due: %u", i);

        (void) util_complete(&u, op.u.claim.leases[0].event.id, eps[i],
                             op.u.claim.leases[0].lease_token, WEBHOOK_DONE, 0);
        webhook_op_free(&op);
    }

    util_check(&u, "delivered again");

    u.clock += u.keep;

    tap_ok(util_expire(&u, 10, NULL) == 1, "then it goes");

    util_check(&u, "expired");
    util_free(&u);
}


static void
test_replay_filter(void)
{
    util_t            u;
    uint64_t          ep, other;
    unsigned          i;
    webhook_filter_t  f;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    other = util_endpoint(&u, "crm", 100);

    for (i = 0; i < 10; i++) {
        u.wall = UTIL_WALL + i * 1000;
        (void) ended(&u, i < 4 ? ep : other, WEBHOOK_DONE);
    }

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.endpoint = ep;

    tap_ok(replay(&u, &f, 1, NULL) == 4, "of an endpoint");

    f.endpoint = 0;
    f.since = UTIL_WALL + 2000;
    f.until = UTIL_WALL + 5000;

    tap_ok(replay(&u, &f, 1, NULL) == 3, "of a time");

    f.since = 0;
    f.until = 0;
    util_str(&f.type, "product.*");

    tap_ok(replay(&u, &f, 1, NULL) == 0, "of a type that is not there");

    util_str(&f.type, "order.*");

    tap_ok(replay(&u, &f, 1, NULL) == 10, "of one that is");

    f.since = UTIL_WALL + 8000;

    tap_ok(replay(&u, &f, 0, NULL) == 2, "and done");

    util_check(&u, "filtered");
    util_free(&u);
}


static void
test_replay_full(void)
{
    long              n, was;
    util_t            u;
    unsigned          i, waits;
    uint64_t          ep;
    webhook_op_t      op;
    webhook_put_t     put;
    webhook_filter_t  f;

    static char       body[3000];

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;
    u.keep = 86400000;
    u.keep_history = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1000);

    for (i = 0; i < 500; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
    }

    memset(body, 'b', sizeof(body));

    for (waits = 0; waits < 10000; waits++) {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(&u), ep, body, waits < 900 ? 3000 : 1);

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK && waits > 900) {
            break;
        }
    }

    memset(&op, 0, sizeof(op));
    memset(&f, 0, sizeof(f));

    f.state = -1;

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = f;

    was = replay(&u, &f, 1, NULL);
    n = 0;

    for (i = 0; i < 100; i++) {
        (void) util_apply(&u, &op);

        n += op.u.replay.count;

        if (op.result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    tap_ok(op.result == WEBHOOK_STORE_FULL && op.u.replay.filter.more,
           "a full store replays no more: %ld of %ld", n, was);
    tap_ok(replay(&u, &f, 1, NULL) == was - n, "what was counted is done");

    util_check(&u, "full");
    util_free(&u);
}


/* Killed at any moment, and begun anew: each delivery is due once. */

static void
test_replay_killed(void)
{
    enum { MANY = 3000, KILLS = 12 };

    int                       status;
    pid_t                     pid;
    util_t                    u;
    unsigned                  i, killed;
    uint64_t                  ep;
    webhook_filter_t          f;
    struct timespec           pause;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    u.keep = 86400000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < MANY; i++) {
        (void) ended(&u, ep, i % 2 ? WEBHOOK_FAILED : WEBHOOK_DONE);
    }

    util_close(&u);
    fflush(stdout);

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.max = 20;

    killed = 0;

    for (i = 0; i < KILLS; i++) {
        pid = fork();

        if (pid == 0) {
            u.admin = 1;

            _exit(util_open(&u) == WEBHOOK_STORE_OK
                  && replay(&u, &f, 0, NULL) >= 0 ? 0 : 1);
        }

        pause.tv_sec = 0;
        pause.tv_nsec = 1000000 + i * 700000;

        nanosleep(&pause, NULL);

        kill(pid, SIGKILL);
        waitpid(pid, &status, 0);

        killed += WIFSIGNALED(status);

        util_open(&u);

        if (i % 4 == 3) {
            util_check(&u, "killed in a replay");
        }

        util_close(&u);
    }

    util_open(&u);

    (void) replay(&u, &f, 0, NULL);

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_PENDING] == MANY && e.states[WEBHOOK_DEAD] == 0
           && e.states[WEBHOOK_DELIVERED] == 0,
           "killed %u times, all %u are due", killed, (unsigned) MANY);

    util_check(&u, "replayed in the end");
    util_free(&u);
}
