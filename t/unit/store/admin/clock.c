
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: a wall clock that is wrong when the machine boots.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_clock.h"


static void test_ahead(void);
static void test_ahead_right(void);
static void test_accept(void);
static void test_off(void);


int
main(void)
{
    test_ahead();
    test_ahead_right();
    test_accept();
    test_off();

    return tap_done();
}


/* Eight days ahead at boot; set right minutes later. */

static void
test_ahead(void)
{
    util_t              u;
    unsigned            i;
    uint64_t            ep;
    webhook_op_t        op;
    webhook_id_t        id;
    webhook_op_clock_t  c;

    ep = start(&u);

    delivered(&u, ep);
    (void) asks(&u, 1);
    (void) util_put(&u, ep, HOUR);

    tap_ok(clock_op(&u, 0).doubt == 0, "nothing is doubted");

    u.logs[WEBHOOK_STORE_LOG_ERROR] = 0;

    boot(&u, (int64_t) (8 * DAY + HOUR));

    c = clock_op(&u, 0);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(u.text, "has advanced by 193 hours") != NULL,
           "a clock that is days ahead is told (%s)", u.text);
    tap_ok(c.doubt == 8 * DAY + HOUR && !c.synced && c.wall == u.real,
           "and doubted");

    tap_ok(asks(&u, 0) == WEBHOOK_DEDUPE_SEEN && kept(&u) == 2
           && asks(&u, 0) == WEBHOOK_DEDUPE_SEEN,
           "nothing that is kept grows old by it");

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "what waits goes on");
    id = op.u.claim.leases[0].event.id;
    (void) util_complete(&u, id, ep, op.u.claim.leases[0].lease_token,
                         WEBHOOK_RETRY, MINUTE);
    webhook_op_free(&op);

    run(&u, MINUTE);

    tap_ok(util_claim(&u, &op, &ep, 10) == 1, "and retries have their time");
    webhook_op_free(&op);

    delivered(&u, ep);

    util_check(&u, "doubted");

    /* the time server answers: it was an hour that the machine was off */

    u.real -= 8 * DAY;
    synced = 1;

    for (i = 0; i < 9; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    (void) kept(&u);

    tap_ok(clock_op(&u, 0).doubt != 0, "for ten minutes it is doubted yet");

    synced = 0;
    (void) kept(&u);
    synced = 1;

    for (i = 0; i < 10; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    tap_ok(clock_op(&u, 0).doubt != 0, "ten minutes without a break");

    tap_ok(kept(&u) == 3 && clock_op(&u, 0).doubt == 0
           && asks(&u, 0) == WEBHOOK_DEDUPE_SEEN,
           "then it is not, and all is there");

    /* the age of what is kept is right from now on */

    run(&u, 7 * DAY - 2 * HOUR);

    tap_ok(kept(&u) == 3, "kept for seven days");

    run(&u, HOUR);

    tap_ok(kept(&u) == 1, "and no longer: the hour counted");

    run(&u, HOUR + MINUTE);

    tap_ok(asks(&u, 0) == WEBHOOK_DEDUPE_NEW, "so do keys of repeats");

    util_check(&u, "believed");
    util_free(&u);
}


/* The machine was off for eight days, really. */

static void
test_ahead_right(void)
{
    util_t    u;
    unsigned  i;
    uint64_t  ep;

    ep = start(&u);

    delivered(&u, ep);

    boot(&u, (int64_t) (8 * DAY));

    tap_ok(kept(&u) == 1, "off for eight days: doubted at first");

    synced = 1;

    for (i = 0; i <= 10; i++) {
        (void) kept(&u);
        run(&u, MINUTE);
    }

    tap_ok(kept(&u) == 0 && clock_op(&u, 0).doubt == 0,
           "once the clock is synchronized it is old");

    util_check(&u, "off");
    util_free(&u);
}


static void
test_accept(void)
{
    util_t              u;
    uint64_t            ep;
    webhook_op_clock_t  c;

    ep = start(&u);

    delivered(&u, ep);

    tap_ok(clock_op(&u, 1).doubt == 0 && kept(&u) == 1,
           "there is nothing to accept");

    boot(&u, (int64_t) (8 * DAY));

    c = clock_op(&u, 1);

    tap_ok(c.doubt == 0 && kept(&u) == 0, "accepted, it is right at once");

    /* a tool does it, while nginx has the store open */

    delivered(&u, ep);

    boot(&u, (int64_t) (8 * DAY));

    {
        util_t  tool = u;

        tool.st = NULL;
        tool.admin = 1;

        fflush(stdout);

        if (fork() == 0) {
            (void) util_open(&tool);
            c = clock_op(&tool, 1);
            util_close(&tool);
            _exit(c.doubt != 0);
        }

        wait(NULL);
    }

    tap_ok(clock_op(&u, 0).doubt == 0 && kept(&u) == 0,
           "by another process, too");

    util_check(&u, "accepted");
    util_free(&u);
}


/* Less than a day is nothing odd. */

static void
test_off(void)
{
    util_t    u;
    uint64_t  ep;

    ep = start(&u);

    u.keep = 20 * HOUR;
    boot(&u, 0);

    delivered(&u, ep);

    boot(&u, (int64_t) (19 * HOUR));

    tap_ok(clock_op(&u, 0).doubt == 0 && kept(&u) == 1, "19 hours off");

    boot(&u, (int64_t) (2 * HOUR));

    tap_ok(kept(&u) == 0, "and two more");

    util_free(&u);
}
