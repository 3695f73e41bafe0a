
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what came of sends, by minutes.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_task.h"


#define MINUTE  60000
#define DAY     (24 * 60)


static void test_minutes(void);
static void test_back(void);
static void test_week(void);
static void test_ahead(void);


int
main(void)
{
    test_minutes();
    test_back();
    test_week();
    test_ahead();

    return tap_done();
}


static webhook_ring_t
sum(util_t *u, const uint64_t *endpoints, uint32_t count, uint64_t from,
    uint64_t to, uint32_t step, uint32_t *rows)
{
    uint32_t         i;
    webhook_op_t     op;
    webhook_ring_t   s;

    memset(&op, 0, sizeof(op));
    memset(&s, 0, sizeof(s));

    op.type = WEBHOOK_OP_RINGS;
    op.u.rings.endpoints = endpoints;
    op.u.rings.endpoints_count = count;
    op.u.rings.from = from;
    op.u.rings.to = to;
    op.u.rings.step = step;

    if (util_apply(u, &op) != WEBHOOK_STORE_OK) {
        *rows = UINT32_MAX;
        return s;
    }

    *rows = op.u.rings.count;

    for (i = 0; i < op.u.rings.count; i++) {
        s.sends += op.u.rings.rings[i].sends;
        s.failed += op.u.rings.rings[i].failed;
        s.delivered += op.u.rings.rings[i].delivered;
        s.dead += op.u.rings.rings[i].dead;

        if (i == 0) {
            s.minute = op.u.rings.rings[i].minute;
        }
    }

    webhook_op_free(&op);

    return s;
}


/* Time goes by, for both clocks. */

static void
pass(util_t *u, uint64_t ms)
{
    u->clock += ms;
    u->real += ms;
}


/* All that is to go is removed. */

static void
swept(util_t *u)
{
    unsigned  more;

    do {
        (void) util_expire(u, 1000, &more);
    } while (more);
}


static void
test_minutes(void)
{
    util_t          u;
    uint64_t        ep[2], now;
    uint32_t        rows;
    unsigned        i;
    webhook_ring_t  s;

    util_init(&u);

    u.real = UTIL_WALL - UTIL_WALL % (60 * MINUTE);     /* a full hour */
    now = u.real / MINUTE;

    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    /* in each minute of two hours one to each, of which every fourth fails,
       for good or not */

    for (i = 0; i < 120; i++) {
        (void) ended(&u, ep[0], i % 4 ? WEBHOOK_DONE : WEBHOOK_FAILED);
        (void) ended(&u, ep[1], i % 4 ? WEBHOOK_DONE : WEBHOOK_RETRY);
        u.real += MINUTE;
    }

    s = sum(&u, ep, 1, now, now + 120, 1, &rows);

    tap_ok(rows == 120 && s.sends == 120 && s.failed == 30
           && s.delivered == 90 && s.dead == 30 && s.minute == now,
           "all minutes of one endpoint");

    s = sum(&u, ep, 2, now, now + 120, 1, &rows);

    tap_ok(rows == 120 && s.sends == 240 && s.failed == 60
           && s.delivered == 180 && s.dead == 30, "of two in sum");

    s = sum(&u, NULL, 0, now, now + 120, 1, &rows);

    tap_ok(rows == 120 && s.sends == 240 && s.delivered == 180, "of all");

    s = sum(&u, ep, 1, now + 7, now + 11, 1, &rows);

    tap_ok(rows == 4 && s.sends == 4 && s.minute == now + 7, "from, and to");

    s = sum(&u, ep, 1, now + 119, now + 120, 1, &rows);

    tap_ok(rows == 1 && s.sends == 1, "the one that is under way");

    s = sum(&u, ep, 2, now, now + 120, 60, &rows);

    tap_ok(rows == 2 && s.sends == 240 && s.minute == now, "by hours");

    s = sum(&u, ep, 1, now + 120, now + 300, 1, &rows);

    tap_ok(rows == 0, "a minute without any is left out");

    s = sum(&u, ep, 101, now, now + 1, 1, &rows);

    tap_ok(rows == UINT32_MAX, "not of more endpoints than there may be");

    webhook_store_close(u.st);
    util_open(&u);

    s = sum(&u, ep, 2, now, now + 120, 1, &rows);

    tap_ok(s.sends == 240 && s.delivered == 180, "opened again: the same");

    util_check(&u, "rings");
    util_free(&u);
}


/* The wall clock steps back: what was counted stays. */

