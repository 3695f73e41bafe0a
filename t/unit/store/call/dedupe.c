
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: repeats, who may act, and for how long that is known.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define SCOPE  UINT64_C(0x1122334455667788)


static void test_reserve(void);
static void test_asker(void);
static void test_forget(void);
static void test_run_out(void);
static void test_owner_gone(void);
static void test_owner_killed(void);
static void test_bounds(void);
static void test_full(void);
static void test_rows(void);
static void test_answers(void);
static void test_expire(void);
static void test_rivals(void);


int
main(void)
{
    test_reserve();
    test_asker();
    test_forget();
    test_run_out();
    test_owner_gone();
    test_owner_killed();
    test_bounds();
    test_full();
    test_rows();
    test_answers();
    test_expire();
    test_rivals();

    return tap_done();
}


static void
reserve_op(webhook_op_t *op, unsigned key, uint64_t run)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_RESERVE;
    op->u.reserve.scope = SCOPE;
    op->u.reserve.run = run;

    memset(op->u.reserve.key, (int) (key & 0xff), 32);
    memcpy(op->u.reserve.key, &key, sizeof(key));
}


/* Returns the state, or -1; *token and the answer's length are told. */

static int
reserve(util_t *u, unsigned key, uint64_t run, uint64_t *token)
{
    int           state;
    webhook_op_t  op;

    reserve_op(&op, key, run);

    state = util_apply(u, &op) == WEBHOOK_STORE_OK
            ? (int) op.u.reserve.state : -1;

    if (token) {
        *token = op.u.reserve.token;
    }

    webhook_op_free(&op);

    return state;
}


static webhook_store_result_e
settle(util_t *u, unsigned key, uint64_t token, uint64_t keep,
    uint32_t status, const char *answer)
{
    webhook_op_t  op, from;

    reserve_op(&from, key, 0);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SETTLE;
    op.u.settle.scope = SCOPE;
    op.u.settle.token = token;
    op.u.settle.keep = keep;
    op.u.settle.status = status;

    memcpy(op.u.settle.key, from.u.reserve.key, 32);
    util_str(&op.u.settle.answer, answer);

    return util_apply(u, &op);
}


static void
test_reserve(void)
{
    util_t        u;
    uint64_t      token, other;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    tap_ok(reserve(&u, 1, 1000, &token) == WEBHOOK_DEDUPE_NEW && token,
           "the first acts");
    tap_ok(reserve(&u, 1, 1000, &other) == WEBHOOK_DEDUPE_RUNNING
           && other == 0, "a second is told that it is under way");
    tap_ok(reserve(&u, 2, 1000, &other) == WEBHOOK_DEDUPE_NEW
           && other != token, "another key is another matter");

    reserve_op(&op, 1, 1000);
    op.u.reserve.scope++;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_NEW, "so is another scope");

    tap_ok(settle(&u, 1, token + 100, 5000, 200, "no") == WEBHOOK_STORE_STALE,
           "only who acts may settle");
    tap_ok(settle(&u, 3, token, 5000, 200, "no") == WEBHOOK_STORE_STALE,
           "and only what was reserved");
    tap_ok(settle(&u, 1, token, 5000, 201, "{\"status\": \"ok\"}")
           == WEBHOOK_STORE_OK, "it settles");
    tap_ok(settle(&u, 1, token, 5000, 500, "other")
           == WEBHOOK_STORE_DUPLICATE, "once");

    util_check(&u, "settled");

    /* the answer is known after a restart too */

    util_close(&u);
    util_open(&u);

    reserve_op(&op, 1, 1000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.status == 201 && op.u.reserve.token == 0,
           "a repeat is told the status");
    tap_bytes(op.u.reserve.answer.data, op.u.reserve.answer.len,
              "{\"status\": \"ok\"}", "and the answer");

    webhook_op_free(&op);

    u.clock += 5000;

    tap_ok(reserve(&u, 1, 1000, &other) == WEBHOOK_DEDUPE_NEW
           && other > token, "after its time it is new");

    util_check(&u, "new again");
    util_free(&u);
}


