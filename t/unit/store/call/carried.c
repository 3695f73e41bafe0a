
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what CALLS and KNOWN tell of one store is put into another,
 * which then tells the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_calls(void);
static void test_known(void);


int
main(void)
{
    test_calls();
    test_known();

    return tap_done();
}


static int
same_text(const webhook_str_t *a, const webhook_str_t *b)
{
    return a->len == b->len && (a->len == 0
                                || memcmp(a->data, b->data, a->len) == 0);
}


static void
test_calls(void)
{
    util_t                 u, v;
    unsigned               i, good;
    webhook_op_t           op, out, in;
    webhook_id_t           id;
    webhook_call_action_t  action;

    util_init(&u);
    util_init(&v);
    util_open(&u);

    memset(&action, 0, sizeof(action));
    util_str(&action.method, "POST");
    util_str(&action.uri, "/api/orders");
    action.status = 201;

    for (i = 0; i < 5; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call.id = util_id(&u);
        op.u.put_call.call.receiver = util_name("shop");
        op.u.put_call.call.wall = UTIL_WALL + i;
        op.u.put_call.call.status = 200 + i;
        op.u.put_call.call.outcome = WEBHOOK_CALL_OK + i;
        op.u.put_call.call.durable = i == 1;
        op.u.put_call.call.event = op.u.put_call.call.id;
        util_str(&op.u.put_call.call.name, "shop");
        util_str(&op.u.put_call.call.body, "{\"id\":7}");
        util_str(&op.u.put_call.call.verified, "standard: ok");
        op.u.put_call.call.actions = &action;
        op.u.put_call.call.actions_count = 1;

        (void) util_apply(&u, &op);
    }

    memset(&out, 0, sizeof(out));

    out.type = WEBHOOK_OP_CALLS;
    out.u.calls.max = 10;

    (void) util_apply(&u, &out);
    util_close(&u);

    util_open(&v);

    good = 0;

    for (i = 0; i < out.u.calls.count; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_PUT_CALL;
        op.u.put_call.call = out.u.calls.calls[i];

        good += util_apply(&v, &op) == WEBHOOK_STORE_OK;
        good += util_apply(&v, &op) == WEBHOOK_STORE_DUPLICATE;
    }

    tap_ok(good == 10, "five calls are put into another store, once");

    memset(&in, 0, sizeof(in));

    in.type = WEBHOOK_OP_CALLS;
    in.u.calls.max = 10;

    (void) util_apply(&v, &in);

    good = in.u.calls.count == out.u.calls.count;

    for (i = 0; good && i < in.u.calls.count; i++) {
        webhook_call_t  *a = &in.u.calls.calls[i];
        webhook_call_t  *b = &out.u.calls.calls[i];

        id = a->id;

        good = memcmp(&id, &b->id, sizeof(id)) == 0
               && a->receiver == b->receiver && a->wall == b->wall
               && a->status == b->status && same_text(&a->name, &b->name)
               && a->outcome == b->outcome && a->outcome != 0
               && a->durable == b->durable
               && same_text(&a->body, &b->body)
               && same_text(&a->verified, &b->verified)
               && a->actions_count == 1 && b->actions_count == 1
               && a->actions[0].status == b->actions[0].status
               && same_text(&a->actions[0].method, &b->actions[0].method)
               && same_text(&a->actions[0].uri, &b->actions[0].uri);
    }

    tap_ok(good, "and are there as they were");

    webhook_op_free(&in);
    webhook_op_free(&out);

    util_check(&v, "calls");
    util_free(&u);
    util_free(&v);
}


static void
known(util_t *u, webhook_op_t *op, webhook_known_e kind)
{
    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_KNOWN;
    op->u.known.kind = kind;
    op->u.known.max = 10;

    (void) util_apply(u, op);
}


/* A call that was answered, and is known for 50 seconds. */

static void
settled(util_t *u)
{
    uint64_t      token;
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 7;
    op.u.reserve.run = 1000;
    (void) util_apply(u, &op);
    token = op.u.reserve.token;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SETTLE;
    op.u.settle.scope = 7;
    op.u.settle.token = token;
    op.u.settle.keep = 50000;
    op.u.settle.answer.status = 202;
    util_str(&op.u.settle.answer.text, "thanks");
    (void) util_apply(u, &op);
}


/* What is known of repeats, with the time that is left of it. */

static void
test_known(void)
{
    util_t         u, v;
    unsigned       i, good;
    webhook_op_t   op, calls, events;
    webhook_put_t  put;

    util_init(&u);
    util_init(&v);
    util_open(&u);

    settled(&u);

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&u), util_name("erp"), "{}", 2);
    op.u.put_event.idempotency.key[0] = 1;
    op.u.put_event.idempotency.keep = 50000;
    (void) util_apply(&u, &op);

    u.clock += 20000;

    known(&u, &calls, WEBHOOK_KNOWN_CALL);
    known(&u, &events, WEBHOOK_KNOWN_EVENT);

    tap_ok(calls.u.known.count == 1 && events.u.known.count == 1
           && calls.u.known.known[0].left == 30000
           && events.u.known.known[0].left == 30000,
           "a call and an event are known for 30 seconds yet");

    util_close(&u);
    util_open(&v);

    good = 0;

    for (i = 0; i < 2; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_REMEMBER;
        op.u.remember.known = i ? events.u.known.known[0]
                                : calls.u.known.known[0];

        good += util_apply(&v, &op) == WEBHOOK_STORE_OK;
        good += util_apply(&v, &op) == WEBHOOK_STORE_DUPLICATE;
    }

    tap_ok(good == 4, "another store remembers them, once");

    webhook_op_free(&calls);
    webhook_op_free(&events);

    v.clock += 29999;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 7;
    op.u.reserve.run = 1000;

    tap_ok(util_apply(&v, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.answer.status == 202 && op.u.reserve.answer.text.len == 6,
           "the call is answered as it was");
    webhook_op_free(&op);

    util_put_op(&op, &put, util_id(&v), util_name("erp"), "{}", 2);
    op.u.put_event.idempotency.key[0] = 1;
    op.u.put_event.idempotency.keep = 50000;

    tap_ok(util_apply(&v, &op) == WEBHOOK_STORE_DUPLICATE,
           "the event is a repeat");

    v.clock += 1;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 7;
    op.u.reserve.run = 1000;

    tap_ok(util_apply(&v, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_NEW,
           "until its time is over");
    webhook_op_free(&op);

    util_check(&v, "known");
    util_free(&u);
    util_free(&v);
}
