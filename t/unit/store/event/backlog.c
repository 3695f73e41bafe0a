
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how much may wait of what a company registered.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_object.h"
#include "store_task.h"


static uint32_t
test_put(util_t *u, const uint64_t *ep, uint32_t n, const char *company,
    uint32_t backlog, webhook_id_t *id, const char *order)
{
    uint32_t       i, over;
    webhook_op_t   op;
    webhook_put_t  put[4];

    memset(put, 0, sizeof(put));

    *id = util_id(u);

    util_put_op(&op, &put[0], *id, ep[0], "{}", 2);

    for (i = 0; i < n; i++) {
        put[i].endpoint = ep[i];
        put[i].quota = 1;
        put[i].lease = 1;
        util_str(&put[i].order, order);
    }

    op.u.put_event.count = n;
    op.u.put_event.backlog = backlog;
    util_str(&op.u.put_event.company, company);

    over = UINT32_MAX;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK) {
        over = op.u.put_event.over;
    }

    for (i = 0; i < n; i++) {
        if (put[i].over && put[i].lease_token) {
            over = UINT32_MAX;
        }
    }

    webhook_op_free(&op);

    return over;
}


static int
test_states(util_t *u, uint64_t ep, uint64_t waits, uint64_t dead)
{
    webhook_endpoint_stats_t  s;

    (void) util_stats(u, ep, &s);

    return s.states[WEBHOOK_PENDING] + s.states[WEBHOOK_SENDING] == waits
           && s.states[WEBHOOK_DEAD] == dead && s.dead >= dead;
}


static void
test_bound(void)
{
    util_t        u;
    uint64_t      ep[4];
    unsigned      i;
    webhook_op_t  op;
    webhook_id_t  id, last, one;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");
    (void) object_make(&u, "ep_2", "a", "two", "1");
    (void) object_make(&u, "ep_3", "b", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 1);
    ep[1] = util_endpoint(&u, "ep_2", 1);
    ep[2] = util_endpoint(&u, "ep_3", 1);

    tap_ok(test_put(&u, ep, 2, "a", 5, &one, "") == 0
           && test_put(&u, ep, 2, "a", 5, &id, "") == 0, "up to the bound");

    tap_ok(test_put(&u, ep, 2, "a", 5, &last, "") == 1
           && test_states(&u, ep[0], 3, 0) && test_states(&u, ep[1], 2, 1),
           "what is over it is dead, and no more");

    tap_ok(test_put(&u, ep, 2, "a", 5, &id, "") == 2
           && test_states(&u, ep[0], 3, 1) && test_states(&u, ep[1], 2, 2),
           "all of the next event");

    util_check(&u, "over it");

    tap_ok(test_put(&u, ep + 2, 1, "b", 5, &id, "") == 0
           && test_states(&u, ep[2], 1, 0), "another company has its own");
    tap_ok(test_put(&u, ep, 1, "a", 0, &id, "") == 0
           && test_states(&u, ep[0], 4, 1), "none is bound without a bound");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = last;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 2,
           "the event is kept");

    for (i = 0; i < op.u.show.count; i++) {
        if (op.u.show.deliveries[i].delivery.endpoint == ep[1]) {
            tap_ok(op.u.show.deliveries[i].delivery.state == WEBHOOK_DEAD
                   && op.u.show.deliveries[i].attempts_count == 1
                   && object_is(&op.u.show.deliveries[i].attempts[0].error,
                                "not sent: the company has its 5 deliveries "
                                "waiting"), "its history has the reason");
        }
    }

    webhook_op_free(&op);

    /* retried by hand, whatever waits */

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = last;
    op.u.delivery.endpoint = ep[1];

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && test_states(&u, ep[1], 3, 1), "it can be tried by hand");

    webhook_op_free(&op);

    util_check(&u, "retried");
    util_free(&u);
}


/* What waits is counted anew after a while. */

static void
test_counted(void)
{
    util_t                     u;
    uint64_t                   ep[2], token;
    webhook_id_t               id;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 10);

    token = util_lease(&u, ep[0], &id);

    tap_ok(test_put(&u, ep, 1, "a", 2, &id, "") == 0, "one is sent, one waits");
    tap_ok(test_put(&u, ep, 1, "a", 2, &id, "") == 1, "no more");

    (void) token;

    u.clock += 2000;

    tap_ok(test_put(&u, ep, 1, "a", 2, &id, "") == 1, "after a while, too");
    tap_ok(test_put(&u, ep, 1, "a", 3, &id, "") == 0, "unless more may");

    util_check(&u, "counted");
    util_free(&u);
}


/* The order of a key goes on. */

static void
test_order(void)
{
    util_t        u;
    uint64_t      ep[1];
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 1);

    tap_ok(test_put(&u, ep, 1, "a", 2, &id, "key") == 0
           && test_put(&u, ep, 1, "a", 2, &id, "key") == 0
           && test_put(&u, ep, 1, "a", 2, &id, "key") == 1
           && test_put(&u, ep, 1, "a", 3, &id, "key") == 0
           && test_states(&u, ep[0], 3, 1), "one of a key is over it");

    util_check(&u, "with a key");
    util_free(&u);
}


