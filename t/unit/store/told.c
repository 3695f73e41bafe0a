
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what a process was told is done, though it is killed at
 * once.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define SCOPE  UINT64_C(0x1122334455667788)
#define DAY    ((uint64_t) 24 * 3600 * 1000)


typedef struct {
    webhook_id_t  done;
    webhook_id_t  dead;
    webhook_id_t  cancelled;
    webhook_id_t  waits;
    webhook_id_t  call;
    unsigned      wrong;            /* operations that were not OK */
} told_t;


static void test_told(void);


int
main(void)
{
    test_told();

    return tap_done();
}


static webhook_store_result_e
show(util_t *u, const webhook_id_t *id, webhook_state_e *state)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = *id;

    result = util_apply(u, &op);

    if (state && op.u.show.count) {
        *state = op.u.show.deliveries[0].delivery.state;
    }

    webhook_op_free(&op);

    return result;
}


static webhook_store_result_e
by_hand(util_t *u, webhook_op_e type, uint64_t ep, const webhook_id_t *id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = type;
    op.u.delivery.event = *id;
    op.u.delivery.endpoint = ep;

    return util_apply(u, &op);
}


static webhook_dedupe_e
reserve(util_t *u, uint64_t *token)
{
    webhook_op_t      op;
    webhook_dedupe_e  state;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = SCOPE;
    op.u.reserve.run = 10000;

    (void) util_apply(u, &op);

    state = op.u.reserve.state;
    *token = op.u.reserve.token;

    webhook_op_free(&op);

    return state;
}


static webhook_store_result_e
settle(util_t *u, uint64_t token)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SETTLE;
    op.u.settle.scope = SCOPE;
    op.u.settle.token = token;
    op.u.settle.keep = DAY;
    op.u.settle.answer.status = 201;

    return util_apply(u, &op);
}


/* One of each kind of write. */

static void
tell(util_t *u, told_t *t)
{
    uint64_t      ep, token;
    webhook_op_t  op;

    t->wrong = (util_open(u) != WEBHOOK_STORE_OK);

    ep = util_endpoint(u, "erp", 3);

    t->done = ended(u, ep, WEBHOOK_DONE);
    t->dead = ended(u, ep, WEBHOOK_FAILED);
    t->cancelled = util_put(u, ep, 1000);
    t->waits = ended(u, ep, WEBHOOK_FAILED);
    t->call = util_id(u);

    t->wrong += by_hand(u, WEBHOOK_OP_CANCEL, ep, &t->cancelled)
                != WEBHOOK_STORE_OK;
    t->wrong += by_hand(u, WEBHOOK_OP_RETRY, ep, &t->waits)
                != WEBHOOK_STORE_OK;

    (void) reserve(u, &token);
    t->wrong += settle(u, token) != WEBHOOK_STORE_OK;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = t->call;
    op.u.put_call.call.receiver = util_name("shop");
    op.u.put_call.call.wall = UTIL_WALL;
    t->wrong += util_apply(u, &op) != WEBHOOK_STORE_OK;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PAUSE;
    op.u.pause.endpoint = ep;
    util_str(&op.u.pause.reason, "a strike");
    t->wrong += util_apply(u, &op) != WEBHOOK_STORE_OK;
}


/* A process is killed the moment that it was told; another looks. */

static void
test_told(void)
{
    int                       status, pipes[2];
    pid_t                     pid;
    told_t                    t;
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_state_e           done, dead, cancelled, waits;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    if (pipe(pipes) == -1) {
        return;
    }

    fflush(stdout);
    pid = fork();

    if (pid == 0) {
        tell(&u, &t);

        if (write(pipes[1], &t, sizeof(t)) == sizeof(t)) {
            raise(SIGKILL);
        }

        _exit(1);
    }

    memset(&t, 0xff, sizeof(t));
    close(pipes[1]);
    (void) !read(pipes[0], &t, sizeof(t));
    close(pipes[0]);

    waitpid(pid, &status, 0);

    tap_ok(WIFSIGNALED(status) && t.wrong == 0,
           "a process is told of one write of each kind, and killed");

    util_open(&u);

    ep = util_name("erp");

    (void) show(&u, &t.done, &done);
    (void) show(&u, &t.dead, &dead);
    (void) show(&u, &t.cancelled, &cancelled);
    (void) show(&u, &t.waits, &waits);

    tap_ok(done == WEBHOOK_DELIVERED && dead == WEBHOOK_DEAD
           && cancelled == WEBHOOK_CANCELLED && waits == WEBHOOK_PENDING,
           "events, outcomes and what was done by hand are there");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.inflight == 3 && e.paused && e.delivered == 1,
           "so are an endpoint, its pause and its counters");
    tap_ok(reserve(&u, &token) == WEBHOOK_DEDUPE_SEEN,
           "so is what is known of a call");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.id = &t.call;
    op.u.calls.max = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 1,
           "so is the call");
    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 10) == 0, "and the pause holds");
    webhook_op_free(&op);

    util_check(&u, "told");
    util_free(&u);
}