/* An operation whose result was not known is repeated. */

static void
test_asker(void)
{
    util_t        u;
    uint64_t      token;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    reserve_op(&op, 1, 1000);
    op.u.reserve.asker = 77;

    (void) util_apply(&u, &op);
    token = op.u.reserve.token;

    tap_ok(token && util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_NEW
           && op.u.reserve.token == token, "the same asker gets the same");

    op.u.reserve.asker = 78;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_RUNNING,
           "another asker does not");

    util_free(&u);
}


static void
test_forget(void)
{
    util_t    u;
    uint64_t  token, other;

    util_init(&u);
    util_open(&u);

    (void) reserve(&u, 1, 1000, &token);

    tap_ok(settle(&u, 1, token, 0, 502, "") == WEBHOOK_STORE_OK,
           "an action that failed is forgotten");
    tap_ok(settle(&u, 1, token, 0, 502, "") == WEBHOOK_STORE_STALE,
           "once");
    tap_ok(reserve(&u, 1, 1000, &other) == WEBHOOK_DEDUPE_NEW
           && other != token, "it may come again");
    tap_ok(settle(&u, 1, token, 5000, 200, "") == WEBHOOK_STORE_STALE,
           "whose token is another then");

    util_check(&u, "forgotten");
    util_free(&u);
}


static void
test_run_out(void)
{
    util_t    u;
    uint64_t  first, second;

    util_init(&u);
    util_open(&u);

    (void) reserve(&u, 1, 1000, &first);

    u.clock += 999;

    tap_ok(reserve(&u, 1, 1000, NULL) == WEBHOOK_DEDUPE_RUNNING,
           "it runs until its time is over");

    u.clock += 1;

    tap_ok(reserve(&u, 1, 1000, &second) == WEBHOOK_DEDUPE_NEW,
           "then another acts");
    tap_ok(settle(&u, 1, first, 5000, 200, "") == WEBHOOK_STORE_STALE,
           "and the first settles no more");

    u.clock += 5000;

    tap_ok(settle(&u, 1, second, 5000, 200, "") == WEBHOOK_STORE_OK,
           "one that is late, but was not replaced, does");

    util_check(&u, "ran out");
    util_free(&u);
}


/* Two processes' worth of stores: one that closes leaves nothing running. */

static void
test_owner_gone(void)
{
    util_t    u;
    uint64_t  token;

    util_init(&u);
    util_open(&u);

    (void) reserve(&u, 1, 100000, &token);

    util_close(&u);
    util_open(&u);

    tap_ok(reserve(&u, 1, 1000, NULL) == WEBHOOK_DEDUPE_NEW,
           "who closed the store runs nothing");

    util_check(&u, "closed");
    util_free(&u);
}


static void
test_owner_killed(void)
{
    int       pipes[2], status;
    char      c;
    pid_t     pid;
    util_t    u;

    util_init(&u);
    util_open(&u);

    if (pipe(pipes) == -1) {
        exit(1);
    }

    fflush(stdout);

    pid = fork();

    if (pid == 0) {
        util_t  child = u;

        child.st = NULL;

        if (util_open(&child) == WEBHOOK_STORE_OK
            && reserve(&child, 1, 100000, NULL) == WEBHOOK_DEDUPE_NEW
            && write(pipes[1], "x", 1) == 1)
        {
            pause();
        }

        _exit(1);
    }

    close(pipes[1]);

    tap_ok(read(pipes[0], &c, 1) == 1
           && reserve(&u, 1, 1000, NULL) == WEBHOOK_DEDUPE_RUNNING,
           "another process is at it");

    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    close(pipes[0]);

    tap_ok(reserve(&u, 1, 1000, NULL) == WEBHOOK_DEDUPE_NEW,
           "it was killed: the call may come again at once");

    util_check(&u, "killed");
    util_free(&u);
}


