
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: "||", "&&" and "!" over all that a comparison may give, and how
 * a condition is shown.
 */

#include "condition_util.h"


/* What a comparison gives. */

typedef struct {
    const char  *text;
    int          value;
} test_operand_t;


#define TEST_UNREAD  WEBHOOK_ERROR

static const test_operand_t  test_operands[] = {
    { "id == 7", 1 },
    { "id == 8", 0 },
    { "none == 7", 0 },
    { "unread == 7", TEST_UNREAD },
    { "evil ~ '^(a+)+$'", WEBHOOK_LIMIT },
    { "fail == 7", WEBHOOK_NOMEM }
};

#define TEST_OPERANDS  (sizeof(test_operands) / sizeof(test_operands[0]))


static int
test_logic_lookup(void *ctx, const webhook_path_t *path, webhook_value_t *v)
{
    webhook_str_t  text, fail, unread, evil;

    fail = test_str("fail");
    unread = test_str("unread");
    evil = test_str("evil");

    if (webhook_str_eq(webhook_path_text(path), &fail)) {
        return WEBHOOK_NOMEM;
    }

    if (webhook_str_eq(webhook_path_text(path), &unread)) {
        webhook_value_from_json(v, NULL);
        v->unread = 1;
        return WEBHOOK_OK;
    }

    if (webhook_str_eq(webhook_path_text(path), &evil)) {
        text = test_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!");
        v->is_text = 1;
        v->span = text;
        return WEBHOOK_OK;
    }

    return test_lookup(ctx, path, v);
}


static int
test_logic_eval(const char *text)
{
    int                   rc;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s = test_str(text);

    cond = webhook_condition_compile(&s, &err);
    if (cond == NULL) {
        printf("# %s\n", err.text);
        return -100;
    }

    rc = webhook_condition_eval(cond, test_logic_lookup, NULL, NULL);

    webhook_condition_free(cond);

    return rc;
}


/* The same by definition: what is not known may be true or false, and the
   result is known where it is the same for both. */

static int
test_not(int a)
{
    return (a == 0 || a == 1) ? !a : a;
}


static int
test_and(int a, int b)
{
    if (a == 0 || a == WEBHOOK_NOMEM) {
        return a;
    }

    if (b == 0 || b == WEBHOOK_NOMEM) {
        return b;
    }

    if (a == WEBHOOK_LIMIT || b == WEBHOOK_LIMIT) {
        return WEBHOOK_LIMIT;
    }

    return (a == 1) ? b : a;
}


static int
test_or(int a, int b)
{
    return test_not(test_and(test_not(a), test_not(b)));
}


static int
test_known(int rc)
{
    return (rc == TEST_UNREAD) ? 0 : rc;
}


/* The form has A and B where the comparisons go. */

static void
test_check(int want, const char *form, const char *a, const char *b)
{
    int     rc;
    char    text[256];
    size_t  len;

    len = 0;

    for ( /* void */ ; *form; form++) {
        len += snprintf(text + len, sizeof(text) - len, "%.*s",
                        *form == 'A' || *form == 'B' ? 64 : 1,
                        *form == 'A' ? a : *form == 'B' ? b : form);
    }

    rc = test_logic_eval(text);

    if (!tap_ok(rc == test_known(want), "%d: %s", test_known(want), text)) {
        printf("#   got: %d\n", rc);
    }
}


static void
test_tables(void)
{
    int          a, b;
    size_t       i, j;
    const char  *s, *t;

    for (i = 0; i < TEST_OPERANDS; i++) {
        a = test_operands[i].value;
        s = test_operands[i].text;

        test_check(a, "A", s, "");
        test_check(test_not(a), "!A", s, "");
        test_check(a, "!!A", s, "");

        for (j = 0; j < TEST_OPERANDS; j++) {
            b = test_operands[j].value;
            t = test_operands[j].text;

            test_check(test_and(a, b), "A && B", s, t);
            test_check(test_or(a, b), "A || B", s, t);
            test_check(test_not(test_and(a, b)), "!(A && B)", s, t);
            test_check(test_not(test_or(a, b)), "!(A || B)", s, t);
            test_check(test_or(test_not(a), b), "!A || B", s, t);
            test_check(test_and(a, test_not(b)), "A && !B", s, t);
            test_check(test_or(test_and(a, b), a), "A && B || A", s,
                       t);
            test_check(test_and(a, test_or(a, b)), "A && (A || B)",
                       s, t);
        }
    }
}


static void
test_shown(void)
{
    size_t                i;
    webhook_buf_t         out;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    static const struct {
        const char  *text;
        unsigned     doubts;
        const char  *shown;
    } table[] = {
        { " a == 1 ", 0, "a == 1" },
        { "a == 1&&b  ==  2", 0, "a == 1 && b  ==  2" },
        { "a == 1 || b == 2 && c == 3", WEBHOOK_CONDITION_MIXED,
          "a == 1 || (b == 2 && c == 3)" },
        { "a == 1 && b == 2 || c == 3", WEBHOOK_CONDITION_MIXED,
          "(a == 1 && b == 2) || c == 3" },
        { "a == 1 || (b == 2 && c == 3)", 0, "a == 1 || (b == 2 && c == 3)" },
        { "(a == 1 || b == 2) && c == 3", 0, "(a == 1 || b == 2) && c == 3" },
        { "a == 1 || b == 2 || c == 3", 0, "a == 1 || b == 2 || c == 3" },
        { "(a == 1 && b == 2)", 0, "a == 1 && b == 2" },
        { "(a == 1 || b == 2 && c == 3) && d == 4", WEBHOOK_CONDITION_MIXED,
          "(a == 1 || (b == 2 && c == 3)) && d == 4" },
        { "!a == 1", WEBHOOK_CONDITION_NOT, "!(a == 1)" },
        { "!a in (1, 2) && b == 1", WEBHOOK_CONDITION_NOT,
          "!(a in (1, 2)) && b == 1" },
        { "!a exists", 0, "!(a exists)" },
        { "!(a == 1)", 0, "!(a == 1)" },
        { "!(a == 1 && b == 2)", 0, "!(a == 1 && b == 2)" },
        { "!!a == 1", 0, "a == 1" },
        { "!(!(a == 1))", 0, "a == 1" },
        { "a == '7'", WEBHOOK_CONDITION_QUOTED, "a == '7'" },
        { "a in (\"0\", 'x')", WEBHOOK_CONDITION_QUOTED,
          "a in (\"0\", 'x')" },
        { "a == '07' && b == '7.0' && c == '' && d == '-1' && e ~ '7'", 0,
          "a == '07' && b == '7.0' && c == '' && d == '-1' && e ~ '7'" },
        { "a ~ (x|y) && b == 1", 0, "a ~ '(x|y)' && b == 1" }
    };

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        s = test_str(table[i].text);

        cond = webhook_condition_compile(&s, &err);
        if (cond == NULL) {
            tap_ok(0, "compiles: %s", table[i].text);
            continue;
        }

        tap_ok(webhook_condition_doubts(cond) == table[i].doubts,
               "doubts of: %s", table[i].text);

        webhook_buf_init(&out, 0);
        (void) webhook_condition_show(cond, &out);
        tap_bytes(out.data, out.len, table[i].shown, "and how it is read");

        webhook_buf_free(&out);
        webhook_condition_free(cond);
    }
}


int
main(void)
{
    if (!test_begin()) {
        return tap_done();
    }

    test_tables();
    test_shown();

    webhook_json_free(test_doc);

    return tap_done();
}
