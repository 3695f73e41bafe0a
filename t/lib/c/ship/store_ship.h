
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What the tests of a node of a cluster share: a store whose clocks go on
 * together, and the steps of a shipper.
 */

#ifndef STORE_SHIP_H
#define STORE_SHIP_H

#include "store_suite.h"


#define SHIP_OLDER  1000
#define SHIP_HOUR   ((uint32_t) (UTIL_WALL / 3600000))


__attribute__((unused))
static void
pass(util_t *u, uint64_t ms)
{
    u->clock += ms;
    u->real += ms;
    u->wall = u->real;
}


__attribute__((unused))
static void
ship_init(util_t *u)
{
    util_init(u);

    u->real = UTIL_WALL;
    u->keep = 3600000;
}


__attribute__((unused))
static webhook_op_ship_state_t
ship_state(util_t *u)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_STATE;

    (void) util_apply(u, &op);

    return op.u.ship_state;
}


__attribute__((unused))
static webhook_store_result_e
ship_epoch(util_t *u, uint64_t epoch)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_EPOCH;
    op.u.ship_epoch.epoch = epoch;

    do {
        (void) util_apply(u, &op);
    } while (op.result == WEBHOOK_STORE_OK && op.u.ship_epoch.more);

    return op.result;
}


/* Opens it as one of a node that has joined a cluster; returns an endpoint. */
__attribute__((unused))
static uint64_t
ship_start(util_t *u, uint32_t inflight)
{
    ship_init(u);

    util_open(u);

    (void) ship_epoch(u, 7);

    return util_endpoint(u, "erp", inflight);
}


/* What is to be shipped; free the operation.  Returns the number of entries. */
__attribute__((unused))
static uint32_t
ship_number(util_t *u, webhook_op_t *op, uint32_t max, unsigned history)
{
    unsigned  n;

    memset(op, 0, sizeof(webhook_op_t));

    op->type = WEBHOOK_OP_SHIP_NUMBER;
    op->u.ship_number.max = max;
    op->u.ship_number.older = SHIP_OLDER;
    op->u.ship_number.history = history & 1;
    op->u.ship_number.part_min = SHIP_HOUR - 1;
    op->u.ship_number.part_max = SHIP_HOUR + 1000;
    op->u.ship_number.part_now = SHIP_HOUR;

    /* a walk is made in steps */

    for (n = 0; n < 1000; n++) {

        if (util_apply(u, op) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        if (!op->u.ship_number.more
            || op->u.ship_number.to != op->u.ship_number.from)
        {
            break;
        }
    }

    return op->u.ship_number.count;
}


__attribute__((unused))
static webhook_store_result_e
ship_done(util_t *u, uint64_t to)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_DONE;
    op.u.ship_done.to = to;

    do {
        (void) util_apply(u, &op);
    } while (op.result == WEBHOOK_STORE_OK && op.u.ship_done.more);

    return op.result;
}


/* Ships all there is; returns the number of entries. */
__attribute__((unused))
static uint32_t
ship_all(util_t *u, unsigned history)
{
    uint32_t      n, sum;
    uint64_t      from, to;
    webhook_op_t  op;

    sum = 0;

    do {
        n = ship_number(u, &op, 100, history);
        from = op.u.ship_number.from;
        to = op.u.ship_number.to;

        webhook_op_free(&op);

        if (n == UINT32_MAX || ship_done(u, to) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        sum += n;

    } while (from != to);

    return sum;
}


__attribute__((unused))
static webhook_store_result_e
ship_fence(util_t *u, uint64_t left)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_FENCE;
    op.u.ship_fence.left = left;

    do {
        (void) util_apply(u, &op);
    } while (op.result == WEBHOOK_STORE_OK && op.u.ship_fence.more);

    return op.result;
}


__attribute__((unused))
static uint32_t
ship_back(util_t *u)
{
    uint32_t      n;
    webhook_op_t  op;

    n = 0;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_BACK;

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        n += op.u.ship_back.count;

    } while (op.u.ship_back.more);

    return n;
}


