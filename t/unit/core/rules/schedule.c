
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * The retry schedule: O8 (the gap doubles) and O9 (12 sends, 2047 minutes).
 */

#include "tap.h"
#include "core/rules/webhook_schedule.h"


#define TEST_DECADE  (3650ULL * 24 * 3600 * 1000)


static webhook_schedule_t
test_schedule(uint32_t attempts, uint64_t first, uint32_t factor,
    uint64_t max, uint32_t jitter)
{
    webhook_schedule_t  s;

    s.attempts = attempts;
    s.first = first;
    s.factor = factor;
    s.max = max;
    s.jitter = jitter;

    return s;
}


static void
test_default(void)
{
    uint32_t            i, wrong;
    uint64_t            sum, gap;
    webhook_schedule_t  s;

    s = test_schedule(12, 60000, 2000, 0, 0);

    sum = 0;
    wrong = 0;

    for (i = 1; i <= 11; i++) {
        gap = webhook_schedule_gap(&s, i, i * 0x10203040);
        sum += gap;
        wrong += (gap != 60000ULL << (i - 1));
    }

    tap_ok(wrong == 0, "O8: gaps of 1, 2, 4 ... 1024 minutes");
    tap_ok(sum == 2047 * 60000ULL, "O9: 2047 minutes in all");
    tap_ok(webhook_schedule_gap(&s, 12, 0) == 0,
           "O9: nothing after the twelfth send");
    tap_ok(webhook_schedule_gap(&s, 13, 0) == 0
           && webhook_schedule_gap(&s, UINT32_MAX, 0) == 0,
           "O9: nor after any later one");
    tap_ok(webhook_schedule_gap(&s, 0, 0) == 0,
           "a send number 0 has no gap");

    s = test_schedule(1, 60000, 2000, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 1, 0) == 0, "attempts=1 is one send");

    s = test_schedule(0, 60000, 2000, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 1, 0) == 0, "attempts=0 never repeats");
}


static void
test_factor(void)
{
    webhook_schedule_t  s;

    s = test_schedule(100, 1000, 1000, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 99, 0) == 1000, "factor=1 keeps the gap");

    s = test_schedule(100, 1000, 1500, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 2, 0) == 1500
           && webhook_schedule_gap(&s, 3, 0) == 2250
           && webhook_schedule_gap(&s, 5, 0) == 5062,
           "factor=1.5 rounds down at the end only");

    s = test_schedule(100, 1, 1100, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 26, 0) == 10,
           "factor=1.1 grows from one millisecond too");

    s = test_schedule(100, 1000, 500, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 2, 0) == 500
           && webhook_schedule_gap(&s, 90, 0) == 1,
           "a factor below one shrinks the gap to 1 ms, never 0");

    s = test_schedule(100, 0, 2000, 0, 0);
    tap_ok(webhook_schedule_gap(&s, 1, 0) == 1, "first=0 is 1 ms");
}


static void
test_bounds(void)
{
    webhook_schedule_t  s;

    s = test_schedule(100, 1000, 2000, 5000, 0);
    tap_ok(webhook_schedule_gap(&s, 3, 0) == 4000
           && webhook_schedule_gap(&s, 4, 0) == 5000
           && webhook_schedule_gap(&s, 99, 0) == 5000, "max= bounds the gap");

    s = test_schedule(100, 9000, 2000, 5000, 0);
    tap_ok(webhook_schedule_gap(&s, 1, 0) == 5000, "max= bounds the first");

    s = test_schedule(UINT32_MAX, 60000, 2000, 0, 0);
    tap_ok(webhook_schedule_gap(&s, UINT32_MAX - 1, 0) == TEST_DECADE,
           "a gap that would overflow is ten years");

    s = test_schedule(UINT32_MAX, UINT64_MAX, UINT32_MAX, UINT64_MAX,
                      UINT32_MAX);
    tap_ok(webhook_schedule_gap(&s, 7, UINT32_MAX) == TEST_DECADE,
           "so is one of extreme settings");

    s = test_schedule(UINT32_MAX, 1, 1001, 0, 0);
    tap_ok(webhook_schedule_gap(&s, UINT32_MAX - 1, 0) == TEST_DECADE,
           "so is the end of a very slow growth");
}


static void
test_jitter(void)
{
    uint32_t            i, wrong;
    uint64_t            gap;
    webhook_schedule_t  s;

    s = test_schedule(12, 1000, 2000, 0, 250);

    tap_ok(webhook_schedule_gap(&s, 1, 0) == 1000, "no jitter at the least");
    tap_ok(webhook_schedule_gap(&s, 1, UINT32_MAX) == 1250,
           "all of it at the most");
    tap_ok(webhook_schedule_gap(&s, 3, UINT32_MAX / 2) == 4499
           || webhook_schedule_gap(&s, 3, UINT32_MAX / 2) == 4500,
           "half of it in between, in proportion to the gap");

    wrong = 0;

    for (i = 0; i < 10000; i++) {
        gap = webhook_schedule_gap(&s, 2, i * 429496u);
        wrong += (gap < 2000 || gap > 2500);
    }

    tap_ok(wrong == 0, "jitter is only ever added, within its share");

    s = test_schedule(12, 1000, 2000, 1000, 250);
    tap_ok(webhook_schedule_gap(&s, 5, UINT32_MAX) == 1250,
           "jitter spreads gaps that max= made equal");
}


int
main(void)
{
    test_default();
    test_factor();
    test_bounds();
    test_jitter();

    return tap_done();
}
