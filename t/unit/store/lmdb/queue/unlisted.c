
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: first sends that wait in the order of their ids
 * are not in the index of what waits, and lists have them all the same.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_listed.h"


#define EVENTS  3000


static void test_soon(void);
static void test_backlog(void);
static void test_bounds(void);
static void test_still(void);
static void test_order(void);
static void test_promoted(void);
static void test_damaged(void);


int
main(void)
{
    test_soon();
    test_backlog();
    test_bounds();
    test_still();
    test_order();
    test_promoted();
    test_damaged();

    return tap_done();
}


/* What goes before anything else is behind it costs the index nothing. */

static void
test_soon(void)
{
    util_t    u;
    uint64_t  ep, n;
    unsigned  i;
    uint32_t  marked;

    ep = start(&u, 10);

    (void) put_many(&u, ep, 100, NULL);

    tap_ok(rows(&u, ep, &marked) == 0 && marked == 100,
           "what waits for its first send has no row");
    tap_ok(waits(&u, ep, 100), "and is listed");

    util_check(&u, "it waits");

    for (n = 0, i = 0; i < 100; i++) {
        n += task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(n == 100 && rows(&u, ep, &marked) == 0 && marked == 0,
           "nor had it one as it went");

    (void) put_many(&u, ep, 1, NULL);
    (void) task_end(&u, ep, WEBHOOK_RETRY);

    tap_ok(rows(&u, ep, &marked) == 1 && marked == 0 && waits(&u, ep, 1),
           "one that failed has a row");

    util_check(&u, "soon");
    util_free(&u);
}


/* Ids are in another order than puts, and some are to go later. */

static void
test_backlog(void)
{
    int                good;
    util_t             u;
    uint64_t           ep, n;
    unsigned           i;
    uint32_t           marked;
    webhook_op_t       op;
    webhook_id_t       last;

    static webhook_id_t  ids[EVENTS];

    ep = start(&u, 1000);

    good = 1;

    for (i = 0; i < EVENTS; i++) {
        ids[i] = made(&u, i * 7 % 50);

        good &= put(&u, ep, ids[i], i % 10 == 0 ? 5000 : 0);

        pass(&u, i % 3 == 0);

        if (i % 500 == 499) {
            good &= waits(&u, ep, i + 1);
        }
    }

    n = rows(&u, ep, &marked);

    tap_ok(good && n == EVENTS / 10 && marked == EVENTS - EVENTS / 10,
           "of %u that wait %u have no row", EVENTS, marked);

    util_check(&u, "a backlog");

    good = 1;
    memset(&last, 0, sizeof(last));

    for (i = 0; i < 500; i++) {

        if (util_claim(&u, &op, &ep, 1) != 1) {
            good = 0;
            break;
        }

        good &= memcmp(&last, &op.u.claim.leases[0].event.id, 16) < 0;

        last = op.u.claim.leases[0].event.id;

        (void) util_complete(&u, last, ep, op.u.claim.leases[0].lease_token,
                             i % 50 ? WEBHOOK_DONE : WEBHOOK_FAILED, 0);

        webhook_op_free(&op);
    }

    tap_ok(good && waits(&u, ep, EVENTS - 500),
           "some were sent, in the order of their ids");

    for (i = 0; i < EVENTS; i += 100) {
        (void) by_hand(&u, ep, ids[i], i % 200 ? WEBHOOK_OP_RETRY
                                               : WEBHOOK_OP_CANCEL);
    }

    util_check(&u, "by hand");

    pass(&u, 20000);

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.real);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    n = task_all(&u, &op);

    tap_ok(n > 2000 && n < EVENTS && waits(&u, ep, n),
           "a task comes to all of them: %llu", (unsigned long long) n);

    tap_ok(rows(&u, ep, &marked) > n && marked == 0,
           "what is due by hand has a row");

    util_check(&u, "a task");

    (void) put_many(&u, ep, 200, NULL);

    tap_ok(waits(&u, ep, n + 200) && rows(&u, ep, &marked) && marked == 200,
           "new ones have none");

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.real);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    tap_ok(task_all(&u, &op) == n + 200 && waits(&u, ep, 0),
           "a task cancels all");

    (void) rows(&u, ep, &marked);

    tap_ok(marked == 0, "then none is without a row");

    util_check(&u, "cancelled");
    util_free(&u);
}


/* Times that lists are asked for. */

static void
test_bounds(void)
{
    util_t             u;
    uint64_t           ep, n, want, time;
    unsigned           i, k, ordered, good;
    webhook_filter_t   f;

    static webhook_id_t  ids[1000];

    ep = start(&u, 10);

    for (i = 0; i < 1000; i++) {
        ids[i] = made(&u, i * 13 % 90);

        (void) put(&u, ep, ids[i], i % 4 == 3 ? 100 : 0);

        pass(&u, i % 2);
    }

    good = 1;

    for (k = 0; k < 60; k++) {
        memset(&f, 0, sizeof(f));

        f.endpoint = k % 3 ? ep : 0;
        f.state = WEBHOOK_PENDING;
        f.oldest = k & 1;
        f.since = k % 4 ? UTIL_WALL - 100 + k * 9 : 0;
        f.until = k % 5 ? UTIL_WALL - 50 + k * 11 : 0;

        for (want = 0, i = 0; i < 1000; i++) {
            time = webhook_id_time(&ids[i]);

            want += (f.since == 0 || time >= f.since)
                    && (f.until == 0 || time < f.until);
        }

        n = task_listed(&u, &f, 1 + k, &ordered);

        if (n != want || !ordered) {
            printf("# %u: %llu, not %llu\n", k, (unsigned long long) n,
                   (unsigned long long) want);
            good = 0;
        }
    }

    tap_ok(good, "lists from a time on, and up to one");

    util_free(&u);
}


