
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: steps of a purge by a value are short, whatever is to go;
 * what they deal with is looked for before, and is their own task's.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define EVENTS   12
#define FANOUT   400


static void test_short(void);
static void test_look(void);
static void test_ended(void);
static void test_only(void);
static void test_grows(void);
static void test_calls(void);
static void test_passes(void);


int
main(void)
{
    test_short();
    test_look();
    test_ended();
    test_only();
    test_grows();
    test_calls();
    test_passes();

    return tap_done();
}


static void
put(util_t *u, const uint64_t *endpoints, unsigned count, const char *body)
{
    unsigned       i;
    webhook_op_t   op;
    webhook_put_t  puts[FANOUT];

    memset(puts, 0, sizeof(puts));

    util_put_op(&op, puts, util_id(u), endpoints[0], body, strlen(body));

    for (i = 0; i < count; i++) {
        puts[i].endpoint = endpoints[i];
    }

    op.u.put_event.count = count;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# an event is not kept\n");
    }
}


static void
step(util_t *u, webhook_op_t *op)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_TASK_STEP;
    op->u.task_step.wall = u->wall;

    (void) util_apply(u, op);
}


static void
look(util_t *u, webhook_op_t *op)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_TASK_LOOK;

    (void) util_apply(u, op);
}


/* The step that was looked for. */

static void
make(util_t *u, webhook_op_t *op)
{
    op->type = WEBHOOK_OP_TASK_STEP;
    op->u.task_step.wall = u->wall;

    (void) util_apply(u, op);
}


/* Events that go to many endpoints take longer than a step: each has one of its
   own.  What cannot be looked into is among them, and is counted once. */

static void
test_short(void)
{
    char             path[256], name[16];
    util_t           u;
    uint64_t         eps[FANOUT], done;
    unsigned         i, steps, most;
    webhook_op_t     op, s;
    webhook_task_t   t;

    util_init(&u);
    u.size = 64 << 20;
    util_open(&u);

    for (i = 0; i < FANOUT; i++) {
        snprintf(name, sizeof(name), "erp%u", i);
        eps[i] = util_endpoint(&u, name, 10);
    }

    for (i = 0; i < EVENTS; i++) {
        put(&u, eps, 1, "{\"a\":");
        put(&u, eps, FANOUT, "{\"a\":\"x\"}");
    }

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    done = 0;
    most = 0;

    for (steps = 0; steps < 1000; steps++) {
        step(&u, &s);

        done += s.u.task_step.count;

        if (s.u.task_step.count > most) {
            most = s.u.task_step.count;
        }

        if (s.result != WEBHOOK_STORE_OK
            || s.u.task_step.wait == WEBHOOK_NEVER)
        {
            break;
        }

        u.clock += s.u.task_step.wait;
    }

    tap_ok(done == EVENTS, "all that have the value go");
    tap_ok(most < EVENTS, "but not in one step: %u at most", most);

    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_DONE && t.done == EVENTS
           && t.failed == EVENTS,
           "of the others it is told that they cannot be looked into, once");

    util_check(&u, "steps");
    util_free(&u);
}


/* What was looked for is dealt with, unless somebody else was quicker. */

static void
test_look(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_op_t   op, first, second;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    look(&u, &first);

    tap_ok(first.result == WEBHOOK_STORE_OK && !first.u.task_step.todo
           && first.u.task_step.wait == WEBHOOK_NEVER, "nothing is to be done");

    for (i = 0; i < EVENTS; i++) {
        put(&u, &ep, 1, i % 2 ? "{\"a\":\"y\"}" : "{\"a\":\"x\"}");
    }

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    look(&u, &first);
    look(&u, &second);

    tap_ok(first.u.task_step.todo && second.u.task_step.todo
           && util_stats(&u, ep, NULL).events == EVENTS,
           "two look, and nothing goes yet");

    make(&u, &first);

    tap_ok(first.u.task_step.made
           && first.u.task_step.count > 0
           && util_stats(&u, ep, NULL).events
              == EVENTS - first.u.task_step.count,
           "the first one's step removes them, as far as there is time");

    make(&u, &second);

    tap_ok(second.result == WEBHOOK_STORE_OK && !second.u.task_step.made
           && second.u.task_step.count == 0,
           "the second one's comes too late");

    (void) task_run(&u, NULL);

    tap_ok(util_stats(&u, ep, NULL).events == EVENTS / 2, "and others stay");

    util_check(&u, "looks");
    util_free(&u);
}


