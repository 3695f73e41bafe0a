
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Words that somebody may have meant.
 */

#include "tap.h"
#include "core/base/webhook_near.h"


static size_t
test_near(const char *one, const char *two)
{
    size_t         n;
    webhook_str_t  a, b;

    a.data = (unsigned char *) one;
    a.len = strlen(one);
    b.data = (unsigned char *) two;
    b.len = strlen(two);

    n = webhook_near(&a, &b);

    return n == webhook_near(&b, &a) ? n : 99;
}


int
main(void)
{
    tap_ok(test_near("size", "size") == 0, "the same");
    tap_ok(test_near("sizes", "size") == 1, "a letter too many");
    tap_ok(test_near("ulr", "url") == 1, "two swapped");
    tap_ok(test_near("stauts", "status") == 1, "two swapped in the middle");
    tap_ok(test_near("atempt", "attempts") == 2, "two letters missing");
    tap_ok(test_near("inflght", "inflight") == 1, "one missing");
    tap_ok(test_near("POSt", "POST") == 1, "another letter");
    tap_ok(test_near("rat", "cut") == SIZE_MAX, "too much for short words");
    tap_ok(test_near("a", "b") == SIZE_MAX, "nothing in common");
    tap_ok(test_near("id", "if") == 1, "one of two");
    tap_ok(test_near("window", "hold") == SIZE_MAX, "other words");
    tap_ok(test_near("", "a") == SIZE_MAX, "an empty one");
    tap_ok(test_near("", "") == SIZE_MAX, "two empty ones");
    tap_ok(test_near("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a") == SIZE_MAX,
       "one of 33 letters");
    tap_ok(test_near("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") == 1,
       "two of 32 letters");

    return tap_done();
}
