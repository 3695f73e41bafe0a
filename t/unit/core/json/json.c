
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_json: what is JSON and what is not, and where values are.
 * Run from the top of the source tree.
 */

#include "tap.h"
#include "core/json/webhook_json.h"

#include <stdlib.h>


#define ORDER  "fuzz/corpus/json/order.add.json"


typedef struct {
    const char           *text;
    webhook_json_type_e   type;
} accept_t;

typedef struct {
    const char           *text;
    size_t                len;      /* 0: up to the NUL */
    size_t                offset;
    const char           *what;
} refuse_t;

static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* A text in printable characters, for a test's name. */

static const char *
show(const char *text)
{
    char         *p;
    static char   buf[512];

    p = buf;
    *p = '\0';

    while (*text && p < buf + sizeof(buf) - 5) {
        p += sprintf(p, *text >= ' ' && *text != 0x7f ? "%c" : "<%02x>",
                     (unsigned char) *text);
        text++;
    }

    return buf;
}


static int
is(const webhook_json_value_t *v, const char *text)
{
    return v->span.len == strlen(text)
           && memcmp(v->span.data, text, v->span.len) == 0;
}


/* Reads a copy of exactly len bytes, so that a sanitizer sees an overrun. */

static int
read_copy(const char *text, size_t len, webhook_json_doc_t **doc,
    webhook_json_error_t *err, void **copy)
{
    webhook_str_t  s;

    *copy = malloc(len ? len : 1);
    if (*copy == NULL) {
        return WEBHOOK_NOMEM;
    }

    memcpy(*copy, text, len);

    s.data = *copy;
    s.len = len;

    return webhook_json_read(&s, NULL, doc, err);
}


