
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: dead deliveries that block their order key, or do not.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_order.h"


static void test_dead_skipped(void);
static void test_dead_blocks(void);
static void test_dead_again(void);
static void test_block_ends(void);


int
main(void)
{
    test_dead_skipped();
    test_dead_blocks();
    test_dead_again();
    test_block_ends();

    return tap_done();
}


static void
test_dead_skipped(void)
{
    util_t              u;
    uint64_t            ep, token;
    webhook_id_t        id[3];
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 0);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);
    (void) put(&u, ep, "k", 1, &id[2]);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks
           && claims(&u, ep, &id[1], &token), "a dead head is passed over");

    /* and comes again behind who is the head by now, before all others */

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[0]) == WEBHOOK_STORE_OK,
           "it is to be tried again");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_PENDING && d.parked, "so it is parked");

    util_check(&u, "again");

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[0], &token), "it goes before later ones");

    util_complete(&u, id[0], ep, token, WEBHOOK_DONE, 0);

    tap_ok(claims(&u, ep, &id[2], &token), "which follow");

    util_check(&u, "skipped");
    util_free(&u);
}


static void
test_dead_blocks(void)
{
    util_t              u;
    unsigned            i;
    uint64_t            ep, token, other;
    webhook_id_t        id[4], free;
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);
    other = put(&u, ep, "", 1, &free);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);
    util_complete(&u, free, ep, other, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && d.blocks && claims_none(&u, ep),
           "a dead head blocks its key");

    d = shown(&u, ep, &free);

    tap_ok(d.state == WEBHOOK_DEAD && !d.blocks,
           "one without a key blocks nothing");

    tap_ok(put(&u, ep, "k", 1, &id[2]) == 0, "those that come are parked");
    tap_ok(put(&u, ep, "l", 1, &id[3]) != 0, "other keys are free");

    util_check(&u, "blocked");

    u.clock += 1000000;

    for (i = 0; i < 10 && util_expire(&u, 100, NULL); i++) {
        /* void */
    }

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_DEAD && d.blocks,
           "history does not end while it blocks");

    d = shown(&u, ep, &free);

    tap_ok(d.attempts == UINT32_MAX, "that of others does");

    util_check(&u, "expired");
    util_free(&u);
}


/* Tried again, and given up. */

static void
test_dead_again(void)
{
    util_t              u;
    unsigned            i;
    uint64_t            ep, token;
    webhook_id_t        id[4];
    webhook_delivery_t  d;

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    token = put(&u, ep, "k", 1, &id[0]);
    (void) put(&u, ep, "k", 1, &id[1]);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);

    (void) put(&u, ep, "k", 1, &id[2]);
    (void) put(&u, ep, "l", 1, &id[3]);

    util_close(&u);
    util_open(&u);

    tap_ok(by_hand(&u, WEBHOOK_OP_RETRY, ep, &id[0]) == WEBHOOK_STORE_OK,
           "it is to be tried again");

    util_check(&u, "tried");

    (void) util_takeover(&u);

    tap_ok(claims_among(&u, ep, &id[0], &token) == 2 && token,
           "and is, beside another key's");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_SENDING && d.attempts == 1
           && claims_none(&u, ep), "it is the head as before");

    util_close(&u);
    util_open(&u);

    (void) claims_among(&u, ep, &id[0], &token);

    util_complete(&u, id[0], ep, token, WEBHOOK_FAILED, 0);

    d = shown(&u, ep, &id[0]);

    tap_ok(d.blocks && d.attempts == 2, "it fails and blocks again");

    util_check(&u, "blocked again");

    /* given up */

    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0])
           == WEBHOOK_STORE_OK, "it is given up");
    tap_ok(by_hand(&u, WEBHOOK_OP_CANCEL, ep, &id[0])
           == WEBHOOK_STORE_DUPLICATE, "but once");

    d = shown(&u, ep, &id[0]);

    tap_ok(d.state == WEBHOOK_CANCELLED && !d.blocks
           && claims(&u, ep, &id[1], &token), "the next goes");

    util_check(&u, "given up");

    util_complete(&u, id[1], ep, token, WEBHOOK_DONE, 0);
    u.clock += 1000000;

    for (i = 0; i < 10 && util_expire(&u, 100, NULL); i++) {
        /* void */
    }

    d = shown(&u, ep, &id[0]);

    tap_ok(d.attempts == UINT32_MAX, "and it is history, which ends");

    util_check(&u, "history");

    util_free(&u);
}


/* An endpoint that does not want blocks any more. */

static void
test_block_ends(void)
{
    enum { N = 700 };

    char                      key[16];
    util_t                    u;
    unsigned                  i, n, more;
    uint64_t                  ep, token;
    webhook_op_t              op;
    webhook_endpoint_stats_t  s;

    static webhook_id_t       id[N], next[N];

    util_init(&u);
    util_open(&u);

    ep = endpoint(&u, "erp", 1);

    for (i = 0; i < N; i++) {
        snprintf(key, sizeof(key), "key-%u", i);

        token = put(&u, ep, key, 1, &id[i]);
        (void) put(&u, ep, key, 1, &next[i]);
        util_complete(&u, id[i], ep, token, WEBHOOK_FAILED, 0);
    }

    tap_ok(claims_none(&u, ep), "%u keys are blocked", (unsigned) N);

    (void) endpoint(&u, "erp", 0);

    util_check(&u, "not wanted");

    n = 0;

    for (i = 0; i < 100 && n < N; i++) {

        if (util_claim(&u, &op, &ep, 100) == UINT32_MAX) {
            break;
        }

        while (op.u.claim.count) {
            op.u.claim.count--;
            n++;

            (void) util_complete(&u,
                              op.u.claim.leases[op.u.claim.count].event.id, ep,
                              op.u.claim.leases[op.u.claim.count].lease_token,
                              WEBHOOK_DONE, 0);
        }

        webhook_op_free(&op);
    }

    (void) util_stats(&u, ep, &s);

    tap_ok(n == N && s.states[WEBHOOK_DEAD] == N
           && s.states[WEBHOOK_DELIVERED] == N, "then they are not");

    util_check(&u, "unblocked");

    u.clock += 1000000;

    for (i = 0, more = 1; i < 1000 && more; i++) {
        (void) util_expire(&u, 100, &more);
    }

    tap_ok(util_stats(&u, ep, &s).events == 0, "all of it is history");

    util_check(&u, "block ends");
    util_free(&u);
}
