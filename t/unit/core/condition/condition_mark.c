
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Marks: a condition that holds has those of the value, however it is written.
 */

#include "condition_util.h"

#include <stdlib.h>


static webhook_condition_t *
test_compile(const char *text)
{
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s = test_str(text);

    cond = webhook_condition_compile(&s, &err);

    if (cond == NULL) {
        tap_ok(0, "%s compiles: %s", text, err.text);
    }

    return cond;
}


/* What a condition needs, as "path", or "" where that is nothing. */

static void
test_needs(const char *text, const char *want)
{
    int                    needs;
    uint32_t               mark;
    webhook_condition_t   *cond;
    const webhook_path_t  *path;

    cond = test_compile(text);
    if (cond == NULL) {
        return;
    }

    mark = 0;
    needs = webhook_condition_needs(cond, &path, &mark);

    tap_ok(*want == '\0' ? needs == 0
           : needs == 1 && mark
             && webhook_path_text(path)->len == strlen(want)
             && memcmp(webhook_path_text(path)->data, want, strlen(want)) == 0,
           "%s needs %s", text, *want ? want : "nothing");

    webhook_condition_free(cond);
}


/*
 * Each value with each literal: where the comparison holds the marks have to
 * agree, and where they agree it has to hold: of so few none has that of
 * another by chance.
 */

