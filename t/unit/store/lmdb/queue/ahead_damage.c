
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: rows of what is leased ahead that are damaged, and a file
 * of owners that cannot be mapped.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_pause.h"
#include "store_util.h"
#include "store/lmdb/handle/webhook_store_revoked.h"

#include <unistd.h>


#define LIMIT  3


static void test_endpoint(void);
static void test_delivery(void);
static void test_unmapped(void);


int
main(void)
{
    test_endpoint();
    test_delivery();
    test_unmapped();

    return tap_done();
}


/* An endpoint whose slots are in use, with as many ahead. */

static uint64_t
begin(util_t *u, webhook_op_t *claim, webhook_op_t *op)
{
    unsigned  i;
    uint64_t  ep;

    util_init(u);
    util_open(u);

    ep = util_endpoint(u, "erp", LIMIT);

    for (i = 0; i < 20; i++) {
        (void) util_put(u, ep, 0);
    }

    (void) util_claim(u, claim, &ep, 100);

    util_complete_op(op, claim->u.claim.leases[0].event.id, ep,
                     claim->u.claim.leases[0].lease_token, WEBHOOK_DONE, 0);

    op->u.complete.lease = 30000;
    op->u.complete.ahead = LIMIT;

    (void) util_apply(u, op);

    return ep;
}


static void
test_endpoint(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   claim, op;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    ep = begin(&u, &claim, &op);

    webhook_set_u64(key, ep);
    tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "P", 1);

    (void) util_complete(&u, op.u.complete.stock[0].event.id, ep,
                         op.u.complete.stock[0].lease_token, WEBHOOK_RELEASE,
                         0);

    tap_ok(util_check(&u, "an endpoint that was counted anew"),
           "leases ahead hold no slot then either");

    webhook_op_free(&op);
    webhook_op_free(&claim);
    util_free(&u);
}


static void
test_delivery(void)
{
    util_t         u;
    uint64_t       ep;
    webhook_op_t   claim, op, more;
    unsigned char  key[WEBHOOK_KEY_DELIVERY];

    ep = begin(&u, &claim, &op);

    webhook_key_delivery(key, &op.u.complete.stock[1].event.id, ep);
    tamper(&u, WEBHOOK_DB_DELIVERIES, key, sizeof(key), "D", 1);

    util_complete_op(&more, op.u.complete.next->event.id, ep,
                     op.u.complete.next->lease_token, WEBHOOK_DONE, 0);

    more.u.complete.lease = 30000;
    more.u.complete.took = op.u.complete.stock[1].event.id;
    more.u.complete.took_token = op.u.complete.stock[1].lease_token;

    (void) util_apply(&u, &more);

    tap_ok(more.result == WEBHOOK_STORE_OK && more.u.complete.next == NULL,
           "it took a slot: the outcome before it is kept");

    webhook_op_free(&more);

    /* who meets its lease gives it up, and knows who holds a slot */

    u.clock += 40000;

    (void) util_takeover(&u);

    tap_ok(util_claim(&u, &more, &ep, 100) == LIMIT, "every slot is free");

    webhook_op_free(&more);
    util_check(&u, "a delivery that cannot be read");

    webhook_op_free(&op);
    webhook_op_free(&claim);
    util_free(&u);
}


/* As it stands in the file. */

static uint64_t
number(util_t *u, uint64_t ep)
{
    uint64_t  n;

    return pread(util_lmdb(u)->owners, &n, sizeof(uint64_t),
                 65536 + (off_t) ((ep & 511) * sizeof(uint64_t)))
           == sizeof(uint64_t) ? n : 0;
}


static void
test_unmapped(void)
{
    util_t        u;
    uint64_t      ep, before;
    webhook_op_t  claim, op, more;

    ep = begin(&u, &claim, &op);

    tap_ok(op.u.complete.stock_count == LIMIT && op.u.complete.mark,
           "there are leases ahead");

    webhook_revoked_close(util_lmdb(&u));

    util_complete_op(&more, claim.u.claim.leases[1].event.id, ep,
                     claim.u.claim.leases[1].lease_token, WEBHOOK_DONE, 0);

    more.u.complete.lease = 30000;
    more.u.complete.ahead = LIMIT;

    (void) util_apply(&u, &more);

    tap_ok(more.u.complete.next && more.u.complete.stock_count == 0
           && more.u.complete.mark == 0
           && webhook_store_revoked(u.st, ep) == 0,
           "where pauses cannot be seen there are none");

    webhook_op_free(&more);
    util_check(&u, "without numbers");

    /* others may have mapped them */

    before = number(&u, ep);

    (void) pause_all(&u, 0, "");

    tap_ok(number(&u, ep) > before, "who has not mapped them raises one");

    webhook_op_free(&op);
    webhook_op_free(&claim);
    util_free(&u);
}
