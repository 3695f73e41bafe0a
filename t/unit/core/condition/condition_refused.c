
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is no condition, and what is too much of one.
 */

#include "condition_util.h"
#include "core/condition/webhook_regex.h"


/* It is longer than 100 lines because it is one table of cases. */

static void
test_refused(void)
{
    size_t           i;
    webhook_error_t  err;

    static const char  *table[][2] = {
        { "", "empty, in the condition at offset 0" },
        { "   ", "offset 3" },
        { "== 5", "a path is empty" },
        { "a", "missing at offset 1" },
        { "a b", "== != > >= < <= ~ exists in is missing at offset 2" },
        { "a = 5", "offset 2" },
        { "a =~ 5", "offset 2" },
        { "a => 5", "offset 2" },
        { "a === 5", "offset 2" },
        { "a !~ 5", "offset 2" },
        { "a !=>=", "offset 2" },
        { "a !=>exists", "offset 2" },
        { "a ! 5", "offset 2" },
        { "a & b", "offset 2" },
        { "a existsnot", "offset 2" },
        { "a exists 5",
          "\"&&\", \"||\" or the end is missing at offset 9" },
        { "a ==", "a value is missing at offset 4" },
        { "a == && b == 1", "a value is missing at offset 5" },
        { "a == 1 &&", "offset 9" },
        { "&& a == 1", "a path is empty" },
        { "a == 1 && && b == 1", "offset 10" },
        { "a == 1 & b == 1",
          "\"&&\", \"||\" or the end is missing at offset 7" },
        { "a == 1 | b == 1",
          "\"&&\", \"||\" or the end is missing at offset 7" },
        { "a == 1 and b == 1",
          "\"&&\", \"||\" or the end is missing at offset 7" },
        { "a == 1|b == 1", "offset 6 needs quotes" },
        { "a == 1 ||", "a path is empty, in the condition at offset 9" },
        { "|| a == 1", "path \"|\" has a character that no path has, in the "
          "condition at offset 0" },
        { "a == 1 || && b == 1",
          "a path is empty, in the condition at offset 10" },
        { "!", "a path is empty, in the condition at offset 1" },
        { "!a", "exists in is missing at offset 2" },
        { "a !in (1)", "exists in is missing at offset 2" },
        { "a not in (1)", "exists in is missing at offset 2" },
        { "()", "a comparison is missing at offset 1" },
        { "a == 1 && )", "a comparison is missing at offset 10" },
        { "(a == 1", "the bracket at offset 0 has no end" },
        { "!(a == 1 && (b == 2)", "the bracket at offset 1 has no end" },
        { "a == 1)", "the bracket at offset 6 closes nothing" },
        { "(a == 1))", "the bracket at offset 8 closes nothing" },
        { "a exists)", "the bracket at offset 8 closes nothing" },
        { "(a == 1 b == 2)",
          "\"&&\", \"||\" or \")\" is missing at offset 8" },
        { "(a == 1) b == 2",
          "\"&&\", \"||\" or the end is missing at offset 9" },
        { "a (== 1)", "exists in is missing at offset 2" },
        { "a == (1)", "offset 5 needs quotes" },
        { "a == f(1)", "offset 6 needs quotes" },
        { "a in", "\"(\" is missing at offset 4: values are written as in "
          "\"in (1, 2)\"" },
        { "a in 1, 2", "\"(\" is missing at offset 5" },
        { "a in ()", "a value is missing at offset 6" },
        { "a in (1,)", "a value is missing at offset 8" },
        { "a in (,1)", "a value is missing at offset 6" },
        { "a in (1 2)", "\",\" or \")\" is missing at offset 8" },
        { "a in (1, 2", "the bracket at offset 5 has no end" },
        { "a in ('1', '2", "the quote at offset 11 has no end" },
        { "a in (b(c))", "offset 7 needs quotes" },
        { "a in (1 || 2)", "\",\" or \")\" is missing at offset 8" },
        { "a inside (1)", "exists in is missing at offset 2" },
        { "(a ~ [(])", "regular expression is wrong" },
        { "a == b c", "offset 7" },
        { "a == O'Brien", "offset 6 needs quotes" },
        { "a == 'b", "the quote at offset 5 has no end" },
        { "a == 'b\\'", "the quote at offset 5 has no end" },
        { "a == 'b\\", "the quote at offset 5 has no end" },
        { "a == '", "the quote at offset 5 has no end" },
        { "a == 'b'c", "offset 8" },
        { "a == 'b\" && c == \"d'e", "offset 20" },
        { "a > null", "\"null\" is neither more nor less" },
        { "a <= true", "\"true\" is neither more nor less" },
        { "a ~ (", "regular expression is wrong at its offset 1" },
        { "a ~ '\\C'", "regular expression is wrong" },
        { "a ~ \xff", "regular expression is wrong" },
        { "a..b == 1", "has an empty step" },
        { "a$ == 1", "no path has" },
        { "\"a b == 1", "path \"\"a\" has a quote without an end, in the "
          "condition at offset 0" },
        { "a == 1 && \"b\"c == 1", "path \"\"b\"c\" has no dot behind a quote, "
          "in the condition at offset 10" },
        { "a == \x01", "value is missing" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {

        if (!tap_ok(test_eval(table[i][0], NULL, &err) == -100
                    && strstr(err.text, table[i][1]), "refused (%d): %s",
                    (int) i, table[i][1]))
        {
            printf("#   got: %s\n", err.text);
        }
    }
}


static void
test_compiles(const char *text, size_t len, const char *want)
{
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s.data = (unsigned char *) text;
    s.len = len;

    err.text[0] = '\0';

    cond = webhook_condition_compile(&s, &err);

    tap_ok(want ? cond == NULL && strstr(err.text, want) != NULL
                : cond != NULL, "%.20s...: %s", text,
           want ? want : "as much as there may be");

    webhook_condition_free(cond);
}


/* "a in (1,1,...)" */

static void
test_values(size_t n, const char *want)
{
    char    text[1024];
    size_t  len;

    len = sprintf(text, "a in (1");

    while (--n) {
        len += sprintf(text + len, ",1");
    }

    len += sprintf(text + len, ")");

    test_compiles(text, len, want);
}


static void
test_depth(size_t n, const char *want)
{
    char    text[64];
    size_t  len;

    memset(text, '(', n);
    len = n + sprintf(text + n, "a == 1");
    memset(text + len, ')', n);

    test_compiles(text, len + n, want);
}


static void
test_bounds(void)
{
    int                   i;
    char                  text[WEBHOOK_CONDITION_MAX_LEN + 2];
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    memset(text, 'x', sizeof(text));
    memcpy(text, "a ~ ", 4);
    s.data = (unsigned char *) text;
    s.len = 4 + WEBHOOK_REGEX_MAX_PATTERN + 1;
    tap_ok(webhook_condition_compile(&s, &err) == NULL
           && strstr(err.text, "longer than 4096 bytes"),
           "a regular expression that is too long");

    memset(text, ' ', sizeof(text));
    memcpy(text, "a exists", 8);
    s.data = (unsigned char *) text;

    s.len = WEBHOOK_CONDITION_MAX_LEN;
    cond = webhook_condition_compile(&s, &err);
    tap_ok(cond != NULL, "a condition of the greatest length");
    webhook_condition_free(cond);

    s.len++;
    tap_ok(webhook_condition_compile(&s, &err) == NULL
           && strstr(err.text, "longer than 8192"), "and one longer");

    for (i = 0; i <= WEBHOOK_CONDITION_MAX_PARTS; i++) {
        memcpy(text + i * 8, "a == 1&&", 8);
    }

    s.len = WEBHOOK_CONDITION_MAX_PARTS * 8 - 2;
    cond = webhook_condition_compile(&s, &err);
    tap_ok(cond != NULL, "as many parts as allowed");
    webhook_condition_free(cond);

    s.len += 8;
    tap_ok(webhook_condition_compile(&s, &err) == NULL
           && strstr(err.text, "more than 64 parts"), "one too many");

    test_values(WEBHOOK_CONDITION_MAX_VALUES, NULL);
    test_values(WEBHOOK_CONDITION_MAX_VALUES + 1, "more than 256 values");
    test_depth(WEBHOOK_CONDITION_MAX_DEPTH, NULL);
    test_depth(WEBHOOK_CONDITION_MAX_DEPTH + 1,
               "the bracket at offset 16 stands in more than 15 others");
}


int
main(void)
{
    test_refused();
    test_bounds();

    return tap_done();
}
