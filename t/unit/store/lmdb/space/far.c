
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Far from full how much is in use is told roughly: marks and warnings come
 * where they should all the same, and what is freed is as good as new.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "store_util.h"
#include "store_full.h"


#define BODY  250000


static void test_fill(util_t *u, uint64_t ep, const char *what);


int
main(void)
{
    util_t    u;
    uint64_t  ep;

    fill_bytes();

    util_init(&u);

    u.size = 64 << 20;
    u.keep = 200;

    util_open(&u);

    ep = util_endpoint(&u, "erp", FILL_MAX);

    test_fill(&u, ep, "a new store");
    test_fill(&u, ep, "the same, emptied");

    util_check(&u, "far");
    util_free(&u);

    return tap_done();
}


/* Fills it, and lets all of it go again. */

static void
test_fill(util_t *u, uint64_t ep, const char *what)
{
    unsigned             i, n, warned, failed;
    uint64_t             at;
    webhook_op_stats_t   s;

    warned = u->logs[WEBHOOK_STORE_LOG_WARN];
    at = 0;

    for (n = 0; n < FILL_MAX; n++) {

        if (put(u, ep, BODY, 1, &held[n]) != WEBHOOK_STORE_OK) {
            break;
        }

        if (at == 0 && u->logs[WEBHOOK_STORE_LOG_WARN] > warned) {
            at = util_stats(u, 0, NULL).used;
        }
    }

    s = util_stats(u, 0, NULL);

    tap_ok(n > 100 && s.used <= s.mark && s.used + 2 * BODY > s.mark,
           "%s takes events up to its mark: %u, %llu of %llu kB", what, n,
           (unsigned long long) s.used / 1024,
           (unsigned long long) s.mark / 1024);

    tap_ok(at >= s.warn && at < s.warn + 4 * BODY,
           "%s warns where it should: %llu, %llu kB", what,
           (unsigned long long) at / 1024, (unsigned long long) s.warn / 1024);

    failed = 0;

    for (i = 0; i < n; i++) {
        failed += util_complete(u, held[i].id, ep, held[i].token, WEBHOOK_DONE,
                                0)
                  != WEBHOOK_STORE_OK;
    }

    u->clock += 60000;

    while (util_expire(u, 100, NULL)) {
        /* void */
    }

    u->clock += 60000;

    (void) util_expire(u, 100, NULL);

    s = util_stats(u, 0, NULL);

    tap_ok(failed == 0 && s.used < 2 * 1024 * 1024,
           "%s: all of it is gone, %llu kB are in use", what,
           (unsigned long long) s.used / 1024);
}