/* One that is ended is, also where a step was looked for. */

static void
test_ended(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep;
    webhook_op_t    op, end, s;
    webhook_task_t  t;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    put(&u, &ep, 1, "{\"a\":\"x\"}");

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    look(&u, &s);

    memset(&end, 0, sizeof(end));

    end.type = WEBHOOK_OP_TASK_END;
    end.u.task_end.id = op.u.task.id;
    end.u.task_end.wall = u.wall;

    tap_ok(s.u.task_step.todo && util_apply(&u, &end) == WEBHOOK_STORE_OK,
           "it is ended");

    make(&u, &s);

    tap_ok(s.result == WEBHOOK_STORE_OK && !s.u.task_step.made
           && util_stats(&u, ep, NULL).events == 1, "nothing goes any more");

    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_ENDED && t.done == 0, "that is told");

    util_check(&u, "ended");
    util_free(&u);
}


/* Who makes steps of one task does nothing of another. */

static void
test_only(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep;
    unsigned        i;
    webhook_op_t    first, second, s;
    webhook_id_t    id;
    webhook_task_t  t;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    put(&u, &ep, 1, "{\"a\":\"x\"}");
    put(&u, &ep, 1, "{\"a\":\"y\"}");

    task_purge(&u, &first, "a", "x");
    (void) util_apply(&u, &first);
    task_purge(&u, &second, "a", "y");
    (void) util_apply(&u, &second);

    id = second.u.task.id;

    for (i = 0; i < 100; i++) {
        memset(&s, 0, sizeof(s));

        s.type = WEBHOOK_OP_TASK_STEP;
        s.u.task_step.wall = u.wall;
        s.u.task_step.only = &id;

        if (util_apply(&u, &s) != WEBHOOK_STORE_OK
            || s.u.task_step.wait == WEBHOOK_NEVER)
        {
            break;
        }

        u.clock += s.u.task_step.wait;
    }

    tap_ok(i < 100 && util_stats(&u, ep, NULL).events == 1
           && task_told(&u, id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_DONE && t.done == 1, "one is done");
    tap_ok(task_told(&u, first.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_RUNNING && t.done == 0
           && t.reached == 0, "the other has not begun");
    tap_ok(task_run(&u, NULL) == 1
           && util_stats(&u, ep, NULL).events == 0, "until somebody does it");

    util_check(&u, "one alone");
    util_free(&u);
}


/* Events that come faster than steps go on do not keep it from its end: they are
   behind what it is about. */

static void
test_grows(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep, done, reached;
    unsigned        i, n, steps, back;
    webhook_op_t    op, s;
    webhook_task_t  t;

    util_init(&u);
    u.size = 64 << 20;
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 20 * EVENTS; i++) {
        put(&u, &ep, 1, "{\"a\":\"x\"}");
    }

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    done = 0;
    n = 0;
    reached = 0;
    back = 0;

    for (steps = 0; steps < 20 * EVENTS + 10; steps++) {

        /* more than a step can remove, before it is looked for and behind */

        for (i = 0; i < WEBHOOK_TASK_FOUND; i++) {
            put(&u, &ep, 1, "{\"a\":\"x\"}");
        }

        look(&u, &s);

        for (i = 0; i < WEBHOOK_TASK_FOUND; i++) {
            put(&u, &ep, 1, "{\"a\":\"x\"}");
        }

        n += 2 * WEBHOOK_TASK_FOUND;

        make(&u, &s);

        done += s.u.task_step.count;

        if (s.result != WEBHOOK_STORE_OK
            || s.u.task_step.wait == WEBHOOK_NEVER)
        {
            break;
        }

        if (task_told(&u, op.u.task.id, &t, path) != WEBHOOK_STORE_OK
            || t.done != done || t.reached < reached)
        {
            back++;
        }

        reached = t.reached;

        u.clock += s.u.task_step.wait;
    }

    tap_ok(done == 20 * EVENTS, "all that there were before it go");
    tap_ok(util_stats(&u, ep, NULL).events == n,
           "and none of %u that came meanwhile", n);
    tap_ok(reached > 0 && back == 0, "how far it has come is told");

    util_check(&u, "grows");
    util_free(&u);
}


/* Calls are looked for in the same way. */

static void
test_calls(void)
{
    char            path[256];
    util_t          u;
    unsigned        i;
    webhook_op_t    op, s, late;
    webhook_task_t  t;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 3 * WEBHOOK_TASK_FOUND; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = util_id(&u);
        op.u.put_call.call.receiver = util_name("contact");
        op.u.put_call.call.wall = u.wall;
        op.u.put_call.call.status = 200;
        util_str(&op.u.put_call.call.content_type, "application/json");
        util_str(&op.u.put_call.call.body,
                 i % 3 == 0 ? "{\"a\":\"x\"}" : i % 3 == 1 ? "{\"a\":\"y\"}"
                                                           : "{\"a\":");
        (void) util_apply(&u, &op);
    }

    task_purge(&u, &op, "a", "x");
    op.u.task.calls = 1;
    (void) util_apply(&u, &op);

    /* there is no event; then calls */

    step(&u, &s);

    tap_ok(s.u.task_step.made && s.u.task_step.count == 0, "no event");

    look(&u, &s);
    late = s;

    tap_ok(s.u.task_step.todo
           && s.u.task_step.found.count == WEBHOOK_TASK_FOUND,
           "calls are looked for");

    make(&u, &s);
    make(&u, &late);

    tap_ok(s.u.task_step.made && s.u.task_step.count > 0
           && !late.u.task_step.made, "they go, once");

    (void) task_run(&u, NULL);

    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_DONE && t.done == WEBHOOK_TASK_FOUND
           && t.failed == WEBHOOK_TASK_FOUND, "all of them");

    util_check(&u, "calls");
    util_free(&u);
}


