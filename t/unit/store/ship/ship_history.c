
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a node of a cluster ships what is over, calls, and records
 * of the audit; what is purged, and what the cluster does not take.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ship.h"
#include "store_object.h"


static void test_history(void);
static void test_kinds(void);
static void test_again(void);
static void test_purged(void);
static void test_refused(void);
static void test_gone(void);


int
main(void)
{
    test_history();
    test_kinds();
    test_again();
    test_purged();
    test_refused();
    test_gone();

    return tap_done();
}


static webhook_id_t
call(util_t *u)
{
    webhook_op_t  op;

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PUT_CALL;
    op.u.put_call.call.id = util_id(u);
    op.u.put_call.call.receiver = util_name("github");
    op.u.put_call.call.status = 200;
    util_str(&op.u.put_call.call.name, "github");

    (void) util_apply(u, &op);

    return op.u.put_call.call.id;
}


static void
test_history(void)
{
    util_t                   u;
    uint64_t                 ep;
    unsigned                 i;
    webhook_op_t             op;
    webhook_op_ship_state_t  s;

    ep = ship_start(&u, 10);

    for (i = 0; i < 250; i++) {
        (void) ended(&u, ep, i % 3 ? WEBHOOK_DONE : WEBHOOK_FAILED);

        if (i % 50 == 0) {
            pass(&u, 1);
        }
    }

    pass(&u, 300);

    s = ship_state(&u);

    tap_ok(s.lag >= 300, "it tells how far history is behind");

    tap_ok(ship_number(&u, &op, 100, 0) == 0, "history can be left out");
    webhook_op_free(&op);

    tap_ok(ship_number(&u, &op, 100, 1) == 100
           && op.u.ship_number.entries[0].kind == WEBHOOK_SHIP_EVENT
           && op.u.ship_number.entries[0].whole
           && op.u.ship_number.more, "it is shipped by events, page by page");
    webhook_op_free(&op);

    tap_ok(ship_all(&u, 1) == 250 && ship_state(&u).lag == 0, "all of it");
    tap_ok(ship_all(&u, 1) == 0, "once");

    util_check(&u, "history");

    (void) ended(&u, ep, WEBHOOK_DONE);

    tap_ok(ship_number(&u, &op, 100, 1) == 0,
           "what is over as of now waits for others of the same time");
    webhook_op_free(&op);

    (void) ended(&u, ep, WEBHOOK_DONE);
    pass(&u, 1);

    tap_ok(ship_all(&u, 1) == 2, "which come with it");

    util_free(&u);
}


static void
test_kinds(void)
{
    util_t        u;
    uint32_t      i, kinds[WEBHOOK_SHIP_KINDS];
    webhook_op_t  op;
    webhook_id_t  id;

    (void) ship_start(&u, 10);

    id = call(&u);
    (void) call(&u);

    object_record_op(&op, "a", "made");
    (void) util_apply(&u, &op);
    webhook_op_free(&op);

    pass(&u, 10);

    memset(kinds, 0, sizeof(kinds));

    (void) ship_number(&u, &op, 100, 1);

    for (i = 0; i < op.u.ship_number.count; i++) {
        kinds[op.u.ship_number.entries[i].kind]++;
    }

    tap_ok(op.u.ship_number.count == 3 && kinds[WEBHOOK_SHIP_CALL] == 2
           && kinds[WEBHOOK_SHIP_AUDIT] == 1
           && memcmp(&op.u.ship_number.entries[0].id, &id, sizeof(id)) == 0,
           "calls and records of the audit are shipped");

    webhook_op_free(&op);

    tap_ok(ship_all(&u, 1) == 3 && ship_all(&u, 1) == 0, "once");

    util_check(&u, "kinds");
    util_free(&u);
}


/* What was over is tried again. */