/* All in the same millisecond. */

static void
test_still(void)
{
    util_t    u;
    uint64_t  ep, n;
    unsigned  i;
    uint32_t  marked;

    ep = start(&u, 10);

    for (i = 0; i < EVENTS; i++) {
        (void) put(&u, ep, made(&u, 0), i % 2 ? 0 : 600000);
    }

    n = rows(&u, ep, &marked);

    tap_ok(n == EVENTS / 2 && marked == EVENTS / 2 && waits(&u, ep, EVENTS),
           "at one time: %u of %u have no row", marked, EVENTS);

    util_check(&u, "at one time");

    pass(&u, 700000);

    for (i = 0; i < 100; i++) {
        (void) put(&u, ep, made(&u, 0), 0);
    }

    n = rows(&u, ep, &marked);

    tap_ok(n == EVENTS / 2 && marked == EVENTS / 2 + 100
           && waits(&u, ep, EVENTS + 100), "behind those whose time came");

    util_check(&u, "their time came");
    util_free(&u);
}


/* Who was parked waits for its first send as its turn comes, though it is not
   new. */

static void
test_order(void)
{
    util_t            u;
    uint64_t          ep;
    unsigned          i;
    uint32_t          marked;
    webhook_op_t      op;
    webhook_put_t     p;

    ep = start(&u, 10);

    for (i = 0; i < 600; i++) {
        memset(&p, 0, sizeof(p));

        util_put_op(&op, &p, made(&u, i % 5), ep, "{}", 2);

        if (i % 3) {
            util_str(&p.order, i % 3 == 1 ? "7" : "8");
        }

        (void) util_apply(&u, &op);

        pass(&u, 1);
    }

    tap_ok(rows(&u, ep, &marked) == 398 && marked == 202 && waits(&u, ep, 600),
           "some behind others: all are listed");

    for (i = 0; i < 100; i++) {
        (void) task_end(&u, ep, WEBHOOK_DONE);
    }

    (void) rows(&u, ep, &marked);

    tap_ok(waits(&u, ep, 500) && marked >= 100,
           "some were sent, others come out of the index as their turn comes");

    util_check(&u, "behind others");

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.real);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    tap_ok(task_all(&u, &op) == 500 && waits(&u, ep, 0),
           "a task that cancels comes to those that it promotes");

    util_check(&u, "cancelled in order");
    util_free(&u);
}


/* One that is in the index makes another come out of it that is next: before the
   one that the walk knows of the lane. */

static void
test_promoted(void)
{
    util_t            u;
    uint64_t          ep;
    unsigned          i;
    webhook_op_t      op;
    webhook_put_t     p;

    ep = start(&u, 1);

    for (i = 0; i < 3; i++) {
        memset(&p, 0, sizeof(p));

        util_put_op(&op, &p, made(&u, 0), ep, "{}", 2);

        if (i < 2) {
            util_str(&p.order, "7");
        }

        (void) util_apply(&u, &op);

        pass(&u, 1);

        if (i == 0) {
            (void) task_end(&u, ep, WEBHOOK_RETRY);
        }
    }

    task_op(&op, WEBHOOK_TASK_CANCEL, util_id(&u), u.real);
    op.u.task.filter.endpoint = ep;
    op.u.task.filter.state = WEBHOOK_PENDING;

    tap_ok(task_all(&u, &op) == 3 && waits(&u, ep, 0), "who is promoted");

    util_check(&u, "promoted");
    util_free(&u);
}


/* Where the endpoint's row is lost, the lane tells which of them have a row. */

static void
test_damaged(void)
{
    util_t         u;
    uint64_t       ep;
    unsigned       i, n;
    uint32_t       marked;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    ep = start(&u, 10);

    (void) put_many(&u, ep, 1200, NULL);
    (void) put(&u, ep, made(&u, 0), 1000);

    webhook_set_u64(key, ep);
    tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "x", 1);

    (void) put_many(&u, ep, 1, NULL);

    tap_ok(rows(&u, ep, &marked) == 1 && marked == 1201
           && waits(&u, ep, 1202), "a row that is counted anew");

    util_check(&u, "counted anew");

    pass(&u, 2000);

    for (i = 0, n = 0; i < 1202; i++) {
        n += task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(n == 1202 && rows(&u, ep, &marked) == 0 && marked == 0,
           "all are sent");

    (void) put_many(&u, ep, 1, NULL);

    tap_ok(rows(&u, ep, &marked) == 0 && marked == 1, "and it begins anew");

    util_check(&u, "anew");
    util_free(&u);
}