static void
test_agree(const char *path)
{
    int                         rc, agree;
    char                        text[256];
    size_t                      i, bad;
    uint32_t                    mark;
    webhook_value_t             v;
    webhook_condition_t        *cond;
    const webhook_path_t       *p;
    webhook_condition_marks_t   marks;

    static const char  *literals[] = {
        "order.update", "100000", "1e5", "100000.0", "100000.50", "100000.5",
        "12345678901234567890", "12345678901234567891", "1e-400", "0", "-0",
        "0.0", "0e7", "-5", "-5.0", "5", "7", "'7'", "007", "true", "'true'",
        "false", "'null'", "''", "'Nguy\xe1\xbb\x85n \"V\xc4\x83n\"'",
        "'a && b'", "\"it's\"", "a\\", "' 7'", "'+7'", "'[1, 2]'", "A1",
        "1", "2", "100", "10e4", "1000000"
    };

    bad = 0;

    for (i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {

        (void) snprintf(text, sizeof(text), "%s == %s", path, literals[i]);

        cond = test_compile(text);
        if (cond == NULL) {
            return;
        }

        memset(&v, 0, sizeof(v));

        rc = webhook_condition_eval(cond, test_lookup, NULL, NULL);

        if (!webhook_condition_needs(cond, &p, &mark)
            || test_lookup(NULL, p, &v) != WEBHOOK_OK
            || webhook_condition_marks(&v, &marks) != WEBHOOK_OK)
        {
            bad++;

        } else {
            agree = webhook_condition_may(mark, &marks);

            if (agree != rc) {
                printf("# %s: %d, and marks say %d\n", text, rc, agree);
                bad++;
            }
        }

        webhook_condition_free(cond);
    }

    tap_ok(bad == 0, "%s: what is equal has the same marks", path);
}


/* Each number with each, in each order: what may not be above or below is not,
   and most that are not may not. */

static void
test_order(void)
{
    int                         rc, wrong, missed;
    char                        text[128];
    size_t                      i, k, op, n;
    uint32_t                    mark;
    webhook_str_t               s;
    webhook_value_t             v;
    webhook_condition_t        *cond;
    const webhook_path_t       *path;
    webhook_condition_marks_t   marks;

    static const char  *numbers[] = {
        "0", "-0", "0.0", "1", "-1", "1.0", "10e-1", "9.9999", "9.99999",
        "9.999991", "10", "99999", "99999.5", "100000", "100001", "100010",
        "-99999", "-99999.5", "-100000", "-100001", "123456", "123457",
        "0.1", "0.10000000000000001", "1e-400", "1e-600", "-1e-600", "1e400",
        "1e510", "1e511", "2e511", "1e600", "9e600", "-1e600", "-9e600",
        "12345678901234567890", "12345678901234567891", "5", "-5", "5.5"
    };

    static const char  *ops[] = { ">", ">=", "<", "<=" };

    n = sizeof(numbers) / sizeof(numbers[0]);
    wrong = 0;
    missed = 0;

    for (op = 0; op < 4; op++) {
        for (i = 0; i < n; i++) {

            (void) snprintf(text, sizeof(text), "@ %s %s", ops[op],
                            numbers[i]);

            cond = test_compile(text);
            if (cond == NULL) {
                return;
            }

            wrong += !webhook_condition_needs(cond, &path, &mark);

            for (k = 0; k < n; k++) {
                s = test_str(numbers[k]);

                memset(&v, 0, sizeof(v));

                wrong += test_lookup(&s, path, &v) != WEBHOOK_OK
                         || webhook_condition_marks(&v, &marks) != WEBHOOK_OK;

                rc = webhook_condition_eval(cond, test_lookup, &s, NULL);

                if (!webhook_condition_may(mark, &marks)) {

                    if (rc != 0) {
                        printf("# %s: it is %s\n", text, numbers[k]);
                        wrong++;
                    }

                } else if (rc == 0) {
                    missed++;
                }
            }

            s = test_str("abc");

            memset(&v, 0, sizeof(v));

            wrong += test_lookup(&s, path, &v) != WEBHOOK_OK
                     || webhook_condition_marks(&v, &marks) != WEBHOOK_OK
                     || webhook_condition_may(mark, &marks);

            webhook_condition_free(cond);
        }
    }

    tap_ok(wrong == 0 && missed < 600, "numbers above and below others: %d of "
           "%zu that are not are looked at", missed, 2 * n * n);
}


/* Texts that are no JSON, of a header for example. */

static void
test_texts(void)
{
    size_t                      i, bad;
    uint32_t                    mark;
    webhook_str_t               s;
    webhook_value_t             v;
    webhook_condition_t        *cond;
    const webhook_path_t       *path;
    webhook_condition_marks_t   marks;

    static const char  *equal[][2] = {
        { "@ == 1.50", "1.5" }, { "@ == 1.5", "15e-1" },
        { "@ == '1.5'", "1.5" }, { "@ == a", "a" }, { "@ == ''", "" },
        { "@ == 0", "-0.000" }
    };

    bad = 0;

    for (i = 0; i < sizeof(equal) / sizeof(equal[0]); i++) {
        cond = test_compile(equal[i][0]);
        if (cond == NULL) {
            return;
        }

        s = test_str(equal[i][1]);

        memset(&v, 0, sizeof(v));

        bad += !webhook_condition_needs(cond, &path, &mark)
               || test_lookup(&s, path, &v) != WEBHOOK_OK
               || webhook_condition_marks(&v, &marks) != WEBHOOK_OK
               || !webhook_condition_may(mark, &marks)
               || webhook_condition_eval(cond, test_lookup, &s, NULL) != 1;

        webhook_condition_free(cond);
    }

    tap_ok(bad == 0, "texts that are equal have the same marks");
}


/* Sets: a value that is in one may be, and most that are not may not. */

static void
test_sets(void)
{
    char                        text[64];
    int                         i, may, wrong;
    uint32_t                    mark;
    webhook_str_t               s;
    webhook_value_t             v;
    webhook_condition_t        *cond;
    const webhook_path_t       *path;
    webhook_condition_marks_t   marks;

    cond = test_compile("@ in (1, '2', three, 4.0, '')");
    if (cond == NULL) {
        return;
    }

    may = 0;
    wrong = !webhook_condition_needs(cond, &path, &mark);

    for (i = 0; i < 1000; i++) {
        (void) snprintf(text, sizeof(text), i == 0 ? "" : i == 3 ? "three"
                                            : "%d", i);
        s = test_str(text);

        memset(&v, 0, sizeof(v));

        wrong += test_lookup(&s, path, &v) != WEBHOOK_OK
                 || webhook_condition_marks(&v, &marks) != WEBHOOK_OK;

        if (webhook_condition_may(mark, &marks)) {
            may++;

        } else {
            wrong += webhook_condition_eval(cond, test_lookup, &s, NULL) != 0;
        }
    }

    webhook_condition_free(cond);

    tap_ok(wrong == 0 && may < 600, "a set of values: %d of 1000 may be in it",
           may);
}


static void
test_long(void)
{
    webhook_value_t             v;
    webhook_condition_marks_t   marks;

    static unsigned char  text[WEBHOOK_CONDITION_MARKED + 1];

    memset(text, '1', sizeof(text));
    memset(&v, 0, sizeof(v));

    v.is_text = 1;
    v.span.data = text;
    v.span.len = WEBHOOK_CONDITION_MARKED;

    tap_ok(webhook_condition_marks(&v, &marks) == WEBHOOK_OK && marks.text
           && marks.number, "a long value has marks");

    v.span.len++;

    tap_ok(webhook_condition_marks(&v, &marks) == WEBHOOK_LIMIT,
           "of a longer one none are made");

    memset(&v, 0, sizeof(v));
    v.missing = 1;

    tap_ok(webhook_condition_marks(&v, &marks) == WEBHOOK_OK
           && marks.text == 0 && marks.number == 0,
           "what is missing has none, since nothing is equal to it");
}


int
main(void)
{
    size_t  i;

    static const char  *paths[] = {
        "action", "price", "text", "big", "tiny", "neg", "id", "code", "yes",
        "no", "nil", "nils", "yess", "empty", "name", "and", "quote", "slash",
        "line", "esc", "list", "map", "zero", "space", "plus", "lines.0.sku",
        "list.1", "nothing"
    };

    if (!test_begin()) {
        return tap_done();
    }

    test_needs("id == 7", "id");
    test_needs("id == '7'", "id");
    test_needs("id in (7)", "id");
    test_needs("id in (7, 8)", "id");
    test_needs("id in (7, null)", "");
    test_needs("id != 7", "");
    test_needs("id > 7", "id");
    test_needs("id <= 7", "id");
    test_needs("id > abc", "");
    test_needs("id exists", "");
    test_needs("id ~ 7", "");
    test_needs("id == null", "");
    test_needs("id == 7 && price > 5", "id");
    test_needs("price > 5 && id == 7", "id");
    test_needs("price > 5 && id != 7", "price");
    test_needs("price > 5 && (neg < 1 && id == 7)", "id");
    test_needs("id == 7 || price > 5", "");
    test_needs("price > 5 && (neg < 1 || id == 7)", "price");
    test_needs("price > 5 || neg < 1", "");
    test_needs("!(id == 7)", "");
    test_needs("!!(id == 7)", "id");
    test_needs("!(id == 7 && price == 5)", "");
    test_needs("!(price == 5) && id == 7", "id");

    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        test_agree(paths[i]);
    }

    test_order();
    test_texts();
    test_sets();
    test_long();

    webhook_json_free(test_doc);

    return tap_done();
}
