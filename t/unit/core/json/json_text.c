
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of what webhook_json makes of strings: what their escapes say, and how
 * text is escaped.
 */

#include "tap.h"
#include "core/json/webhook_json.h"
#include "core/json/webhook_json_text.h"

#include <stdio.h>
#include <stdlib.h>


typedef struct {
    const char           *in;
    size_t                in_len;
    const char           *out;
    size_t                out_len;
} bytes_t;


#define BYTES(text)  (text), sizeof(text) - 1


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


/* Keys are compared by what they say. */

static void
test_keys(void)
{
    size_t                 i;
    char                   text[64];
    webhook_str_t          s, key;
    webhook_json_doc_t    *doc;
    webhook_json_value_t   root, v;

    static const struct {
        const char  *source;        /* as in the document */
        const char  *key;
        size_t       len;
        int          same;
    } t[] = {
        { "\\u0061b", BYTES("ab"), 1 },
        { "a\\u0062", BYTES("ab"), 1 },
        { "\\u0061\\u0062", BYTES("ab"), 1 },
        { "\\u0061b", BYTES("a"), 0 },
        { "\\u0061", BYTES("ab"), 0 },
        { "\\u0061", BYTES("b"), 0 },
        { "\\u0061", BYTES(""), 0 },
        { "\\u0061b", BYTES("ac"), 0 },
        { "a\\/b", BYTES("a/b"), 1 },
        { "\\\"\\\\", BYTES("\"\\"), 1 },
        { "\\b\\f\\n\\r\\t", BYTES("\b\f\n\r\t"), 1 },
        { "a\\u0000b", BYTES("a\0b"), 1 },
        { "a\\u0000b", BYTES("a"), 0 },
        { "\\u20AC", BYTES("\xe2\x82\xac"), 1 },
        { "\\u20AC", BYTES("\xe2\x82"), 0 },
        { "\\ud83d\\ude00", BYTES("\xf0\x9f\x98\x80"), 1 },
        { "\\ud83d\\ude00", BYTES("\xf0\x9f\x98"), 0 },
        { "\\ude00", BYTES("\xef\xbf\xbd"), 1 },
        { "\xc3\xa9", BYTES("\xc3\xa9"), 1 },
        { "\xc3\xa9\\n", BYTES("\xc3\xa9\n"), 1 },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        snprintf(text, sizeof(text), "{\"%s\":1}", t[i].source);
        s = str(text);

        /* a copy without a NUL, so that a sanitizer sees an overrun */

        key.len = t[i].len;
        key.data = malloc(key.len ? key.len : 1);

        if (key.data == NULL
            || webhook_json_read(&s, NULL, &doc, NULL) != WEBHOOK_OK)
        {
            tap_ok(0, "keys: read %s", show(text));
            free(key.data);
            continue;
        }

        memcpy(key.data, t[i].key, key.len);

        webhook_json_root(doc, &root);

        tap_ok((webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK)
               == t[i].same, "keys: \"%s\" is %sfound", show(t[i].source),
               t[i].same ? "" : "not ");

        webhook_json_free(doc);
        free(key.data);
    }
}


