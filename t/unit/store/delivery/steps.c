
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: deliveries of several steps, with an order key and
 * without.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_order.h"


static void test_steps(void);
static void test_steps_again(void);
static void test_step_waits(void);


int
main(void)
{
    test_steps();
    test_steps_again();
    test_step_waits();

    return tap_done();
}


/* An event of three steps. */

static void
put_steps(util_t *u, uint64_t ep, const char *key, webhook_id_t *id)
{
    webhook_op_t   op;
    webhook_put_t  p;

    static webhook_rendition_t  renditions[4];

    memset(&p, 0, sizeof(p));

    util_str(&renditions[0].body, "unused");
    util_str(&renditions[1].body, "one");
    util_str(&renditions[2].body, "two");
    util_str(&renditions[2].request, "PUT /two");
    util_str(&renditions[3].body, "three");

    *id = util_id(u);

    util_put_op(&op, &p, *id, ep, "", 0);

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 4;

    p.rendition = 1;
    p.steps = 3;
    util_str(&p.order, key);

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        printf("# a put failed\n");
    }
}


static int
is_step(const webhook_lease_t *l, const webhook_id_t *id, uint32_t step,
    uint32_t attempt, const char *body)
{
    return l && same(&l->event.id, id) && l->step == step
           && l->attempt == attempt && l->retry == (attempt > 1)
           && l->event.rendition.body.len == strlen(body)
           && memcmp(l->event.rendition.body.data, body, strlen(body)) == 0;
}


static void
test_steps(void)
{
    util_t                    u;
    uint64_t                  ep, token;
    webhook_op_t              op, claim;
    webhook_id_t              id, other;
    webhook_delivery_t        d;
    webhook_endpoint_stats_t  s;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    put_steps(&u, ep, "k", &id);
    (void) put(&u, ep, "k", 1, &other);

    d = shown(&u, ep, &id);

    tap_ok(d.steps == 3 && d.step == 0 && d.rendition == 1 && d.body_len == 3,
           "three steps");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 0, 1, "one"), "the first");

    token = claim.u.claim.leases->lease_token;
    webhook_op_free(&claim);

    /* done, and the next is had at once */

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && is_step(op.u.complete.next, &id, 1, 1, "two")
           && op.u.complete.next->event.rendition.request.len == 8,
           "the second comes with the completion of the first");

    util_check(&u, "second step");

    token = op.u.complete.next->lease_token;
    webhook_op_free(&op);

    (void) util_stats(&u, ep, &s);

    tap_ok(s.delivered == 0 && s.attempts == 1
           && s.states[WEBHOOK_SENDING] == 1, "nothing is delivered yet");

    util_complete(&u, id, ep, token, WEBHOOK_RETRY, 1000);

    u.clock += 1000;

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 1, 2, "two"),
           "it is tried again by itself");

    token = claim.u.claim.leases->lease_token;
    webhook_op_free(&claim);

    /* done, and the next waits */

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    util_check(&u, "third step");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 2, 1, "three"),
           "attempts begin anew with each step");

    token = claim.u.claim.leases->lease_token;
    webhook_op_free(&claim);

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DELIVERED && d.attempts == 4 && d.step == 2
           && d.rendition == 3, "history goes on");

    tap_ok(claims(&u, ep, &other, &token), "the key was taken until then");

    util_check(&u, "steps");
    util_free(&u);
}


static void
test_steps_again(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_op_t        op, claim;
    webhook_id_t        id;
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    put_steps(&u, ep, "", &id);

    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_RETRY, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DEAD && d.step == 1 && d.rendition == 2
           && d.attempts == 3, "dead at the second step");

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id) == WEBHOOK_STORE_OK
           && util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 1, 1, "two"),
           "it goes on there, with all attempts before it");

    token = claim.u.claim.leases->lease_token;
    webhook_op_free(&claim);

    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    (void) claims(&u, ep, &id, &token);
    util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);

    d = shown(&u, ep, &id);

    tap_ok(d.state == WEBHOOK_DELIVERED && d.attempts == 5, "delivered");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_REPLAY;
    op.u.replay.filter.state = WEBHOOK_DELIVERED;
    op.u.replay.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.replay.count == 1, "replayed");

    tap_ok(util_claim(&u, &claim, &ep, 10) == 1
           && is_step(claim.u.claim.leases, &id, 0, 1, "one"),
           "from the first step on");

    webhook_op_free(&claim);

    util_check(&u, "steps again");
    util_free(&u);
}


/* A step that may not go at once keeps its place. */

static void
test_step_waits(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, other;

    util_init(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_ENDPOINT;
    op.u.endpoint.id = ep = util_name("erp");
    op.u.endpoint.inflight = 1;
    op.u.endpoint.rate = 10;
    op.u.endpoint.per = 1000;
    (void) util_apply(&u, &op);

    put_steps(&u, ep, "", &id);
    u.clock++;
    (void) put(&u, ep, "", 0, &other);

    (void) claims(&u, ep, &id, &token);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.complete.next == NULL && op.u.complete.wait > 90
           && op.u.complete.wait <= 100,
           "a step waits for its turn");
    webhook_op_free(&op);

    u.clock += 100;

    tap_ok(claims(&u, ep, &id, &token),
           "and goes before what came later");

    util_check(&u, "step waits");
    util_free(&u);
}
