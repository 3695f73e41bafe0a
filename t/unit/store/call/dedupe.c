
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: repeats, who may act, and for how long that is known.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_dedupe.h"


static void test_reserve(void);
static void test_asker(void);
static void test_forget(void);
static void test_run_out(void);
static void test_owner_gone(void);
static void test_owner_killed(void);
static void test_answers(void);
static void test_sent(void);
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
    test_answers();
    test_sent();
    test_rivals();

    return tap_done();
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
           && op.u.reserve.answer.status == 201 && op.u.reserve.token == 0,
           "a repeat is told the status");
    tap_bytes(op.u.reserve.answer.text.data, op.u.reserve.answer.text.len,
              "{\"status\": \"ok\"}", "and the answer");

    webhook_op_free(&op);

    u.clock += 5000;

    tap_ok(reserve(&u, 1, 1000, &other) == WEBHOOK_DEDUPE_NEW
           && other > token, "after its time it is new");

    util_check(&u, "new again");
    util_free(&u);
}


/* An answer that is to be sent as it was, which may be no text at all. */

static void
test_sent(void)
{
    util_t                u;
    unsigned              i;
    uint64_t              token;
    webhook_op_t          op, from;
    webhook_id_t          event;
    webhook_answered_t   *answer;

    static char           type[300];

    util_init(&u);
    util_open(&u);

    event = util_id(&u);

    memset(type, 'a', sizeof(type) - 1);

    for (i = 0; i < 3; i++) {

        (void) reserve(&u, i, 1000, &token);
        reserve_op(&from, i, 0);

        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SETTLE;
        op.u.settle.scope = SCOPE;
        op.u.settle.token = token;
        op.u.settle.keep = 5000;
        memcpy(op.u.settle.key, from.u.reserve.key, 32);

        answer = &op.u.settle.answer;

        answer->status = 200;
        answer->sent = 204 + i;
        answer->durable = i == 1;
        answer->event = event;

        if (i == 1) {
            util_str(&answer->text, "<ok/>");
            util_str(&answer->type, "text/xml; charset=utf-8");
        }

        if (i == 2) {
            util_str(&answer->type, type);
        }

        tap_ok(util_apply(&u, &op) == (i == 2 ? WEBHOOK_STORE_UNAVAILABLE
                                              : WEBHOOK_STORE_OK),
               "%s", i == 2 ? "a type has a bound" : "an answer is settled");
    }

    util_close(&u);
    util_open(&u);

    for (i = 0; i < 2; i++) {

        reserve_op(&op, i, 1000);
        (void) util_apply(&u, &op);

        answer = &op.u.reserve.answer;

        tap_ok(op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
               && answer->status == 200 && answer->sent == 204 + i
               && answer->text.len == (i ? 5 : 0)
               && answer->type.len == (i ? 23 : 0)
               && answer->durable == i
               && (i == 0 || memcmp(&answer->event, &event, 16) == 0),
               "%s", i ? "a repeat is told how it was sent, and what it left"
                       : "or that it was sent without a text");

        webhook_op_free(&op);
    }

    util_check(&u, "sent");
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
           "after %u calls no more are known, %u percent is in use", i,
           (unsigned) (s.used * 100 / s.size));
    tap_ok(util_lease(&u, ep, &id) != 0, "and events are taken");

    util_check(&u, "answers");
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
    unsigned        i, k, wins, through, *won;
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

            k = KEYS;

            if (write(pipes[1], &k, sizeof(k)) != sizeof(k)) {
                _exit(1);
            }

            pause();
            _exit(0);
        }
    }

    /* one that fails tells nothing: without them all the pipe has an end */

    close(pipes[1]);

    won = calloc(KEYS, sizeof(unsigned));
    wins = 0;
    through = 0;

    while (through < RIVALS && read(pipes[0], &k, sizeof(k)) == sizeof(k)) {

        if (k < KEYS) {
            won[k]++;
            wins++;

        } else {
            through++;
        }
    }

    for (i = 0, bad = 0; i < KEYS; i++) {
        if (won[i] != 1) {
            bad++;
        }
    }

    tap_ok(through == RIVALS && wins == KEYS && bad == 0, "%u rivals, %u keys: %u wins", RIVALS,
           KEYS, wins);

    for (i = 0; i < RIVALS; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], &status, 0);
    }

    close(pipes[0]);
    free(won);

    util_open(&u);
    util_check(&u, "rivals");
    util_free(&u);
}