/* What was looked for among events is none of the calls', where somebody else was
   quicker and is with these: all calls go, also those of before. */

static void
test_passes(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep;
    webhook_op_t    op, s, late;
    webhook_task_t  t;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = util_id(&u);
    op.u.put_call.call.receiver = util_name("contact");
    op.u.put_call.call.wall = u.wall;
    op.u.put_call.call.status = 200;
    util_str(&op.u.put_call.call.content_type, "application/json");
    util_str(&op.u.put_call.call.body, "{\"a\":\"x\"}");
    (void) util_apply(&u, &op);

    put(&u, &ep, 1, "{\"a\":\"x\"}");

    task_purge(&u, &op, "a", "x");
    op.u.task.calls = 1;
    (void) util_apply(&u, &op);

    look(&u, &late);
    step(&u, &s);

    tap_ok(late.u.task_step.todo && s.u.task_step.made
           && util_stats(&u, ep, NULL).events == 0, "the event goes");

    make(&u, &late);

    tap_ok(!late.u.task_step.made, "who looked for it comes too late");

    (void) task_run(&u, NULL);
    (void) task_told(&u, op.u.task.id, &t, path);

    tap_ok(t.state == WEBHOOK_TASK_DONE && t.done == 2 && t.failed == 0,
           "the call goes, too: %llu, and %llu failed",
           (unsigned long long) t.done, (unsigned long long) t.failed);

    util_check(&u, "passes");
    util_free(&u);
}
