
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Ways through a payload: does one path lead to what another does?
 */

#include "tap.h"
#include "core/path/webhook_way.h"


static webhook_path_t *
test_path(const char *text)
{
    webhook_str_t    s;
    webhook_error_t  err;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return webhook_path_compile(&s, &err);
}


static void
test_alike(const char *a, const char *b, int want)
{
    webhook_way_t    one, two;
    webhook_path_t  *p, *q;

    p = test_path(a);
    q = test_path(b);

    webhook_way_init(&one, p, 0);
    webhook_way_init(&two, q, 0);

    tap_ok(webhook_way_alike(&one, &two) == want
           && webhook_way_alike(&two, &one) == want, "%s and %s: %s", a, b,
           want ? "alike" : "apart");

    webhook_path_free(p);
    webhook_path_free(q);
}


/* Is what path means in an element of the list alike to another path? */

static void
test_element(const char *list, uint32_t skip, uint32_t levels,
    const char *path, const char *other, int want)
{
    webhook_way_t    one, two;
    webhook_path_t  *p, *q, *r;

    p = test_path(list);
    q = test_path(path);
    r = test_path(other);

    webhook_way_element(&one, p, skip, levels, q);
    webhook_way_init(&two, r, 0);

    tap_ok(webhook_way_alike(&one, &two) == want
           && webhook_way_alike(&two, &one) == want, "%s in %s and %s: %s",
           path, list, other, want ? "alike" : "apart");

    webhook_path_free(p);
    webhook_path_free(q);
    webhook_path_free(r);
}


int
main(void)
{
    webhook_path_t  *p;

    test_alike("a", "a", 1);
    test_alike("a", "b", 0);
    test_alike("a", "a.b", 1);
    test_alike("a.b", "a.c", 0);
    test_alike("a", "ab", 0);
    test_alike("a.\"b\"", "a.b.c", 1);
    test_alike("\"a.b\"", "a.b", 0);
    test_alike("a[].b", "a.0.b", 1);
    test_alike("a[].b", "a.0.c", 0);
    test_alike("a[].b", "a.b", 1);
    test_alike("a[].b", "a[].b.c", 1);
    test_alike("a[].b", "a[].c", 0);
    test_alike("a[].b", "a", 1);
    test_alike("a[].b", "a.0", 1);
    test_alike("a[].b[].c", "a.0.b.12.c", 1);
    test_alike("a[].b[].c", "a.0.b.12.d", 0);
    test_alike("a[]", "\"a[]\"", 1);
    test_alike("a.0.b", "a.1.b", 0);

    test_element("a", 0, 1, "b", "a[].b", 1);
    test_element("a", 0, 1, "b", "a.3.b", 1);
    test_element("a", 0, 1, "b", "a.b", 1);
    test_element("a", 0, 1, "b", "a", 1);
    test_element("a", 0, 1, "b", "a[].c", 0);
    test_element("a", 0, 1, "b", "b", 0);
    test_element("a", 0, 1, "parent.b", "a[].parent.b", 1);
    test_element("root", 1, 1, "b", "b", 1);
    test_element("root[].a", 1, 2, "b", "a[].b", 1);
    test_element("a[].b.c[]", 0, 2, "d", "a[].b.c[].d", 1);
    test_element("a[].b.c[]", 0, 2, "d", "a.0.b.c.1.d", 1);
    test_element("a[].b.c[]", 0, 2, "d", "a.0.b.c.1.e", 0);
    test_element("a[].b.c[]", 0, 2, "parent.d", "a[].d", 1);
    test_element("a[].b.c[]", 0, 2, "parent.d", "a[].b.c[].d", 0);
    test_element("a[].b.c[]", 0, 2, "parent.b.c.0.d", "a[].b.c[].d", 1);
    test_element("a[].b[].c", 0, 3, "parent.d", "a[].b[].d", 1);
    test_element("a[].b[].c", 0, 3, "parent.parent.d", "a[].d", 1);
    test_element("a[].b[].c", 0, 3, "parent.parent.d", "a[].b[].d", 0);
    test_element("a[].b[].c", 0, 3, "parent.parent.parent", "a[].parent", 1);
    test_element("a[].b[].c", 0, 3, "parent.\"parent\".d",
                 "a[].b[].parent.d", 1);
    test_element("a[].b[].c", 0, 3, "\"parent\".d", "a[].b[].c[].parent.d",
                 1);

    p = test_path("parent.parent.a");
    tap_ok(webhook_way_up(p, 0) == 0 && webhook_way_up(p, 1) == 1
           && webhook_way_up(p, 2) == 2 && webhook_way_up(p, 3) == 2,
           "how far up");
    webhook_path_free(p);

    p = test_path("\"parent\".a");
    tap_ok(webhook_way_up(p, 2) == 0, "not by a field");
    webhook_path_free(p);

    return tap_done();
}
