
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Decimal numbers, compared as written.
 */

#include "tap.h"
#include "core/scalar/webhook_decimal.h"

#include <stdlib.h>


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
test_compare(const char *a, const char *b)
{
    webhook_str_t      s;
    webhook_decimal_t  da, db;

    s = test_str(a);

    if (webhook_decimal_parse(&s, &da) != WEBHOOK_OK) {
        return 100;
    }

    s = test_str(b);

    if (webhook_decimal_parse(&s, &db) != WEBHOOK_OK) {
        return 100;
    }

    return webhook_decimal_compare(&da, &db);
}


/* In ascending order; "=" stands before what equals its predecessor. */

static void
test_order(void)
{
    int     want, wrong;
    size_t  i, j, n;

    static const char  *row[] = {
        "-1e9999999999999999999999", "-1e400", "-12345678901234567891",
        "-12345678901234567890.5", "-100", "=-1e2", "=-1000e-1", "-99.5",
        "-1", "=-1.0", "=-0.1e1", "-0.5", "-1e-400", "0", "=-0", "=0.000",
        "=0e5", "=-0.0e-9", "1e-99999999999999999999", "1e-400", "=0.1e-399",
        "0.1", "=0.10", "=1e-1", "0.10000000000000001",
        "0.100000000000000010000000000001", "0.5", "0.999", "1", "=1.000",
        "=10e-1", "1.0000000000000000000001", "2", "9", "10", "=1e1", "=1E+1",
        "99", "100", "100.01", "=10001e-2", "9007199254740992",
        "9007199254740993", "9007199254740993.5", "12345678901234567890",
        "=1234567890123456789e1", "=1.2345678901234567890e19",
        "12345678901234567890.000000001", "12345678901234567891", "1e400",
        "=0.00001e405", "1.1e400", "1e401", "1e9999999999999999999999"
    };

    n = sizeof(row) / sizeof(row[0]);
    wrong = 0;

    for (i = 0; i < n; i++) {

        want = 0;

        for (j = i; j < n; j++) {

            if (j > i && row[j][0] != '=') {
                want = 1;
            }

            if (test_compare(row[i] + (row[i][0] == '='),
                             row[j] + (row[j][0] == '=')) != -want
                || test_compare(row[j] + (row[j][0] == '='),
                                row[i] + (row[i][0] == '=')) != want)
            {
                printf("# %s and %s\n", row[i], row[j]);
                wrong++;
            }
        }
    }

    tap_ok(wrong == 0, "each two of %d numbers are in order", (int) n);
}


/* Integers written with a point and an exponent at some place. */

static void
test_random(void)
{
    char      a[64], b[64];
    int       i, want, wrong, ea, eb;
    unsigned  seed;
    int64_t   na, nb, tens[7];

    seed = 42;
    wrong = 0;

    for (i = 0, na = 1; i < 7; i++, na *= 10) {
        tens[i] = na;
    }

    for (i = 0; i < 200000; i++) {
        na = (int64_t) (rand_r(&seed) % 2001) - 1000;
        nb = (int64_t) (rand_r(&seed) % 2001) - 1000;
        ea = rand_r(&seed) % 7;
        eb = rand_r(&seed) % 7;

        if (i % 2) {
            /* n e(e-6) is n * 10^e millionths */
            snprintf(a, sizeof(a), "%d.0e%d", (int) na, ea - 6);

        } else {
            snprintf(a, sizeof(a), "%s%d.%06d", na < 0 ? "-" : "",
                     (int) (llabs(na * tens[ea]) / 1000000),
                     (int) (llabs(na * tens[ea]) % 1000000));
        }

        snprintf(b, sizeof(b), "%dE%+d", (int) nb, eb - 6);

        want = (na * tens[ea] > nb * tens[eb])
               - (na * tens[ea] < nb * tens[eb]);

        if (test_compare(a, b) != want) {
            printf("# %s and %s: not %d\n", a, b, want);
            wrong++;
        }
    }

    tap_ok(wrong == 0, "200000 pairs compare as their integers do");
}


int
main(void)
{
    size_t             i;
    webhook_str_t      s;
    webhook_decimal_t  d;

    static const char  *bad[] = {
        "", "-", "+1", " 1", "1 ", "01", "-01", "00", ".5", "5.", "-.5", "1e",
        "1e+", "e5", "1.e5", "1e5.0", "1.2.3", "0x7", "1_000", "1,5", "--1",
        "1-", "Infinity", "NaN", "1e5e5", "1\n", "\xd9\xa1"
    };

    test_order();
    test_random();

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        s = test_str(bad[i]);
        tap_ok(webhook_decimal_parse(&s, &d) == WEBHOOK_ERROR,
               "bad number %d is refused", (int) i);
    }

    s.data = (unsigned char *) "1\0";
    s.len = 2;
    tap_ok(webhook_decimal_parse(&s, &d) == WEBHOOK_ERROR,
           "one with a NUL too");

    return tap_done();
}
