
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what has a value at a path is removed before its time.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define EVENTS  400


static void test_events(void);
static void test_bodies(void);
static void test_sending(void);
static void test_beside(void);
static void test_reopen(void);
static void test_calls(void);
static void test_bad(void);


int
main(void)
{
    test_events();
    test_bodies();
    test_sending();
    test_beside();
    test_reopen();
    test_calls();
    test_bad();

    return tap_done();
}


/* Of a type, with these forms. */

static webhook_id_t
put(util_t *u, uint64_t ep, const char *company, const char *const *bodies,
    const char *const *types, unsigned n)
{
    unsigned              i;
    webhook_op_t          op;
    webhook_id_t          id;
    webhook_put_t         put;
    webhook_rendition_t   renditions[4];

    memset(&put, 0, sizeof(put));
    memset(renditions, 0, sizeof(renditions));

    for (i = 0; i < n; i++) {
        util_str(&renditions[i].body, bodies[i]);
        util_str(&renditions[i].content_type, types ? types[i]
                                                    : "application/json");
    }

    id = util_id(u);

    util_put_op(&op, &put, id, ep, "", 0);

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = n;
    util_str(&op.u.put_event.company, company);

    tap_ok(util_apply(u, &op) == WEBHOOK_STORE_OK, "an event");

    return id;
}


static int
there(util_t *u, webhook_id_t id)
{
    int           found;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    found = (util_apply(u, &op) == WEBHOOK_STORE_OK);

    webhook_op_free(&op);

    return found;
}


static uint64_t
count(util_t *u, const char *path, const char *value, uint64_t *unread)
{
    uint64_t      n;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COUNT;
    op.u.counted.kind = WEBHOOK_TASK_PURGE;
    op.u.counted.filter.state = -1;
    op.u.counted.filter.oldest = 1;
    util_str(&op.u.counted.path, path);
    util_str(&op.u.counted.value, value);

    n = 0;
    *unread = 0;

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT64_MAX;
        }

        n += op.u.counted.count;
        *unread += op.u.counted.unread;

        op.u.counted.filter.from = 1;

    } while (op.u.counted.filter.more);

    return n;
}


/* What waits and what is over, of any company, and nothing else. */

static void
test_events(void)
{
    char                path[256], body[64];
    util_t              u;
    uint64_t            ep, unread;
    unsigned            i, n;
    const char         *bodies[1];
    webhook_op_t        op;
    webhook_id_t        ids[EVENTS];
    webhook_task_t      t;
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    bodies[0] = body;

    for (i = 0; i < EVENTS; i++) {
        snprintf(body, sizeof(body), "{\"customer\":{\"id\":%u}}", i % 4);

        ids[i] = put(&u, ep, i % 2 ? "one" : "two", bodies, NULL, 1);

        if (i % 3) {
            (void) task_end(&u, ep, i % 5 ? WEBHOOK_DONE : WEBHOOK_FAILED);
        }
    }

    tap_ok(count(&u, "customer.id", "3", &unread) == EVENTS / 4 && unread == 0,
           "that many are counted");
    tap_ok(count(&u, "customer.id", "4", &unread) == 0, "or none");

    task_purge(&u, &op, "customer.id", "4");

    tap_ok(task_all(&u, &op) == 0, "nobody has that value");

    task_purge(&u, &op, "customer.id", "3");

    tap_ok(task_all(&u, &op) == EVENTS / 4, "all that have it go");

    for (n = 0, i = 0; i < EVENTS; i++) {
        n += (there(&u, ids[i]) == (i % 4 == 3));
    }

    tap_ok(n == 0, "these and no others");

    s = util_stats(&u, ep, NULL);

    tap_ok(s.events == EVENTS - EVENTS / 4, "by the counters, too");

    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.state == WEBHOOK_TASK_DONE && t.done == EVENTS / 4
           && t.failed == 0 && strcmp(path, "customer.id") == 0
           && t.value.len == 0,
           "the task tells the path, and not the value");

    /* of one company alone */

    task_purge(&u, &op, "customer.id", "2");
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");

    tap_ok(task_all(&u, &op) == 0, "another's does not");

    util_str(&op.u.task.filter.company.name, "two");
    op.u.task.id = util_id(&u);

    tap_ok(task_all(&u, &op) == EVENTS / 4, "its own does");

    util_check(&u, "purged by a value");
    util_free(&u);
}


/* In any form of an event; what cannot be looked into stays, and is counted. */

