
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Conditions: which requests make an event, and which events an endpoint is
 * told (O1).
 */

#include "condition_util.h"
#include "core/condition/webhook_regex.h"
#include <stdlib.h>


/* It is longer than 100 lines because it is one table of cases. */

static void
test_holds(void)
{
    int              rc;
    size_t           i;
    webhook_str_t    none;
    webhook_error_t  err;

    static const struct {
        const char  *text;
        int          want;
    } table[] = {

        /* text */

        { "action == 'order.update'", 1 },
        { "action == \"order.update\"", 1 },
        { "action == order.update", 1 },
        { "action=='order.update'", 1 },
        { "  action\t==\n'order.update'  ", 1 },
        { "action == 'order'", 0 },
        { "action == 'order.update '", 0 },
        { "action == 'ORDER.UPDATE'", 0 },
        { "action != 'order.add'", 1 },
        { "action != 'order.update'", 0 },
        { "action > 'order.add'", 1 },
        { "action < 'order.v'", 1 },
        { "action >= 'order.update'", 1 },
        { "action <= 'order.update'", 1 },
        { "action < 'order.update'", 0 },
        { "action > 'order.update0'", 0 },
        { "name == 'Nguy\u1ec5n \"V\u0103n\"'", 1 },
        { "name == \"Nguy\u1ec5n \\\"V\u0103n\\\"\"", 1 },
        { "quote == 'it\\'s'", 1 },
        { "quote == \"it's\"", 1 },
        { "slash == 'a\\'", -100 },
        { "slash == a\\", 1 },
        { "slash == 'a\\\\'", 0 },
        { "empty == ''", 1 },
        { "empty != ''", 0 },
        { "lines.0.sku == A1", 1 },
        { "list == '[1, 2]'", 1 },
        { "map == '{\"a\": \"x\"}'", 1 },

        /* numbers */

        { "price >= 100000", 1 },
        { "price > 100000", 0 },
        { "price > 99999.9999999999999999999999", 1 },
        { "price == 1e5", 1 },
        { "price == 100000.000", 1 },
        { "price == 0.01E+7", 1 },
        { "price != 100000.0", 0 },
        { "price < 20", 0 },
        { "price < '20'", 0 },
        { "text > 100000", 1 },
        { "text == 100000.5", 1 },
        { "text == '100000.5'", 0 },
        { "big == 12345678901234567890", 1 },
        { "big == 12345678901234567891", 0 },
        { "big < 12345678901234567891", 1 },
        { "big > 12345678901234567889.99", 1 },
        { "tiny > 0", 1 },
        { "tiny == 1e-400", 1 },
        { "tiny < 1e-399", 1 },
        { "neg < 0", 1 },
        { "neg > -6", 1 },
        { "neg == -5.0", 1 },
        { "zero == -0", 1 },
        { "zero == 0e9", 1 },
        { "id == 7", 1 },
        { "id == '7'", 1 },
        { "id == 7.0", 1 },
        { "id == '7.0'", 0 },
        { "esc == 7", 1 },
        { "code == 7", 0 },
        { "code == 007", 1 },
        { "code != 7", 0 },
        { "space == 7", 0 },
        { "plus == 7", 0 },
        { "line == 7", 0 },
        { "empty == 0", 0 },
        { "yes == 1", 0 },
        { "list == 1", 0 },

        /* a number and what is none */

        { "price == '100000'", 0 },
        { "price != '100000'", 0 },
        { "price != 'x'", 0 },
        { "price > ''", 0 },
        { "price >= a", 0 },
        { "price < a", 0 },
        { "price == true", 0 },
        { "price != true", 0 },
        { "price != null", 1 },
        { "action != 5", 0 },
        { "action < 5", 0 },
        { "action > 5", 0 },
        { "empty != 0", 0 },
        { "space != 7", 0 },
        { "yes != 1", 0 },
        { "list != 1", 0 },
        { "map < 1", 0 },
        { "nil == 0", 0 },
        { "nil != 0", 0 },
        { "nils != 0", 0 },
        { "text != 100000.5", 0 },
        { "text != '100000.5'", 1 },
        { "!(action == 5)", 1 },
        { "!(action != 5)", 1 },

        /* lists of values */

        { "action in ('order.add', 'order.update')", 1 },
        { "action in (order.add, order.update)", 1 },
        { "action in(order.add,order.update)", 1 },
        { "action  in\t( order.add ,\norder.update )", 1 },
        { "action in (order.add)", 0 },
        { "action in (order.update)", 1 },
        { "price in (1, 1e5)", 1 },
        { "price in ('100000', 'x')", 0 },
        { "id in (6, 7.0)", 1 },
        { "id in ('7')", 1 },
        { "nil in (1, null)", 1 },
        { "nil in ('', 1)", 1 },
        { "nils in (1, null)", 0 },
        { "yes in (true)", 1 },
        { "none in (1, null, '')", 0 },
        { "!(none in (1))", 1 },
        { "quote in (\"it's\", ')')", 1 },
        { "and in ('a && b', \"c, d\") && id in (7)", 1 },

        /* "in" and "exists" are words only where an operator stands */

        { "in in (1)", 0 },
        { "exists in (1)", 0 },
        { "in exists", 0 },
        { "in == 1", 0 },

        /* words */

        { "yes == true", 1 },
        { "yes == 'true'", 1 },
        { "yes != false", 1 },
        { "no == false", 1 },
        { "no == true", 0 },
        { "yess == true", 1 },
        { "nil == null", 1 },
        { "nil != null", 0 },
        { "nils == null", 0 },
        { "nils != null", 1 },
        { "nils == 'null'", 1 },
        { "nil == ''", 1 },
        { "nil != ''", 0 },
        { "nil == 'null'", 0 },
        { "zero == null", 0 },
        { "empty == null", 0 },
        { "nil < 5", 0 },
        { "nil >= 0", 0 },
        { "nil < 'a'", 0 },
        { "nil ~ .", 0 },
        { "nil ~ '^$'", 0 },

        /* exists, and what does not */

        { "action exists", 1 },
        { "nil exists", 1 },
        { "empty exists", 1 },
        { "lines.0 exists", 1 },
        { "lines.1 exists", 0 },
        { "none exists", 0 },
        { "none == ''", 0 },
        { "none != 'x'", 0 },
        { "none != 5", 0 },
        { "none == null", 0 },
        { "none != null", 0 },
        { "none < 5", 0 },
        { "none ~ .*", 0 },
        { "action.x == 1", 0 },

        /* regular expressions */

        { "action ~ ^order\\.", 1 },
        { "action ~ '^order\\.(add|update)$'", 1 },
        { "action ~ '^update'", 0 },
        { "action ~ (?i)^ORDER", 1 },
        { "action ~ update", 1 },
        { "name ~ '^Nguy.n '", 1 },
        { "name ~ '\"V\u0103n\"$'", 1 },
        { "slash ~ '\\\\$'", 1 },
        { "slash ~ 'a\\\\'", 1 },
        { "quote ~ 'it\\'s'", 1 },
        { "id ~ ^7$", 1 },
        { "line ~ ^7$", 0 },
        { "price ~ ^1(0+)$", 1 },
        { "empty ~ ^$", 1 },
        { "list ~ ^.1,", 1 },
        { "action ~ 'a&&b'", 0 },
        { "action ~ ^order\\.(add|update)$", 1 },
        { "action ~ [(]", 0 },
        { "action ~ [)]", 0 },
        { "action ~ \\)", 0 },
        { "(action ~ ^order\\.(add|(up)(date))$)", 1 },
        { "(action ~ ^order\\.(add|update)$) && id == 7", 1 },
        { "!(action ~ \\(|\\))", 1 },
        { "(action ~ '[)]') || id == 7", 1 },
        { "(slash ~ \\\\)", 1 },
        { "action ~ ''", 1 },

        /* several */

        { "price > 5 && action == 'order.update'", 1 },
        { "price > 5&&action==order.update&&id exists", 1 },
        { "price > 5 && action == 'order.add'", 0 },
        { "price < 5 && action == 'order.update'", 0 },
        { "id exists&&id == 7", 1 },
        { "and == 'a && b'", 1 },
        { "and == \"a && b\" && id == 7", 1 },
        { "and == 'a & b'", 0 },
        { "id == 7 && none == 1 && fail == 1", 0 },
        { "price < 5 || action == 'order.update'", 1 },
        { "price > 5||fail == 1", 1 },
        { "price < 5||none exists||id == 7", 1 },
        { "price < 5 || none exists", 0 },
        { "and == 'a || b' || id == 8", 0 },

        /* what binds how */

        { "id == 7 || id == 7 && id == 8", 1 },
        { "(id == 7 || id == 7) && id == 8", 0 },
        { "id == 8 && id == 7 || id == 7", 1 },
        { "id == 8 && (id == 7 || id == 7)", 0 },
        { "!id == 8 && id == 7", 1 },
        { "!(id == 8 && id == 7)", 1 },
        { "!id == 7 || id == 7", 1 },
        { "!(id == 7 || id == 7)", 0 },
        { "!id == 7", 0 },
        { "! id == 7", 0 },
        { "!!id == 7", 1 },
        { "!!!id == 7", 0 },
        { "!(!(id == 7))", 1 },
        { "!none exists", 1 },
        { "!action exists", 0 },
        { "!action in (a, b)", 1 },
        { "((id == 7))", 1 },
        { "( id exists )", 1 },
        { "(id exists)&&(id == 7)", 1 },
        { "(id == 7)||(none exists)", 1 },
        { "id exists||none exists", 1 },

        /* keys in quotes */

        { "\"action\" == 'order.update'", 1 },
        { "\"a (b\".'c && d' == 1", 1 },
        { "\"a (b\".'c && d'==1&&id exists", 1 },
        { "(\"a (b\".\"c && d\" in (1, 2))", 1 },
        { "!\"a (b\".x exists", 1 },
        { "lines.\"0\" exists", 0 },

        /* "!" before what is missing */

        { "!(none == 1)", 1 },
        { "!(none != 1)", 1 },
        { "!(none > 1)", 1 },
        { "!(none ~ x)", 1 },
        { "!(none == null)", 1 },
        { "!(nil == null)", 0 },
        { "!(nil == 1)", 1 }
    };

    none = test_str("");

    for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        rc = test_eval(table[i].text, &none, &err);

        if (!tap_ok(rc == table[i].want, "%s %s",
                    table[i].want == 1 ? "holds:"
                    : table[i].want ? "does not compile:" : "does not hold:",
                    strchr(table[i].text, '\n') ? "with white space"
                                                : table[i].text))
        {
            printf("#   got: %d %s\n", rc, err.text);
        }
    }
}


