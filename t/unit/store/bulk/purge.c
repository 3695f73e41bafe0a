
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what is replayed as a new event, and what is removed
 * before its time.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


static void test_copy(void);
static void test_replay(void);
static void test_steps(void);
static void test_purge_one(void);
static void test_purge_company(void);
static void test_purge_sending(void);
static void test_purge_order(void);
static void test_calls(void);


int
main(void)
{
    test_copy();
    test_replay();
    test_steps();
    test_purge_one();
    test_purge_company();
    test_purge_sending();
    test_purge_order();
    test_calls();

    return tap_done();
}


static webhook_store_result_e
copy(util_t *u, webhook_id_t event, uint64_t ep, webhook_id_t id)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COPY;
    op.u.copy.event = event;
    op.u.copy.endpoint = ep;
    op.u.copy.id = id;

    return util_apply(u, &op);
}


static webhook_store_result_e
purge(util_t *u, webhook_id_t id, unsigned call, const char *company)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id;
    op.u.purge.call = call;

    if (company) {
        op.u.purge.company.which = WEBHOOK_COMPANY_ONE;
        util_str(&op.u.purge.company.name, company);
    }

    return util_apply(u, &op);
}


static void
test_copy(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  op;
    webhook_id_t  id, new, third;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);
    id = task_put(&u, ep, "1260", "order.add");
    (void) task_end(&u, ep, WEBHOOK_DONE);

    new = util_id(&u);
    third = util_id(&u);

    tap_ok(copy(&u, id, ep, new) == WEBHOOK_STORE_OK, "a copy");
    tap_ok(copy(&u, id, ep, new) == WEBHOOK_STORE_DUPLICATE, "once");
    tap_ok(copy(&u, id, ep + 1, third) == WEBHOOK_STORE_NOT_FOUND
           && copy(&u, id, 0, third) == WEBHOOK_STORE_NOT_FOUND
           && copy(&u, third, ep, new) == WEBHOOK_STORE_NOT_FOUND,
           "of what there is");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = new;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && memcmp(&op.u.show.wire, &id, 16) == 0
           && op.u.show.company.len == 4 && op.u.show.type.len == 9
           && op.u.show.wall == webhook_id_time(&id)
           && op.u.show.renditions_count == 1
           && op.u.show.renditions[0].body.len == 7
           && memcmp(op.u.show.renditions[0].body.data, "{\"a\":1}", 7) == 0
           && op.u.show.renditions[0].content_type.len == 16
           && op.u.show.count == 1
           && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING
           && op.u.show.deliveries[0].attempts_count == 0,
           "it is a new one, of the same wire id, company and body");

    webhook_op_free(&op);

    tap_ok(copy(&u, new, ep, third) == WEBHOOK_STORE_OK, "a copy of that");

    op.u.show.id = third;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && memcmp(&op.u.show.wire, &id, 16) == 0,
           "has the wire id of the first");

    webhook_op_free(&op);

    tap_ok(util_claim(&u, &op, &ep, 10) == 2
           && memcmp(&op.u.claim.leases[0].event.wire, &id, 16) == 0,
           "both are due");

    webhook_op_free(&op);

    util_check(&u, "copied");
    util_free(&u);
}


static void
test_replay(void)
{
    util_t                    u;
    uint64_t                  ep;
    unsigned                  i;
    webhook_op_t              op;
    webhook_endpoint_stats_t  e;

    util_init(&u);

    u.real = UTIL_WALL;                 /* behind all that comes: a clock that
                                           was set back */
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 300; i++) {
        (void) ended(&u, ep, i % 3 ? WEBHOOK_DONE : WEBHOOK_FAILED);
    }

    task_op(&op, WEBHOOK_TASK_REPLAY, util_id(&u), u.wall);
    op.u.task.filter.state = WEBHOOK_DEAD;

    tap_ok(task_all(&u, &op) == 100, "each once, and no copy again");

    util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 100 && e.states[WEBHOOK_PENDING] == 100,
           "the old ones are as they were");

    task_op(&op, WEBHOOK_TASK_REPLAY, util_id(&u), u.wall);

    tap_ok(task_all(&u, &op) == 300, "all that is over");

    util_check(&u, "replayed");
    util_free(&u);
}


/* One of several steps is sent from the first step again, and one with an order
   key takes its turn. */

