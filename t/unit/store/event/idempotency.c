
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: events whose request was repeated.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_idempotency.h"


static void test_repeat(void);
static void test_batch(void);
static void test_expire(void);
static void test_bound(void);


int
main(void)
{
    test_repeat();
    test_batch();
    test_expire();
    test_bound();

    return tap_done();
}


static void
test_repeat(void)
{
    util_t        u;
    webhook_op_t  op;
    webhook_id_t  a, b, c;

    util_init(&u);
    util_open(&u);
    util_endpoint(&u, "erp", 8);

    tap_ok(put(&u, &op, 1, 1, &a) == 1 && !op.u.put_event.differs,
           "the first is an event");
    tap_ok(put(&u, &op, 1, 1, &a) == 0, "the same is a repeat of it");
    tap_ok(put(&u, &op, 1, 2, &b) == 1 && op.u.put_event.differs,
           "another body is an event of its own, which is told");
    tap_ok(put(&u, &op, 1, 2, &b) == 0 && !op.u.put_event.differs,
           "and may be repeated too");
    tap_ok(put(&u, &op, 1, 1, &a) == 0, "the first still is known");
    tap_ok(put(&u, &op, 2, 1, &c) == 1 && !op.u.put_event.differs,
           "another key is another matter");
    tap_ok(util_stats(&u, 0, NULL).events == 3, "three events");
    tap_ok(util_stats(&u, 0, NULL).idempotency == 3, "of three keys");

    util_check(&u, "repeats");

    util_close(&u);
    util_open(&u);

    tap_ok(put(&u, &op, 1, 2, &b) == 0, "known after a restart");

    /* the same operation once more, since its outcome was not known */

    webhook_put_t  d;

    put_op(&u, &op, &d, 7, 1);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK
           && util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && same(&op.u.put_event.first, &op.u.put_event.id),
           "a put that is repeated is its own");

    put_op(&u, &op, &d, 1, 1);
    op.u.put_event.idempotency.keep = 0;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "without a key it is new");

    util_free(&u);
}


/* Requests of one moment go into one transaction. */

static void
test_batch(void)
{
    util_t         u;
    unsigned       i, n;
    webhook_op_t   ops[8], *list[8];
    webhook_put_t  puts[8];

    util_init(&u);
    util_open(&u);
    util_endpoint(&u, "erp", 8);

    for (i = 0; i < 8; i++) {
        put_op(&u, &ops[i], &puts[i], 1, i % 2);
        list[i] = &ops[i];
    }

    util_batch(&u, list, 8);

    n = 0;

    for (i = 0; i < 8; i++) {
        if (ops[i].result == (i < 2 ? WEBHOOK_STORE_OK
                                    : WEBHOOK_STORE_DUPLICATE)
            && same(&ops[i].u.put_event.first, &ops[i % 2].u.put_event.id))
        {
            n++;
        }
    }

    tap_ok(n == 8, "repeats within a batch");
    tap_ok(util_stats(&u, 0, NULL).events == 2, "two events");

    util_check(&u, "a batch");
    util_free(&u);
}


static void
test_expire(void)
{
    util_t         u;
    unsigned       i, more, steps;
    webhook_op_t   op;
    webhook_id_t   a, other;

    util_init(&u);
    u.keep = 1000;
    util_open(&u);

    /* nobody wants it, so that it is history at once */

    tap_ok(put(&u, &op, 1, 1, &a) == 1, "an event");

    op.u.put_event.count = 0;
    op.u.put_event.id = util_id(&u);
    op.u.put_event.idempotency.key[0] = 9;

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_OK, "one that nobody wants");

    other = op.u.put_event.id;

    u.clock += 2000;

    while (util_expire(&u, 100, &more) > 0) { /* void */ }

    op.u.put_event.id = util_id(&u);

    tap_ok(util_apply(&u, &op) == WEBHOOK_STORE_DUPLICATE
           && same(&op.u.put_event.first, &other),
           "an event that was removed still has repeats");

    u.clock += KEEP - 2000 - 1;

    tap_ok(put(&u, &op, 1, 1, &a) == 0, "it is known to its last moment");

    u.clock += 1;

    tap_ok(put(&u, &op, 1, 1, &other) == 1 && !op.u.put_event.differs,
           "and not longer, also before it was removed");

    util_check(&u, "one that ended was replaced");

    for (i = 0; i < 1000; i++) {
        (void) put(&u, &op, 100 + i, 1, &a);
    }

    u.clock += KEEP;
    steps = 0;

    for ( ;; ) {
        i = util_expire(&u, 100, &more);

        if (i == 0) {
            break;
        }

        if (i > 100 || ++steps > 100) {
            break;
        }
    }

    tap_ok(i == 0 && steps >= 10, "they go in steps");
    tap_ok(util_stats(&u, 0, NULL).idempotency == 0, "all of them");

    util_check(&u, "all ended");
    util_free(&u);
}


static void
test_bound(void)
{
    util_t        u;
    unsigned      i;
    webhook_op_t  op;
    webhook_id_t  a;

    util_init(&u);
    u.idempotency_rows = 10;
    util_open(&u);
    util_endpoint(&u, "erp", 8);

    for (i = 0; i < 10; i++) {
        if (put(&u, &op, i, 1, &a) != 1 || op.u.put_event.unprotected) {
            break;
        }
    }

    tap_ok(i == 10, "as many as there may be");
    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 0, "without a word");

    for (i = 10; i < 20; i++) {
        if (put(&u, &op, i, 1, &a) != 1 || !op.u.put_event.unprotected) {
            break;
        }
    }

    tap_ok(i == 20, "more are events without protection");
    tap_ok(u.logs[WEBHOOK_STORE_LOG_WARN] == 1, "which is told, once");
    tap_ok(strstr(u.text, "idempotency_rows") != NULL,
           "with what can be done");
    tap_ok(util_stats(&u, 0, NULL).events == 20
           && util_stats(&u, 0, NULL).idempotency == 10, "none is lost");

    (void) put(&u, &op, 0, 1, &a);

    tap_ok(op.result == WEBHOOK_STORE_DUPLICATE, "those before are known");

    u.clock += KEEP;

    tap_ok(put(&u, &op, 30, 1, &a) == 1 && !op.u.put_event.unprotected
           && put(&u, &op, 30, 1, &a) == 0, "those that ended make room");

    util_check(&u, "at the bound");
    util_free(&u);

    /* without a number it goes by the size */

    util_init(&u);
    u.size = 16 << 20;
    util_open(&u);
    util_endpoint(&u, "erp", 8);

    for (i = 0; i < 5000; i++) {
        if (put(&u, &op, i, 1, &a) != 1 || op.u.put_event.unprotected) {
            break;
        }
    }

    tap_ok(i == 4096, "one for each 4 kB of the store");

    util_free(&u);
}
