
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_json: what is JSON and what is not.
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


/* It is longer than 100 lines because it is one table of cases. */

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


int
main(void)
{
    test_accept();
    test_refuse();
    test_cut();

    return tap_done();
}
