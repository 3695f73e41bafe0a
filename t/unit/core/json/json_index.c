
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of the indexes that webhook_json keeps of large objects and arrays:
 * they find what a walk finds, and take time in proportion to the text.
 */

#include "tap.h"
#include "core/json/webhook_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>


#define ROUNDS  300
#define MANY    100000


static unsigned
draw(unsigned n)
{
    static unsigned  seed = 4711;

    seed = seed * 1103515245 + 12345;

    return (seed >> 8) % n;
}


static double
cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


static webhook_json_doc_t *
parse(webhook_buf_t *text)
{
    webhook_str_t           s;
    webhook_json_doc_t     *doc;
    webhook_json_limits_t   limits;

    s.data = text->data;
    s.len = text->len;

    memset(&limits, 0, sizeof(webhook_json_limits_t));
    limits.max_values = 10 * MANY;

    if (webhook_json_read(&s, &limits, &doc, NULL) != WEBHOOK_OK) {
        return NULL;
    }

    return doc;
}


/* The last value of a key, by a walk over all of them. */

static uint32_t
walk(webhook_json_doc_t *doc, webhook_json_value_t *in, webhook_str_t *key,
    webhook_json_value_t *found)
{
    uint32_t              iter, times;
    webhook_buf_t         b;
    webhook_str_t         name;
    webhook_json_value_t  v;

    iter = 0;
    times = 0;

    while (webhook_json_next(doc, in, &iter, &name, &v) == WEBHOOK_OK) {

        webhook_buf_init(&b, 0);
        webhook_json_decode(&name, &b);

        if (b.len == key->len
            && (b.len == 0 || memcmp(b.data, key->data, b.len) == 0))
        {
            *found = v;
            times += (times < 2);
        }

        webhook_buf_free(&b);
    }

    return times;
}


/* Keys of a small alphabet, so that many stand twice; some are escaped. */

static void
random_key(webhook_buf_t *b)
{
    unsigned  i, n;

    static const char *const  parts[] = {
        "a", "b", "\\u0061", "\\u0062", "\\n", "\xc3\xa9", "\\u00e9", "\\\\",
        "\\ud83d\\ude00", "\xf0\x9f\x98\x80", "\\ud800", "\xef\xbf\xbd",
        "abcdefgh", "\\u0000"
    };

    n = draw(4);

    for (i = 0; i < n; i++) {
        const char  *part = parts[draw(sizeof(parts) / sizeof(parts[0]))];

        webhook_buf_add(b, part, strlen(part));
    }
}


static int
random_object(unsigned members)
{
    int                    rc, ok;
    uint32_t               times;
    unsigned               i, k;
    webhook_buf_t          text, key, name;
    webhook_str_t          quoted, s;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, in, v, want;

    webhook_buf_init(&text, 0);
    webhook_buf_add(&text, "[0, {", 5);

    for (i = 0; i < members; i++) {
        webhook_buf_add(&text, i ? ",\"" : "\"", i ? 2 : 1);
        random_key(&text);
        webhook_buf_add(&text, "\":", 2);

        switch (draw(3)) {

        case 0:
            webhook_buf_add(&text, "{\"a\":1,\"b\":[2,3]}", 17);
            break;

        case 1:
            webhook_buf_add(&text, "[[],1]", 6);
            break;

        default:
            webhook_buf_number(&text, i);
        }
    }

    webhook_buf_add(&text, "}]", 2);

    doc = parse(&text);
    ok = (doc != NULL);

    if (doc) {
        webhook_json_root(doc, &root);
        webhook_json_element(doc, &root, 1, &in);
    }

    for (i = 0; ok && i < 200; i++) {
        webhook_buf_init(&key, 0);
        webhook_buf_init(&name, 0);

        webhook_buf_byte(&key, '"');
        random_key(&key);
        webhook_buf_byte(&key, '"');

        quoted.data = key.data;
        quoted.len = key.len;
        webhook_json_decode(&quoted, &name);

        s.data = name.data;
        s.len = name.len;

        times = walk(doc, &in, &s, &want);
        rc = webhook_json_member(doc, &in, &s, &v);

        ok = (rc == (times ? WEBHOOK_OK : WEBHOOK_ERROR))
             && (times == 0 || (v.node == want.node && v.type == want.type
                                && v.span.data == want.span.data
                                && v.span.len == want.span.len))
             && webhook_json_times(doc, &in, &s) == times;

        webhook_buf_free(&key);
        webhook_buf_free(&name);
    }

    /* elements that hold something, so that their place is not known */

    for (k = 0; ok && k < 3; k++) {
        ok = webhook_json_element(doc, &root, 1, &v) == WEBHOOK_OK
             && v.node == in.node
             && webhook_json_element(doc, &root, 2, &v) == WEBHOOK_ERROR;
    }

    webhook_json_free(doc);
    webhook_buf_free(&text);

    return ok;
}