static void
test_decode(void)
{
    size_t         i;
    webhook_str_t  s;
    webhook_buf_t  b;

    static const bytes_t  t[] = {
        { BYTES("\"\""), BYTES("") },
        { BYTES("\"abc\""), BYTES("abc") },
        { BYTES("\"a\\\"b\\\\c\\/d\""), BYTES("a\"b\\c/d") },
        { BYTES("\"\\b\\f\\n\\r\\t\""), BYTES("\b\f\n\r\t") },
        { BYTES("\"\\u0000\\u0041\\u007f\""), BYTES("\0A\x7f") },
        { BYTES("\"\\u0080\\u07ff\""), BYTES("\xc2\x80\xdf\xbf") },
        { BYTES("\"\\u0800\\uFfFf\""), BYTES("\xe0\xa0\x80\xef\xbf\xbf") },
        { BYTES("\"\\ud7ff\\ue000\""), BYTES("\xed\x9f\xbf\xee\x80\x80") },
        { BYTES("\"\\ud800\\udc00\\uDBFF\\uDFFF\""),
          BYTES("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf") },
        { BYTES("\"\\ud800\""), BYTES("\xef\xbf\xbd") },
        { BYTES("\"\\ud800x\""), BYTES("\xef\xbf\xbdx") },
        { BYTES("\"\\ud800\\n\""), BYTES("\xef\xbf\xbd\n") },
        { BYTES("\"\\ud800\\u0041\""), BYTES("\xef\xbf\xbd" "A") },
        { BYTES("\"\\ud800\\ud800\\udc00\""),
          BYTES("\xef\xbf\xbd\xf0\x90\x80\x80") },
        { BYTES("\"\\udc00\\udc00\""), BYTES("\xef\xbf\xbd\xef\xbf\xbd") },
        { BYTES("\"\\udc00\\ud800\""), BYTES("\xef\xbf\xbd\xef\xbf\xbd") },
        { BYTES("\"Nguy\xe1\xbb\x85n \\u0e01\""),
          BYTES("Nguy\xe1\xbb\x85n \xe0\xb8\x81") },
    };

    static const char  *bad[] = {
        "", "\"", "a", "abc", "\"abc", "abc\"", "\"\\\"", "\"\\q\"",
        "\"\\u12\"", "\"\\u12g4\"", "123",
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        s.data = (unsigned char *) t[i].in;
        s.len = t[i].in_len;

        webhook_buf_init(&b, 0);

        tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_OK
               && b.len == t[i].out_len
               && (b.len == 0 || memcmp(b.data, t[i].out, b.len) == 0),
               "decode: %s", show(t[i].in));

        webhook_buf_free(&b);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        s = str(bad[i]);
        webhook_buf_init(&b, 0);

        tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_ERROR,
               "decode: \"%s\" is no string", bad[i]);

        webhook_buf_free(&b);
    }

    s = str("\"ab\\n\"");

    webhook_buf_init(&b, 3);
    tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_OK,
           "decode: into just enough room");
    webhook_buf_free(&b);

    webhook_buf_init(&b, 2);
    tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_LIMIT,
           "decode: no room for the escape");
    webhook_buf_free(&b);

    webhook_buf_init(&b, 1);
    tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_LIMIT,
           "decode: no room for what is before it");

    s = str("\"\"");
    tap_ok(webhook_json_decode(&s, &b) == WEBHOOK_LIMIT,
           "decode: nothing, into a buffer that failed");
    webhook_buf_free(&b);
}


