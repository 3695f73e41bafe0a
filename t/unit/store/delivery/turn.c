
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: whose turn it is where first sends and retries wait at
 * the same time.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_suite.h"


#define FIRST  3                        /* first sends that go before a retry */


static void test_claim(void);
static void test_next(void);
static void test_put(void);
static void test_steps(void);
static void test_order(void);
static void test_kept(void);
static void test_held(void);


int
main(void)
{
    test_claim();
    test_next();
    test_put();
    test_steps();
    test_order();
    test_kept();
    test_held();

    return tap_done();
}


/* Makes n retries that are due, the oldest first. */

static void
retries(util_t *u, uint64_t ep, webhook_id_t *ids, unsigned n)
{
    unsigned      i;
    webhook_op_t  op;

    for (i = 0; i < n; i++) {
        ids[i] = util_put(u, ep, 0);
    }

    (void) util_claim(u, &op, &ep, n);

    for (i = 0; i < n; i++) {
        (void) util_complete(u, ids[i], ep, op.u.claim.leases[i].lease_token,
                             WEBHOOK_RETRY, 1 + i);
    }

    webhook_op_free(&op);

    u->clock += n;
}


/* Claims one and delivers it; 1 if that was a retry, -1 if there was none. */

static int
serve(util_t *u, uint64_t ep, webhook_id_t *id)
{
    int           retry;
    webhook_op_t  op;

    retry = -1;

    if (util_claim(u, &op, &ep, 1) == 1) {
        retry = op.u.claim.leases[0].retry;
        *id = op.u.claim.leases[0].event.id;

        (void) util_complete(u, *id, ep, op.u.claim.leases[0].lease_token,
                             WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    return retry;
}


/* A backlog of first sends that never ends: one comes for each that goes. */

static void
test_claim(void)
{
    util_t        u;
    unsigned      i, gone, wrong;
    uint64_t      ep;
    webhook_id_t  id, ids[20];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 20);

    retries(&u, ep, ids, 20);

    for (i = 0; i < 10; i++) {
        (void) util_put(&u, ep, 0);
    }

    (void) util_endpoint(&u, "erp", 1);

    wrong = 0;
    gone = 0;

    /* first sends went before: a retry is first */

    for (i = 0; i < 20 * (FIRST + 1); i++) {

        u.clock++;

        if (serve(&u, ep, &id) != (i % (FIRST + 1) == 0)) {
            wrong++;
        }

        if (i % (FIRST + 1) == 0 && gone < 20
            && memcmp(&id, &ids[gone++], sizeof(webhook_id_t)) != 0)
        {
            wrong++;
        }

        (void) util_put(&u, ep, 0);
    }

    tap_ok(wrong == 0, "of four that are claimed one is the oldest retry (%u "
           "times not)", wrong);

    wrong = 0;

    for (i = 0; i < 30; i++) {
        wrong += serve(&u, ep, &id) != 0;
    }

    tap_ok(wrong == 0 && serve(&u, ep, &id) == -1,
           "without retries first sends go alone");

    util_check(&u, "claim");
    util_free(&u);
}


/* The same where each outcome brings the next one. */

static void
test_next(void)
{
    util_t        u;
    unsigned      i, wrong;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, ids[20];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 20);

    retries(&u, ep, ids, 20);

    (void) util_endpoint(&u, "erp", 1);

    for (i = 0; i < 100; i++) {
        (void) util_put(&u, ep, 0);
    }

    (void) util_claim(&u, &op, &ep, 1);
    id = op.u.claim.leases[0].event.id;
    token = op.u.claim.leases[0].lease_token;
    webhook_op_free(&op);

    wrong = 0;

    for (i = 1; i < 20 * (FIRST + 1); i++) {

        util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
        op.u.complete.lease = 30000;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.complete.next == NULL
            || op.u.complete.next->retry != (i % (FIRST + 1) == 0))
        {
            wrong++;
        }

        if (op.u.complete.next == NULL) {
            break;
        }

        id = op.u.complete.next->event.id;
        token = op.u.complete.next->lease_token;
        webhook_op_free(&op);
    }

    tap_ok(wrong == 0, "the next of an outcome is a retry in its turn (%u "
           "times not)", wrong);

    util_check(&u, "next");
    util_free(&u);
}


/* New events that ask for a lease at once, at an endpoint whose slots are
   taken as soon as they are free. */

static void
test_put(void)
{
    int            rc;
    util_t         u;
    unsigned       i, wrong;
    uint64_t       ep, token;
    webhook_op_t   op;
    webhook_id_t   id, retry, first;
    webhook_put_t  put;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    retries(&u, ep, &retry, 1);

    token = util_lease(&u, ep, &id);

    tap_ok(token == 0, "an event does not go before a retry that is due");

    tap_ok(serve(&u, ep, &first) == 0
           && memcmp(&first, &id, sizeof(id)) == 0, "it waits for a claim");

    memset(&put, 0, sizeof(put));
    put.lease = 1;
    id = util_id(&u);

    util_put_op(&op, &put, id, ep, "{}", 2);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && put.lease_token == 0
           && op.u.put_event.wait == 0,
           "and who put it is told that one may be had");

    wrong = 0;

    for (i = 0; i < 2 * FIRST + 2; i++) {

        u.clock++;
        wrong += util_lease(&u, ep, &id) != 0;

        rc = serve(&u, ep, &first);

        if (rc == 1) {
            break;
        }
    }

    tap_ok(rc == 1 && memcmp(&first, &retry, sizeof(id)) == 0 && wrong == 0,
           "the retry goes, however many come (after %u)", i);

    /* nor before older first sends */

    tap_ok(serve(&u, ep, &id) == 0 && util_lease(&u, ep, &id) == 0,
           "nor does one go before older first sends");

    while (serve(&u, ep, &id) != -1) { /* void */ }

    token = util_lease(&u, ep, &id);

    tap_ok(token != 0, "where nobody waits it goes at once");

    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 100000);

    tap_ok(util_lease(&u, ep, &first) != 0,
           "who is not due yet keeps nobody");

    /* slots for all */

    (void) util_endpoint(&u, "erp", 10);

    u.clock += 100000;
    (void) util_put(&u, ep, 0);

    tap_ok(util_lease(&u, ep, &id) != 0,
           "with a slot for each that waits it goes at once, too");

    util_check(&u, "put");
    util_free(&u);
}