static void
test_bodies(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep, unread;
    webhook_op_t    op;
    webhook_id_t    xml, form, broken, both, other, none;
    webhook_task_t  t;

    static const char *const  types[] = {
        "application/json", "application/xml",
    };

    static const char *const  body_xml[] = {
        "{\"n\":1}", "<order><email>a@b.vn</email></order>"
    };
    static const char *const  body_form[] = { "order.email=a%40b.vn" };
    static const char *const  type_form[] = {
        "application/x-www-form-urlencoded"
    };
    static const char *const  body_broken[] = { "{\"n\":1}", "<order>" };
    static const char *const  body_none[] = { "" };
    static const char *const  body_both[] = {
        "{\"order\":{\"email\":\"a@b.vn\"}}", "<order>"
    };
    static const char *const  body_other[] = {
        "{\"order\":{\"email\":\"b@b.vn\"}}", "<order><email/></order>"
    };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    xml = put(&u, ep, "", body_xml, types, 2);
    form = put(&u, ep, "", body_form, type_form, 1);
    broken = put(&u, ep, "", body_broken, types, 2);
    both = put(&u, ep, "", body_both, types, 2);
    other = put(&u, ep, "", body_other, types, 2);
    none = put(&u, ep, "", body_none, NULL, 1);

    tap_ok(count(&u, "order.email", "a@b.vn", &unread) == 2 && unread == 1,
           "two have it, of one it is not known");

    task_purge(&u, &op, "order.email", "a@b.vn");

    tap_ok(task_all(&u, &op) == 2 && !there(&u, xml) && !there(&u, both),
           "those go that have it in any form");
    tap_ok(there(&u, broken) && there(&u, other) && there(&u, none)
           && there(&u, form), "the others stay");
    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.failed == 1, "one that cannot be looked into is told");

    task_purge(&u, &op, "\"order.email\"", "a@b.vn");

    tap_ok(task_all(&u, &op) == 1 && !there(&u, form), "a form's field");

    util_check(&u, "bodies");
    util_free(&u);
}


static void
test_sending(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep, n;
    unsigned        i;
    webhook_op_t    op, claim, step;
    webhook_id_t    ids[3];
    webhook_task_t  t;

    static const char *const  body[] = { "{\"a\":\"x\"}" };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 3; i++) {
        ids[i] = put(&u, ep, "", body, NULL, 1);
    }

    tap_ok(util_claim(&u, &claim, &ep, 1) == 1, "one is being sent");

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    for (n = 0, i = 0; i < 3; i++) {
        memset(&step, 0, sizeof(step));
        step.type = WEBHOOK_OP_TASK_STEP;

        (void) util_apply(&u, &step);
        n += step.u.task_step.count;

        u.clock += 1000;
    }

    tap_ok(n == 2 && there(&u, ids[0]) && step.u.task_step.wait > 0,
           "the others go, it waits");

    (void) util_complete(&u, claim.u.claim.leases[0].event.id, ep,
                         claim.u.claim.leases[0].lease_token, WEBHOOK_RETRY,
                         10);
    webhook_op_free(&claim);

    tap_ok(task_run(&u, NULL) == 1 && !there(&u, ids[0]), "then it goes");

    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.done == 3 && t.failed == 0, "three, and none failed");

    util_check(&u, "sent");
    util_free(&u);
}


/* Steps that come with other writes. */

static void
test_beside(void)
{
    util_t               u;
    uint64_t             ep, n;
    unsigned             i;
    webhook_op_t         op, step, event, *ops[2];
    webhook_id_t         ids[EVENTS];
    webhook_put_t        row;
    webhook_op_stats_t   s;

    static const char *const  bodies[] = { "{\"a\":\"x\"}", "{\"a\":\"y\"}" };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < EVENTS; i++) {
        ids[i] = put(&u, ep, "", &bodies[i % 2], NULL, 1);
    }

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    n = 0;

    for (i = 0; i < 100000; i++) {
        memset(&step, 0, sizeof(step));
        memset(&row, 0, sizeof(row));

        step.type = WEBHOOK_OP_TASK_STEP;
        util_put_op(&event, &row, util_id(&u), ep, "{\"a\":\"x\"}", 9);

        ops[0] = &event;
        ops[1] = &step;

        util_batch(&u, ops, 2);

        n += step.u.task_step.count;

        if (step.result != WEBHOOK_STORE_OK
            || step.u.task_step.wait == WEBHOOK_NEVER)
        {
            break;
        }

        u.clock += step.u.task_step.wait;
    }

    tap_ok(n == EVENTS / 2 && !there(&u, ids[0]) && there(&u, ids[1]),
           "all that there were before it go");

    s = util_stats(&u, ep, NULL);

    tap_ok(s.events == EVENTS / 2 + i + 1, "and none that came after it");

    util_check(&u, "beside");
    util_free(&u);
}


/* It goes on in another process. */