static void
test_steps(void)
{
    util_t               u;
    uint64_t             ep;
    webhook_op_t         op;
    webhook_id_t         id, new;
    webhook_put_t        put;
    webhook_rendition_t  renditions[3];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    memset(&put, 0, sizeof(put));
    memset(renditions, 0, sizeof(renditions));

    util_str(&renditions[0].body, "nobody");
    util_str(&renditions[1].body, "first");
    util_str(&renditions[2].body, "second");

    id = util_id(&u);

    util_put_op(&op, &put, id, ep, "", 0);

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 3;
    put.rendition = 1;
    put.steps = 2;
    util_str(&put.order, "key");

    (void) util_apply(&u, &op);
    (void) task_end(&u, ep, WEBHOOK_DONE);
    (void) task_end(&u, ep, WEBHOOK_FAILED);

    new = util_id(&u);

    tap_ok(copy(&u, id, ep, new) == WEBHOOK_STORE_OK, "a copy of two steps");
    tap_ok(copy(&u, id, ep, util_id(&u)) == WEBHOOK_STORE_OK, "another");
    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && op.u.claim.leases[0].step == 0
           && op.u.claim.leases[0].event.rendition.body.len == 5
           && memcmp(&op.u.claim.leases[0].event.id, &new, 16) == 0,
           "the first goes, from its first step; the other is behind it");

    webhook_op_free(&op);

    util_check(&u, "steps");
    util_free(&u);
}


static void
test_purge_one(void)
{
    util_t                    u;
    uint64_t                  ep[2];
    unsigned                  i;
    webhook_op_t              op;
    webhook_id_t              ids[3];
    webhook_put_t             put[2];
    webhook_op_stats_t        s;
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 10);
    ep[1] = util_endpoint(&u, "crm", 10);

    for (i = 0; i < 3; i++) {
        memset(put, 0, sizeof(put));

        ids[i] = util_id(&u);
        util_put_op(&op, put, ids[i], ep[0], "{}", 2);

        op.u.put_event.count = 2;
        put[1].endpoint = ep[1];
        util_str(&op.u.put_event.company, "1260");

        (void) util_apply(&u, &op);
    }

    (void) task_end(&u, ep[0], WEBHOOK_DONE);
    (void) task_end(&u, ep[0], WEBHOOK_RETRY);
    (void) task_end(&u, ep[1], WEBHOOK_FAILED);

    tap_ok(purge(&u, ids[0], 0, "126") == WEBHOOK_STORE_NOT_FOUND,
           "another company's is not found");
    tap_ok(purge(&u, ids[0], 0, "1260") == WEBHOOK_STORE_OK,
           "one that is over goes");
    tap_ok(purge(&u, ids[0], 0, "1260") == WEBHOOK_STORE_NOT_FOUND, "once");
    tap_ok(purge(&u, ids[1], 0, NULL) == WEBHOOK_STORE_OK,
           "one that is owed, too");

    util_check(&u, "purged");

    s = util_stats(&u, ep[0], &e);

    tap_ok(s.events == 1 && e.states[WEBHOOK_PENDING] == 1
           && e.states[WEBHOOK_DELIVERED] == 0
           && e.states[WEBHOOK_CANCELLED] == 0, "one is left");

    tap_ok(util_claim(&u, &op, ep, 1) == 1, "it is being sent");
    tap_ok(purge(&u, ids[2], 0, NULL) == WEBHOOK_STORE_STALE,
           "then it stays for now");

    (void) util_complete(&u, op.u.claim.leases[0].event.id, ep[0],
                         op.u.claim.leases[0].lease_token, WEBHOOK_DONE, 0);
    webhook_op_free(&op);

    tap_ok(purge(&u, ids[2], 0, NULL) == WEBHOOK_STORE_OK, "and goes after it");

    s = util_stats(&u, ep[0], &e);

    tap_ok(s.events == 0, "nothing is left");

    util_check(&u, "all purged");
    util_free(&u);
}


static void
test_purge_company(void)
{
    util_t              u;
    uint64_t            ep;
    unsigned            i;
    webhook_op_t        op;
    webhook_put_t       put;
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 600; i++) {
        (void) task_put(&u, ep, i % 2 ? "one" : i % 4 ? "two" : "",
                        "order.add");

        if (i % 3) {
            (void) task_end(&u, ep, i % 5 ? WEBHOOK_DONE : WEBHOOK_FAILED);
        }
    }

    /* nobody asked for this one */

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
    op.u.put_event.count = 0;
    util_str(&op.u.put_event.company, "one");
    (void) util_apply(&u, &op);

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");

    tap_ok(task_all(&u, &op) == 301, "all events of a company go");

    s = util_stats(&u, ep, NULL);

    tap_ok(s.events == 300, "and no others");
    util_check(&u, "a company");

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    (void) task_all(&u, &op);

    util_check(&u, "what waits");

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);
    (void) task_all(&u, &op);

    s = util_stats(&u, ep, NULL);

    tap_ok(s.events == 0, "everything");

    util_check(&u, "everything");
    util_free(&u);
}


/* One that is being sent goes once that is over. */

