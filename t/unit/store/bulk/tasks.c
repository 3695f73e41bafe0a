
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: tasks, each kind, bounded, by filter and company.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


static void test_retry(void);
static void test_cancel(void);
static void test_before(void);
static void test_bounds(void);
static void test_count(void);


int
main(void)
{
    test_retry();
    test_cancel();
    test_before();
    test_bounds();
    test_count();

    return tap_done();
}


static uint64_t
states(util_t *u, uint64_t ep, webhook_state_e state)
{
    webhook_endpoint_stats_t  e;

    util_stats(u, ep, &e);

    return e.states[state];
}


/* 1000 of one company and 1000 of another, each tenth dead. */

static void
fill(util_t *u, uint64_t ep)
{
    unsigned  i;

    for (i = 0; i < 2000; i++) {
        (void) task_put(u, ep, i % 2 ? "one" : "two",
                        i % 4 < 2 ? "order.add" : "order.del");
        (void) task_end(u, ep, i % 20 < 2 ? WEBHOOK_FAILED : WEBHOOK_DONE);
    }
}


static void
test_retry(void)
{
    util_t        u;
    uint64_t      ep, n;
    unsigned      steps;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    fill(&u, ep);

    tap_ok(states(&u, ep, WEBHOOK_DEAD) == 200, "200 are dead");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);

    op.u.task.filter.state = WEBHOOK_DEAD;
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");
    util_str(&op.u.task.filter.type, "order.add");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a task is made");
    tap_ok(states(&u, ep, WEBHOOK_PENDING) == 0, "which does nothing yet");

    n = task_run(&u, &steps);

    tap_ok(n == 100 && states(&u, ep, WEBHOOK_PENDING) == 100
           && states(&u, ep, WEBHOOK_DEAD) == 100,
           "those that the filter means are due: %u",
           (unsigned) n);
    tap_ok(steps > 1, "in more steps than one: %u", steps);

    util_check(&u, "retried");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);

    tap_ok(task_all(&u, &op) == 200 && states(&u, ep, WEBHOOK_PENDING) == 200,
           "what waits is due too");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);

    op.u.task.filter.state = WEBHOOK_DELIVERED;

    tap_ok(task_all(&u, &op) == 0, "what was delivered is not retried");

    util_check(&u, "retried again");
    util_free(&u);
}


static void
test_cancel(void)
{
    util_t        u;
    uint64_t      ep;
    unsigned      i;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    for (i = 0; i < 500; i++) {
        (void) task_put(&u, ep, i < 250 ? "one" : "", "order.add");
    }

    (void) task_end(&u, ep, WEBHOOK_FAILED);

    tap_ok(util_claim(&u, &op, &ep, 1) == 1, "one is being sent");
    webhook_op_free(&op);

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);

    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");

    tap_ok(task_all(&u, &op) == 248
           && states(&u, ep, WEBHOOK_CANCELLED) == 248
           && states(&u, ep, WEBHOOK_PENDING) == 250
           && states(&u, ep, WEBHOOK_SENDING) == 1
           && states(&u, ep, WEBHOOK_DEAD) == 1,
           "what waits is cancelled, and nothing else");

    util_check(&u, "cancelled");
    util_free(&u);
}


/* What comes after the task was made is not its. */

static void
test_before(void)
{
    util_t        u;
    uint64_t      ep;
    unsigned      i;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    for (i = 0; i < 300; i++) {
        (void) util_put(&u, ep, 0);
    }

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "made");

    for (i = 0; i < 300; i++) {
        (void) util_put(&u, ep, 0);
    }

    tap_ok(task_run(&u, NULL) == 300
           && states(&u, ep, WEBHOOK_PENDING) == 300, "300 were before it");

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.wall);

    op.u.task.filter.since = UTIL_WALL + 400;
    op.u.task.filter.until = UTIL_WALL + 500;

    tap_ok(task_all(&u, &op) == 100, "since, and until");

    util_free(&u);
}


static void
test_bounds(void)
{
    util_t        u;
    uint64_t      ep;
    unsigned      i, ok;
    webhook_op_t  op;

    static char  text[300];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    (void) util_put(&u, ep, 0);

    ok = 0;

    for (i = 0; i < 8; i++) {
        task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
        util_str(&op.u.task.company, i < 3 ? "one" : i < 6 ? "two" : "");

        ok |= (unsigned) (util_apply(&u, &op) == WEBHOOK_STORE_OK) << i;

        if (op.result == WEBHOOK_STORE_FULL && !op.u.task.bound) {
            ok = 0xf00;
        }
    }

    tap_ok(ok == 0xdb, "two of a company at a time: %x", ok);
    tap_ok(task_run(&u, NULL) == 6, "each deals with it");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    util_str(&op.u.task.company, "one");

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "then others may begin");

    memset(text, 'x', sizeof(text) - 1);

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    util_str(&op.u.task.company, text);
    op.u.task.company.len = 65;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "a company's "
           "name of 65 bytes");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    util_str(&op.u.task.filter.type, text);
    op.u.task.filter.type.len = WEBHOOK_STORE_TYPE_MAX + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "a type that is "
           "too long");

    task_op(&op, (webhook_task_kind_e) 4, util_id(&u), u.wall);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "no such kind");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    op.u.task.filter.state = WEBHOOK_STATES;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "no such state");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.wall);
    util_str(&op.u.task.by, text);
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, text);
    op.u.task.filter.company.name.len = 64;
    util_str(&op.u.task.filter.type, text);
    op.u.task.filter.type.len = WEBHOOK_STORE_TYPE_MAX;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "all that there may be");
    tap_ok(task_run(&u, NULL) == 1, "and it ends");

    util_check(&u, "bounds");
    util_free(&u);
}


static void
test_count(void)
{
    util_t        u;
    uint64_t      ep, n;
    unsigned      kind, good;
    webhook_op_t  op, count;

    util_init(&u);

    u.real = UTIL_WALL;                 /* copies are of then, too */

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);
    fill(&u, ep);

    (void) util_put(&u, ep, 0);

    good = 1;

    for (kind = 0; kind < WEBHOOK_TASK_KINDS; kind++) {

        memset(&count, 0, sizeof(count));
        count.type = WEBHOOK_OP_COUNT;
        count.u.counted.kind = kind;
        count.u.counted.filter.state = -1;

        n = 0;

        do {
            (void) util_apply(&u, &count);
            n += count.u.counted.count;
            count.u.counted.filter.from = 1;
        } while (count.u.counted.filter.more);

        task_op(&op, kind, util_id(&u), u.wall);

        if (task_all(&u, &op) != n || n == 0) {
            printf("# kind %u: %llu\n", kind, (unsigned long long) n);
            good = 0;
        }
    }

    tap_ok(good, "so many are counted as are dealt with");

    util_check(&u, "counted");
    util_free(&u);
}