static void
test_bounds(void)
{
    util_t        u;
    uint64_t      token;
    webhook_op_t  op;

    static char   answer[4098];

    util_init(&u);
    util_open(&u);

    memset(answer, 'a', sizeof(answer) - 1);

    (void) reserve(&u, 1, 1000, &token);

    tap_ok(settle(&u, 1, token, 1000, 200, answer)
           == WEBHOOK_STORE_UNAVAILABLE, "an answer has a bound");

    answer[4096] = '\0';

    tap_ok(settle(&u, 1, token, 1000, 200, answer) == WEBHOOK_STORE_OK,
           "of 4096 bytes");

    reserve_op(&op, 1, 0);

    (void) util_apply(&u, &op);

    tap_ok(op.u.reserve.answer.len == 4096
           && memcmp(op.u.reserve.answer.data, answer, 4096) == 0,
           "all of them are kept");

    webhook_op_free(&op);

    util_close(&u);

    u.admin = 1;

    util_open(&u);

    tap_ok(reserve(&u, 2, 1000, NULL) == -1, "a tool reserves nothing");

    u.admin = 0;

    util_check(&u, "bounds");
    util_free(&u);
}


/* A store without room takes no reservation, but settles those it took. */

static void
test_full(void)
{
    util_t        u;
    unsigned      n, failed;
    uint64_t      ep, token;
    webhook_id_t  id;
    webhook_op_t  op;
    webhook_put_t put;

    static char   body[4000];

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    (void) reserve(&u, 1, 100000, &token);

    memset(body, 'b', sizeof(body));

    for (n = 0; n < 10000; n++) {
        memset(&put, 0, sizeof(put));
        id = util_id(&u);

        util_put_op(&op, &put, id, ep, body, sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    failed = 0;

    for (n = 100; n < 1000; n++) {
        reserve_op(&op, n, 1000);

        if (util_apply(&u, &op) == WEBHOOK_STORE_FULL) {
            failed = 1;
            break;
        }
    }

    tap_ok(failed, "a full store takes no reservation");
    tap_ok(settle(&u, 1, token, 100000, 200, "an answer") == WEBHOOK_STORE_OK,
           "but settles one");

    reserve_op(&op, 1, 1000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.status == 200, "so that it is not done again");

    webhook_op_free(&op);

    util_check(&u, "full");
    util_free(&u);
}


/* No more keys than may be are known, and none goes before its end. */

static void
test_rows(void)
{
    util_t        u;
    uint64_t      token;
    unsigned      i, n;
    webhook_op_t  op;

    util_init(&u);
    u.dedupe_rows = 10;
    util_open(&u);

    for (i = 0; i < 10; i++) {
        if (reserve(&u, i, 1000, &token) != WEBHOOK_DEDUPE_NEW
            || settle(&u, i, token, 50000 + i, 200, "ok") != WEBHOOK_STORE_OK)
        {
            break;
        }
    }

    tap_ok(i == 10 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "as many as may be are known");

    reserve_op(&op, 100, 1000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL && op.u.reserve.bound,
           "one more is refused, and told why");

    (void) reserve(&u, 101, 1000, NULL);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(u.text, "dedupe_rows") != NULL, "so is the log, once: %s",
           u.text);

    n = 0;

    for (i = 0; i < 10; i++) {
        n += reserve(&u, i, 1000, NULL) == WEBHOOK_DEDUPE_SEEN;
    }

    tap_ok(n == 10, "those before are known");

    u.clock += 50001;

    tap_ok(reserve(&u, 100, 1000, NULL) == WEBHOOK_DEDUPE_NEW
           && reserve(&u, 9, 1000, NULL) == WEBHOOK_DEDUPE_SEEN,
           "one that has ended makes room");

    util_check(&u, "rows");
    util_free(&u);
}


/* Whatever the calls are answered, events find room. */

static void
test_answers(void)
{
    util_t              u;
    uint64_t            ep, token;
    unsigned            i, bound, other;
    webhook_id_t        id;
    webhook_op_t        op;
    webhook_op_stats_t  s;

    static char         answer[WEBHOOK_DEDUPE_ANSWER];

    memset(answer, 'a', sizeof(answer) - 1);

    util_init(&u);

    u.size = 16 << 20;
    u.dedupe_rows = 10 * 1000 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    bound = 0;
    other = 0;

    for (i = 0; i < 40000 && !bound; i++) {
        reserve_op(&op, i, 1000);

        if (util_apply(&u, &op) == WEBHOOK_STORE_OK) {
            token = op.u.reserve.token;
            other += settle(&u, i, token, 86400000, 200, answer)
                     != WEBHOOK_STORE_OK;

        } else {
            bound += op.u.reserve.bound;
            other += !op.u.reserve.bound;
        }
    }

    s = util_stats(&u, 0, NULL);

    tap_ok(bound && other == 0 && i > 2000 && s.used < s.size / 3,
           "after %u calls no more are known, %u percent are in use", i,
           (unsigned) (s.used * 100 / s.size));
    tap_ok(util_lease(&u, ep, &id) != 0, "and events are taken");

    util_check(&u, "answers");
    util_free(&u);
}


static void
test_expire(void)
{
    util_t    u;
    unsigned  i, steps, more, bad;
    uint32_t  n, count;
    uint64_t  token;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 1000; i++) {
        (void) reserve(&u, i, 1000, &token);

        if (i % 2) {
            (void) settle(&u, i, token, i % 4 == 1 ? 2000 : 900000, 200, "ok");
        }
    }

    tap_ok(util_expire(&u, 100, NULL) == 0, "nothing is over yet");

    u.clock += 2000;

    count = 0;
    bad = 0;

    for (steps = 0, more = 1; more && steps < 100; steps++) {
        more = 0;
        n = util_expire(&u, 100, &more);

        if (n > 100) {
            bad++;
        }

        count += n;
    }

    tap_ok(count == 750 && bad == 0 && steps == 8,
           "750 of 1000 are over, and go in %u steps", steps);
    tap_ok(reserve(&u, 3, 1000, NULL) == WEBHOOK_DEDUPE_SEEN,
           "the rest is known");

    util_check(&u, "expired");
    util_free(&u);
}