static void
test_random(void)
{
    int       ok;
    unsigned  i;

    ok = 1;

    for (i = 0; ok && i < ROUNDS; i++) {
        ok = random_object(i < 100 ? i : draw(400));
    }

    tap_ok(ok, "an index finds what a walk finds, in %d objects", ROUNDS);
}


/* Several objects at once, and one in the other. */

static void
test_nested(void)
{
    int                    ok;
    char                   name[32];
    unsigned               i, k;
    webhook_buf_t          text;
    webhook_str_t          key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, in, v;

    webhook_buf_init(&text, 0);
    webhook_buf_byte(&text, '{');

    for (i = 0; i < 100; i++) {
        webhook_buf_add(&text, name, sprintf(name, "%s\"o%u\":{",
                                             i ? "," : "", i));

        for (k = 0; k < 50; k++) {
            webhook_buf_add(&text, name, sprintf(name, "%s\"o%u\":%u",
                                                 k ? "," : "", k,
                                                 i * 1000 + k));
        }

        webhook_buf_byte(&text, '}');
    }

    webhook_buf_byte(&text, '}');

    doc = parse(&text);
    ok = (doc != NULL);

    if (doc) {
        webhook_json_root(doc, &root);
    }

    for (i = 0; ok && i < 40000; i++) {
        unsigned  a = draw(100), b = draw(60);

        key.data = (unsigned char *) name;
        key.len = sprintf(name, "o%u", a);

        ok = webhook_json_member(doc, &root, &key, &in) == WEBHOOK_OK
             && in.type == WEBHOOK_JSON_OBJECT;

        key.len = sprintf(name, "o%u", b);

        if (webhook_json_member(doc, &in, &key, &v) == WEBHOOK_OK) {
            ok = ok && b < 50
                 && strtoul((char *) v.span.data, NULL, 10) == a * 1000 + b;

        } else {
            ok = ok && b >= 50;
        }
    }

    tap_ok(ok, "a hundred large objects, one in the other");

    webhook_json_free(doc);
    webhook_buf_free(&text);
}


static void
test_time(void)
{
    int                    ok;
    char                   name[32];
    double                 begun, took;
    unsigned               i;
    webhook_buf_t          text;
    webhook_str_t          key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v;

    webhook_buf_init(&text, 0);

    for (i = 0; i < MANY; i++) {
        webhook_buf_add(&text, name, sprintf(name, "%c\"k%u\":[%u]",
                                             i ? ',' : '{', i, i));
    }

    webhook_buf_byte(&text, '}');

    doc = parse(&text);
    ok = (doc != NULL);

    if (doc) {
        webhook_json_root(doc, &root);
    }

    begun = cpu();

    for (i = 0; ok && i < MANY; i++) {
        key.data = (unsigned char *) name;
        key.len = sprintf(name, "k%u", i);

        ok = webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
             && strtoul((char *) v.span.data + 1, NULL, 10) == i;
    }

    took = cpu() - begun;

    tap_ok(ok, "all of %d keys are found", MANY);

    /* a walk would take some ten seconds */

    tap_ok(took < 2, "in time that does not grow with their square");

    if (took >= 2) {
        printf("# took %.3f s\n", took);
    }

    webhook_json_free(doc);

    text.len = 0;

    for (i = 0; i < MANY; i++) {
        webhook_buf_add(&text, name, sprintf(name, "%c[%u]", i ? ',' : '[',
                                             i));
    }

    webhook_buf_byte(&text, ']');

    doc = parse(&text);
    ok = (doc != NULL);

    if (doc) {
        webhook_json_root(doc, &root);
    }

    begun = cpu();

    for (i = MANY; ok && i-- > 0; /* void */ ) {
        ok = webhook_json_element(doc, &root, i, &v) == WEBHOOK_OK
             && strtoul((char *) v.span.data + 1, NULL, 10) == i;
    }

    took = cpu() - begun;

    tap_ok(ok, "all of %d elements are found", MANY);
    tap_ok(took < 2, "in such time too");

    webhook_json_free(doc);
    webhook_buf_free(&text);
}


int
main(void)
{
    test_random();
    test_nested();
    test_time();

    return tap_done();
}
