
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: deliveries that are leased ahead of slots, which pass from
 * a send that is over to the next without the store.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_ahead.h"


static void test_slots(void);
static void test_back(void);
static void test_order(void);
static void test_turn(void);
static void test_apart(void);
static void test_new(void);
static void test_stale(void);


int
main(void)
{
    test_slots();
    test_back();
    test_order();
    test_turn();
    test_apart();
    test_new();
    test_stale();

    return tap_done();
}


static void
test_slots(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   claim, op, more, last;

    begin(&u, &ep, 2, 16, &claim, &op, 16);

    tap_ok(claim.u.claim.count == 2 && op.u.complete.next
           && op.u.complete.stock_count == 8
           && op.u.complete.mark == webhook_store_revoked(u.st, ep)
           && op.u.complete.mark,
           "no more than four times the limit is leased ahead: %u",
           op.u.complete.stock_count);

    tap_ok(sending(&u, ep) == 10 && claimable(&u, ep) == 0,
           "ten are leased, none is left to claim");

    util_check(&u, "two slots and a stock");

    done(&u, &more, &claim.u.claim.leases[1], WEBHOOK_DONE, 1,
         &op.u.complete.stock[0]);

    tap_ok(more.result == WEBHOOK_STORE_OK && more.u.complete.next == NULL
           && more.u.complete.stock_count == 1 && sending(&u, ep) == 10
           && claimable(&u, ep) == 0,
           "whose slot was taken over has no next, but one more ahead");

    util_check(&u, "a slot that was taken over");

    done(&u, &last, &op.u.complete.stock[0], WEBHOOK_DONE, 0, NULL);

    tap_ok(last.u.complete.next && last.u.complete.stock_count == 0
           && last.u.complete.waiting == 3 && claimable(&u, ep) == 0,
           "who took it gives it back, or gets a next");

    webhook_op_free(&more);
    webhook_op_free(&last);

    end(&u, &claim, &op, "slots");
}


/* What is not used goes back. */

static void
test_back(void)
{
    util_t                    u;
    uint64_t                  ep;
    webhook_op_t              claim, op, again;
    webhook_endpoint_stats_t  e;

    begin(&u, &ep, 3, 9, &claim, &op, 3);

    (void) util_complete(&u, op.u.complete.stock[1].event.id, ep,
                         op.u.complete.stock[1].lease_token, WEBHOOK_RELEASE,
                         0);
    (void) util_stats(&u, ep, &e);

    tap_ok(e.states[WEBHOOK_SENDING] == 5 && e.attempts == 1
           && claimable(&u, ep) == 0, "one goes back, and frees no slot");

    util_check(&u, "one went back");

    done(&u, &again, &claim.u.claim.leases[1], WEBHOOK_DONE, 0, NULL);

    tap_ok(again.u.complete.next
           && memcmp(&again.u.complete.next->event.id,
                     &op.u.complete.stock[1].event.id, 16) == 0
           && again.u.complete.next->attempt == 1,
           "it is first again, with its first attempt");

    webhook_op_free(&again);

    /* all leases run out */

    u.clock += 40000;

    tap_ok(util_takeover(&u) == 5, "leases run out, with a slot or not");

    end(&u, &claim, &op, "back");
}


static void
test_order(void)
{
    util_t           u;
    uint64_t         ep;
    unsigned         i, good;
    webhook_op_t     claim, op;
    webhook_lease_t  *last;

    begin(&u, &ep, 4, 12, &claim, &op, 4);

    last = op.u.complete.next;
    good = memcmp(&last->event.id, &claim.u.claim.leases[3].event.id, 16) > 0;

    for (i = 0; i < op.u.complete.stock_count; i++) {
        good += memcmp(&op.u.complete.stock[i].event.id, &last->event.id, 16)
                > 0;
        last = &op.u.complete.stock[i];
    }

    tap_ok(good == 5, "ahead in the order of claims");

    end(&u, &claim, &op, "order");
}


/* One of four is a retry's. */

static void
test_turn(void)
{
    util_t        u;
    uint64_t      ep;
    unsigned      i, retries;
    webhook_op_t  claim, op, more;

    begin(&u, &ep, 8, 60, &claim, &op, 0);

    for (i = 1; i < 8; i++) {
        done(&u, &more, &claim.u.claim.leases[i], WEBHOOK_RETRY, 0, NULL);
        webhook_op_free(&more);
    }

    u.clock += 10;
    webhook_op_free(&claim);
    (void) util_claim(&u, &claim, &ep, 100);

    done(&u, &more, op.u.complete.next, WEBHOOK_DONE, 8, NULL);

    retries = 0;

    for (i = 0; i < more.u.complete.stock_count; i++) {
        retries += more.u.complete.stock[i].retry;
    }

    tap_ok(more.u.complete.stock_count == 8 && retries == 2,
           "of eight ahead two are retries");

    webhook_op_free(&more);

    end(&u, &claim, &op, "turn");
}


