
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: one of format 5, whose index has a row for each delivery,
 * is read as it is, and goes on with rows of many.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_one.h"
#include "store_listed.h"


#define FIVE_PENDING  (FIVE_RETRY + FIVE_PARKED + 1)


static void
five_init(util_t *u)
{
    one_init_file(u, FIVE_FILE);

    u->clock += 600000;
    u->real = FOUR_WALL + 600000;
    u->wall = u->real;
}


static int
dead(util_t *u, uint64_t n)
{
    unsigned          ordered[2];
    webhook_filter_t  f;

    memset(&f, 0, sizeof(f));

    f.endpoint = util_name("shop");
    f.state = WEBHOOK_DEAD;

    if (task_listed(u, &f, 7, &ordered[0]) != n) {
        return 0;
    }

    f.oldest = 1;

    return task_listed(u, &f, 13, &ordered[1]) == n && ordered[0]
           && ordered[1];
}


static void
test_old(void)
{
    util_t    u;
    uint64_t  looked, faults, in;

    five_init(&u);

    u.readonly = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK && util_lmdb(&u)->format == 5,
           "format 5 can be read");
    tap_ok(waits(&u, util_name("shop"), FIVE_PENDING) && dead(&u, FIVE_DEAD),
           "all are listed");
    tap_ok(rows_written_in(&u, &in) == in && in > FIVE_PARKED,
           "in a row each");
    tap_ok(util_check_op(&u, &looked, &faults) == WEBHOOK_STORE_OK
           && faults == 0, "it is checked");

    util_close(&u);

    u.readonly = 0;
    u.admin = 1;

    tap_ok(util_open(&u) == WEBHOOK_STORE_UNAVAILABLE
           && strstr(u.text, "has format 5") != NULL,
           "a tool writes nothing to it: %s", u.text);

    util_free(&u);
}


static void
test_opened(void)
{
    util_t        u;
    int           good;
    uint64_t      ep, n, in;
    uint32_t      marked;
    unsigned      i;
    webhook_op_t  op;

    five_init(&u);

    tap_ok(util_open(&u) == WEBHOOK_STORE_OK
           && util_lmdb(&u)->format == WEBHOOK_STORE_FORMAT
           && strstr(u.text, "now has format 7, ") != NULL,
           "it is brought to the format of today: %s", u.text);

    ep = util_name("shop");

    tap_ok(waits(&u, ep, FIVE_PENDING) && dead(&u, FIVE_DEAD),
           "all are listed");

    util_check(&u, "opened");

    /* the keys's are sent one after the other; and the retries, which fail */

    n = FIVE_PENDING;
    good = 1;

    for (i = 0; i < FIVE_PARKED / 2; i++) {
        good &= task_end(&u, ep, WEBHOOK_DONE);
        good &= waits(&u, ep, --n);
    }

    tap_ok(good, "some are sent");
    util_check(&u, "some are sent");

    u.clock += 3600000;
    u.real += 3600000;

    for (i = 0; task_end(&u, ep, WEBHOOK_FAILED); i++) {
        good &= waits(&u, ep, --n);
    }

    tap_ok(good && n == 0 && dead(&u, FIVE_DEAD + i)
           && i == FIVE_PENDING - FIVE_PARKED / 2, "others are dead");
    util_check(&u, "others are dead");

    (void) rows_written_in(&u, &in);

    tap_ok(rows(&u, ep, &marked) == FIVE_DEAD + i && marked == 0
           && in <= (FIVE_DEAD + i) / 2,
           "they have fewer rows: %llu", (unsigned long long) in);

    task_op(&op, WEBHOOK_TASK_RETRY, util_id(&u), u.real);
    op.u.task.filter.state = WEBHOOK_DEAD;

    tap_ok(task_all(&u, &op) == FIVE_DEAD + i && dead(&u, 0)
           && waits(&u, ep, FIVE_DEAD + i), "all are retried");

    util_check(&u, "all are retried");
    util_free(&u);
}


int
main(void)
{
    test_old();
    test_opened();

    return tap_done();
}