/* Processes that ask for the same keys: each key has one winner. */

static void
test_rivals(void)
{
    enum { RIVALS = 4, KEYS = 200 };

    int             status, bad;
    pid_t           pids[RIVALS];
    util_t          u;
    unsigned        i, k, wins, *won;
    int             pipes[2];

    util_init(&u);
    util_open(&u);
    util_close(&u);

    if (pipe(pipes) == -1) {
        exit(1);
    }

    fflush(stdout);

    for (i = 0; i < RIVALS; i++) {
        pids[i] = fork();

        if (pids[i] == 0) {

            if (util_open(&u) != WEBHOOK_STORE_OK) {
                _exit(1);
            }

            for (k = 0; k < KEYS; k++) {
                if (reserve(&u, k, 1000000, NULL) == WEBHOOK_DEDUPE_NEW
                    && write(pipes[1], &k, sizeof(k)) != sizeof(k))
                {
                    _exit(1);
                }
            }

            /* whose reservations end with it: so all have to be through */

            pause();
            _exit(0);
        }
    }

    won = calloc(KEYS, sizeof(unsigned));
    wins = 0;

    while (wins < KEYS && read(pipes[0], &k, sizeof(k)) == sizeof(k)) {
        won[k < KEYS ? k : 0]++;
        wins++;
    }

    usleep(200000);

    fcntl(pipes[0], F_SETFL, O_NONBLOCK);

    while (read(pipes[0], &k, sizeof(k)) == sizeof(k)) {
        wins++;
    }

    for (i = 0, bad = 0; i < KEYS; i++) {
        if (won[i] != 1) {
            bad++;
        }
    }

    tap_ok(wins == KEYS && bad == 0, "%u rivals, %u keys: %u wins", RIVALS,
           KEYS, wins);

    for (i = 0; i < RIVALS; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], &status, 0);
    }

    close(pipes[0]);
    close(pipes[1]);
    free(won);

    util_open(&u);
    util_check(&u, "rivals");
    util_free(&u);
}
