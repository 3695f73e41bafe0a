
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: calls of receivers.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define N  25                           /* calls */


static void test_calls(void);
static void test_call_pages(void);
static void test_call_bounds(void);


int
main(void)
{
    test_calls();
    test_call_pages();
    test_call_bounds();

    return tap_done();
}


static void
call_op(webhook_op_t *op, webhook_id_t id, const char *receiver,
    webhook_call_action_t *actions, uint32_t count)
{
    webhook_call_t  *c;

    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_PUT_CALL;

    c = &op->u.put_call.call;

    c->id = id;
    c->receiver = util_name(receiver);
    c->wall = webhook_id_time(&id);
    c->total = 1234;
    c->status = 200;
    c->actions = actions;
    c->actions_count = count;

    util_str(&c->name, receiver);
    util_str(&c->remote, "192.0.2.7");
    util_str(&c->content_type, "application/json");
    util_str(&c->headers, "Content-Type: application/json\r\n");
    util_str(&c->body, "{\"_id\": 7}");
    util_str(&c->verified, "standard: ok");
    util_str(&c->answer, "{\"status\": \"ok\"}");
}


/* Twenty-five calls, every fifth of "contact". */

static void
put_calls(util_t *u, webhook_op_t *op, webhook_id_t *id,
    webhook_call_action_t *actions)
{
    unsigned  i;

    memset(actions, 0, sizeof(webhook_call_action_t));

    util_str(&actions[0].method, "PATCH");
    util_str(&actions[0].uri, "/pos/sale.order/7");
    util_str(&actions[0].body, "{\"currency\": \"USD\"}");
    actions[0].status = 200;
    actions[0].total = 900;

    for (i = 0; i < N; i++) {
        id[i] = util_id(u);

        call_op(op, id[i], i % 5 ? "usd" : "contact", actions, i % 5 ? 1 : 0);

        if (i == 1) {
            util_str(&op->u.put_call.call.error, "the API failed");
            op->u.put_call.call.status = 502;
            op->u.put_call.call.outcome = WEBHOOK_CALL_FAILED;
            op->u.put_call.call.durable = 1;
            op->u.put_call.call.event = id[0];
        }

        (void) util_apply(u, op);
    }
}


static void
test_calls(void)
{
    util_t                  u;
    webhook_op_t            op;
    webhook_id_t            id[N];
    webhook_call_t         *c;
    webhook_call_action_t   action;

    util_init(&u);
    util_open(&u);

    put_calls(&u, &op, id, &action);

    tap_ok(op.result == WEBHOOK_STORE_OK, "calls are kept");
    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE, "each once");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = util_name("usd");
    op.u.calls.max = 100;

    (void) util_apply(&u, &op);

    tap_ok(op.u.calls.count == 20 && !op.u.calls.more
           && memcmp(&op.u.calls.calls[0].id, &id[24], 16) == 0
           && memcmp(&op.u.calls.calls[19].id, &id[1], 16) == 0,
           "of one receiver, the newest first");

    c = &op.u.calls.calls[19];

    tap_ok(c->status == 502 && c->total == 1234
           && c->receiver == util_name("usd")
           && c->outcome == WEBHOOK_CALL_FAILED && c->durable
           && memcmp(&c->event, &id[0], sizeof(webhook_id_t)) == 0
           && c->wall == webhook_id_time(&id[1])
           && c->name.len == 3 && memcmp(c->name.data, "usd", 3) == 0
           && c->remote.len == 9 && c->content_type.len == 16
           && c->error.len == 14
           && memcmp(c->error.data, "the API failed", 14) == 0
           && c->body.len == 10
           && memcmp(c->body.data, "{\"_id\": 7}", 10) == 0
           && c->headers.len == 32
           && memcmp(c->headers.data, "Content-Type: ", 14) == 0
           && c->verified.len == 12
           && memcmp(c->verified.data, "standard: ok", 12) == 0
           && c->answer.len == 16
           && memcmp(c->answer.data, "{\"status\": \"ok\"}", 16) == 0,
           "with all about it");

    tap_ok(c->actions_count == 1 && c->actions[0].method.len == 5
           && c->actions[0].uri.len == 17 && c->actions[0].body.len == 19
           && c->actions[0].status == 200 && c->actions[0].total == 900
           && memcmp(c->actions[0].method.data, "PATCH", 5) == 0,
           "and what it did");

    webhook_op_free(&op);

    util_check(&u, "calls kept");
    util_free(&u);
}