/* The steps of one delivery follow each other, but for the turn of a retry. */

static void
test_steps(void)
{
    util_t               u;
    unsigned             i, retry;
    uint64_t             ep, token;
    webhook_op_t         op;
    webhook_id_t         id;
    webhook_put_t        put;
    webhook_rendition_t  renditions[12];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    memset(&put, 0, sizeof(put));
    put.lease = 1;
    put.steps = 12;

    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);

    for (i = 0; i < 12; i++) {
        renditions[i] = *op.u.put_event.renditions;
    }

    op.u.put_event.renditions = renditions;
    op.u.put_event.renditions_count = 12;

    (void) util_apply(&u, &op);

    id = op.u.put_event.id;
    token = put.lease_token;

    (void) util_endpoint(&u, "erp", 2);

    {
        webhook_id_t  other;
        uint64_t      t;

        t = util_lease(&u, ep, &other);
        (void) util_complete(&u, other, ep, t, WEBHOOK_RETRY, 0);
    }

    (void) util_endpoint(&u, "erp", 1);

    for (retry = 0, i = 0; i < 8; i++) {

        util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
        op.u.complete.lease = 30000;

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK
            || op.u.complete.next == NULL)
        {
            break;
        }

        retry = op.u.complete.next->retry;
        id = op.u.complete.next->event.id;
        token = op.u.complete.next->lease_token;
        webhook_op_free(&op);

        if (retry) {
            break;
        }
    }

    tap_ok(retry && i <= FIRST, "a delivery of many steps lets a retry go "
           "(after %u)", i);

    util_complete_op(&op, id, ep, token, WEBHOOK_DONE, 0);
    op.u.complete.lease = 30000;
    (void) util_apply(&u, &op);

    tap_ok(op.u.complete.next && op.u.complete.next->step,
           "and its next step follows");

    webhook_op_free(&op);

    util_check(&u, "steps");
    util_free(&u);
}


/* The head of an order key that failed goes in its turn; those behind it wait
   for nothing else. */

static void
test_order(void)
{
    util_t         u;
    unsigned       i, n;
    uint64_t       ep, token;
    webhook_op_t   op;
    webhook_id_t   head, id;
    webhook_put_t  put;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    memset(&put, 0, sizeof(put));
    util_str(&put.order, "7");
    put.lease = 1;

    head = util_id(&u);
    util_put_op(&op, &put, head, ep, "{}", 2);
    (void) util_apply(&u, &op);
    token = put.lease_token;

    put.lease = 0;

    for (i = 0; i < 3; i++) {
        util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
        (void) util_apply(&u, &op);
    }

    (void) util_complete(&u, head, ep, token, WEBHOOK_RETRY, 1);

    for (n = 0, i = 1; i <= 100; i++) {
        u.clock++;
        (void) util_put(&u, ep, 0);
        (void) util_put(&u, ep, 0);

        if (serve(&u, ep, &id) == 1) {
            n = i;
            break;
        }
    }

    tap_ok(n && n <= 2 * (FIRST + 1) && memcmp(&id, &head, sizeof(id)) == 0,
           "the head of a key is sent again within eight (%u)", n);

    util_check(&u, "order");
    util_free(&u);
}


/* The turn is the endpoint's: a restart, or another process, goes on. */

static void
test_kept(void)
{
    util_t        u;
    unsigned      i, n;
    uint64_t      ep;
    webhook_id_t  id, retry;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    retries(&u, ep, &retry, 1);

    for (i = 0; i < 20; i++) {
        (void) util_put(&u, ep, 0);
    }

    for (n = 0, i = 1; i <= 20 && n == 0; i++) {
        util_close(&u);
        util_open(&u);

        n = serve(&u, ep, &id) == 1 ? i : 0;
    }

    tap_ok(n && n <= FIRST + 1, "a process that opens the store goes on with "
           "the turn (%u)", n);

    util_free(&u);
}


/* What holds first sends holds no retry, and the other way there is no turn to
   wait for. */

static void
test_held(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, retry;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 2);

    retries(&u, ep, &retry, 1);

    (void) util_endpoint(&u, "erp", 3);

    token = util_lease(&u, ep, &id);

    util_complete_op(&op, id, ep, token, WEBHOOK_RETRY, 100000);
    op.u.complete.slow = 1000;
    (void) util_apply(&u, &op);

    (void) util_put(&u, ep, 0);

    tap_ok(serve(&u, ep, &id) == 1 && serve(&u, ep, &id) == -1,
           "a retry goes while first sends are held");

    u.clock += 1000;

    tap_ok(serve(&u, ep, &id) == 0, "and they go after the hold");

    util_check(&u, "held");
    util_free(&u);
}
