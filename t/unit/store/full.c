
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the store: what happens when it is full.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_full.h"


static void test_full_of_owed(size_t body, uint64_t size, const char *name);
static void test_full_batches(uint32_t size);
static void test_full_of_finished(void);


int
main(void)
{
    fill_bytes();

    test_full_of_owed(2048, 16 << 20, "16m, 2 kB");
    test_full_of_owed(100, WEBHOOK_STORE_SIZE_MIN, "8m, 100 bytes");
    test_full_of_owed(200000, 24 << 20, "24m, 200 kB");
    test_full_batches(64);
    test_full_batches(1000);
    test_full_of_finished();

    return tap_done();
}


/* Every delivery fails three times with a long answer; refused outcomes. */

static unsigned
fail_thrice(util_t *u, uint64_t ep, unsigned n)
{
    unsigned      i, round, failed;
    webhook_op_t  op;

    static char   answer[1024];

    memset(answer, 'a', sizeof(answer));

    failed = 0;

    for (round = 0; round < 3; round++) {

        for (i = 0; i < n; i++) {
            util_complete_op(&op, held[i].id, ep, held[i].token,
                             WEBHOOK_RETRY, 0);

            op.u.complete.attempt.answer.data = (unsigned char *) answer;
            op.u.complete.attempt.answer.len = sizeof(answer);
            op.u.complete.lease = 30000;

            if (util_apply(u, &op) != WEBHOOK_STORE_OK
                || op.u.complete.next == NULL)
            {
                failed++;

            } else {
                held[i].id = op.u.complete.next->event.id;
                held[i].token = op.u.complete.next->lease_token;
            }

            webhook_op_free(&op);
        }
    }

    return failed;
}


/* Fills until refusal; what is owed is never lost, outcomes are always taken,
   also with attempts of any length, and then space comes back. */

static void
test_full_of_owed(size_t body, uint64_t size, const char *name)
{
    util_t                  u;
    uint64_t                ep;
    unsigned                i, n, failed, more;
    webhook_op_stats_t      s;
    webhook_store_result_e  result;

    util_init(&u);

    u.size = size;
    u.keep = (uint64_t) 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    result = WEBHOOK_STORE_OK;

    for (n = 0; n < FILL_MAX; n++) {
        result = put(&u, ep, body, 1, &held[n]);

        if (result != WEBHOOK_STORE_OK) {
            break;
        }
    }

    s = util_stats(&u, 0, NULL);

    tap_ok(result == WEBHOOK_STORE_FULL && n > 20,
           "%s: full after %u events, at %u percent", name, n,
           (unsigned) (s.used * 100 / s.size));
    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1
           && u.logs[WEBHOOK_STORE_LOG_EMERG] == 0,
           "%s: one line tells: %s", name, u.text);

    for (i = 0; i < 10; i++) {
        (void) put(&u, ep, body, 1, &held[n]);
    }

    tap_ok(u.logs[WEBHOOK_STORE_LOG_ERROR] == 1, "%s: and no more", name);

    /* every delivery fails three times with a long answer, then is done */

    failed = fail_thrice(&u, ep, n);

    s = util_stats(&u, 0, NULL);

    tap_ok(failed == 0, "%s: %u outcomes of %u were refused, now at %u "
           "percent", name, failed, 3 * n,
           (unsigned) (s.used * 100 / s.size));

    util_check(&u, name);

    tap_ok(util_expire(&u, 1000, &more) == 0, "%s: what is owed stays", name);

    for (i = 0; i < n; i++) {
        if (util_complete(&u, held[i].id, ep, held[i].token, WEBHOOK_DONE, 0)
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }
    }

    tap_ok(failed == 0, "%s: all are delivered", name);

    for (i = 0; i < 100000; i++) {
        if (util_expire(&u, 1000, &more) == UINT32_MAX || !more) {
            break;
        }
    }

    s = util_stats(&u, 0, NULL);

    tap_ok(!s.full && s.events > 0 && s.events < n,
           "%s: the oldest made room, %u percent is in use", name,
           (unsigned) (s.used * 100 / s.size));

    n = u.logs[WEBHOOK_STORE_LOG_NOTICE];

    result = put(&u, ep, body, 1, &held[0]);

    tap_ok(result == WEBHOOK_STORE_OK
           && u.logs[WEBHOOK_STORE_LOG_NOTICE] == n,
           "%s: it takes events again", name);

    u.clock += 10000;

    (void) put(&u, ep, 10, 1, &held[0]);

    tap_ok(u.logs[WEBHOOK_STORE_LOG_NOTICE] > n
           && u.logs[WEBHOOK_STORE_LOG_ERROR] == 1,
           "%s: and tells so when it lasted: %s", name, u.text);

    util_check(&u, name);
    util_free(&u);
}


