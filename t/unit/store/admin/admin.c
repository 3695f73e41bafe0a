
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is done by hand, beside live owners.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"

#include <fcntl.h>


static void test_retry(void);
static void test_cancel(void);
static void test_admin(void);


int
main(void)
{
    test_retry();
    test_cancel();
    test_admin();

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

    (void) util_complete(&u, id, ep, op.u.claim.leases[0].lease_token,
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

    (void) util_complete(&u, dead, ep, op.u.claim.leases[0].lease_token,
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
           && state_of(&u, id, ep, NULL) == WEBHOOK_CANCELLED,
           "what waits is");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, id, ep)
           == WEBHOOK_STORE_DUPLICATE, "once");
    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "it is not sent");
    webhook_op_free(&op);

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_CANCELLED] == 1
           && e.states[WEBHOOK_PENDING] == 0 && e.cancelled == 1
           && e.states[WEBHOOK_DEAD] == 0 && e.dead == 0, "and counted");

    util_check(&u, "cancelled");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, id, ep) == WEBHOOK_STORE_OK
           && util_claim(&u, &op, &ep, 10) == 1, "until it is retried");
    webhook_op_free(&op);

    util_check(&u, "retried after it");
    util_free(&u);
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
           && util_open(&tool) != WEBHOOK_STORE_OK, "a tool makes no store");

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