static void
test_accept(void)
{
    void                  *copy;
    size_t                 i;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   v;
    webhook_json_error_t   err;

    static const accept_t  t[] = {
        { "null", WEBHOOK_JSON_NULL },
        { "false", WEBHOOK_JSON_FALSE },
        { "true", WEBHOOK_JSON_TRUE },
        { "0", WEBHOOK_JSON_NUMBER },
        { "-0", WEBHOOK_JSON_NUMBER },
        { "-0.0", WEBHOOK_JSON_NUMBER },
        { "0e0", WEBHOOK_JSON_NUMBER },
        { "10", WEBHOOK_JSON_NUMBER },
        { "0.1", WEBHOOK_JSON_NUMBER },
        { "1e400", WEBHOOK_JSON_NUMBER },
        { "1E+05", WEBHOOK_JSON_NUMBER },
        { "-1.50e-00", WEBHOOK_JSON_NUMBER },
        { "12345678901234567890", WEBHOOK_JSON_NUMBER },
        { "\"\"", WEBHOOK_JSON_STRING },
        { "\" \\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u0000\\uFFFF\\uabcd\"",
          WEBHOOK_JSON_STRING },
        { "\"\\ud800\"", WEBHOOK_JSON_STRING },
        { "\"\x7f\"", WEBHOOK_JSON_STRING },
        { "\"\xc2\x80\xdf\xbf\"", WEBHOOK_JSON_STRING },
        { "\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"",
          WEBHOOK_JSON_STRING },
        { "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"", WEBHOOK_JSON_STRING },
        { "\"\xef\xbb\xbf\"", WEBHOOK_JSON_STRING },
        { "[]", WEBHOOK_JSON_ARRAY },
        { "[ \t\r\n]", WEBHOOK_JSON_ARRAY },
        { "[[],{},[[]]]", WEBHOOK_JSON_ARRAY },
        { "{}", WEBHOOK_JSON_OBJECT },
        { "{ \t\r\n}", WEBHOOK_JSON_OBJECT },
        { "{\"\":0}", WEBHOOK_JSON_OBJECT },
        { "{ \"a\" : [ 1 , { \"b\" : null } ] , \"a\" : true }",
          WEBHOOK_JSON_OBJECT },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        tap_ok(read_copy(t[i].text, strlen(t[i].text), &doc, &err, &copy)
               == WEBHOOK_OK, "accepts %s", show(t[i].text));

        if (doc) {
            webhook_json_root(doc, &v);

            tap_ok(v.type == t[i].type && is(&v, t[i].text),
                   "  its type and bytes");
        }

        webhook_json_free(doc);
        free(copy);
    }

    tap_ok(read_copy("\t\r\n {} \r\n\t", 10, &doc, &err, &copy) == WEBHOOK_OK,
           "accepts white space on both sides");

    webhook_json_root(doc, &v);
    tap_ok(is(&v, "{}") && v.span.data == (unsigned char *) copy + 4,
           "  which is no part of the value");

    webhook_json_free(doc);
    free(copy);

    webhook_json_free(NULL);
}


static void
test_refuse(void)
{
    int                    rc;
    void                  *copy;
    size_t                 i, len;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    static const refuse_t  t[] = {

        { "", 0, 0, "the text is empty" },
        { " ", 0, 1, "a value is missing" },
        { "\xef\xbb\xbf{}", 0, 0, "a value is missing" },
        { "\0", 1, 0, "a value is missing" },
        { "{}\0", 3, 2, "something follows the value" },
        { "{}\v", 0, 2, "something follows the value" },
        { "\f{}", 0, 0, "a value is missing" },
        { "\xc2\xa0{}", 0, 0, "a value is missing" },
        { "{} {}", 0, 3, "something follows the value" },
        { "1 2", 0, 2, "something follows the value" },
        { "[]]", 0, 2, "something follows the value" },
        { "null,", 0, 4, "something follows the value" },

        { "nul", 0, 0, "a value is missing" },
        { "nulL", 0, 0, "a value is missing" },
        { "True", 0, 0, "a value is missing" },
        { "truex", 0, 4, "something follows the value" },
        { "NaN", 0, 0, "a value is missing" },
        { "Infinity", 0, 0, "a value is missing" },
        { "'a'", 0, 0, "a value is missing" },
        { "// a\n1", 0, 0, "a value is missing" },

        { "-", 0, 1, "a number is broken" },
        { "-a", 0, 1, "a number is broken" },
        { "-Infinity", 0, 1, "a number is broken" },
        { "+1", 0, 0, "a value is missing" },
        { ".5", 0, 0, "a value is missing" },
        { "01", 0, 0, "a number is broken" },
        { "-00", 0, 1, "a number is broken" },
        { "1.", 0, 2, "a number is broken" },
        { "1.e1", 0, 2, "a number is broken" },
        { "1e", 0, 2, "a number is broken" },
        { "1e+", 0, 3, "a number is broken" },
        { "1e+-1", 0, 3, "a number is broken" },
        { "1e1.5", 0, 3, "something follows the value" },
        { "0x10", 0, 1, "something follows the value" },
        { "1_000", 0, 1, "something follows the value" },

        { "\"", 0, 1, "a string does not end" },
        { "\"abc", 0, 4, "a string does not end" },
        { "\"abcdefghijklm", 0, 14, "a string does not end" },
        { "\"abc\\", 0, 4, "an escape is broken" },
        { "\"abc\\\"", 0, 6, "a string does not end" },
        { "\"a\nb\"", 0, 2, "a control character is in a string" },
        { "\"a\0b\"", 5, 2, "a control character is in a string" },
        { "\"1234567\x1f" "12345678\"", 0, 8,
          "a control character is in a string" },
        { "\"\\a\"", 0, 1, "an escape is broken" },
        { "\"\\\n\"", 0, 1, "an escape is broken" },
        { "\"\\U0041\"", 0, 1, "an escape is broken" },
        { "\"\\u\"", 0, 1, "an escape is broken" },
        { "\"\\u004\"", 0, 1, "an escape is broken" },
        { "\"\\u004", 0, 1, "an escape is broken" },
        { "\"\\u00g0\"", 0, 1, "an escape is broken" },
        { "\"\\u-123\"", 0, 1, "an escape is broken" },
        { "\"\\u 123\"", 0, 1, "an escape is broken" },
        { "\"\\ud83d\\u12\"", 0, 7, "an escape is broken" },

        { "\"\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xbf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xc0\xaf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xc1\xbf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xc3\"", 0, 1, "a string is not UTF-8" },
        { "\"\xc3", 0, 1, "a string is not UTF-8" },
        { "\"\xc3(\"", 0, 1, "a string is not UTF-8" },
        { "\"\xe0\x9f\xbf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xe1\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xe1\x80", 0, 1, "a string is not UTF-8" },
        { "\"\xed\xa0\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xed\xbf\xbf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xf0\x8f\xbf\xbf\"", 0, 1, "a string is not UTF-8" },
        { "\"\xf1\x80\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xf1\x80\x80", 0, 1, "a string is not UTF-8" },
        { "\"\xf4\x90\x80\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xf5\x80\x80\x80\"", 0, 1, "a string is not UTF-8" },
        { "\"\xff\"", 0, 1, "a string is not UTF-8" },
        { "\"\xc3\xa9\xc3\xa9\xc3\"", 0, 5, "a string is not UTF-8" },
        { "{\"\xff\":1}", 0, 2, "a string is not UTF-8" },

        { "[", 0, 1, "a value is missing" },
        { "[1", 0, 2, "an array does not end" },
        { "[1 ", 0, 3, "an array does not end" },
        { "[1,", 0, 3, "a value is missing" },
        { "[1,]", 0, 3, "a value is missing" },
        { "[,1]", 0, 1, "a value is missing" },
        { "[1 2]", 0, 3, "a comma is missing" },
        { "[1}", 0, 2, "a comma is missing" },
        { "[1:2]", 0, 2, "a comma is missing" },
        { "[}", 0, 1, "a value is missing" },
        { "]", 0, 0, "a value is missing" },
        { "[[]", 0, 3, "an array does not end" },

        { "{", 0, 1, "a key is missing" },
        { "{]", 0, 1, "a key is missing" },
        { "{1:2}", 0, 1, "a key is missing" },
        { "{a:1}", 0, 1, "a key is missing" },
        { "{\"a\"", 0, 4, "a colon is missing" },
        { "{\"a\"}", 0, 4, "a colon is missing" },
        { "{\"a\",1}", 0, 4, "a colon is missing" },
        { "{\"a\":", 0, 5, "a value is missing" },
        { "{\"a\":}", 0, 5, "a value is missing" },
        { "{\"a\":1", 0, 6, "an object does not end" },
        { "{\"a\":1,", 0, 7, "a key is missing" },
        { "{\"a\":1,}", 0, 7, "a key is missing" },
        { "{\"a\":1]", 0, 6, "a comma is missing" },
        { "{\"a\":1 \"b\":2}", 0, 7, "a comma is missing" },
        { "{\"a\":{}", 0, 7, "an object does not end" },
        { "[{\"a\":[}]", 0, 7, "a value is missing" },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        len = t[i].len ? t[i].len : strlen(t[i].text);

        rc = read_copy(t[i].text, len, &doc, &err, &copy);

        if (!tap_ok(rc == WEBHOOK_ERROR && doc == NULL
                    && err.offset == t[i].offset
                    && strcmp(err.what, t[i].what) == 0,
                    "refuses text %d: %s", (int) i, t[i].what))
        {
            printf("# %s: %d \"%s\" at %d\n", show(t[i].text), rc,
                   err.what, (int) err.offset);
        }

        webhook_json_free(doc);
        free(copy);
    }
}


/* No beginning of a text is a text, but for one that ends in white space. */

static void
test_cut(void)
{
    int                    ok;
    void                  *copy;
    size_t                 len;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    static const char  text[] =
        "{\"k\xe1\xbb\x85y \\u00e9\": [true, false, null, -1.5e+10, "
        "\"\xf0\x9f\x98\x80\\ud83d\\ude00\"], \"o\": {\"a\": {}}}";

    ok = 1;

    for (len = 0; len < sizeof(text) - 1; len++) {

        if (read_copy(text, len, &doc, &err, &copy) != WEBHOOK_ERROR
            || err.offset > len)
        {
            ok = 0;
            printf("# length %d\n", (int) len);
        }

        webhook_json_free(doc);
        free(copy);
    }

    tap_ok(ok, "cut off at any byte, a text is refused");

    tap_ok(read_copy(text, len, &doc, &err, &copy) == WEBHOOK_OK,
           "  and whole it is read");

    webhook_json_free(doc);
    free(copy);
}


static void
test_find(void)
{
    uint32_t               i, n, iter;
    webhook_str_t          text, key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w;

    static const char  *keys[] = { "\"id\"", "\"lines\"", "\"o\"", "\"id\"",
                                   "\"\"", "\"pr\\u00efx\"" };

    text = str("{\"id\": 1, \"lines\": [{\"sku\": \"a\"}, [], 3, {\"sku\": "
               "\"b\", \"n\": [4, 5]}], \"o\": {\"id\": 9, \"x\": {\"id\": 8}},"
               " \"id\": 12345678901234567890, \"\": {}, \"pr\\u00efx\": 0}");

    tap_ok(webhook_json_read(&text, NULL, &doc, NULL) == WEBHOOK_OK,
           "find: a document, and no place for an error");

    webhook_json_root(doc, &root);

    tap_ok(webhook_json_count(doc, &root) == 6, "find: 6 members");

    key = str("id");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_NUMBER
           && is(&v, "12345678901234567890"),
           "find: of two members of one name the last counts");

    key = str("x");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not what is deeper down");

    key = str("i");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not a part of a name");

    key = str("id ");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: not a longer name");

    key.data = NULL;
    key.len = 0;
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "{}"), "find: the empty name");

    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_ERROR
           && webhook_json_count(doc, &v) == 0,
           "find: nothing in an empty object");

    key = str("pr\xc3\xafx");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "0"), "find: a name written with an escape");

    key = str("pr\\u00efx");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_ERROR,
           "find: but not by its source bytes");

    key = str("lines");
    webhook_json_member(doc, &root, &key, &v);

    tap_ok(v.type == WEBHOOK_JSON_ARRAY && webhook_json_count(doc, &v) == 4,
           "find: an array of 4");

    tap_ok(webhook_json_element(doc, &v, 0, &w) == WEBHOOK_OK
           && is(&w, "{\"sku\": \"a\"}"), "find: its first element");
    tap_ok(webhook_json_element(doc, &v, 2, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_NUMBER && is(&w, "3"),
           "find: the third");
    tap_ok(webhook_json_element(doc, &v, 3, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_OBJECT, "find: the last");
    tap_ok(webhook_json_element(doc, &v, 4, &root) == WEBHOOK_ERROR
           && webhook_json_element(doc, &v, UINT32_MAX, &root)
              == WEBHOOK_ERROR, "find: no more");

    key = str("n");
    tap_ok(webhook_json_member(doc, &w, &key, &v) == WEBHOOK_OK
           && webhook_json_element(doc, &v, 1, &w) == WEBHOOK_OK
           && is(&w, "5"), "find: a path of four steps");

    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_ERROR,
           "find: an array has no members");

    webhook_json_root(doc, &root);
    tap_ok(webhook_json_element(doc, &root, 0, &w) == WEBHOOK_ERROR,
           "find: an object has no elements");

    webhook_json_element(doc, &v, 0, &w);
    tap_ok(webhook_json_member(doc, &w, &key, &root) == WEBHOOK_ERROR
           && webhook_json_element(doc, &w, 0, &root) == WEBHOOK_ERROR
           && webhook_json_count(doc, &w) == 0,
           "find: nothing in a number");

    iter = 0;
    tap_ok(webhook_json_next(doc, &w, &iter, &key, &root) == WEBHOOK_ERROR,
           "walk: no step into a number");

    webhook_json_root(doc, &root);

    iter = 0;
    n = 0;

    for (i = 0; i < 6; i++) {
        if (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK
            && key.len == strlen(keys[i])
            && memcmp(key.data, keys[i], key.len) == 0)
        {
            n++;
        }
    }

    tap_ok(n == 6, "walk: all members in order, with their keys");
    tap_ok(webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_ERROR
           && webhook_json_next(doc, &root, &iter, &key, &v)
              == WEBHOOK_ERROR, "walk: and an end, also when asked again");

    key = str("lines");
    webhook_json_member(doc, &root, &key, &v);

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &v, &iter, &key, &w) == WEBHOOK_OK) {
        n += key.data == NULL && key.len == 0;
    }

    tap_ok(n == 4, "walk: an array's elements have no keys");

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &root, &iter, NULL, &w) == WEBHOOK_OK) {
        n++;
    }

    tap_ok(n == 6, "walk: without asking for the keys");

    /* a value that is not of this document must not lead out of it */

    w.node = 1000;
    iter = 0;
    key = str("id");

    tap_ok(webhook_json_member(doc, &w, &key, &v) == WEBHOOK_ERROR
           && webhook_json_element(doc, &w, 0, &v) == WEBHOOK_ERROR
           && webhook_json_next(doc, &w, &iter, &key, &v) == WEBHOOK_ERROR
           && webhook_json_count(doc, &w) == 0,
           "find: nothing in a value of another document");

    webhook_json_free(doc);
}