static void
test_call_pages(void)
{
    util_t                 u;
    unsigned               i, n, ok;
    webhook_op_t           op;
    webhook_id_t           id[N];
    webhook_call_action_t  action;

    util_init(&u);
    util_open(&u);

    put_calls(&u, &op, id, &action);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = 0;
    op.u.calls.max = 7;
    n = 0;
    ok = 1;

    do {
        (void) util_apply(&u, &op);

        for (i = 0; i < op.u.calls.count; i++, n++) {
            if (memcmp(&op.u.calls.calls[i].id, &id[N - 1 - n], 16) != 0) {
                ok = 0;
            }
        }

        i = op.u.calls.more;
        webhook_op_free(&op);
        op.u.calls.from = 1;

    } while (i && n < 100);

    tap_ok(ok && n == N, "of any receiver, in pages");

    op.u.calls.receiver = util_name("contact");
    op.u.calls.from = 0;
    op.u.calls.max = 2;
    n = 0;

    do {
        (void) util_apply(&u, &op);

        n += op.u.calls.count;
        i = op.u.calls.more;
        webhook_op_free(&op);
        op.u.calls.from = 1;

    } while (i && n < 100);

    tap_ok(n == 5, "of one receiver, in pages");

    op.u.calls.receiver = util_name("nobody");
    op.u.calls.from = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 0
           && !op.u.calls.more, "of a receiver that had none");

    webhook_op_free(&op);

    util_check(&u, "call pages");
    util_free(&u);
}


/* Long texts are kept in part, too many actions are refused. */

static void
test_call_bounds(void)
{
    util_t                  u;
    unsigned                i;
    webhook_op_t            op;
    webhook_id_t            id[N];
    webhook_call_t         *c;
    webhook_call_action_t   actions[WEBHOOK_CALL_ACTIONS_MAX + 1];

    static char             text[80000];

    util_init(&u);
    util_open(&u);

    memset(actions, 0, sizeof(actions));
    memset(text, 'x', sizeof(text));

    put_calls(&u, &op, id, actions);

    for (i = 0; i < WEBHOOK_CALL_ACTIONS_MAX; i++) {
        actions[i].method.data = (unsigned char *) text;
        actions[i].method.len = sizeof(text);
        actions[i].uri.data = (unsigned char *) text;
        actions[i].uri.len = sizeof(text);
        actions[i].body.data = (unsigned char *) text;
        actions[i].body.len = sizeof(text);
    }

    call_op(&op, util_id(&u), "usd", actions, WEBHOOK_CALL_ACTIONS_MAX);

    op.u.put_call.call.body.data = (unsigned char *) text;
    op.u.put_call.call.body.len = sizeof(text);
    op.u.put_call.call.error = op.u.put_call.call.body;
    op.u.put_call.call.remote = op.u.put_call.call.body;
    op.u.put_call.call.content_type = op.u.put_call.call.body;
    op.u.put_call.call.name = op.u.put_call.call.body;
    op.u.put_call.call.headers = op.u.put_call.call.body;
    op.u.put_call.call.verified = op.u.put_call.call.body;
    op.u.put_call.call.answer = op.u.put_call.call.body;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "a call of long texts");

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.max = 1;

    (void) util_apply(&u, &op);

    c = op.u.calls.calls;

    tap_ok(op.u.calls.count == 1 && c->body.len == 65536
           && c->error.len == 1024 && c->remote.len == 1024
           && c->content_type.len == 1024 && c->name.len == 255
           && c->headers.len == 4096 && c->verified.len == 255
           && c->answer.len == 1024
           && c->actions_count == WEBHOOK_CALL_ACTIONS_MAX
           && c->actions[31].method.len == 31
           && c->actions[31].uri.len == 1024
           && c->actions[31].body.len == 1024, "keeps their beginnings");

    webhook_op_free(&op);

    call_op(&op, util_id(&u), "usd", actions, WEBHOOK_CALL_ACTIONS_MAX + 1);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_UNAVAILABLE,
           "too many actions are refused");

    tap_ok(util_stats(&u, 0, NULL).calls == N + 1, "all are counted");

    util_check(&u, "calls");

    u.clock += 60000;

    while (util_expire(&u, 10, NULL) > 0) {
        /* void */
    }

    tap_ok(util_stats(&u, 0, NULL).calls == 0, "calls go with their time");

    util_check(&u, "no calls");

    util_free(&u);
}
