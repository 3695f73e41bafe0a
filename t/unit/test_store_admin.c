
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is done by hand, beside live owners.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_retry(void);
static void test_cancel(void);
static void test_replay(void);
static void test_replay_two(void);
static void test_replay_filter(void);
static void test_replay_many(void);
static void test_replay_full(void);
static void test_replay_killed(void);
static void test_untimed(void);
static void test_check(void);
static void test_backup(void);
static void test_admin(void);
static void test_admin_damaged(void);
static void test_keep_bytes(void);
static void test_keep_history(void);
static void test_drop_history(void);
static void test_warn(void);


int
main(void)
{
    test_retry();
    test_cancel();
    test_replay();
    test_replay_two();
    test_replay_filter();
    test_replay_many();
    test_replay_full();
    test_replay_killed();
    test_untimed();
    test_check();
    test_backup();
    test_admin();
    test_admin_damaged();
    test_keep_bytes();
    test_keep_history();
    test_drop_history();
    test_warn();

    return tap_done();
}


static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, webhook_id_t id, uint64_t ep)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


/* Ends one delivery so; returns its event. */

static webhook_id_t
ended(util_t *u, uint64_t ep, webhook_outcome_e outcome)
{
    uint64_t      token;
    webhook_id_t  id;

    token = util_lease(u, ep, &id);

    (void) util_complete(u, id, ep, token, outcome, 0);

    return id;
}


static int
state_of(util_t *u, webhook_id_t id, uint64_t ep, uint32_t *attempts)
{
    int           state;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;
    op.u.show.endpoint = ep;

    state = -1;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1) {
        state = op.u.show.deliveries[0].delivery.state;

        if (attempts) {
            *attempts = op.u.show.deliveries[0].attempts_count;
        }
    }

    webhook_op_free(&op);

    return state;
}


static void
test_retry(void)
{
    int                       state;
    util_t                    u;
    uint64_t                  ep, token;
    uint32_t                  n, attempts;
    webhook_id_t              id, dead, done, busy;
    webhook_op_t              op;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    id = util_put(&u, ep, 600000);
    dead = ended(&u, ep, WEBHOOK_FAILED);
    done = ended(&u, ep, WEBHOOK_DONE);
    token = util_lease(&u, ep, &busy);

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, busy, ep) == WEBHOOK_STORE_STALE,
           "what is being sent is left alone");
    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, done, ep)
           == WEBHOOK_STORE_DUPLICATE, "what was delivered too");
    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, done, ep + 1)
           == WEBHOOK_STORE_NOT_FOUND
           && by_hand(&u, WEBHOOK_OP_RETRY, done, 0)
              == WEBHOOK_STORE_NOT_FOUND, "what is not there is told");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "nothing is due");
    webhook_op_free(&op);

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, id, ep) == WEBHOOK_STORE_OK,
           "what waits is due at once");

    n = util_claim(&u, &op, &ep, 10);

    tap_ok(n == 1 && op.u.claim.leases[0].attempt == 1
           && memcmp(&op.u.claim.leases[0].event.id, &id, 16) == 0,
           "and goes out");

    (void) util_complete(&u, id, ep, op.u.claim.leases[0].token,
                         WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    util_check(&u, "retried");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, dead, ep) == WEBHOOK_STORE_OK
           && state_of(&u, dead, ep, NULL) == WEBHOOK_PENDING,
           "a dead one lives");
    util_check(&u, "a dead one lives");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, dead, ep) == WEBHOOK_STORE_OK,
           "twice is as good as once");

    n = util_claim(&u, &op, &ep, 10);

    tap_ok(n == 1 && op.u.claim.leases[0].attempt == 1,
           "with all its sends before it");

    (void) util_complete(&u, dead, ep, op.u.claim.leases[0].token,
                         WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    state = state_of(&u, dead, ep, &attempts);

    tap_ok(state == WEBHOOK_DELIVERED && attempts == 2,
           "its history goes on: %u sends", attempts);

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 0 && e.states[WEBHOOK_DELIVERED] == 3
           && e.states[WEBHOOK_PENDING] == 0, "the counters follow");

    (void) util_complete(&u, busy, ep, token, WEBHOOK_DONE, 0);

    util_check(&u, "retry");

    /* it expires as one that was never dead */

    u.clock += u.keep;

    tap_ok(util_expire(&u, 100, NULL) == 4, "all of it expires");

    util_check(&u, "retry, expired");
    util_free(&u);
}