/* The body of order.add, as it comes from the legacy API. */

static void
test_order(void)
{
    int                    ok;
    FILE                  *f;
    char                   text[8192];
    uint32_t               iter, n;
    webhook_str_t          s, key;
    webhook_buf_t          b;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v, w;

    f = fopen(ORDER, "rb");

    if (!tap_ok(f != NULL, "order: open " ORDER)) {
        return;
    }

    s.data = (unsigned char *) text;
    s.len = fread(text, 1, sizeof(text), f);
    fclose(f);

    tap_ok(webhook_json_read(&s, NULL, &doc, NULL) == WEBHOOK_OK,
           "order: %d bytes are read", (int) s.len);

    webhook_json_root(doc, &root);

    key = str("billing_full_name");
    webhook_buf_init(&b, 0);
    ok = webhook_json_member(doc, &root, &key, &v);
    webhook_json_decode(&v.span, &b);

    tap_ok(ok == WEBHOOK_OK, "order: the name's member");
    tap_bytes(b.data, b.len, "Nguy\xe1\xbb\x85n Th\xc3\xbay Linh",
              "order: the name");
    webhook_buf_free(&b);

    key = str("price_final");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "936200"), "order: the price");

    key = str("promotion_detail");
    webhook_json_member(doc, &root, &key, &v);

    tap_ok(v.type == WEBHOOK_JSON_OBJECT && webhook_json_count(doc, &v) == 11,
           "order: an object within");

    key = str("coupon_id");
    tap_ok(webhook_json_member(doc, &v, &key, &w) == WEBHOOK_OK
           && w.type == WEBHOOK_JSON_NUMBER && is(&w, "0"),
           "order: a member of it");
    tap_ok(webhook_json_member(doc, &root, &key, &w) == WEBHOOK_ERROR,
           "order: which is none of the root");

    key = str("error");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && v.type == WEBHOOK_JSON_ARRAY && is(&v, "[]"),
           "order: the empty array at the end");

    iter = 0;
    n = 0;

    while (webhook_json_next(doc, &root, &iter, &key, &v) == WEBHOOK_OK) {
        n++;
    }

    tap_ok(n == webhook_json_count(doc, &root) && n == 95,
           "order: %d fields", (int) n);

    webhook_json_free(doc);
}


int
main(void)
{
    test_accept();
    test_refuse();
    test_cut();
    test_find();
    test_order();

    return tap_done();
}