static void
test_escape(void)
{
    size_t         i;
    webhook_str_t  s;
    webhook_buf_t  b;

    static const bytes_t  t[] = {
        { BYTES(""), BYTES("") },
        { BYTES("abc"), BYTES("abc") },
        { BYTES("a\"b\\c/d"), BYTES("a\\\"b\\\\c/d") },
        { BYTES("\b\f\n\r\t"), BYTES("\\b\\f\\n\\r\\t") },
        { BYTES("\0\x01\x0b\x1f\x7f"), BYTES("\\u0000\\u0001\\u000b\\u001f\x7f")
        },
        { BYTES("12345678\"12345678\\12345678"),
          BYTES("12345678\\\"12345678\\\\12345678") },
        { BYTES("Nguy\xe1\xbb\x85n \xe0\xb8\x81 \xf0\x9f\x98\x80"),
          BYTES("Nguy\xe1\xbb\x85n \xe0\xb8\x81 \xf0\x9f\x98\x80") },
        { BYTES("\xff"), BYTES("\xef\xbf\xbd") },
        { BYTES("a\x80\x80z"), BYTES("a\xef\xbf\xbd\xef\xbf\xbdz") },
        { BYTES("\xc3"), BYTES("\xef\xbf\xbd") },
        { BYTES("\xc3\""), BYTES("\xef\xbf\xbd\\\"") },
        { BYTES("\xe1\xbb"), BYTES("\xef\xbf\xbd") },
        { BYTES("\xe1\xbbz"), BYTES("\xef\xbf\xbdz") },
        { BYTES("\xf0\x9f\x98z"), BYTES("\xef\xbf\xbdz") },
        { BYTES("\xed\xa0\x80"),
          BYTES("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
        { BYTES("\xc0\xaf"), BYTES("\xef\xbf\xbd\xef\xbf\xbd") },
        { BYTES("\xf4\x90\x80\x80"),
          BYTES("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd") },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        s.data = (unsigned char *) t[i].in;
        s.len = t[i].in_len;

        webhook_buf_init(&b, 0);

        tap_ok(webhook_json_escape(&s, &b) == WEBHOOK_OK
               && b.len == t[i].out_len
               && (b.len == 0 || memcmp(b.data, t[i].out, b.len) == 0),
               "escape: text %d", (int) i);

        webhook_buf_free(&b);
    }

    s.data = NULL;
    s.len = 0;
    webhook_buf_init(&b, 0);
    tap_ok(webhook_json_escape(&s, &b) == WEBHOOK_OK && b.len == 0,
           "escape: an empty text without data");

    s = str("ab\n");
    webhook_buf_init(&b, 3);
    tap_ok(webhook_json_escape(&s, &b) == WEBHOOK_LIMIT,
           "escape: no room for the escape");
    webhook_buf_free(&b);
}


/*
 * The fast loop takes eight bytes at a time: each special byte has to be seen
 * at each place of a string, whatever stands around it.
 */

static void
test_places(void)
{
    int                    ok, n;
    char                   text[64], fill;
    size_t                 len, at, i, f;
    unsigned               c;
    webhook_str_t          s;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    static const char  fills[] = { 'a', '!', '#', '[', ']', ' ', 0x7f };

    ok = 1;
    n = 0;

    for (f = 0; f < sizeof(fills); f++) {
        fill = fills[f];

        for (c = 0; c < 256; c++) {

            for (len = 1; len < 26; len++) {

                for (at = 0; at < len; at++) {

                    memset(text, fill, sizeof(text));
                    text[0] = '"';
                    text[1 + at] = (char) c;
                    text[1 + len] = '"';

                    s.data = (unsigned char *) text;
                    s.len = len + 2;

                    i = webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_OK
                        ? s.len : err.offset;

                    webhook_json_free(doc);

                    n++;

                    if (c == '"') {
                        ok &= i == (fill == ' ' ? len + 1 : at + 2);

                    } else if (c == '\\') {

                        /* \] and the like is broken; \" leaves no end */

                        ok &= i == (at == len - 1 ? s.len : at + 1);

                    } else if (c < 0x20 || c >= 0x80) {
                        ok &= i == at + 1;

                    } else {
                        ok &= i == s.len;
                    }
                }
            }
        }
    }

    tap_ok(ok, "places: each byte at each place of a string, %d texts", n);
}


/* Any byte at any place of a string is found there, and no other. */

static void
test_plain(void)
{
    int             special;
    size_t          len, at;
    unsigned        c, bad;
    unsigned char  *text;

    bad = 0;

    for (len = 1; len <= 150; len++) {

        /* as long as it is, so that one byte more is found by sanitizers */

        text = malloc(len);

        if (text == NULL) {
            exit(1);
        }

        memset(text, 'a', len);

        for (at = 0; at < len; at++) {

            for (c = 0; c < 256; c++) {
                text[at] = (unsigned char) c;

                special = c < 0x20 || c >= 0x80 || c == '"' || c == '\\';

                bad += webhook_json_plain(text, text + len)
                       != text + (special ? at : len);
            }

            /* what comes behind makes no difference */

            text[at] = '"';

            if (at + 1 < len) {
                text[at + 1] = 0x80;
                bad += webhook_json_plain(text, text + len) != text + at;
                text[at + 1] = 'a';
            }

            text[at] = 'a';
        }

        free(text);
    }

    tap_ok(bad == 0, "bytes that are not copied as they are");
}


int
main(void)
{
    test_keys();
    test_decode();
    test_escape();
    test_places();

    test_plain();

    return tap_done();
}
