
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what waits amid what was delivered and removed takes
 * little more than what waits alone, is not changed when its rows are moved,
 * and is moved in short steps.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"


#define PACK_BATCH    16
#define PACK_WAITING  2000
#define PACK_BODY     65536
#define PACK_STEPS    20000             /* more than any expiry here takes */


static void test_amid(size_t body, unsigned of, unsigned most, unsigned sweep);
static void test_waiting_row(void);
static void test_reader(void);
static void test_quarters(void);


static unsigned char  bytes[PACK_BODY];
static unsigned       busy, endless;
static webhook_id_t   waits[PACK_WAITING + PACK_BATCH];


int
main(void)
{
    unsigned  i;

    for (i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (unsigned char) (i * 7 + i / 251);
    }

    test_amid(200, 10, 120, 0);
    test_amid(200, 3, 120, 0);
    test_amid(1000, 10, 140, 0);
    test_amid(1000, 2, 140, 0);
    test_amid(2048, 10, 145, 0);
    test_amid(2048, 4, 145, 0);
    test_amid(2048, 40, 170, 0);
    test_amid(2048, 10, 150, 1);

    busy = 1;

    test_amid(2048, 10, 145, 0);

    busy = 0;

    test_quarters();
    test_amid(4000, 10, 150, 0);
    test_amid(10240, 10, 135, 0);
    test_amid(65000, 10, 120, 0);
    test_waiting_row();
    test_reader();

    tap_ok(!endless, "every expiry comes to its end");

    return tap_done();
}


/* Events in batches, one of so many waits and the others are delivered; or all
   wait. */

static unsigned
put(util_t *u, uint64_t ep, size_t body, unsigned of, unsigned *n)
{
    unsigned        i, k;
    uint64_t        token;
    webhook_op_t    ops[PACK_BATCH], *p[PACK_BATCH];
    webhook_put_t   puts[PACK_BATCH];

    static unsigned  turn;

    u->clock += 20;

    for (i = 0; i < PACK_BATCH; i++) {
        memset(&puts[i], 0, sizeof(webhook_put_t));

        if (turn++ * 2654435761U % of == 0) {
            puts[i].delay = (uint64_t) 365 * 24 * 3600 * 1000;

        } else {
            puts[i].lease = 1;
        }

        util_put_op(&ops[i], &puts[i], util_id(u), ep,
                    bytes + (turn & 15), body);
        ops[i].u.put_event.wall = turn & 15;
        p[i] = &ops[i];
    }

    util_batch(u, p, PACK_BATCH);

    for (i = 0, k = 0; i < PACK_BATCH; i++) {

        if (ops[i].result != WEBHOOK_STORE_OK) {
            return 0;
        }

        token = puts[i].lease_token;

        if (token == 0) {
            waits[(*n)++] = ops[i].u.put_event.id;
            continue;
        }

        util_complete_op(&ops[k], ops[i].u.put_event.id, ep, token,
                         WEBHOOK_DONE, 0);
        k++;
    }

    util_batch(u, p, k);

    for (i = 0; i < k; i++) {
        webhook_op_free(&ops[i]);
    }

    return 1;
}


static unsigned
same(util_t *u, unsigned n, size_t body)
{
    unsigned      i, right;
    webhook_op_t  op;

    right = 0;

    for (i = 0; i < n; i++) {
        memset(&op, 0, sizeof(op));

        op.type = WEBHOOK_OP_SHOW;
        op.u.show.id = waits[i];

        if (util_apply(u, &op) == WEBHOOK_STORE_OK
            && op.u.show.renditions_count == 1 && op.u.show.count == 1
            && op.u.show.deliveries[0].delivery.state == WEBHOOK_PENDING
            && op.u.show.renditions[0].body.len == body
            && memcmp(op.u.show.renditions[0].body.data,
                      bytes + op.u.show.wall, body) == 0)
        {
            right++;
        }

        webhook_op_free(&op);
    }

    return right;
}


/* As a busy worker does it: in a batch behind other operations, which are
   written in any case. */

static void
expire(util_t *u)
{
    uint64_t      ep;
    unsigned      steps;
    webhook_op_t  pause, op, *p[2];

    ep = util_name("other");
    steps = 0;

    do {
        if (steps++ == PACK_STEPS) {
            endless = 1;
            return;
        }

        memset(&pause, 0, sizeof(pause));
        memset(&op, 0, sizeof(op));

        pause.type = WEBHOOK_OP_PAUSE;
        pause.u.pause.endpoint = ep;

        op.type = WEBHOOK_OP_EXPIRE;
        op.u.expire.max = 512;

        p[0] = &pause;
        p[1] = &op;

        util_batch(u, busy ? p : p + 1, busy ? 2 : 1);

    } while (op.u.expire.more);
}


/* A step is short in time: on a busy machine it takes more of them. */

static void
settle(util_t *u)
{
    unsigned  n, idle;
    uint64_t  used, least;

    least = util_stats(u, 0, NULL).used;

    for (n = 0, idle = 0; n < 1000 && idle < 4 && !endless; n++) {
        expire(u);

        used = util_stats(u, 0, NULL).used;

        idle++;

        if (used < least) {
            least = used;
            idle = 0;
        }
    }
}