static int
test_visit(void *ctx, const webhook_path_t *path)
{
    webhook_buf_t        *seen;
    const webhook_str_t  *text;

    seen = ctx;
    text = webhook_path_text(path);

    webhook_buf_add(seen, text->data, text->len);
    webhook_buf_byte(seen, ' ');

    return seen->len > 8;
}


static void
test_rest(void)
{
    int                   rc;
    webhook_buf_t         seen;
    webhook_str_t         s;
    webhook_error_t       err;
    webhook_condition_t  *cond;

    s = test_str("a.b == 1 && c exists && d.e.f ~ x && g == 1");
    cond = webhook_condition_compile(&s, &err);
    webhook_buf_init(&seen, 0);

    if (cond) {
        rc = webhook_condition_paths(cond, test_visit, &seen);
        tap_ok(rc == 1, "paths are visited until one is refused");
        tap_bytes(seen.data, seen.len, "a.b c d.e.f ", "in their order");
    }

    webhook_buf_free(&seen);
    webhook_condition_free(cond);

    s = test_str("a == 1");
    cond = webhook_condition_compile(&s, &err);
    webhook_buf_init(&seen, 0);
    tap_ok(cond && webhook_condition_paths(cond, test_visit, &seen) == 0,
           "or to the end");
    webhook_buf_free(&seen);
    webhook_condition_free(cond);

    rc = WEBHOOK_NOMEM;
    tap_ok(test_eval("fail == 1", &rc, &err) == WEBHOOK_NOMEM,
           "a look-up without memory is passed on");
    rc = WEBHOOK_ERROR;
    tap_ok(test_eval("fail != 1", &rc, &err) == 0
           && test_eval("!(fail == 1)", &rc, &err) == 0,
           "of what cannot be looked up nothing is known");

    s = test_str("true");
    tap_ok(test_eval("@ == true", &s, &err) == 1, "a text is a word");
    s = test_str("null");
    tap_ok(test_eval("@ == null", &s, &err) == 0, "but never null");
    s = test_str("100.0");
    tap_ok(test_eval("@ == 100", &s, &err) == 1, "a text may be numeric");
    s = test_str("\"x\"");
    tap_ok(test_eval("@ == '\"x\"'", &s, &err) == 1,
           "a text has no quotes of its own");
    s.data = NULL;
    s.len = 0;
    tap_ok(test_eval("@ == '' && @ ~ ^$ && @ <= a && @ exists", &s, &err)
           == 1, "an empty text");
    s = test_str("a\xff\xfe\x80z");
    tap_ok(test_eval("@ ~ z$", &s, &err) == 1
           && test_eval("@ ~ ^a.z", &s, &err) == 0,
           "a text that is not UTF-8 is matched in its valid parts");
    s.data = (unsigned char *) "a\0b";
    s.len = 3;
    tap_ok(test_eval("@ ~ ^a.b$", &s, &err) == 1
           && test_eval("@ == a", &s, &err) == 0, "a NUL is a character");

    webhook_condition_free(NULL);

    s.data = NULL;
    s.len = 0;
    tap_ok(webhook_condition_compile(&s, &err) == NULL, "no text at all");
}


int
main(void)
{
    if (!test_begin()) {
        return tap_done();
    }

    test_holds();
    test_rest();

    webhook_json_free(test_doc);

    return tap_done();
}
