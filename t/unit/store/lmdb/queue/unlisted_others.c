
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store on LMDB: first sends that wait in the order of their ids,
 * and others that do not: ids of another time, clocks that are set, what is
 * between them in the queue.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_listed.h"


#define MANY  40                        /* endpoints */


static void test_far(void);
static void test_clock(void);
static void test_boot(void);
static void test_between(void);
static void test_endpoints(void);


int
main(void)
{
    test_far();
    test_clock();
    test_boot();
    test_between();
    test_endpoints();

    return tap_done();
}


/* Ids that are not of now. */

static void
test_far(void)
{
    util_t        u;
    uint64_t      ep;
    uint32_t      marked;
    webhook_id_t  id;

    ep = start(&u, 10);

    (void) put(&u, ep, made(&u, WEBHOOK_LISTED_NEAR - 1), 0);

    tap_ok(rows(&u, ep, &marked) == 0 && marked == 1, "an id of a while ago");

    (void) put(&u, ep, made(&u, WEBHOOK_LISTED_NEAR + 1), 0);

    tap_ok(rows(&u, ep, &marked) == 1 && marked == 1, "one of long ago");

    (void) put(&u, ep, made(&u, (uint64_t) -5), 0);

    tap_ok(rows(&u, ep, &marked) == 2 && marked == 1, "one that is to come");

    memset(&id, 0, sizeof(id));
    (void) put(&u, ep, id, 0);

    memset(&id, 0xff, sizeof(id) - 1);
    (void) put(&u, ep, id, 0);

    tap_ok(rows(&u, ep, &marked) == 4 && marked == 1, "such as none has");

    tap_ok(waits(&u, ep, 5), "all are listed");

    util_check(&u, "ids of any time");
    util_free(&u);
}


/* The wall clock is set while some wait. */

static void
test_clock(void)
{
    int       ahead;
    util_t    u;
    uint64_t  ep;
    unsigned  i;
    uint32_t  marked;

    for (ahead = 0; ahead < 2; ahead++) {

        ep = start(&u, 10);

        (void) put_many(&u, ep, 50, NULL);

        u.real = ahead ? u.real + 3600000 : u.real - 3600000;

        (void) put_many(&u, ep, 50, NULL);

        tap_ok(rows(&u, ep, &marked) == 50 && marked == 50
               && waits(&u, ep, 100),
               "what comes after the clock was set %s has a row",
               ahead ? "ahead" : "back");

        util_check(&u, "the clock was set");

        for (i = 0; i < 50; i++) {
            (void) task_end(&u, ep, WEBHOOK_DONE);
        }

        (void) put_many(&u, ep, 50, NULL);

        tap_ok(rows(&u, ep, &marked) == 50 && marked == 50
               && waits(&u, ep, 100), "until those before it are sent");

        util_check(&u, "the clock is right");
        util_free(&u);
    }
}


/* The machine boots while some wait, and was off for a while. */

static void
test_boot(void)
{
    util_t    u;
    uint64_t  ep, n;
    uint32_t  marked;

    ep = start(&u, 10);

    (void) put_many(&u, ep, 50, NULL);

    util_close(&u);

    u.boot = "boot-2";
    u.clock = 5000;
    u.real += 100000;

    util_open(&u);

    tap_ok(waits(&u, ep, 50), "what waited over a boot is listed");

    (void) put_many(&u, ep, 50, NULL);

    n = rows(&u, ep, &marked);

    tap_ok(n + marked == 100 && waits(&u, ep, 100), "beside new ones");

    util_check(&u, "a boot");

    for (n = 0; task_end(&u, ep, WEBHOOK_DONE); n++) { /* void */ }

    tap_ok(n == 100 && rows(&u, ep, &marked) == 0 && marked == 0,
           "all are sent");

    util_free(&u);
}


/* Rows of others stand between them in the lane: many of one millisecond, and
   some each millisecond. */

static void
test_between(void)
{
    util_t    u;
    uint64_t  ep, n;
    unsigned  i, k, round;
    uint32_t  marked;

    static webhook_id_t  ids[1000];

    ep = start(&u, 10);

    (void) put_many(&u, ep, 1000, ids);

    pass(&u, WEBHOOK_LISTED_NEAR);

    n = 1000;

    for (round = 0; round < 5; round++) {

        for (i = 0; i < 100; i++) {
            (void) by_hand(&u, ep, ids[round * 150 + i], WEBHOOK_OP_RETRY);
            pass(&u, round == 3);
        }

        for (i = 0; i < 30; i++) {
            (void) put(&u, ep, made(&u, 0), 0);
            (void) put(&u, ep, made(&u, 3), 0);
            (void) put(&u, ep, made(&u, 3), 2);
            (void) put(&u, ep, made(&u, 60000), 0);

            for (k = 0; k < 9; k++) {
                (void) put(&u, ep, made(&u, (uint64_t) -3), 0);
            }

            pass(&u, round % 2);
        }

        n += 30 * 13;
    }

    pass(&u, 100);

    tap_ok(rows(&u, ep, &marked) == 500 + 150 * 11
           && marked == 500 + 150 * 2 && waits(&u, ep, n),
           "between others: %llu are listed", (unsigned long long) n);

    util_check(&u, "between others");
    util_free(&u);
}


/* Of many endpoints, one after the other. */

static void
test_endpoints(void)
{
    util_t    u;
    char      name[16];
    uint64_t  ep[MANY], n;
    unsigned  i;
    uint32_t  marked;

    (void) start(&u, 10);

    for (i = 0; i < MANY; i++) {
        snprintf(name, sizeof(name), "ep%u", i);

        ep[i] = util_endpoint(&u, name, 10);
    }

    for (i = 0; i < MANY * 50; i++) {
        (void) put(&u, ep[i * 7 % MANY], made(&u, i % 9), i % 11 ? 0 : 1000);

        pass(&u, i % MANY == 0);
    }

    n = rows(&u, 0, &marked);

    tap_ok(n + marked == MANY * 50 && n == (MANY * 50 + 10) / 11,
           "of many endpoints %u have no row", marked);

    {
        unsigned          oldest, ordered;
        webhook_filter_t  f;

        memset(&f, 0, sizeof(f));

        f.state = WEBHOOK_PENDING;

        for (oldest = 0; oldest < 2; oldest++) {
            f.oldest = oldest;

            tap_ok(task_listed(&u, &f, 17, &ordered) == MANY * 50 && ordered,
                   "all are listed in order");
        }
    }

    util_check(&u, "many endpoints");
    util_free(&u);
}
