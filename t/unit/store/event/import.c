
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what another store had is put, with its order; what is
 * known of repeats.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


static void test_order(void);
static void test_block(void);
static void test_known(void);


int
main(void)
{
    test_order();
    test_block();
    test_known();

    return tap_done();
}


static webhook_store_result_e
put_past(util_t *u, const webhook_id_t *id, uint64_t place,
    webhook_state_e state, unsigned blocks)
{
    webhook_op_t    op;
    webhook_put_t   put;
    webhook_past_t  past;

    memset(&put, 0, sizeof(put));
    memset(&past, 0, sizeof(past));

    util_put_op(&op, &put, *id, util_name("erp"), "{}", 2);

    past.state = state;
    past.order = 77;
    past.place = place;
    past.blocks = blocks & 1;

    put.past = &past;

    return util_apply(u, &op);
}


/* Of the deliveries of events, which are parked: a digit each, 1 if it is. */

static unsigned
parked(util_t *u, const webhook_id_t *ids, unsigned n)
{
    unsigned      i, sum;
    webhook_op_t  op;

    sum = 0;

    for (i = 0; i < n; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = ids[i];

        (void) util_apply(u, &op);

        sum = sum * 10 + (op.u.show.count == 1
                          && op.u.show.deliveries[0].delivery.parked);

        webhook_op_free(&op);
    }

    return sum;
}


static int
sound(util_t *u)
{
    uint64_t  rows, faults;

    return util_check_op(u, &rows, &faults) == WEBHOOK_STORE_OK
           && faults == 0;
}


static void
test_order(void)
{
    util_t          u;
    unsigned        i;
    webhook_op_t    op;
    webhook_id_t    ids[5];
    webhook_put_t   put;

    util_init(&u);
    util_open(&u);
    (void) util_endpoint(&u, "erp", 10);

    for (i = 0; i < 5; i++) {
        ids[i] = util_id(&u);
    }

    /* the last one first */

    tap_ok(put_past(&u, &ids[3], 30, WEBHOOK_PENDING, 0) == WEBHOOK_STORE_OK
           && put_past(&u, &ids[1], 20, WEBHOOK_PENDING, 0)
              == WEBHOOK_STORE_OK
           && put_past(&u, &ids[2], 25, WEBHOOK_SENDING, 0)
              == WEBHOOK_STORE_OK
           && put_past(&u, &ids[0], 10, WEBHOOK_PENDING, 0)
              == WEBHOOK_STORE_OK, "order: in any order");

    tap_ok(parked(&u, ids, 4) == 111 && sound(&u),
           "order: the first of them is the head");

    tap_ok(put_past(&u, &ids[4], WEBHOOK_PLACE_MAX + 1, WEBHOOK_PENDING, 0)
           == WEBHOOK_STORE_UNAVAILABLE, "order: a place that is none");

    /* one by one */

    for (i = 0; i < 4; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_CANCEL;
        op.u.delivery.event = ids[i];
        op.u.delivery.endpoint = util_name("erp");

        (void) util_apply(&u, &op);

        if (i < 3) {
            tap_ok(op.result == WEBHOOK_STORE_OK
                   && parked(&u, &ids[i + 1], 1) == 0
                   && (i == 2 || parked(&u, &ids[i + 2], 1) == 1)
                   && sound(&u), "order: then the next, %u", i + 1);
        }
    }

    /* three stores gave the same place */

    ids[0] = util_id(&u);
    ids[1] = util_id(&u);

    (void) put_past(&u, &ids[4], 5, WEBHOOK_PENDING, 0);
    (void) put_past(&u, &ids[0], 5, WEBHOOK_PENDING, 0);
    (void) put_past(&u, &ids[1], 5, WEBHOOK_PENDING, 0);

    tap_ok(parked(&u, &ids[4], 1) == 0 && parked(&u, ids, 2) == 11
           && sound(&u), "order: each has its place nevertheless");

    /* what comes here goes behind what another store had */

    memset(&put, 0, sizeof(put));

    ids[0] = util_id(&u);
    util_put_op(&op, &put, ids[0], util_name("erp"), "{}", 2);
    util_str(&put.order, "key");

    (void) util_apply(&u, &op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = ids[0];

    (void) util_apply(&u, &op);

    tap_ok(op.u.show.count == 1
           && op.u.show.deliveries[0].delivery.order == util_name("key")
           && op.u.show.deliveries[0].delivery.place > 30,
           "order: the store's own places are times");

    webhook_op_free(&op);
    util_free(&u);
}


static void
test_block(void)
{
    util_t                    u;
    webhook_id_t              ids[3];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);
    (void) util_endpoint(&u, "erp", 10);

    ids[0] = util_id(&u);
    ids[1] = util_id(&u);
    ids[2] = util_id(&u);

    (void) put_past(&u, &ids[1], 20, WEBHOOK_PENDING, 0);
    (void) put_past(&u, &ids[0], 10, WEBHOOK_DEAD, 1);

    tap_ok(parked(&u, &ids[1], 1) == 1 && sound(&u),
           "block: who waits is behind one that is dead");

    (void) put_past(&u, &ids[2], 15, WEBHOOK_DEAD, 1);
    (void) util_stats(&u, util_name("erp"), &e);

    tap_ok(e.states[WEBHOOK_DEAD] == 2 && e.states[WEBHOOK_PENDING] == 1
           && sound(&u), "block: a second one blocks nothing");

    util_free(&u);
}


static void
test_known(void)
{
    util_t            u;
    webhook_op_t      op;
    webhook_id_t      id;
    webhook_known_t   call, event;

    util_init(&u);
    util_open(&u);

    id = util_id(&u);

    memset(&call, 0, sizeof(call));
    memset(&event, 0, sizeof(event));

    call.kind = WEBHOOK_KNOWN_CALL;
    call.scope = 5;
    call.key[0] = 1;
    call.left = 1000;
    call.answer.status = 201;
    util_str(&call.answer.text, "done");

    event.kind = WEBHOOK_KNOWN_EVENT;
    event.key[0] = 1;
    event.event = id;
    event.left = 1000;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REMEMBER;
    op.u.remember.known = call;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE,
           "known: a call, once");

    op.u.remember.known = event;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE && sound(&u),
           "known: an event, once");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RESERVE;
    op.u.reserve.scope = 5;
    op.u.reserve.key[0] = 1;
    op.u.reserve.run = 100;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.answer.status == 201 && op.u.reserve.answer.text.len == 4,
           "known: a repeat of it is answered");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_KNOWN;
    op.u.known.kind = WEBHOOK_KNOWN_CALL;
    op.u.known.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.known.count == 1
           && op.u.known.known[0].left == 1000
           && op.u.known.known[0].answer.text.len == 4, "known: it is told");

    webhook_op_free(&op);

    u.clock += 1001;

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_KNOWN;
    op.u.known.kind = WEBHOOK_KNOWN_EVENT;
    op.u.known.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.known.count == 0,
           "known: until its end");

    webhook_op_free(&op);
    util_free(&u);
}