/* The same in large batches on the smallest store: the reserve has to hold a
   copy of every page that a batch changes. */

static void
test_full_batches(uint32_t size)
{
    util_t          u;
    uint64_t        ep;
    uint32_t        i, j, n, count, failed;
    webhook_op_t   *ops, **list;
    webhook_put_t  *puts;

    util_init(&u);

    u.size = WEBHOOK_STORE_SIZE_MIN;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    ops = calloc(size, sizeof(webhook_op_t));
    list = calloc(size, sizeof(webhook_op_t *));
    puts = calloc(size, sizeof(webhook_put_t));

    n = 0;
    failed = 0;

    do {
        for (i = 0; i < size; i++) {
            memset(&puts[i], 0, sizeof(webhook_put_t));
            puts[i].lease = 1;

            util_put_op(&ops[i], &puts[i], util_id(&u), ep, bytes, 500);
            list[i] = &ops[i];
        }

        util_batch(&u, list, size);

        for (i = 0; i < size; i++) {

            if (ops[i].result == WEBHOOK_STORE_OK) {
                held[n].id = ops[i].u.put_event.id;
                held[n].token = puts[i].lease_token;
                n++;

            } else if (ops[i].result != WEBHOOK_STORE_FULL) {
                failed++;
            }
        }

    } while (ops[size - 1].result == WEBHOOK_STORE_OK);

    tap_ok(n > 1000 && failed == 0, "batches of %u: full after %u events",
           size, n);

    /* in an order that is not theirs, so that many pages are changed */

    for (j = 0; j < n; j += count) {

        count = size < n - j ? size : n - j;

        for (i = 0; i < count; i++) {
            held_t  *h = &held[((j + i) * 1009) % n];

            util_complete_op(&ops[i], h->id, ep, h->token,
                             WEBHOOK_RETRY, 1000);
        }

        util_batch(&u, list, count);

        for (i = 0; i < count; i++) {
            if (ops[i].result != WEBHOOK_STORE_OK
                && n % 1009 != 0)
            {
                failed++;
            }
        }
    }

    tap_ok(failed == 0, "batches of %u: %u outcomes were refused", size,
           failed);

    util_check(&u, "full in batches");
    util_free(&u);

    free(ops);
    free(list);
    free(puts);
}


/* History alone never makes it full. */

static void
test_full_of_finished(void)
{
    util_t     u;
    uint64_t   ep;
    unsigned   i, refused, failed, warned;

    util_init(&u);

    u.size = 16 << 20;
    u.keep = (uint64_t) 3600000;

    util_open(&u);

    ep = util_endpoint(&u, "erp", 10);

    refused = 0;
    failed = 0;

    for (i = 0; i < 10000; i++) {

        if (put(&u, ep, 4000, 1, &held[0]) != WEBHOOK_STORE_OK) {
            refused++;
            continue;
        }

        if (util_complete(&u, held[0].id, ep, held[0].token, WEBHOOK_DONE, 0)
            != WEBHOOK_STORE_OK)
        {
            failed++;
        }

        if (i % 50 == 0 && util_expire(&u, 100, NULL) == UINT32_MAX) {
            failed++;
        }
    }

    warned = u.logs[WEBHOOK_STORE_LOG_WARN];

    tap_ok(refused == 0 && failed == 0, "a small store of history takes 40 MB "
           "in its turn (%u refused, %u failed)", refused, failed);
    tap_ok(warned <= 1, "and warns once at most");

    util_check(&u, "history");
    util_free(&u);
}
