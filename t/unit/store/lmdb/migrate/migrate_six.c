
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 6 is read as it is, and brought to the
 * format of today, with all that was in it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"
#include "store_ship.h"


static void test_old(void);
static void test_opened(void);


int
main(void)
{
    test_old();
    test_opened();

    return tap_done();
}


static void
six_init(util_t *u)
{
    one_init_file(u, SIX_FILE);

    u->clock += 1200000;
    u->real = SIX_WALL + 600000;
    u->wall = u->real;
}


/* What an endpoint has in the states. */

static int
six_are(util_t *u, uint64_t pending, uint64_t delivered, uint64_t dead)
{
    webhook_endpoint_stats_t  e;

    (void) util_stats(u, util_name("mall"), &e);

    return e.states[WEBHOOK_PENDING] == pending
           && e.states[WEBHOOK_DELIVERED] == delivered
           && e.states[WEBHOOK_DEAD] == dead;
}


static void
test_old(void)
{
    util_t    u;
    uint64_t  looked, faults;

    six_init(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 6,
           "format 6 can be read");
    tap_ok(one_sound(&u)
           && six_are(&u, 1 + SIX_FIRST + SIX_KEY, 1, 1),
           "what was in it is there");
    tap_ok(ship_state(&u).epoch == 0, "its node is in no cluster");
    tap_ok(util_check_op(&u, &looked, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "it is checked");

    util_close(&u);

    u.readonly = 0;
    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 6") != NULL,
           "a tool writes nothing to it: %s", u.text);

    util_free(&u);
}


static void
test_opened(void)
{
    util_t        u;
    uint64_t      ep, token;
    unsigned      i, good;
    webhook_id_t  id;

    six_init(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT,
           "it is brought to the format of today");
    tap_ok(one_sound(&u)
           && six_are(&u, 1 + SIX_FIRST + SIX_KEY, 1, 1),
           "what was in it is there");

    /* whoever had it open is gone, with what it had leased ahead */

    ep = util_endpoint(&u, "pool", 2);

    (void) util_takeover(&u);

    for (i = 0; (token = ship_claim(&u, ep, &id, NULL)) != 0; i++) {
        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(i == SIX_POOL - 1, "what was leased, or ahead, is sent");

    util_check(&u, "opened");

    ep = util_endpoint(&u, "mall", 1);

    good = 1;

    for (i = 0; i < 3; i++) {
        token = ship_claim(&u, ep, &id, NULL);

        good &= token != 0;

        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(good, "what waits is sent");

    /* its node joins a cluster */

    (void) ship_epoch(&u, 7);

    tap_ok(ship_all(&u, 1) > SIX_FIRST
           && ship_claim(&u, ep, &id, NULL) == 0,
           "all of it can be shipped");

    util_check(&u, "shipped");

    util_close(&u);
    util_open(&u);

    (void) ship_fence(&u, 3600000);

    for (i = 0; (token = ship_claim(&u, ep, &id, NULL)) != 0; i++) {
        (void) util_complete(&u, id, ep, token, WEBHOOK_DONE, 0);
    }

    tap_ok(i >= SIX_FIRST + SIX_KEY - 3, "and sent");

    util_check(&u, "sent");
    util_free(&u);
}