static void
test_cancel(void)
{
    util_t                    u;
    uint64_t                  ep;
    webhook_id_t              id, done, busy;
    webhook_op_t              op;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    id = util_put(&u, ep, 0);
    done = ended(&u, ep, WEBHOOK_DONE);
    (void) util_lease(&u, ep, &busy);

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, busy, ep) == WEBHOOK_STORE_STALE,
           "what is being sent is not given up");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, done, ep)
           == WEBHOOK_STORE_DUPLICATE, "nor what was delivered");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, id, ep) == WEBHOOK_STORE_OK
           && state_of(&u, id, ep, NULL) == WEBHOOK_DEAD, "what waits is");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, id, ep)
           == WEBHOOK_STORE_DUPLICATE, "once");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "it is not sent");
    webhook_op_free(&op);

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 1 && e.states[WEBHOOK_PENDING] == 0
           && e.dead == 1, "and counted");

    util_check(&u, "cancelled");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, id, ep) == WEBHOOK_STORE_OK
           && util_claim(&u, &op, &ep, 10) == 1, "until it is retried");
    webhook_op_free(&op);

    util_check(&u, "retried after it");
    util_free(&u);
}


/* Replays all that the filter means; returns how many, or -1. */

static long
replay(util_t *u, webhook_filter_t *filter, int dry, unsigned *calls)
{
    long          count;
    unsigned      n;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter = *filter;
    op.u.replay.dry_run = dry ? 1 : 0;

    count = 0;

    for (n = 1; n < 100000; n++) {

        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            count = -1;
            break;
        }

        count += op.u.replay.count;

        if (!op.u.replay.filter.more) {
            break;
        }
    }

    if (calls) {
        *calls = n;
    }

    return count;
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
                             op.u.claim.leases[i].token, WEBHOOK_DONE, 0);
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
        (void) util_complete(&u, op.u.put_event.id, eps[i], put[i].token,
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
                             op.u.claim.leases[0].token, WEBHOOK_DONE, 0);
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


/* Many: each call's transaction is short, and what is not meant is passed
   over without one. */

static void
test_replay_many(void)
{
    enum { MANY = 20000 };

    util_t            u;
    long              n;
    unsigned          i, calls;
    uint64_t          ep, other, txns;
    MDB_envinfo       before, after;
    webhook_filter_t  f;

    util_init(&u);

    u.size = 256 << 20;
    u.keep = 86400000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    other = util_endpoint(&u, "crm", 100);

    for (i = 0; i < MANY; i++) {
        (void) ended(&u, i == MANY - 1 ? other : ep, WEBHOOK_DONE);
    }

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.endpoint = other;
    f.max = 1000;

    mdb_env_info(u.st->env, &before);

    n = replay(&u, &f, 0, &calls);

    mdb_env_info(u.st->env, &after);

    txns = after.me_last_txnid - before.me_last_txnid;

    tap_ok(n == 1 && txns == 1 && calls <= 2 * MANY / 10000 + 2,
           "one of %u: %u calls, %u transactions", (unsigned) MANY, calls,
           (unsigned) txns);

    f.endpoint = ep;

    n = replay(&u, &f, 0, &calls);

    tap_ok(n == MANY - 1 && calls >= MANY / 1000,
           "all of them: %u calls", calls);

    util_check(&u, "many");
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


/* Ids that tell no time are found by the time of their events. */

static void
test_untimed(void)
{
    util_t            u;
    unsigned          i;
    uint64_t          ep;
    webhook_id_t      id;
    webhook_op_t      op;
    webhook_put_t     put;
    webhook_filter_t  f;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 10; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        id = util_id(&u);

        if (i % 2) {
            id.bytes[0] = (unsigned char) (0x80 + i * 7);
            id.bytes[1] = (unsigned char) (i * 31);
        }

        util_put_op(&op, &put, id, ep, "{}", 2);
        op.u.put_event.wall = UTIL_WALL + i;
        (void) util_apply(&u, &op);

        (void) util_complete(&u, id, ep, put.token, WEBHOOK_DONE, 0);
    }

    memset(&f, 0, sizeof(f));

    f.state = -1;
    f.since = UTIL_WALL + 2;
    f.until = UTIL_WALL + 7;
    f.max = 100;

    tap_ok(replay(&u, &f, 1, NULL) == 5, "replay finds both kinds of ids");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter = f;

    (void) util_apply(&u, &op);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.list.count == 5
           && !op.u.list.filter.more, "so does a list: %u",
           op.u.list.count);

    webhook_op_free(&op);

    util_check(&u, "ids");
    util_free(&u);
}