/* What is not leased ahead. */

static void
test_apart(void)
{
    util_t                 u;
    uint64_t               ep;
    unsigned               i;
    webhook_op_t           claim, op;
    webhook_put_t          put;
    static unsigned char   large[70000];

    begin(&u, &ep, 2, 2, &claim, &op, 4);

    tap_ok(op.u.complete.next == NULL && op.u.complete.stock_count == 0,
           "nothing waits: nothing is ahead");

    memset(&put, 0, sizeof(put));
    memset(large, 'x', sizeof(large));

    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
    (void) util_apply(&u, &op);

    util_put_op(&op, &put, util_id(&u), ep, large, sizeof(large));
    (void) util_apply(&u, &op);

    for (i = 0; i < 4; i++) {
        (void) util_put(&u, ep, 0);
    }

    done(&u, &op, &claim.u.claim.leases[1], WEBHOOK_DONE, 4, NULL);

    tap_ok(op.u.complete.next && op.u.complete.stock_count == 0,
           "nothing is ahead of a slot that is free");

    end(&u, &claim, &op, "a large body");

    begin(&u, &ep, 1, 1, &claim, &op, 0);

    (void) util_put(&u, ep, 0);
    u.clock++;
    webhook_op_free(&claim);
    (void) util_claim(&u, &claim, &ep, 1);

    memset(&put, 0, sizeof(put));
    util_put_op(&op, &put, util_id(&u), ep, large, sizeof(large));
    (void) util_apply(&u, &op);
    u.clock++;
    (void) util_put(&u, ep, 0);
    u.clock++;
    memset(&put, 0, sizeof(put));
    util_str(&put.order, "key");
    util_put_op(&op, &put, util_id(&u), ep, "{}", 2);
    (void) util_apply(&u, &op);
    u.clock++;
    (void) util_put(&u, ep, 0);

    done(&u, &op, &claim.u.claim.leases[0], WEBHOOK_DONE, 4, NULL);

    tap_ok(op.u.complete.next->event.rendition.body.len == sizeof(large)
           && op.u.complete.stock_count == 1,
           "what has an order key is not, nor what comes behind it");

    end(&u, &claim, &op, "an order key");
}


/* A new event does not overtake what is ahead. */

static void
test_new(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_id_t  id;
    webhook_op_t  claim, op;

    begin(&u, &ep, 2, 4, &claim, &op, 8);

    tap_ok(op.u.complete.stock_count == 1, "the last one is ahead");

    (void) util_complete(&u, claim.u.claim.leases[1].event.id, ep,
                         claim.u.claim.leases[1].lease_token, WEBHOOK_DONE, 0);

    tap_ok(util_lease(&u, ep, &id) == 0, "a slot is free: it is not the new "
           "one's");

    (void) util_complete(&u, op.u.complete.stock[0].event.id, ep,
                         op.u.complete.stock[0].lease_token, WEBHOOK_RELEASE,
                         0);

    tap_ok(claimable(&u, ep) == 1, "what went back is the next");

    end(&u, &claim, &op, "a new event");
}


/* Outcomes that are told twice, or late. */

static void
test_stale(void)
{
    util_t        u;
    uint64_t      ep;
    webhook_op_t  claim, op, more;

    begin(&u, &ep, 2, 20, &claim, &op, 2);

    done(&u, &more, &claim.u.claim.leases[1], WEBHOOK_DONE, 0,
         &op.u.complete.stock[0]);
    webhook_op_free(&more);

    done(&u, &more, &claim.u.claim.leases[1], WEBHOOK_DONE, 0,
         &op.u.complete.stock[0]);

    tap_ok(more.result != WEBHOOK_STORE_OK && claimable(&u, ep) == 0,
           "told twice: one slot is taken once");
    webhook_op_free(&more);
    util_check(&u, "told twice");

    /* the second is told before the first */

    done(&u, &more, &op.u.complete.stock[0], WEBHOOK_DONE, 0,
         &op.u.complete.stock[1]);
    webhook_op_free(&more);

    done(&u, &more, op.u.complete.next, WEBHOOK_DONE, 0,
         &op.u.complete.stock[0]);
    webhook_op_free(&more);

    tap_ok(claimable(&u, ep) == 1, "one that is over takes no slot");
    util_check(&u, "in another order");

    end(&u, &claim, &op, "stale");
}