static double
size_of(util_t *u, uint64_t empty, unsigned n)
{
    return (double) (util_stats(u, 0, NULL).used - empty) / n;
}


static void
open_store(util_t *u, uint64_t *ep, uint64_t *empty)
{
    util_init(u);

    u->size = (uint64_t) 1 << 30;
    u->keep = 4000;

    util_open(u);

    *ep = util_endpoint(u, "erp", 1000000);
    (void) util_endpoint(u, "other", 1);
    *empty = util_stats(u, 0, NULL).used;
}


/* One of so many waits; it takes "most" percent of its size alone at most. */

static void
test_amid(size_t body, unsigned of, unsigned most, unsigned sweep)
{
    util_t    u;
    double    alone, amid;
    unsigned  i, n, rounds, all;
    uint64_t  ep, empty;

    all = body > 4096 ? 300 : PACK_WAITING;

    body -= 16;

    open_store(&u, &ep, &empty);

    for (n = 0; n < all; /* void */ ) {

        if (!put(&u, ep, body, 1, &n)) {
            break;
        }
    }

    alone = size_of(&u, empty, n);

    util_free(&u);

    open_store(&u, &ep, &empty);

    for (n = 0, rounds = 0; n < all; rounds++) {

        if (!put(&u, ep, body, of, &n)) {
            break;
        }

        if (rounds % 25 == 24 && !sweep) {
            expire(&u);
        }
    }

    tap_ok(n >= all, "%zu bytes, 1 of %u: all are kept", body, of);

    u.clock += 10000;

    if (sweep) {

        /* as if another process had removed them: everything is looked at, in
           many steps */

        while (util_expire(&u, 16, NULL) != 0) {

            for (i = 0; i < WEBHOOK_PACK_TABLES; i++) {
                util_lmdb(&u)->pack.lists[i].count = 0;
            }
        }

        amid = size_of(&u, empty, n);

        tap_ok(amid > 2 * alone,
               "they were thin before (%.0f)", amid);

        u.clock += (uint64_t) 24 * 3600 * 1000;

        for (i = 0; i < 100000; i++) {
            expire(&u);

            if (i && util_lmdb(&u)->pack.all == WEBHOOK_PACK_TABLES) {
                break;
            }
        }

    } else {
        settle(&u);
    }

    amid = size_of(&u, empty, n);

    tap_ok(amid * 100 <= alone * most,
           "%zu bytes, 1 of %u waits: %.0f bytes each, %.0f alone (%.2f)",
           body, of, amid, alone, amid / alone);

    tap_ok(same(&u, n, body) == n, "and all are as they were");

    util_check(&u, "rows were moved");

    util_free(&u);
}


/* Rows of a quarter of a page, of which four fit and five do not, wherever the
   first of those that wait lies. */

static void
test_quarters(void)
{
    size_t  body;

    for (body = 3984; body <= 4048; body += 16) {
        test_amid(body, 10, 150, 0);
    }
}


/* One that is sent, fails, and waits again meanwhile. */

static void
test_waiting_row(void)
{
    util_t         u;
    unsigned       i, n, right;
    uint64_t       ep, empty, token;
    webhook_id_t   id;

    open_store(&u, &ep, &empty);

    for (n = 0, i = 0, right = 0; i < 400; i++) {

        (void) put(&u, ep, 500, 10, &n);

        token = util_lease(&u, ep, &id);

        if (token && util_complete(&u, id, ep, token, WEBHOOK_RETRY,
                                   (uint64_t) 24 * 3600 * 1000)
                     == WEBHOOK_STORE_OK)
        {
            right++;
        }

        if (i % 5 == 0) {
            expire(&u);
        }
    }

    u.clock += 10000;
    expire(&u);

    tap_ok(right == 400, "outcomes come in between");
    tap_ok(same(&u, n, 500) == n, "and all are as they were");

    util_check(&u, "attempts were moved");

    util_free(&u);
}


/* Pages that a long reader keeps are not made more. */

static void
test_reader(void)
{
    util_t     u;
    MDB_txn   *txn;
    unsigned   n, i;
    uint64_t   ep, empty;

    open_store(&u, &ep, &empty);

    for (n = 0, i = 0; i < 400; i++) {
        (void) put(&u, ep, 2000, 10, &n);
    }

    u.clock += 10000;

    (void) mdb_txn_begin(util_lmdb(&u)->env, NULL, MDB_RDONLY, &txn);

    for (i = 0; i < 5; i++) {
        u.clock += 5000;
        (void) util_put(&u, ep, 1000000);
        (void) util_expire(&u, 512, NULL);
    }

    tap_ok(util_lmdb(&u)->pack.lists[0].count != 0,
           "beside a long reader nothing is moved");

    mdb_txn_abort(txn);

    for (i = 0; i < 3; i++) {
        u.clock += 5000;
        (void) util_put(&u, ep, 1000000);
    }

    for (i = 0; i < 1000 && util_lmdb(&u)->pack.lists[0].count; i++) {
        expire(&u);
    }

    tap_ok(util_lmdb(&u)->pack.lists[0].count == 0,
           "and it is when that is gone");
    tap_ok(same(&u, n, 2000) == n, "and all are as they were");

    util_free(&u);
}
