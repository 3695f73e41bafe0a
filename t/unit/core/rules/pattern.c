
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Event types and patterns over them: O1 (one event or several), O11 (the
 * catalogue's names).
 */

#include "tap.h"
#include "core/rules/webhook_pattern.h"


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


static int
test_type(const char *text)
{
    webhook_str_t  s;

    s = test_str(text);

    return webhook_type_valid(&s);
}


static int
test_pattern(const char *text)
{
    webhook_str_t  s;

    s = test_str(text);

    return webhook_pattern_valid(&s);
}


static int
test_match(const char *pattern, const char *type)
{
    webhook_str_t  p, t;

    p = test_str(pattern);
    t = test_str(type);

    return webhook_pattern_match(&p, &t);
}


int
main(void)
{
    size_t         i;
    char           text[WEBHOOK_TYPE_MAX + 2];
    webhook_str_t  none;

    static const char  *types[] = {
        "order.add", "order.edit", "order.additem", "order.edititem",
        "order.deleteitem", "promotion.add", "promotion.edit",
        "productreceipt.add", "productreceipt.edit", "cashflow.add",
        "cashflow.edit", "customer.add", "customer.edit", "supportticket.add",
        "product.add", "product.edit", "product.delete", "product.addsku",
        "product.editsku", "product.deletesku", "a", "A_1.b.c"
    };

    static const char  *bad[] = {
        "", ".", "..", ".add", "order.", "order..add", "order add",
        "order-add", "order.*.add", "order*", "ord*er", "order.add\n",
        "order/add", "đơn.add"
    };

    for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        tap_ok(test_type(types[i]) && test_pattern(types[i])
               && test_match(types[i], types[i]) && test_match("*", types[i]),
               "O11: %s is a type, a pattern, and covered by \"*\"",
               types[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        tap_ok(!test_type(bad[i]) && !test_pattern(bad[i]),
               "bad name %d is neither a type nor a pattern", (int) i);
    }

    tap_ok(test_pattern("*") && !test_type("*"), "\"*\" is a pattern alone");
    tap_ok(test_pattern("order.*") && !test_type("order.*"),
           "\"order.*\" is a pattern alone");
    tap_ok(test_pattern("a.b.*"), "several leading words are a pattern");
    tap_ok(!test_pattern(".*") && !test_pattern("*.add")
           && !test_pattern("**") && !test_pattern("order.**"),
           "a star stands alone or at the end, after words");

    tap_ok(test_match("order.*", "order.add"), "O1: a group's event");
    tap_ok(test_match("order.*", "order.line.add"), "and one further down");
    tap_ok(!test_match("order.*", "order"), "not the group's own name");
    tap_ok(!test_match("order.*", "orders.add"), "nor a longer group");
    tap_ok(!test_match("order.*", "product.add"), "nor another");
    tap_ok(!test_match("order.add", "order.additem"),
           "a type is not a prefix");
    tap_ok(!test_match("order.additem", "order.add"),
           "nor covered by a longer one");
    tap_ok(!test_match("order.add", "ORDER.ADD"), "case counts");

    memset(text, 'a', sizeof(text));
    text[WEBHOOK_TYPE_MAX] = '\0';
    tap_ok(test_type(text), "a name of the greatest length");

    text[WEBHOOK_TYPE_MAX] = 'a';
    text[WEBHOOK_TYPE_MAX + 1] = '\0';
    tap_ok(!test_type(text) && !test_pattern(text), "and one longer");

    none.len = 0;
    none.data = NULL;
    tap_ok(!webhook_type_valid(&none) && !webhook_pattern_valid(&none)
           && !webhook_pattern_match(&none, &none), "nothing at all");

    return tap_done();
}