static void
test_back(void)
{
    util_t          u;
    uint64_t        ep, now;
    uint32_t        rows;
    webhook_ring_t  s;

    util_init(&u);

    u.real = UTIL_WALL;
    now = u.real / MINUTE;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 100);

    (void) ended(&u, ep, WEBHOOK_DONE);
    u.real += 10 * MINUTE;
    (void) ended(&u, ep, WEBHOOK_DONE);
    u.real -= 10 * MINUTE;
    (void) ended(&u, ep, WEBHOOK_DONE);
    u.real += 10 * MINUTE;
    (void) ended(&u, ep, WEBHOOK_DONE);

    s = sum(&u, &ep, 1, now - 1, now + 20, 1, &rows);

    tap_ok(rows == 2 && s.sends == 4, "back and forth: nothing is lost");

    s = sum(&u, NULL, 0, now, now + 1, 1, &rows);

    tap_ok(rows == 1 && s.sends == 2, "nor counted twice");

    util_free(&u);
}


/* What is older than a week goes: as another hour comes, and of an endpoint
   that nothing is sent to any more. */

static void
test_week(void)
{
    util_t          u;
    uint64_t        ep[2], now;
    uint32_t        rows;
    unsigned        i;
    webhook_ring_t  s;

    util_init(&u);

    u.keep = WEBHOOK_NEVER;
    u.real = UTIL_WALL;
    now = u.real / MINUTE;

    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    (void) ended(&u, ep[1], WEBHOOK_DONE);
    u.real += MINUTE;
    (void) ended(&u, ep[1], WEBHOOK_DONE);

    for (i = 0; i < 9 * 24; i++) {
        (void) ended(&u, ep[0], WEBHOOK_DONE);
        pass(&u, 60 * MINUTE);
    }

    s = sum(&u, ep, 1, now, now + 9 * DAY, 60, &rows);

    tap_ok(rows > 7 * 24 - 3 && rows <= 7 * 24, "a week is told of: %u hours",
           rows);

    s = sum(&u, ep, 1, now, now + DAY, 60, &rows);

    tap_ok(rows == 0, "what is older went as others came");

    s = sum(&u, &ep[1], 1, now, now + 1, 1, &rows);

    tap_ok(s.sends == 1, "that of one that is quiet is there");

    pass(&u, 2 * 60 * MINUTE);
    swept(&u);

    s = sum(&u, &ep[1], 1, now, now + 1, 1, &rows);

    tap_ok(rows == 0, "until it is removed");

    s = sum(&u, ep, 1, now + 8 * DAY, now + 9 * DAY, 1, &rows);

    tap_ok(rows == 24, "and nothing that is younger");

    util_check(&u, "a week");
    util_free(&u);
}


/* The wall clock is more than a week ahead for some days, and is set back: then
   what was counted is there, what was before as well as what was meanwhile. */

static void
test_ahead(void)
{
    util_t          u;
    uint64_t        ep[2], now, ahead;
    uint32_t        rows;
    unsigned        i;
    webhook_ring_t  s;

    util_init(&u);

    u.keep = WEBHOOK_NEVER;
    u.real = UTIL_WALL;
    now = u.real / MINUTE;

    util_open(&u);

    ep[0] = util_endpoint(&u, "erp", 100);
    ep[1] = util_endpoint(&u, "crm", 100);

    (void) ended(&u, ep[1], WEBHOOK_DONE);

    for (i = 0; i < 8 * 24; i++) {
        (void) ended(&u, ep[0], WEBHOOK_DONE);
        pass(&u, 60 * MINUTE);
    }

    (void) ended(&u, ep[1], WEBHOOK_DONE);

    ahead = u.real / MINUTE + 8 * DAY;
    u.real += 8 * DAY * MINUTE;

    for (i = 0; i < 3 * 24; i++) {
        (void) ended(&u, ep[0], WEBHOOK_DONE);
        pass(&u, 60 * MINUTE);
        swept(&u);
    }

    u.real -= 8 * DAY * MINUTE;

    (void) ended(&u, ep[0], WEBHOOK_DONE);
    (void) ended(&u, ep[1], WEBHOOK_DONE);
    swept(&u);

    s = sum(&u, ep, 1, now + DAY + 60, now + 8 * DAY, 60, &rows);

    tap_ok(rows >= 7 * 24 - 1, "a clock that was ahead for days: %u hours "
           "before that are there", rows);

    s = sum(&u, ep, 1, ahead, ahead + 3 * DAY, 60, &rows);

    tap_ok(rows == 3 * 24, "and those that were counted meanwhile: %u", rows);

    s = sum(&u, &ep[1], 1, now + 7 * DAY, now + 12 * DAY, 60, &rows);

    tap_ok(s.sends == 2, "of one that is quiet, too");

    /* a week later the clock is believed again */

    for (i = 0; i < 8 * 24; i++) {
        pass(&u, 60 * MINUTE);
        swept(&u);
    }

    s = sum(&u, ep, 1, now, now + 8 * DAY, 60, &rows);

    tap_ok(rows == 0, "what is older than a week goes later");

    util_check(&u, "a clock that was ahead");
    util_free(&u);
}