static void
test_check(void)
{
    util_t                  u;
    uint64_t                ep, rows, faults;
    webhook_id_t            id;
    webhook_op_t            op, *ops;
    webhook_store_result_e  result;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);
    id = ended(&u, ep, WEBHOOK_DONE);

    result = util_check_op(&u, &rows, &faults);

    tap_ok(result == WEBHOOK_STORE_OK && faults == 0 && rows >= 4,
           "a sound store of %u rows", (unsigned) rows);

    /* a row is taken away behind the store's back */

    {
        webhook_txn_t  t;
        unsigned char  key[WEBHOOK_KEY_ATTEMPT];

        (void) webhook_txn_begin(u.st, &t, 1);

        webhook_key_delivery(key, &id, ep);

        tap_ok(webhook_txn_del(&t, WEBHOOK_DB_DELIVERIES, key,
                               WEBHOOK_KEY_DELIVERY) == 0
               && webhook_txn_commit(&t) == 0, "a row is lost");
    }

    u.readonly = 1;
    util_close(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CHECK;
    ops = &op;

    webhook_store_apply(u.st, &ops, 1);

    tap_ok(op.result == WEBHOOK_STORE_OK && op.u.check.faults >= 2
           && op.u.check.text.len > 40
           && op.u.check.text.data[op.u.check.text.len - 1] == '\n',
           "a read-only store tells: %.60s",
           (char *) op.u.check.text.data);

    webhook_op_free(&op);
    util_free(&u);
}


static void
test_backup(void)
{
    char         file[512];
    util_t       u, copy;
    uint64_t     ep;
    unsigned     i;
    struct stat  sb;

    util_init(&u);
    util_init(&copy);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 500; i++) {
        (void) util_put(&u, ep, 1000);
    }

    snprintf(file, sizeof(file), "%s/data.mdb", copy.dir);

    umask(0);

    tap_ok(webhook_store_backup(u.st, file) == WEBHOOK_STORE_OK
           && stat(file, &sb) == 0 && (sb.st_mode & 07777) == 0600,
           "a backup is its owner's alone");
    tap_ok(webhook_store_backup(u.st, file) == WEBHOOK_STORE_DUPLICATE,
           "it writes over nothing");

    (void) util_put(&u, ep, 1000);

    copy.clock = u.clock;

    tap_ok(util_open(&copy) == WEBHOOK_STORE_OK
           && util_stats(&copy, 0, NULL).events == 500,
           "it is a store, as of then");

    util_check(&copy, "the copy");

    tap_ok(util_put(&copy, ep, 0).bytes[0] == 0x01
           && util_stats(&copy, 0, NULL).events == 501, "that goes on");

    util_close(&copy);

    snprintf(file, sizeof(file), "%s/none/data.mdb", copy.dir);

    tap_ok(webhook_store_backup(u.st, file) == WEBHOOK_STORE_UNAVAILABLE,
           "nowhere is no place");

    util_close(&u);

    u.readonly = 1;
    util_open(&u);

    snprintf(file, sizeof(file), "%s/second", copy.dir);

    tap_ok(webhook_store_backup(u.st, file) == WEBHOOK_STORE_OK,
           "read-only stores are copied too");

    util_free(&u);
    util_free(&copy);
}


/* A tool beside a live owner. */

static void
test_admin(void)
{
    util_t                    u, tool;
    uint64_t                  ep, token;
    unsigned                  files;
    webhook_id_t              id, busy;
    webhook_op_t              op;
    webhook_put_t             put;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    tool = u;
    tool.admin = 1;
    tool.size = 0;

    tap_ok(util_open(&tool) != WEBHOOK_STORE_OK
           && util_files(&tool, "data") == 0, "a tool makes no store");

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    id = ended(&u, ep, WEBHOOK_FAILED);
    token = util_lease(&u, ep, &busy);

    files = util_files(&u, "");

    fflush(stdout);

    if (fork() == 0) {

        /* an environment may be open once in a process */

        tool.st = NULL;

        if (util_open(&tool) != WEBHOOK_STORE_OK) {
            _exit(1);
        }

        if (by_hand(&tool, WEBHOOK_OP_RETRY, id, ep) != WEBHOOK_STORE_OK
            || by_hand(&tool, WEBHOOK_OP_RETRY, busy, ep)
               != WEBHOOK_STORE_STALE)
        {
            _exit(2);
        }

        if (util_claim(&tool, &op, &ep, 10) != UINT32_MAX) {
            _exit(3);
        }

        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&tool), ep, "{}", 2);

        if (util_apply(&tool, &op) != WEBHOOK_STORE_UNAVAILABLE) {
            _exit(4);
        }

        if (util_stats(&tool, 0, NULL).owners != 1) {
            _exit(5);
        }

        util_close(&tool);
        _exit(0);
    }

    {
        int  status;

        wait(&status);

        tap_ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
               "a tool works beside an owner, and owns nothing: %d",
               WEXITSTATUS(status));
    }

    tap_ok(util_files(&u, "") == files, "and leaves no file");

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_PENDING] == 1 && e.states[WEBHOOK_DEAD] == 0,
           "the owner sees what it did");
    tap_ok(util_complete(&u, busy, ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "its lease held");

    util_check(&u, "beside");
    util_free(&u);
}