__attribute__((unused))
static webhook_store_result_e
ship_settle(util_t *u, webhook_id_t id, uint64_t ep, webhook_verdict_e verdict,
    webhook_state_e state)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_SETTLE;
    op.u.ship_settle.event = id;
    op.u.ship_settle.endpoint = ep;
    op.u.ship_settle.verdict = verdict;
    op.u.ship_settle.state = state;
    op.u.ship_settle.wall = u->real;
    op.u.ship_settle.status = 200;

    return util_apply(u, &op);
}


/* What is told of the deliveries that have numbers and are open. */
__attribute__((unused))
static uint32_t
ship_ask(util_t *u, uint32_t page)
{
    uint32_t      n;
    webhook_op_t  op;

    n = 0;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_ASK;
    op.u.ship_ask.max = page;

    do {
        if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
            return UINT32_MAX;
        }

        n += op.u.ship_ask.count;
        op.u.ship_ask.from = 1;

        webhook_op_free(&op);

    } while (op.u.ship_ask.more);

    return n;
}


/* One delivery, as SHOW tells; its texts are gone. */
__attribute__((unused))
static webhook_delivery_t
ship_show(util_t *u, webhook_id_t id, uint64_t ep)
{
    webhook_op_t        op;
    webhook_delivery_t  d;

    memset(&op, 0, sizeof(op));
    memset(&d, 0, sizeof(d));

    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;
    op.u.show.endpoint = ep;

    if (util_apply(u, &op) == WEBHOOK_STORE_OK) {
        d = op.u.show.deliveries[0].delivery;
    }

    webhook_op_free(&op);

    return d;
}


/* Leases one, if there is any that may be sent; returns its token, or 0.  *next
   is what the claim told. */
__attribute__((unused))
static uint64_t
ship_claim(util_t *u, uint64_t ep, webhook_id_t *id, uint64_t *next)
{
    uint64_t      token;
    webhook_op_t  op;

    token = 0;

    if (util_claim(u, &op, &ep, 1) == 1) {
        token = op.u.claim.leases[0].lease_token;
        *id = op.u.claim.leases[0].event.id;
    }

    if (next) {
        *next = op.u.claim.next;
    }

    webhook_op_free(&op);

    return token;
}


/* Puts one with an order key. */
__attribute__((unused))
static webhook_id_t
ship_put_ordered(util_t *u, uint64_t ep, const char *key)
{
    webhook_op_t   op;
    webhook_id_t   id;
    webhook_put_t  p;

    memset(&p, 0, sizeof(p));

    id = util_id(u);

    util_put_op(&op, &p, id, ep, "{}", 2);
    util_str(&p.order, key);

    (void) util_apply(u, &op);

    return id;
}


/* Takes an event with one delivery that waits, of so many sends. */
__attribute__((unused))
static webhook_store_result_e
ship_take(util_t *u, webhook_id_t id, uint64_t ep, uint32_t sends,
    uint64_t order, uint64_t place)
{
    uint32_t           i, part;
    webhook_op_t       op, put;
    webhook_put_t      p;
    webhook_past_t     past;
    webhook_attempt_t  attempts[16];

    memset(&p, 0, sizeof(p));
    memset(&past, 0, sizeof(past));
    memset(attempts, 0, sizeof(attempts));

    util_put_op(&put, &p, id, ep, "{}", 2);

    for (i = 0; i < sends; i++) {
        attempts[i].number = i + 1;
        attempts[i].status = 500;
        attempts[i].wall = UTIL_WALL;
    }

    past.state = WEBHOOK_PENDING;
    past.sends = sends;
    past.tries = sends;
    past.attempts = attempts;
    past.attempts_count = sends;
    past.order = order;
    past.place = place;

    p.past = &past;
    part = SHIP_HOUR;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_TAKE;
    op.u.ship_take.event = &put.u.put_event;
    op.u.ship_take.parts = &part;

    return util_apply(u, &op);
}


#endif /* STORE_SHIP_H */
