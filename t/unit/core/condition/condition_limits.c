
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: patterns that take long, what many may take together, threads.
 */

#include "condition_util.h"
#include "core/condition/webhook_regex.h"

#include <pthread.h>
#include <time.h>


/* The time of the processor, since others may be busy. */

static double
test_cpu_ms(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}


/* Patterns that take for ever, were it not for the limits. */

static void
test_limits(void)
{
    int              rc;
    size_t           i, len;
    double           start, longest;
    webhook_str_t    s;
    webhook_error_t  err;

    static unsigned char  text[WEBHOOK_REGEX_MAX_SUBJECT + 1];

    static const char  *patterns[] = {
        "@ ~ ^(a+)+$", "@ ~ '(a|aa)+$'", "@ ~ '(a*)*[bc]'",
        "@ ~ a*a*a*[bc][xy]", "@ ~ 'a*a*[bc][xy]'", "@ ~ 'a.*a.*b.*[xy]'",
        "@ ~ '(?:a.{0,100})*[xy]'", "@ ~ '(?R)?a*[xy]'",
        "@ ~ '^(?:a?a?b?)+$'", "@ ~ '(.)\\1*a*[xy]'"
    };

    memset(text, 'a', sizeof(text));

    s.data = text;
    longest = 0;

    for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {

        for (len = 32; len <= WEBHOOK_REGEX_MAX_SUBJECT; len *= 8) {
            text[len - 1] = '!';
            s.len = len;

            start = test_cpu_ms();
            rc = test_eval(patterns[i], &s, &err);
            start = test_cpu_ms() - start;

            longest = start > longest ? start : longest;
            text[len - 1] = 'a';

            if (rc != 0 && rc != WEBHOOK_LIMIT) {
                break;
            }
        }

        tap_ok(len > WEBHOOK_REGEX_MAX_SUBJECT,
               "ends at any length, without a match: %s", patterns[i]);
    }

    printf("# the longest took %.1f ms\n", longest);

    /* unbounded, these take from minutes to the age of the universe */

    tap_ok(longest < 10000, "none took long");

    text[30] = '!';
    s.len = 31;
    tap_ok(test_eval("@ ~ ^(a+)+$", &s, &err) == WEBHOOK_LIMIT,
           "a limit is told");
    text[30] = 'a';

    s.len = WEBHOOK_REGEX_MAX_SUBJECT;
    tap_ok(test_eval("@ ~ ^a+$", &s, &err) == 1,
           "the longest text is matched");
    tap_ok(test_eval("@ ~ '^(?:a|b)+$'", &s, &err) == 1
           || test_eval("@ ~ '^(?:a|b)+$'", &s, &err) == WEBHOOK_LIMIT,
           "or runs into a limit");

    s.len++;
    tap_ok(test_eval("@ ~ ^a", &s, &err) == WEBHOOK_LIMIT,
           "a longer one is not");

    s.len = 2000;
    tap_ok(test_eval("@ ~ '^(?:a|b)+$'", &s, &err) == 1,
           "groups over a text of some length match");

    /* what people do search for does not run into limits */

    for (i = 0; i + 8 <= WEBHOOK_REGEX_MAX_SUBJECT; i += 8) {
        memcpy(text + i, "it came ", 8);
    }

    s.len = WEBHOOK_REGEX_MAX_SUBJECT;
    tap_ok(test_eval("@ ~ coming", &s, &err) == 0
           && test_eval("@ ~ (?i)COMING|CAMEL", &s, &err) == 0
           && test_eval("@ ~ '^(it|came)\\s.*\\scame\\s$'", &s, &err) == 1,
           "words in a text of the greatest length");

    memcpy(text + 30000, "error", 5);
    tap_ok(test_eval("@ ~ error.*timeout", &s, &err) == 0
           && test_eval("@ ~ 'error.*came $'", &s, &err) == 1,
           "a word and another one far behind it");
    tap_ok(test_eval("@ ~ '(*NO_JIT)error.*timeout'", &s, &err) == 0,
           "also without machine code");
}


static webhook_condition_t *
test_compiled(const char *text)
{
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s = test_str(text);

    cond = webhook_condition_compile(&s, &err);
    if (cond == NULL) {
        tap_ok(0, "\"%s\" compiles: %s", text, err.text);
    }

    return cond;
}


