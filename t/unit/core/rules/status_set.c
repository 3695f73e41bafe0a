
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Sets of statuses: O7, by default 200 alone is a success.
 */

#include "tap.h"
#include "core/rules/webhook_status_set.h"


static int
test_parse(const char *text, webhook_status_set_t *set)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return webhook_status_set_parse(&s, set);
}


static unsigned
test_count(const webhook_status_set_t *set)
{
    unsigned  i, n;

    n = 0;

    for (i = 0; i < 2000; i++) {
        n += webhook_status_set_has(set, i);
    }

    return n;
}


int
main(void)
{
    size_t                i;
    webhook_status_set_t  set;

    static const char  *bad[] = {
        "", ",", "2", "20", "2000", "099", "600", "2x", "2x0", "20x", "xxx",
        "6xx", "0xx", "2XX", "200,", ",200", "200,,201", "200;201", "200 201",
        "200, 201", " 200", "-20", "+20", "2xx,20", "200,6xx", "200,999"
    };

    tap_ok(test_parse("200", &set) == WEBHOOK_OK
           && webhook_status_set_has(&set, 200) && test_count(&set) == 1,
           "O7: \"200\" is 200 and nothing else");

    tap_ok(test_parse("2xx", &set) == WEBHOOK_OK
           && webhook_status_set_has(&set, 200)
           && webhook_status_set_has(&set, 299) && test_count(&set) == 100,
           "\"2xx\" is 200 to 299");

    tap_ok(test_parse("200,202,3xx", &set) == WEBHOOK_OK
           && webhook_status_set_has(&set, 202)
           && !webhook_status_set_has(&set, 201)
           && webhook_status_set_has(&set, 307) && test_count(&set) == 102,
           "a list is the union of its items");

    tap_ok(test_parse("1xx,2xx,3xx,4xx,5xx,404", &set) == WEBHOOK_OK
           && webhook_status_set_has(&set, 100)
           && webhook_status_set_has(&set, 599) && test_count(&set) == 500,
           "every status from 100 to 599 can be had");

    tap_ok(!webhook_status_set_has(&set, 0)
           && !webhook_status_set_has(&set, 99)
           && !webhook_status_set_has(&set, 600)
           && !webhook_status_set_has(&set, (unsigned) -1),
           "what is no status is in no set");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tap_ok(test_parse(bad[i], &set) == WEBHOOK_ERROR, "refuses \"%s\"",
               bad[i]);
    }

    return tap_done();
}