static void
test_reopen(void)
{
    util_t         u;
    uint64_t       ep, n, more;
    unsigned       i;
    webhook_op_t   op, step;

    static const char *const  bodies[] = { "{\"a\":\"x\"}", "{\"a\":\"y\"}" };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < EVENTS; i++) {
        (void) put(&u, ep, "", &bodies[i % 2], NULL, 1);
    }

    task_purge(&u, &op, "a", "x");
    (void) util_apply(&u, &op);

    memset(&step, 0, sizeof(step));
    step.type = WEBHOOK_OP_TASK_STEP;

    (void) util_apply(&u, &step);
    n = step.u.task_step.count;

    util_close(&u);
    util_open(&u);

    u.clock += 3000;

    more = task_run(&u, NULL);

    tap_ok(n > 0 && n < EVENTS / 2 && n + more == EVENTS / 2,
           "a step, and the rest after a restart");

    util_check(&u, "reopened");
    util_free(&u);
}


static void
call(util_t *u, webhook_id_t *id, const char *company, const char *type,
    const char *body, const char *sent)
{
    webhook_op_t            op;
    webhook_call_action_t   action;

    memset(&op, 0, sizeof(op));
    memset(&action, 0, sizeof(action));

    *id = util_id(u);

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = *id;
    op.u.put_call.call.receiver = util_name("contact");
    op.u.put_call.call.wall = u->wall;
    op.u.put_call.call.status = 200;
    util_str(&op.u.put_call.call.company, company);
    util_str(&op.u.put_call.call.content_type, type);
    util_str(&op.u.put_call.call.body, body);

    if (sent) {
        util_str(&action.method, "POST");
        util_str(&action.uri, "/pos/contact");
        util_str(&action.body, sent);

        op.u.put_call.call.actions = &action;
        op.u.put_call.call.actions_count = 1;
    }

    (void) util_apply(u, &op);

    u->clock++;
}


static int
called(util_t *u, webhook_id_t id)
{
    int           found;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.id = &id;
    op.u.calls.max = 1;

    found = (util_apply(u, &op) == WEBHOOK_STORE_OK);

    webhook_op_free(&op);

    return found;
}


static void
test_calls(void)
{
    char            path[256];
    util_t          u;
    uint64_t        ep;
    webhook_op_t    op;
    webhook_id_t    event, ids[7];
    webhook_task_t  t;

    static const char *const  body[] = { "{\"email\":\"a@b.vn\"}" };

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    event = put(&u, ep, "one", body, NULL, 1);

    call(&u, &ids[0], "one", "application/json", body[0], NULL);
    call(&u, &ids[1], "one", "application/json", "{\"email\":\"b\"}", NULL);
    call(&u, &ids[2], "one", "application/x-www-form-urlencoded",
         "mail=a%40b.vn", body[0]);
    call(&u, &ids[3], "one", "application/json", "{\"email\":\"a@b.v", NULL);
    call(&u, &ids[4], "two", "application/json", body[0], NULL);
    call(&u, &ids[5], "two", "application/json", "{", NULL);
    call(&u, &ids[6], "one", "", "", NULL);

    task_purge(&u, &op, "email", "a@b.vn");
    op.u.task.calls = 1;
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");

    tap_ok(task_all(&u, &op) == 3 && !there(&u, event),
           "events and calls of the company");
    tap_ok(!called(&u, ids[0]) && !called(&u, ids[2]),
           "calls that had it, or handed it on");
    tap_ok(called(&u, ids[1]) && called(&u, ids[3]) && called(&u, ids[4])
           && called(&u, ids[5]) && called(&u, ids[6]), "no others");
    tap_ok(task_told(&u, op.u.task.id, &t, path) == WEBHOOK_STORE_OK
           && t.done == 3 && t.failed == 1,
           "one that was cut is told, another company's is not");

    util_check(&u, "calls");
    util_free(&u);
}


static void
test_bad(void)
{
    char          text[600];
    util_t        u;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    memset(text, 'a', sizeof(text));

    task_purge(&u, &op, "a", "x");
    op.u.task.kind = WEBHOOK_TASK_RETRY;
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "no other kind of task has a path");

    task_purge(&u, &op, "a..b", "x");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "no path");

    task_purge(&u, &op, "a", "");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "no value");

    task_purge(&u, &op, "", "x");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "a value, and no path");

    task_purge(&u, &op, "a", "x");
    op.u.task.path.data = (unsigned char *) text;
    op.u.task.path.len = WEBHOOK_TASK_PATH_MAX + 1;
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "a long path");

    task_purge(&u, &op, "a", "x");
    op.u.task.value.data = (unsigned char *) text;
    op.u.task.value.len = WEBHOOK_TASK_VALUE_MAX + 1;
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE, "a long value");

    op.u.task.value.len = WEBHOOK_TASK_VALUE_MAX;
    op.u.task.path.data = (unsigned char *) text;
    op.u.task.path.len = WEBHOOK_TASK_PATH_MAX;
    tap_ok(task_all(&u, &op) == 0, "as long as they may be");

    util_free(&u);
}