static void
test_purge_sending(void)
{
    util_t              u;
    uint64_t            ep, n;
    unsigned            i;
    webhook_op_t        op, claim, step;
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 10; i++) {
        (void) util_put(&u, ep, 0);
    }

    tap_ok(util_claim(&u, &claim, &ep, 3) == 3, "three are being sent");

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);
    (void) util_apply(&u, &op);

    for (n = 0, i = 0; i < 3; i++) {
        memset(&step, 0, sizeof(step));
        step.type = WEBHOOK_OP_TASK_STEP;

        (void) util_apply(&u, &step);
        n += step.u.task_step.count;

        u.clock += 1000;
    }

    tap_ok(n == 7 && step.u.task_step.wait > 0
           && step.u.task_step.wait <= 1000, "the others go, it waits");

    for (i = 0; i < 3; i++) {
        (void) util_complete(&u, claim.u.claim.leases[i].event.id, ep,
                             claim.u.claim.leases[i].lease_token,
                             i ? WEBHOOK_DONE : WEBHOOK_RETRY, 10);
    }

    webhook_op_free(&claim);

    tap_ok(task_run(&u, NULL) == 3, "then they go");

    s = util_stats(&u, ep, NULL);

    tap_ok(s.events == 0, "nothing is left");

    util_check(&u, "sent");
    util_free(&u);
}


/* The next of an order key goes on. */

static void
test_purge_order(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i;
    webhook_op_t   op;
    webhook_id_t   ids[3];
    webhook_put_t  put;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    for (i = 0; i < 3; i++) {
        memset(&put, 0, sizeof(put));

        ids[i] = util_id(&u);
        util_put_op(&op, &put, ids[i], ep, "{}", 2);
        util_str(&put.order, "key");

        (void) util_apply(&u, &op);
    }

    tap_ok(purge(&u, ids[0], 0, NULL) == WEBHOOK_STORE_OK, "the head goes");
    util_check(&u, "the head");

    tap_ok(util_claim(&u, &op, &ep, 10) == 1
           && memcmp(&op.u.claim.leases[0].event.id, &ids[1], 16) == 0,
           "the next is it");

    webhook_op_free(&op);

    tap_ok(purge(&u, ids[2], 0, NULL) == WEBHOOK_STORE_OK,
           "one that is parked goes");

    util_check(&u, "parked");
    util_free(&u);
}


static void
test_calls(void)
{
    util_t              u;
    unsigned            i;
    webhook_op_t        op, list;
    webhook_id_t        ids[400];
    webhook_op_stats_t  s;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 400; i++) {
        memset(&op, 0, sizeof(op));

        ids[i] = util_id(&u);

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = ids[i];
        op.u.put_call.call.receiver = util_name("contact");
        op.u.put_call.call.wall = u.wall;
        op.u.put_call.call.status = 200;
        util_str(&op.u.put_call.call.company, i % 2 ? "one" : "");

        (void) util_apply(&u, &op);

        u.clock++;
    }

    memset(&list, 0, sizeof(list));

    list.type = WEBHOOK_OP_CALLS;
    list.u.calls.max = 1000;
    list.u.calls.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&list.u.calls.company.name, "one");

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_OK
           && list.u.calls.count == 200 && list.u.calls.damaged == 0
           && list.u.calls.calls[0].company.len == 3, "calls of a company");

    webhook_op_free(&list);

    list.u.calls.id = &ids[0];

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_NOT_FOUND,
           "another's is not found by its id");

    list.u.calls.id = &ids[1];

    tap_ok(util_apply(&u, &list) == WEBHOOK_STORE_OK && list.u.calls.count == 1
           && list.u.calls.calls[0].company.len == 3, "its own is");

    webhook_op_free(&list);

    tap_ok(purge(&u, ids[0], 1, "one") == WEBHOOK_STORE_NOT_FOUND
           && purge(&u, ids[0], 0, NULL) == WEBHOOK_STORE_NOT_FOUND
           && purge(&u, ids[0], 1, NULL) == WEBHOOK_STORE_OK
           && purge(&u, ids[0], 1, NULL) == WEBHOOK_STORE_NOT_FOUND,
           "a call goes, once");

    util_check(&u, "a call");

    task_op(&op, WEBHOOK_TASK_PURGE, util_id(&u), u.wall);

    op.u.task.calls = 1;
    op.u.task.filter.company.which = WEBHOOK_COMPANY_ONE;
    util_str(&op.u.task.filter.company.name, "one");

    tap_ok(task_all(&u, &op) == 200, "those of a company go");

    s = util_stats(&u, 0, NULL);

    tap_ok(s.calls == 199, "and no others");

    util_check(&u, "calls");
    util_free(&u);
}
