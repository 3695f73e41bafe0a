
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_reach: paths of actions of registered receivers stay below
 * their prefix, however they are read.
 */

#include "tap.h"
#include "core/rules/webhook_reach.h"


static webhook_str_t
test_str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


int
main(void)
{
    size_t         i;
    webhook_str_t  path, prefix;

    static const char  *below[] = {
        "/pos/", "/pos/a", "/pos/a/b", "/pos/a/", "/pos/.a", "/pos/...",
        "/pos/a;b", "/pos/a%2fb", "/pos/100%", "/pos/%2", "/pos/%zz",
        "/pos/\xc3\xa9", "/pos/a b", "/pos/%41", "/pos/a;..", NULL
    };

    static const char  *outside[] = {
        "", "/", "pos/a", "/pos", "/posx/a", "/POS/a", "//pos/a",
        "/pos/..", "/pos/../a", "/pos/a/../../b", "/pos/.", "/pos/./a",
        "/pos//a", "/pos/a//", "/pos/a//b", "/pos/;", "/pos/;a/b",
        "/pos/..;", "/pos/..;x/a", "/pos/.;/a", "/pos/a\\..\\b",
        "/pos/a\nb", "/pos/a\x7f", "/p%6fs/a", "%2fpos/a",

        /* once more decoded, or several times */
        "/pos/%2e%2e/a", "/pos/.%2E/a", "/pos/a%2f../b", "/pos/%2fa",
        "/pos/a%2f%2fb", "/pos/%5c", "/pos/%00", "/pos/%0d%0a",
        "/pos/%252e%252e/a", "/pos/%25252e./a", "/pos/%2525252e%2525252e/a",
        "/pos/%%32%65%%32%65/a", "/pos/a%252f..", "/pos/%2e%2e%3bx/a", NULL
    };

    static const char  *prefixes[] = { "/", "/pos/", "/a/b-c/", NULL };

    static const char  *no_prefixes[] = {
        "", "pos/", "/pos", "/../", "/pos//", "//", "/pos/./", "/p%6fs/",
        "/pos;a/", "/pos?/", "/pos\\/", "/pos\n/", NULL
    };

    prefix = test_str("/pos/");

    for (i = 0; below[i]; i++) {
        path = test_str(below[i]);
        tap_ok(webhook_reach_below(&path, &prefix), "below: %s", below[i]);
    }

    for (i = 0; outside[i]; i++) {
        path = test_str(outside[i]);
        tap_ok(!webhook_reach_below(&path, &prefix), "outside: number %zu", i);
    }

    path.data = (unsigned char *) "/pos/a\0b";
    path.len = 8;
    tap_ok(!webhook_reach_below(&path, &prefix), "outside: a NUL");

    for (i = 0; prefixes[i]; i++) {
        path = test_str(prefixes[i]);
        tap_ok(webhook_reach_prefix_valid(&path), "a prefix: %s", prefixes[i]);
    }

    for (i = 0; no_prefixes[i]; i++) {
        path = test_str(no_prefixes[i]);
        tap_ok(!webhook_reach_prefix_valid(&path), "no prefix: number %zu", i);
    }

    return tap_done();
}
