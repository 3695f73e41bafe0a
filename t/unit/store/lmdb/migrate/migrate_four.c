
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 4 is read as it is, and brought to the
 * format of today, with all that was in it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"
#include "store_listed.h"
#include "store_object.h"


static void test_old(void);
static void test_opened(void);
static void test_again(void);


int
main(void)
{
    test_old();
    test_opened();
    test_again();

    return tap_done();
}


static void
four_init(util_t *u)
{
    one_init_file(u, FOUR_FILE);

    u->clock += 600000;
    u->real = FOUR_WALL + 600000;
    u->wall = u->real;
}


/* What is listed of the endpoint in a state, in both orders. */

static uint64_t
listed(util_t *u, webhook_state_e state)
{
    uint64_t          n[2];
    unsigned          ordered[2];
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.endpoint = util_name("shop");
    f.state = state;

    n[0] = task_listed(u, &f, 200, &ordered[0]);

    f.oldest = 1;

    n[1] = task_listed(u, &f, 7, &ordered[1]);

    return n[0] == n[1] && ordered[0] && ordered[1] ? n[0] : UINT64_MAX;
}


/* Of those that wait: how many are in the index; *marked are not. */

static uint64_t
in_index(util_t *u, uint32_t *marked)
{
    return rows(u, util_name("shop"), marked) - 1;      /* which is dead */
}


/* Tools list what waits without the index. */

static void
test_old(void)
{
    util_t    u;
    uint64_t  looked, faults;

    four_init(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 4,
           "format 4 can be read");
    tap_ok(one_sound(&u), "what format 3 had is there, and sound");
    tap_ok(listed(&u, WEBHOOK_PENDING) == FOUR_EVENTS
           && listed(&u, WEBHOOK_DEAD) == 1, "all that wait are listed");
    tap_ok(util_check_op(&u, &looked, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "it is checked");

    util_close(&u);

    u.readonly = 0;
    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 4") != NULL,
           "a tool writes nothing to it: %s", u.text);

    util_free(&u);
}


static void
test_opened(void)
{
    util_t        u;
    uint64_t      ep;
    uint32_t      marked;
    unsigned      i;
    webhook_op_t  op;

    four_init(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT
           && strstr(u.text, "now has format 7, ") != NULL,
           "it is brought to the format of today: %s", u.text);
    tap_ok(one_sound(&u), "what format 3 had is there, and sound");
    tap_ok(in_index(&u, &marked) == FOUR_EVENTS && marked == 0,
           "what waits is in the index");
    tap_ok(listed(&u, WEBHOOK_PENDING) == FOUR_EVENTS
           && listed(&u, WEBHOOK_DEAD) == 1
           && listed(&u, WEBHOOK_DELIVERED) == 1, "and listed");

    ep = util_name("shop");

    for (i = 0; i < 10; i++) {
        (void) util_put(&u, ep, 0);
        u.clock++;
        u.real++;
    }

    tap_ok(in_index(&u, &marked) == FOUR_EVENTS && marked == 10
           && listed(&u, WEBHOOK_PENDING) == FOUR_EVENTS + 10,
           "new ones are not, and are listed too");

    util_check(&u, "new ones");

    for (i = 0; i < 5; i++) {
        (void) task_end(&u, ep, WEBHOOK_DONE);
    }

    tap_ok(in_index(&u, &marked) == FOUR_EVENTS - 5 && marked == 10,
           "what was there before goes first");

    memset(&op, 0, sizeof(op));
    op.type = WEBHOOK_OP_RINGS;
    op.u.rings.endpoints = &ep;
    op.u.rings.endpoints_count = 1;
    op.u.rings.from = FOUR_WALL / 60000;
    op.u.rings.to = FOUR_WALL / 60000 + 2;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK && op.u.rings.count == 2
           && op.u.rings.rings[0].delivered == 1
           && op.u.rings.rings[1].dead == 1, "its minutes are there");

    webhook_op_free(&op);

    tap_ok(object_get(&u, &op, "ep_1") != NULL, "its object");

    webhook_op_free(&op);

    object_record_op(&op, "a", "");
    object_once(&op.u.record.once, 1, 1, 1, "");
    op.u.record.ask = 1;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && object_is(&op.u.record.once.first, "the answer"),
           "its answer");

    webhook_op_free(&op);

    /* those that were put after the task was made are none of its own */

    tap_ok(task_run(&u, NULL) == FOUR_EVENTS - 5
           && listed(&u, WEBHOOK_PENDING) == 10
           && in_index(&u, &marked) == 0 && marked == 10,
           "its task goes on, and cancels what waited");

    util_check(&u, "the task");
    util_free(&u);
}


/* A step of the migration may be done again, with a store that has marks. */

static void
test_again(void)
{
    util_t         u;
    size_t         len;
    uint32_t       marked;
    unsigned       i;
    unsigned char  buf[WEBHOOK_ROW_MAX];

    four_init(&u);

    util_open(&u);

    for (i = 0; i < 10; i++) {
        (void) util_put(&u, util_name("shop"), 0);
        u.clock++;
        u.real++;
    }

    len = webhook_row_write_format(buf, 4);
    tamper(&u, WEBHOOK_DB_META, "format", 6, buf, len);

    util_close(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT
           && in_index(&u, &marked) == FOUR_EVENTS && marked == 10,
           "done again");

    util_check(&u, "done again");
    util_free(&u);
}