static void
test_admin_damaged(void)
{
    int          fd;
    char         file[512];
    util_t       u;

    util_init(&u);
    util_open(&u);
    util_close(&u);

    snprintf(file, sizeof(file), "%s/data.mdb", u.dir);

    fd = open(file, O_WRONLY);

    tap_ok(fd != -1 && pwrite(fd, "garbage garbage garbage", 23, 0) == 23
           && pwrite(fd, "garbage garbage garbage", 23, 4096) == 23,
           "a store is damaged");
    close(fd);

    u.admin = 1;

    tap_ok(util_open(&u) != WEBHOOK_STORE_OK
           && util_files(&u, "data.mdb.damaged") == 0,
           "a tool does not set it aside");

    util_free(&u);
}


static void
test_keep_bytes(void)
{
    util_t              u;
    unsigned            i, more;
    uint64_t            ep;
    webhook_op_stats_t  s;

    util_init(&u);

    u.keep = 86400000;
    u.keep_bytes = 100 * 1000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 50; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
        (void) util_put(&u, ep, 100000);
    }

    tap_ok(util_expire(&u, 1000, NULL) == 0, "history below its bound stays");

    for (i = 0; i < 500; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
    }

    do {
        (void) util_expire(&u, 1000, &more);
    } while (more);

    s = util_stats(&u, 0, NULL);

    tap_ok(s.events > 50 + 80 && s.events < 50 + 130,
           "above it the oldest goes: %u stay", (unsigned) s.events);

    util_check(&u, "keep_bytes");
    util_free(&u);
}


static void
test_keep_history(void)
{
    util_t                  u;
    unsigned                i, n;
    uint64_t                ep, token;
    webhook_id_t            id;
    webhook_op_t            op;
    webhook_put_t           put;

    static char             body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;
    u.keep = 3600000;
    u.keep_history = 1;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 100000; n++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }

        (void) util_complete(&u, op.u.put_event.id, ep, put.token,
                             WEBHOOK_DONE, 0);

        (void) util_expire(&u, 100, NULL);
    }

    tap_ok(op.result == WEBHOOK_STORE_FULL && n > 500,
           "history stays, new events are refused after %u", n);
    tap_ok(util_stats(&u, 0, NULL).events == n, "all of it stays");

    u.clock += u.keep;

    for (i = 0; i < 1000; i++) {
        if (util_expire(&u, 100, NULL) == 0) {
            break;
        }
    }

    token = util_lease(&u, ep, &id);

    tap_ok(token != 0, "until its time: then there is room");

    u.clock += 20000;

    (void) util_lease(&u, ep, &id);

    tap_ok(strstr(u.text, "room again") || strstr(u.text, "events again"),
           "which is told: %s", u.text);

    util_check(&u, "keep_history");
    util_free(&u);
}


/* What is finished makes room at once, without a step of EXPIRE between. */

static void
test_drop_history(void)
{
    util_t         u;
    unsigned       i, failed;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[300000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 16 << 20;
    u.keep = 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    failed = 0;

    for (i = 0; i < 500; i++) {
        memset(&put, 0, sizeof(put));
        put.lease = 1;

        util_put_op(&op, &put, util_id(&u), ep, body,
                    i % 3 ? 5000 : sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || util_complete(&u, op.u.put_event.id, ep, put.token,
                             WEBHOOK_DONE, 0) != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(failed == 0 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "50 MB go through 16 without a refusal: %u", failed);

    util_check(&u, "drop");
    util_free(&u);
}


static void
test_warn(void)
{
    util_t         u;
    unsigned       n;
    uint64_t       ep;
    webhook_op_t   op;
    webhook_put_t  put;

    static char    body[4000];

    memset(body, 'b', sizeof(body));

    util_init(&u);

    u.size = 32 << 20;
    u.warn_water = 20;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (n = 0; n < 10000 && u.logs[WEBHOOK_STORE_LOG_WARN] == 0; n++) {
        memset(&put, 0, sizeof(put));

        util_put_op(&op, &put, util_id(&u), ep, body, sizeof(body));
        (void) util_apply(&u, &op);
    }

    tap_ok(strstr(u.text, " 20 percent") != NULL, "it is told early: %s",
           u.text);

    util_free(&u);
}
