
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows of events and calls that are damaged in a file that
 * is whole.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


static void test_damaged_rows(void);
static void test_damaged_history(void);
static void test_damaged_call(void);


int
main(void)
{
    test_damaged_rows();
    test_damaged_history();
    test_damaged_call();

    return tap_done();
}


/*
 * Of the first five events: 0: its delivery; 1: its head; 2: no delivery; 3: no
 * head; 4: the body.
 */

static void
damage_five(util_t *u, const webhook_id_t *id, uint64_t ep)
{
    unsigned char  key[64];

    webhook_key_delivery(key, &id[0], ep);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, 24, "nonsense", 8);

    webhook_key_delivery(key, &id[1], 0);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x01zzz", 5);

    webhook_key_delivery(key, &id[2], ep);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_key_delivery(key, &id[3], 0);
    tamper(u, WEBHOOK_DB_DELIVERIES, key, 24, NULL, 0);

    webhook_set_u64(key, 4);
    tamper(u, WEBHOOK_DB_BODIES, key, 8, "longer than it says", 19);
}


/* All of it goes in its time. */

static void
all_goes(util_t *u, uint64_t ep)
{
    unsigned      i, n;
    webhook_op_t  op;

    n = util_claim(u, &op, &ep, 100);

    for (i = 0; i < n; i++) {
        (void) util_complete(u, op.u.claim.leases[i].event.id, ep,
                             op.u.claim.leases[i].lease_token, WEBHOOK_DONE, 0);
    }

    webhook_op_free(&op);

    u->clock += 60000;

    for (i = 0; i < 100 && util_expire(u, 1000, NULL) > 0; i++) {
        /* void */
    }

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 100;

    tap_ok(util_apply(u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 0,
           "what was damaged is removed like the rest");

    webhook_op_free(&op);
}


/* Rows that hold nonsense: a delivery that cannot be read is given up, loudly,
   and does not stand in the way of others. */

static void
test_damaged_rows(void)
{
    util_t                    u;
    unsigned                  i, n;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_id_t              id[8];
    unsigned char             key[64];
    webhook_endpoint_stats_t  e;

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    for (i = 0; i < 8; i++) {
        id[i] = util_put(&u, ep, 0);
        u.clock++;
    }

    damage_five(&u, id, ep);

    n = util_claim(&u, &op, &ep, 100);

    tap_ok(n == 3, "of eight deliveries five cannot be read: %u claimed", n);
    tap_ok(u.logs[WEBHOOK_STORE_LOG_EMERG] > 0, "that is told: %s", u.text);
    tap_ok(memcmp(&op.u.claim.leases[0].event.id, &id[5], 16) == 0,
           "the others are whole");

    token = op.u.claim.leases[0].lease_token;

    webhook_op_free(&op);

    tap_ok(util_complete(&u, id[5], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "and are delivered");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_PENDING] == 0 && e.states[WEBHOOK_SENDING] == 2
           && e.states[WEBHOOK_DEAD] == 4, "those that are there are dead");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id[0];

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 1
           && op.u.show.deliveries[0].attempts_count == 1
           && op.u.show.deliveries[0].attempts[0].error.len > 0,
           "and say why");

    webhook_op_free(&op);

    /* a result is taken though the event is damaged meanwhile */

    token = util_lease(&u, ep, &id[0]);

    webhook_key_delivery(key, &id[0], 0);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "E\x02zzz", 5);

    tap_ok(util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_OK, "an outcome is taken of a damaged event");

    /* a leased one that cannot be read */

    token = util_lease(&u, ep, &id[1]);

    webhook_key_delivery(key, &id[1], ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01", 2);

    tap_ok(util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0)
           == WEBHOOK_STORE_UNAVAILABLE, "one that cannot be read fails");

    u.clock += 30000;

    tap_ok(util_takeover(&u) == 3, "its lease ends as all do");

    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_SENDING] == 0 && e.states[WEBHOOK_DEAD] == 5,
           "and it is dead");

    all_goes(&u, ep);

    util_free(&u);
}


static void
test_damaged_history(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   op, bad, *ops[3], good[2];
    webhook_id_t   id, call;
    webhook_put_t  put[2];
    unsigned char  key[64];

    util_init(&u);
    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    id = util_put(&u, ep, 0);
    (void) util_put(&u, ep, 0);

    webhook_key_delivery(key, &id, ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, 24, "D\x01\xff", 3);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_LIST;
    op.u.list.filter.state = -1;
    op.u.list.filter.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.list.count == 1,
           "a list passes over what it cannot read");

    webhook_op_free(&op);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_SHOW;
    op.u.show.id = id;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.show.count == 0
           && op.u.show.damaged == 1, "it is shown as damaged");

    webhook_op_free(&op);

    /* one that is owed, and said to be finished */

    call = util_put(&u, ep, 0);

    webhook_key_finished(key, WEBHOOK_CLASS_DELIVERED, 1, &call);
    tamper(&u, WEBHOOK_DB_FINISHED, key, WEBHOOK_KEY_FINISHED, "", 0);

    tap_ok(util_expire(&u, 100, NULL) == 1, "a row that should not be goes");

    op.u.show.id = call;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING,
           "but not the event, which is owed");

    webhook_op_free(&op);

    /* in a batch, it fails alone */

    memset(&bad, 0, sizeof(bad));
    memset(put, 0, sizeof(put));

    util_complete_op(&bad, id, ep, 1, WEBHOOK_DONE, 0);
    util_put_op(&good[0], &put[0], util_id(&u), ep, "{}", 2);
    util_put_op(&good[1], &put[1], util_id(&u), ep, "{}", 2);

    put[1].lease = 1;

    ops[0] = &good[0];
    ops[1] = &bad;
    ops[2] = &good[1];

    util_batch(&u, ops, 3);

    tap_ok(good[0].result == WEBHOOK_STORE_OK
           && good[1].result == WEBHOOK_STORE_OK
           && good[1].u.put_event.wait == 0
           && bad.result == WEBHOOK_STORE_UNAVAILABLE,
           "in a batch it fails alone");

    util_free(&u);
}


static void
test_damaged_call(void)
{
    util_t        u;
    webhook_op_t  op;
    webhook_id_t  call;

    util_init(&u);
    util_open(&u);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_PUT_CALL;
    call = util_id(&u);
    op.u.put_call.call.id = call;
    op.u.put_call.call.receiver = 77;

    (void) util_apply(&u, &op);

    op.u.put_call.call.id = util_id(&u);

    (void) util_apply(&u, &op);

    tamper(&u, WEBHOOK_DB_CALLS, call.bytes, 16, "C\x01", 2);

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_CALLS;
    op.u.calls.receiver = 77;
    op.u.calls.max = 10;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.calls.count == 1,
           "a list of calls passes over it too");

    webhook_op_free(&op);

    u.clock += 60000;

    tap_ok(util_expire(&u, 10, NULL) == 2
           && util_stats(&u, 0, NULL).calls == 0, "and it is removed");

    util_free(&u);
}
