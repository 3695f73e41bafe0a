
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: changes of the index of what waits or is dead
 * stand in the endpoint's row before they are written to it, and lists know of
 * them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_listed.h"


static void test_later(void);
static void test_removed(void);
static void test_endpoints(void);
static void test_damaged(void);
static void test_expired(void);


int
main(void)
{
    test_later();
    test_removed();
    test_endpoints();
    test_damaged();
    test_expired();

    return tap_done();
}


/* Puts some that are sent at once, and end so. */

static void
end_many(util_t *u, uint64_t ep, unsigned n, webhook_outcome_e outcome)
{
    uint64_t      token;
    webhook_id_t  id;

    while (n--) {
        u->wall = u->real;

        token = util_lease(u, ep, &id);

        (void) util_complete(u, id, ep, token, outcome, 60000);

        pass(u, 1);
    }
}


static uint64_t
dead(util_t *u, uint64_t ep, unsigned oldest)
{
    uint64_t          n;
    unsigned          ordered;
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.endpoint = ep;
    f.state = WEBHOOK_DEAD;
    f.oldest = oldest;

    n = task_listed(u, &f, 7, &ordered);

    return ordered ? n : UINT64_MAX;
}


static void
test_later(void)
{
    util_t    u;
    uint64_t  ep;
    uint32_t  marked;

    ep = start(&u, 1000);

    end_many(&u, ep, WEBHOOK_UNWRITTEN_MAX, WEBHOOK_RETRY);

    tap_ok(rows_written(&u) == 0
           && rows(&u, ep, &marked) == WEBHOOK_UNWRITTEN_MAX
           && waits(&u, ep, WEBHOOK_UNWRITTEN_MAX),
           "some are listed that are not written to the index");

    util_check(&u, "not written");

    util_close(&u);
    util_open(&u);

    tap_ok(waits(&u, ep, WEBHOOK_UNWRITTEN_MAX), "also when it is opened anew");

    end_many(&u, ep, 1, WEBHOOK_RETRY);

    tap_ok(rows_written(&u) == WEBHOOK_UNWRITTEN_MAX
           && waits(&u, ep, WEBHOOK_UNWRITTEN_MAX + 1),
           "where they are too many they are written");

    end_many(&u, ep, 10, WEBHOOK_FAILED);

    tap_ok(waits(&u, ep, WEBHOOK_UNWRITTEN_MAX + 1) && dead(&u, ep, 0) == 10
           && dead(&u, ep, 1) == 10 && dead(&u, 0, 0) == 10
           && dead(&u, 0, 1) == 10, "beside dead ones");

    util_check(&u, "some are written");
    util_free(&u);
}


/* Those that are in the index leave it; those that are not yet never come. */

static void
test_removed(void)
{
    util_t        u;
    uint64_t      ep, n;
    unsigned      i, good;
    uint32_t      marked;

    ep = start(&u, 1000);

    end_many(&u, ep, WEBHOOK_UNWRITTEN_MAX + 8, WEBHOOK_RETRY);

    n = WEBHOOK_UNWRITTEN_MAX + 8;
    good = 1;

    pass(&u, 120000);

    for (i = 0; i < 20; i++) {
        good &= task_end(&u, ep, WEBHOOK_DONE);
        n--;

        good &= waits(&u, ep, n);
    }

    tap_ok(good && rows_written(&u) == WEBHOOK_UNWRITTEN_MAX
           && rows(&u, ep, &marked) == n, "some are sent, and not listed");

    util_check(&u, "some are sent");

    for (i = 0; task_end(&u, ep, i % 3 ? WEBHOOK_DONE : WEBHOOK_FAILED); i++) {
        n--;
        good &= waits(&u, ep, n);
    }

    tap_ok(good && n == 0 && dead(&u, ep, 0) == 7, "and all");

    util_check(&u, "all are sent");
    util_free(&u);
}


/* Lists of all endpoints know of each that has some. */

static void
test_endpoints(void)
{
    util_t            u;
    char              name[16];
    uint64_t          ep[100];
    unsigned          i, oldest, ordered, good;
    webhook_op_t      op;
    webhook_filter_t  f;

    (void) start(&u, 10);

    for (i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "ep%u", i);
        ep[i] = util_endpoint(&u, name, 10);
    }

    for (i = 0; i < 300; i++) {
        end_many(&u, ep[i * 7 % 50], 1, i % 3 ? WEBHOOK_RETRY : WEBHOOK_FAILED);
    }

    /* one that has many, in the index too */

    end_many(&u, ep[20], 100, WEBHOOK_FAILED);

    good = 1;

    for (oldest = 0; oldest < 2; oldest++) {
        good &= dead(&u, 0, oldest) == 200;

        memset(&f, 0, sizeof(f));

        f.state = WEBHOOK_PENDING;
        f.oldest = oldest;

        good &= task_listed(&u, &f, 13, &ordered) == 200 && ordered;
    }

    tap_ok(good, "lists of all endpoints");

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.real);
    op.u.task.filter.state = WEBHOOK_DEAD;

    tap_ok(task_all(&u, &op) == 200 && dead(&u, 0, 0) == 0,
           "a task comes to all");

    util_check(&u, "many endpoints");
    util_free(&u);
}


/* The endpoint's row is lost, and with it what was not written. */

static void
test_damaged(void)
{
    util_t         u;
    uint64_t       ep, n;
    uint32_t       marked;
    webhook_op_t   op;
    webhook_put_t  p;
    unsigned       i;
    unsigned char  key[WEBHOOK_KEY_ENDPOINT];

    ep = start(&u, 1000);

    end_many(&u, ep, 40, WEBHOOK_RETRY);
    end_many(&u, ep, 10, WEBHOOK_FAILED);

    pass(&u, 120000);

    for (i = 0; i < 15; i++) {
        (void) task_end(&u, ep, WEBHOOK_DONE);
    }

    for (i = 0; i < 5; i++) {
        memset(&p, 0, sizeof(p));

        util_put_op(&op, &p, made(&u, 0), ep, "{}", 2);
        util_str(&p.order, "7");

        (void) util_apply(&u, &op);
    }

    webhook_set_u64(key, ep);
    tamper(&u, WEBHOOK_DB_ENDPOINTS, key, sizeof(key), "x", 1);

    (void) put(&u, ep, made(&u, 0), 1000);

    n = rows(&u, ep, &marked);

    tap_ok(n == 25 + 10 + 4 + 1 && marked == 1 && rows_written(&u) == n - 1
           && waits(&u, ep, 25 + 5 + 1) && dead(&u, ep, 0) == 10,
           "the index is made anew");

    util_check(&u, "made anew");
    util_free(&u);
}


/* Dead letters and their endpoint go for their age. */

static void
test_expired(void)
{
    util_t    u;
    uint64_t  ep;
    unsigned  more;

    util_init(&u);

    u.real = UTIL_WALL;
    u.orphans = 100000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    end_many(&u, ep, WEBHOOK_UNWRITTEN_MAX + 5, WEBHOOK_FAILED);

    tap_ok(dead(&u, ep, 0) == WEBHOOK_UNWRITTEN_MAX + 5, "dead letters");

    pass(&u, u.keep * 2);

    do {
        (void) util_expire(&u, 10, &more);
    } while (more);

    tap_ok(dead(&u, ep, 0) == 0, "are too old");

    util_check(&u, "they are too old");

    pass(&u, 1000000);

    do {
        (void) util_expire(&u, 10, &more);
    } while (more);

    tap_ok(rows_written(&u) == 0, "no row is left of the endpoint");

    util_check(&u, "the endpoint is gone");
    util_free(&u);
}