/* A new event, or nothing: what a caller can be told of. */

static webhook_store_result_e
test_refuse(util_t *u, uint64_t ep, const char *company, uint32_t backlog,
    uint32_t *over)
{
    webhook_op_t            op;
    webhook_put_t           put;
    webhook_store_result_e  result;

    memset(&put, 0, sizeof(put));

    util_put_op(&op, &put, util_id(u), ep, "{}", 2);

    put.endpoint = ep;
    put.quota = 1;

    op.u.put_event.count = 1;
    op.u.put_event.backlog = backlog;
    op.u.put_event.refuse = 1;
    util_str(&op.u.put_event.company, company);

    result = util_apply(u, &op);
    *over = op.u.put_event.over;

    webhook_op_free(&op);

    return result;
}


static webhook_store_result_e
test_copy(util_t *u, const webhook_id_t *event, uint64_t ep, uint32_t backlog,
    unsigned *over)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_COPY;
    op.u.copy.event = *event;
    op.u.copy.endpoint = ep;
    op.u.copy.id = util_id(u);
    op.u.copy.backlog = backlog;

    result = util_apply(u, &op);
    *over = op.u.copy.over;

    webhook_op_free(&op);

    return result;
}


/* A durable receiver's calls are counted, and refused. */

static void
test_receiver(void)
{
    util_t        u;
    uint32_t      over;
    uint64_t      ep[2];
    webhook_op_t  op;
    webhook_id_t  id;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    object_op(&op, "rc_1", "a", "in", "1");
    op.u.object.object.kind = WEBHOOK_OBJECT_RECEIVER;
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a receiver");
    webhook_op_free(&op);

    ep[0] = util_endpoint(&u, "receiver:rc_1", 1);
    ep[1] = util_endpoint(&u, "ep_1", 1);

    tap_ok(test_refuse(&u, ep[0], "a", 2, &over) == WEBHOOK_STORE_OK
           && test_put(&u, ep + 1, 1, "a", 2, &id, "") == 0,
           "calls and events up to the bound");

    tap_ok(test_refuse(&u, ep[0], "a", 2, &over) == WEBHOOK_STORE_FULL
           && over == 1 && test_states(&u, ep[0], 1, 0),
           "a call over it is not kept");
    tap_ok(test_put(&u, ep + 1, 1, "a", 2, &id, "") == 1
           && test_states(&u, ep[1], 1, 1), "calls count for events");

    tap_ok(test_refuse(&u, ep[0], "a", 3, &over) == WEBHOOK_STORE_OK
           && over == 0 && test_states(&u, ep[0], 2, 0),
           "what was refused is not counted");

    util_check(&u, "refused");
    util_free(&u);
}


/* Sent anew: no more than may wait. */

static void
test_copies(void)
{
    util_t        u;
    unsigned      over;
    uint64_t      ep[2];
    webhook_id_t  id, other;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 1);
    ep[1] = util_endpoint(&u, "erp", 1);

    (void) test_put(&u, ep, 1, "a", 2, &id, "");
    (void) test_put(&u, ep + 1, 1, "a", 0, &other, "");

    tap_ok(test_copy(&u, &id, ep[0], 2, &over) == WEBHOOK_STORE_OK && !over,
           "a copy, up to the bound");
    tap_ok(test_copy(&u, &id, ep[0], 2, &over) == WEBHOOK_STORE_FULL && over
           && test_states(&u, ep[0], 2, 0), "no copy over it");
    tap_ok(test_copy(&u, &id, ep[0], 3, &over) == WEBHOOK_STORE_OK && !over,
           "unless more may");
    tap_ok(test_copy(&u, &id, ep[0], 0, &over) == WEBHOOK_STORE_OK && !over,
           "or there is no bound");
    tap_ok(test_copy(&u, &other, ep[1], 1, &over) == WEBHOOK_STORE_OK && !over
           && test_states(&u, ep[1], 2, 0),
           "an endpoint that was not registered has none");

    util_check(&u, "copied");
    util_free(&u);
}


static webhook_store_result_e
test_retry(util_t *u, const webhook_id_t *event, uint64_t ep,
    uint32_t backlog, unsigned *over)
{
    webhook_op_t            op;
    webhook_store_result_e  result;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = *event;
    op.u.delivery.endpoint = ep;
    op.u.delivery.backlog = backlog;

    result = util_apply(u, &op);
    *over = op.u.delivery.over;

    webhook_op_free(&op);

    return result;
}


/* What is over waits again: no more than may; what waits does so already. */

