
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: how many repeats are known, and until when.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_dedupe.h"


static void test_bounds(void);
static void test_full(void);
static void test_rows(void);
static void test_expire(void);


int
main(void)
{
    test_bounds();
    test_full();
    test_rows();
    test_expire();

    return tap_done();
}


static void
test_bounds(void)
{
    util_t        u;
    uint64_t      token;
    webhook_op_t  op;

    static char   answer[4098];

    util_init(&u);
    util_open(&u);

    memset(answer, 'a', sizeof(answer) - 1);

    (void) reserve(&u, 1, 1000, &token);

    tap_ok(settle(&u, 1, token, 1000, 200, answer)
           == WEBHOOK_STORE_UNAVAILABLE, "an answer has a bound");

    answer[4096] = '\0';

    tap_ok(settle(&u, 1, token, 1000, 200, answer) == WEBHOOK_STORE_OK,
           "of 4096 bytes");

    reserve_op(&op, 1, 0);

    (void) util_apply(&u, &op);

    tap_ok(op.u.reserve.answer.text.len == 4096
           && memcmp(op.u.reserve.answer.text.data, answer, 4096) == 0,
           "all of them are kept");

    webhook_op_free(&op);

    util_close(&u);

    u.admin = 1;

    util_open(&u);

    tap_ok(reserve(&u, 2, 1000, NULL) == -1, "a tool reserves nothing");

    u.admin = 0;

    util_check(&u, "bounds");
    util_free(&u);
}


/* A store without room takes no reservation, but settles those it took. */

static void
test_full(void)
{
    util_t        u;
    unsigned      n, failed;
    uint64_t      ep, token;
    webhook_id_t  id;
    webhook_op_t  op;
    webhook_put_t put;

    static char   body[4000];

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 1);

    (void) reserve(&u, 1, 100000, &token);

    memset(body, 'b', sizeof(body));

    for (n = 0; n < 10000; n++) {
        memset(&put, 0, sizeof(put));
        id = util_id(&u);

        util_put_op(&op, &put, id, ep, body, sizeof(body));

        if (util_apply(&u, &op) != WEBHOOK_STORE_OK) {
            break;
        }
    }

    failed = 0;

    for (n = 100; n < 1000; n++) {
        reserve_op(&op, n, 1000);

        if (util_apply(&u, &op) == WEBHOOK_STORE_FULL) {
            failed = 1;
            break;
        }
    }

    tap_ok(failed, "a full store takes no reservation");
    tap_ok(settle(&u, 1, token, 100000, 200, "an answer") == WEBHOOK_STORE_OK,
           "but settles one");

    reserve_op(&op, 1, 1000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && op.u.reserve.state == WEBHOOK_DEDUPE_SEEN
           && op.u.reserve.answer.status == 200, "so that it is not done again");

    webhook_op_free(&op);

    util_check(&u, "full");
    util_free(&u);
}


/* No more keys than may be are known, and none goes before its end. */

static void
test_rows(void)
{
    util_t        u;
    uint64_t      token;
    unsigned      i, n;
    webhook_op_t  op;

    util_init(&u);
    u.dedupe_rows = 10;
    util_open(&u);

    for (i = 0; i < 10; i++) {
        if (reserve(&u, i, 1000, &token) != WEBHOOK_DEDUPE_NEW
            || settle(&u, i, token, 50000 + i, 200, "ok") != WEBHOOK_STORE_OK)
        {
            break;
        }
    }

    tap_ok(i == 10 && u.logs[WEBHOOK_STORE_LOG_ERROR] == 0,
           "as many as may be are known");

    reserve_op(&op, 100, 1000);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_FULL && op.u.reserve.bound,
           "one more is refused, and told why");

    (void) reserve(&u, 101, 1000, NULL);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && strstr(u.text, "dedupe_rows") != NULL, "so is the log, once: %s",
           u.text);

    n = 0;

    for (i = 0; i < 10; i++) {
        n += reserve(&u, i, 1000, NULL) == WEBHOOK_DEDUPE_SEEN;
    }

    tap_ok(n == 10, "those before are known");

    u.clock += 50001;

    tap_ok(reserve(&u, 100, 1000, NULL) == WEBHOOK_DEDUPE_NEW
           && reserve(&u, 9, 1000, NULL) == WEBHOOK_DEDUPE_SEEN,
           "one that has ended makes room");

    util_check(&u, "rows");
    util_free(&u);
}


static void
test_expire(void)
{
    util_t    u;
    unsigned  i, steps, more, bad;
    uint32_t  n, count;
    uint64_t  token;

    util_init(&u);
    util_open(&u);

    for (i = 0; i < 1000; i++) {
        (void) reserve(&u, i, 1000, &token);

        if (i % 2) {
            (void) settle(&u, i, token, i % 4 == 1 ? 2000 : 900000, 200, "ok");
        }
    }

    tap_ok(util_expire(&u, 100, NULL) == 0, "nothing is over yet");

    u.clock += 2000;

    count = 0;
    bad = 0;

    for (steps = 0, more = 1; more && steps < 100; steps++) {
        more = 0;
        n = util_expire(&u, 100, &more);

        if (n > 100) {
            bad++;
        }

        count += n;
    }

    tap_ok(count == 750 && bad == 0 && steps == 8,
           "750 of 1000 are over, and go in %u steps", steps);
    tap_ok(reserve(&u, 3, 1000, NULL) == WEBHOOK_DEDUPE_SEEN,
           "the rest is known");

    util_check(&u, "expired");
    util_free(&u);
}