static void
test_again(void)
{
    util_t        u;
    uint64_t      ep, token;
    webhook_op_t  op;
    webhook_id_t  id, event;

    ep = ship_start(&u, 10);

    event = ended(&u, ep, WEBHOOK_FAILED);
    pass(&u, 10);
    (void) ship_all(&u, 1);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_RETRY;
    op.u.delivery.event = event;
    op.u.delivery.endpoint = ep;

    (void) util_apply(&u, &op);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token != 0, "what is tried again needs no fence");

    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    pass(&u, 10);

    tap_ok(ship_all(&u, 1) == 1, "and is told again once it is over");

    util_check(&u, "again");
    util_free(&u);
}


static void
test_purged(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  op;
    webhook_id_t  id;

    ep = ship_start(&u, 10);

    id = util_put(&u, ep, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_PURGE;
    op.u.purge.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "one is purged");

    tap_ok(ship_number(&u, &op, 100, 1) == 1
           && op.u.ship_number.entries[0].kind == WEBHOOK_SHIP_PURGED
           && memcmp(&op.u.ship_number.entries[0].id, &id, sizeof(id)) == 0,
           "the cluster is told so");
    webhook_op_free(&op);

    util_check(&u, "purged");
    util_free(&u);
}


/* What the cluster does not take, even alone. */

static void
test_refused(void)
{
    util_t        u;
    uint64_t      ep, token, number;
    webhook_op_t  op;
    webhook_id_t  bad, known, id;

    ep = ship_start(&u, 10);

    known = util_put(&u, ep, 0);
    pass(&u, 2000);
    (void) ship_all(&u, 1);

    bad = util_put(&u, ep, 0);
    pass(&u, 2000);

    (void) ship_number(&u, &op, 100, 1);
    number = op.u.ship_number.to;
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_REFUSED;
    op.u.ship_refused.number = number + 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND,
           "there is no such entry");

    op.u.ship_refused.number = number;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_apply(&u, &op) == WEBHOOK_STORE_NOT_FOUND
           && util_stats(&u, 0, NULL).quarantine == 1, "one is refused");

    util_check(&u, "refused");

    tap_ok(ship_number(&u, &op, 100, 1) == 0, "it is not in the way");
    webhook_op_free(&op);

    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &bad, sizeof(id)) == 0,
           "it is sent without the cluster");

    (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    pass(&u, 10);

    tap_ok(ship_all(&u, 1) == 0, "which is not told of it");

    /* one that the cluster knows */

    (void) ship_fence(&u, 60000);
    token = ship_claim(&u, ep, &id, NULL);

    tap_ok(token && memcmp(&id, &known, sizeof(id)) == 0, "one is known");

    (void) util_complete(&u, id, ep, token, WEBHOOK_RETRY, 0);
    (void) ship_fence(&u, 0);

    (void) ship_number(&u, &op, 100, 1);
    number = op.u.ship_number.to;
    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));

    op.type = WEBHOOK_OP_SHIP_REFUSED;
    op.u.ship_refused.number = number;
    (void) util_apply(&u, &op);

    pass(&u, 10);

    tap_ok(ship_claim(&u, ep, &id, NULL) == 0,
           "who is known stays behind the fence");

    util_check(&u, "known");
    util_free(&u);
}


/* Removed before the cluster was told of it. */

static void
test_gone(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  i;

    ep = ship_start(&u, 10);

    for (i = 0; i < 7; i++) {
        (void) ended(&u, ep, WEBHOOK_DONE);
    }

    (void) call(&u);

    pass(&u, 1);

    tap_ok(ship_all(&u, 1) == 8, "all is told of");

    pass(&u, u.keep + 1);
    (void) util_expire(&u, 100, NULL);

    tap_ok(ship_state(&u).gone == 0, "and may go");

    for (i = 0; i < 5; i++) {
        (void) ended(&u, ep, i ? WEBHOOK_DONE : WEBHOOK_FAILED);
    }

    (void) call(&u);

    pass(&u, u.keep + 1);
    (void) util_expire(&u, 100, NULL);

    tap_ok(ship_state(&u).gone == 6, "what goes before that is counted");

    util_check(&u, "gone");
    util_free(&u);
}