static void
test_retries(void)
{
    util_t        u;
    unsigned      over;
    uint64_t      ep[2];
    webhook_id_t  waits, dead, other;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 1);
    ep[1] = util_endpoint(&u, "erp", 1);

    waits = task_put(&u, ep[0], "a", "order.add");
    (void) test_put(&u, ep, 1, "a", 1, &dead, "");

    tap_ok(test_states(&u, ep[0], 1, 1), "one waits, and one is dead");

    tap_ok(test_retry(&u, &dead, ep[0], 1, &over) == WEBHOOK_STORE_FULL && over
           && test_states(&u, ep[0], 1, 1), "the dead one is not retried");
    tap_ok(test_retry(&u, &waits, ep[0], 1, &over) == WEBHOOK_STORE_OK && !over
           && test_states(&u, ep[0], 1, 1), "the one that waits is");
    tap_ok(test_retry(&u, &dead, ep[0], 2, &over) == WEBHOOK_STORE_OK && !over
           && test_states(&u, ep[0], 2, 0), "unless more may wait");

    (void) test_put(&u, ep, 1, "a", 1, &dead, "");

    tap_ok(test_retry(&u, &dead, ep[0], 0, &over) == WEBHOOK_STORE_OK && !over
           && test_states(&u, ep[0], 3, 0), "or there is no bound");

    other = task_put(&u, ep[1], "a", "order.add");
    (void) task_end(&u, ep[1], WEBHOOK_FAILED);

    tap_ok(test_retry(&u, &other, ep[1], 1, &over) == WEBHOOK_STORE_OK && !over
           && test_states(&u, ep[1], 1, 0),
           "an endpoint that was not registered has none");

    util_check(&u, "retried");
    util_free(&u);
}


/* A task that sends many anew, or retries many, waits, and goes on once fewer
   do. */

static void
test_task(webhook_task_kind_e kind, webhook_outcome_e end,
    webhook_state_e state)
{
    util_t        u;
    unsigned      i;
    uint64_t      ep, done, left;
    webhook_op_t  op;

    util_init(&u);
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep = util_endpoint(&u, "ep_1", 10);

    for (i = 0; i < 5; i++) {
        (void) task_put(&u, ep, "a", "order.add");
        (void) task_end(&u, ep, end);
    }

    left = (state == WEBHOOK_DEAD) ? 3 : 0;

    task_op(&op, kind, util_id(&u), u.wall);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = state;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a task");
    webhook_op_free(&op);

    for (done = 0, i = 0; i < 20; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = u.wall;
        op.u.task_step.backlog = 2;

        (void) util_apply(&u, &op);

        done += op.u.task_step.count;
        u.clock += 3000;

        webhook_op_free(&op);
    }

    tap_ok(done == 2 && test_states(&u, ep, 2, left), "as many as may wait");

    for (i = 0; i < 20 && done < 5; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_TASK_STEP;
        op.u.task_step.wall = u.wall;
        op.u.task_step.backlog = 5;

        (void) util_apply(&u, &op);

        done += op.u.task_step.count;
        u.clock += 3000;

        webhook_op_free(&op);
    }

    tap_ok(done == 5 && test_states(&u, ep, 5, 0), "then the others");

    util_check(&u, "a task");
    util_free(&u);
}


/* A store that has no room is full, whatever the company has waiting: there may
   be room later, and then the event is put. */

static void
test_full(void)
{
    util_t                  u;
    size_t                  len;
    unsigned                i, over;
    uint64_t                ep[2];
    webhook_op_t            op;
    webhook_id_t            id, dead;
    webhook_put_t           put[2];
    unsigned char          *body;
    webhook_store_result_e  result;

    util_init(&u);
    u.size = 8 << 20;
    util_open(&u);

    (void) object_make(&u, "ep_1", "a", "one", "1");

    ep[0] = util_endpoint(&u, "ep_1", 1);
    ep[1] = util_endpoint(&u, "erp", 1);

    (void) test_put(&u, ep, 1, "a", 1, &id, "");
    (void) test_put(&u, ep, 1, "a", 1, &dead, "");

    len = 200000;
    body = calloc(1, len);
    result = WEBHOOK_STORE_OK;

    for (i = 0; i < 10000 && body && len; i++) {
        memset(put, 0, sizeof(put));
        util_put_op(&op, put, util_id(&u), ep[0], body, len);

        put[0].quota = 1;
        put[1].endpoint = ep[1];

        op.u.put_event.count = 2;
        op.u.put_event.backlog = 1;
        util_str(&op.u.put_event.company, "a");

        result = util_apply(&u, &op);

        if (result == WEBHOOK_STORE_FULL) {
            tap_ok(op.u.put_event.over == 0 && !put[0].over,
                   "a full store is no quota that is reached");
            len /= 100;
        }

        webhook_op_free(&op);
    }

    tap_ok(i > 1 && result == WEBHOOK_STORE_FULL, "the store is full");

    for (i = 0; i < 2; i++) {
        tap_ok(test_retry(&u, &dead, ep[0], 2, &over) == WEBHOOK_STORE_FULL
               && !over, "so that nothing is retried, which counts as none");
    }

    free(body);

    util_check(&u, "full");
    util_free(&u);
}


int
main(void)
{
    test_bound();
    test_full();
    test_counted();
    test_order();
    test_receiver();
    test_copies();
    test_retries();
    test_task(WEBHOOK_TASK_REPLAY, WEBHOOK_DONE, WEBHOOK_DELIVERED);
    test_task(WEBHOOK_TASK_RETRY, WEBHOOK_FAILED, WEBHOOK_DEAD);

    return tap_done();
}