static void
test_together(void)
{
    int                   i, rc, told;
    size_t                work, left, size;
    double                start;
    webhook_str_t         s;
    webhook_condition_t  *slow, *many, *quick, *long_one;

    static unsigned char  text[40000];

    slow = test_compiled("@ ~ ^(a+)+$");
    many = test_compiled("@ ~ ^(a+)+$ || @ ~ ^(a+)+b$ || @ ~ ^(a|a?)+c$");
    quick = test_compiled("@ ~ ^a && @ exists && !(@ == b)");
    long_one = test_compiled("@ in (b, c, 1, 2)");

    if (slow == NULL || many == NULL || quick == NULL || long_one == NULL) {
        return;
    }

    memset(text, 'a', sizeof(text));
    text[39] = '!';

    s.data = text;
    s.len = 40;

    tap_ok(webhook_condition_expressions(many, &size) == 3 && size > 300
           && webhook_condition_expressions(long_one, &size) == 0 && size == 0,
           "how many expressions a condition has");

    /* unbounded, each of these takes 10 ms */

    work = 4 * WEBHOOK_CONDITION_WORK;
    told = 0;

    start = test_cpu_ms();

    for (i = 0; i < 4096; i++) {
        rc = webhook_condition_eval(slow, test_lookup, &s, &work);
        told += (rc == WEBHOOK_LIMIT);
    }

    start = test_cpu_ms() - start;

    printf("# 4096 took %.1f ms\n", start);

    tap_ok(told == 4096 && work == 0, "each of many is told not to be known");
    tap_ok(start < 400, "what they may take together is what they take");

    work = WEBHOOK_CONDITION_WORK;

    tap_ok(webhook_condition_eval(many, test_lookup, &s, &work)
           == WEBHOOK_LIMIT && work < WEBHOOK_CONDITION_WORK / 2,
           "the expressions of one condition share it");

    tap_ok(webhook_condition_eval(quick, test_lookup, &s, &work) == 1,
           "something is left for those that are quick");

    work = 0;

    tap_ok(webhook_condition_eval(quick, test_lookup, &s, &work)
           == WEBHOOK_LIMIT, "or nothing, and then they are not told");

    /* what a quick one takes is little, and always the same */

    work = 100000;
    rc = webhook_condition_eval(quick, test_lookup, &s, &work);
    left = work;

    tap_ok(rc == 1 && left < 100000 && left > 90000, "a quick one takes little");

    work = 100000;
    rc = webhook_condition_eval(quick, test_lookup, &s, &work);

    tap_ok(rc == 1 && work == left, "and the same each time");

    work = 100000 - left;

    tap_ok(webhook_condition_eval(quick, test_lookup, &s, &work)
           == WEBHOOK_LIMIT && work == 0, "it is refused where it takes all");

    work = 100000 - left + 1;

    tap_ok(webhook_condition_eval(quick, test_lookup, &s, &work) == 1
           && work == 1, "and told where a unit is left");

    /* a text that is long, without an expression */

    s.len = sizeof(text);
    work = sizeof(text);

    tap_ok(webhook_condition_eval(long_one, test_lookup, &s, &work)
           == WEBHOOK_LIMIT, "a long text counts, too");

    webhook_condition_free(slow);
    webhook_condition_free(many);
    webhook_condition_free(quick);
    webhook_condition_free(long_one);
}


/* One compiled condition on several threads. */

static void *
test_thread(void *arg)
{
    int                   i, wrong;
    char                  text[32];
    webhook_str_t         s;
    webhook_condition_t  *cond;

    cond = arg;
    wrong = 0;

    for (i = 0; i < 5000; i++) {
        s.data = (unsigned char *) text;
        s.len = snprintf(text, sizeof(text), "order-%d", i);

        wrong += webhook_condition_eval(cond, test_lookup, &s, NULL)
                 != (i % 2 == 0);
    }

    return wrong ? arg : NULL;
}


static void
test_threads(void)
{
    int                   i, n, wrong;
    void                 *rc;
    pthread_t             threads[4];
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s = test_str("@ ~ '^order-\\d*[02468]$' && name ~ V && price >= 1e5");

    cond = webhook_condition_compile(&s, &err);
    if (cond == NULL) {
        tap_ok(0, "the condition compiles: %s", err.text);
        return;
    }

    wrong = 0;

    for (n = 0; n < 4; n++) {
        if (pthread_create(&threads[n], NULL, test_thread, cond) != 0) {
            break;
        }
    }

    for (i = 0; i < n; i++) {
        (void) pthread_join(threads[i], &rc);
        wrong += (rc != NULL);
    }

    tap_ok(n == 4 && wrong == 0,
           "a condition holds on four threads as it should");

    webhook_condition_free(cond);
}


int
main(void)
{
    if (!test_begin()) {
        return tap_done();
    }

    test_limits();
    test_together();
    test_threads();

    webhook_json_free(test_doc);

    return tap_done();
}
