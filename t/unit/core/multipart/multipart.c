
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_multipart, and of webhook_fields under it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/multipart/webhook_multipart.h"
#include "core/json/webhook_json.h"


static webhook_str_t
str(const char *text)
{
    webhook_str_t  s;

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* A copy of exactly that size, so that a byte too far is seen. */

static webhook_str_t
copy(const char *text)
{
    webhook_str_t  s;

    s.len = strlen(text);
    s.data = malloc(s.len ? s.len : 1);

    if (s.data) {
        memcpy(s.data, text, s.len);
    }

    return s;
}


static void
boundary(const char *type, const char *want)
{
    int            rc;
    webhook_str_t  s, b;

    s = copy(type);
    rc = webhook_multipart_boundary(&s, &b);

    if (want == NULL) {
        tap_ok(rc == WEBHOOK_ERROR, "boundary: none in %s", type);

    } else if (rc != WEBHOOK_OK) {
        tap_ok(0, "boundary: %s", type);

    } else {
        tap_bytes(b.data, b.len, want, type);
    }

    free(s.data);
}


static void
multipart(const char *text, const char *want, const char *name)
{
    int             rc;
    const char     *what;
    webhook_str_t   s, b;
    webhook_buf_t   out;

    webhook_buf_init(&out, 0);

    what = "";
    b = str("XX");
    s = copy(text);
    rc = webhook_multipart_json(&s, &b, NULL, 0, &out, &what);
    free(s.data);

    if (rc != WEBHOOK_OK) {

        if (!tap_ok(rc == WEBHOOK_ERROR && out.len == 0
                    && strcmp(what, want) == 0, "multipart: no: %s", name))
        {
            printf("# got: %d, %s\n", rc, what);
        }

    } else {
        tap_bytes(out.data, out.len, want, name);
    }

    webhook_buf_free(&out);
}


/* want NULL: bytes do not fit; "(unknown)": a charset that nobody knows. */

static void
charset(const char *label, const char *text, const char *want)
{
    int            rc, ok;
    const char    *what;
    webhook_str_t  s, b, of;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);

    b = str("XX");
    of = str(label);
    s = copy(text);
    what = NULL;

    rc = webhook_multipart_json(&s, &b, &of, 0, &out, &what);
    free(s.data);

    if (want == NULL) {
        ok = rc == WEBHOOK_ERROR && what && out.len == 0;

    } else if (strcmp(want, "(unknown)") == 0) {
        ok = rc == WEBHOOK_CHARSET_UNKNOWN && what && out.len == 0;

    } else {
        ok = rc == WEBHOOK_OK && out.len == strlen(want)
             && memcmp(out.data, want, out.len) == 0;
    }

    if (!tap_ok(ok, "in \"%s\": %s", label, text)) {
        printf("#   got: %d %s %.*s\n", rc, what ? what : "", (int) out.len,
               out.data ? (char *) out.data : "");
    }

    webhook_buf_free(&out);
}


#define FIELD(name)  "Content-Disposition: form-data; name=\"" name "\"\r\n"


static void
test_boundary(void)
{
    boundary("multipart/form-data; boundary=abc", "abc");
    boundary("Multipart/Form-Data;charset=utf-8;Boundary=\"a b?c\"",
             "a b?c");
    boundary("multipart/form-data; boundary=abc; x=y", "abc");
    boundary("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWx",
             "----WebKitFormBoundary7MA4YWx");
    boundary("", NULL);
    boundary("multipart/form-data", NULL);
    boundary("multipart/form-data; boundary", NULL);
    boundary("multipart/form-data; boundary=", NULL);
    boundary("multipart/form-data; boundary=\"abc", NULL);
    boundary("multipart/form-data; boundary=\"abc \"", NULL);
    boundary("multipart/form-data; boundary=a\xc3\xa9", NULL);
    boundary("multipart/form-dataX; boundary=abc", NULL);
    boundary("multipart/mixed; boundary=abc", NULL);
    boundary("multipart/form-data; boundary=1234567890123456789012345678901234"
             "5678901234567890123456789012345678901", NULL);
}


static void
test_multipart(void)
{
    multipart("--XX--", "{}", "no part");
    multipart("--XX--\r\nwhatever", "{}", "no part, and an epilogue");
    multipart("preamble\r\n--XX\r\n" FIELD("a") "\r\n1\r\n--XX--",
              "{\"a\":\"1\"}", "a preamble");
    multipart("--XX\r\n" FIELD("a") "\r\n1\r\n--XX--", "{\"a\":\"1\"}",
              "a field");
    multipart("--XX  \t\r\n" FIELD("a") "\r\n1\r\n--XX--\r\n",
              "{\"a\":\"1\"}", "white space behind a delimiter");
    multipart("--XX\r\n" FIELD("a") "\r\n\r\n--XX--", "{\"a\":\"\"}",
              "an empty field");
    multipart("--XX\r\n" FIELD("a") "\r\n--XX--", "{\"a\":\"\"}",
              "an empty field, one line's end less");
    multipart("--XX\r\n" FIELD("a") "\r\n1\r\n--XX\r\n" FIELD("b")
              "\r\n2\r\n--XX\r\n" FIELD("a") "\r\n3\r\n--XX--",
              "{\"a\":[\"1\",\"3\"],\"b\":\"2\"}", "a name that comes again");
    multipart("--XX\r\n" FIELD("n") "\r\nline\r\n--X\r\n\"x\"\r\n--XX--",
              "{\"n\":\"line\\r\\n--X\\r\\n\\\"x\\\"\"}", "text of lines");
    multipart("--XX\r\ncontent-disposition:form-data;NAME=a\r\n"
              "Content-Type: text/plain; charset=utf-8\r\n\r\n1\r\n--XX--",
              "{\"a\":\"1\"}", "a token, other letters");
    multipart("--XX\r\nContent-Disposition: form-data; name=\"p\"; "
              "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
              "12345\r\n--XX\r\n" FIELD("q") "\r\n1\r\n--XX--",
              "{\"p\":{\"filename\":\"a.png\",\"content_type\":\"image/png\","
              "\"size\":5},\"q\":\"1\"}", "a file");
    multipart("--XX\r\nContent-Disposition: form-data; name=p; filename*="
              "UTF-8''a%20b\r\n\r\n\r\n--XX--",
              "{\"p\":{\"filename\":null,\"content_type\":null,\"size\":0}}",
              "a file without a name");
    multipart("--XX\r\nContent-Disposition: form-data; name=\"a%22b\\\"c%0d%0A"
              "%41\"; filename=\"C:\\dir\\x\"\r\n\r\n\r\n--XX--",
              "{\"a\\\"b\\\"c\\r\\n%41\":{\"filename\":\"C:\\\\dir\\\\x\","
              "\"content_type\":null,\"size\":0}}", "names as clients write "
              "them");

    multipart("", "the body is cut short", "nothing");
    multipart("--X", "the body is cut short", "less than a delimiter");
    multipart("--YY--", "the body is cut short", "another delimiter");
    multipart("--XX", "the body is cut short", "cut off at the start");
    multipart("--XX-", "the body is cut short", "half an end");
    multipart("--XX\r\n", "the body is cut short", "no header");
    multipart("--XX\r\n" FIELD("a"), "the body is cut short", "no content");
    multipart("--XX\r\n" FIELD("a") "\r\n1", "the body is cut short",
              "no end");
    multipart("--XX\r\n" FIELD("a") "\r\n1\r\n--XX", "the body is cut short",
              "a delimiter and no more");
    multipart("--XX\r\n" FIELD("a") "\r\n1\r\n--XXY\r\n" FIELD("b")
              "\r\n2\r\n--XX--", "the body is cut short",
              "a delimiter that goes on");
    multipart("--XX\r\n\r\n1\r\n--XX--", "a part has no name", "no headers");
    multipart("--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n--XX--",
              "a part has no name", "no name");
    multipart("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n"
              "--XX--", "a part's Content-Disposition is not valid",
              "not of a form");
    multipart("--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n"
              "--XX--", "a part's Content-Disposition is not valid",
              "a quote that does not end");
    multipart("--XX\r\nContent-Disposition: form-data; name=\"a\\\"\r\n\r\n"
              "1\r\n--XX--", "a part's Content-Disposition is not valid",
              "a quote that is escaped");
    multipart("--XX\r\nContent-Disposition\r\n\r\n1\r\n--XX--",
              "a part's header is not valid", "no colon");
    multipart("--XX\r\n" FIELD("a") " folded: 1\r\n\r\n1\r\n--XX--",
              "a part's header is not valid", "a folded line");
}


/* One part, of its head and its content. */

#define PART(head, content)                                                   \
    "--XX\r\n" FIELD("a") head "\r\n" content "\r\n--XX--\r\n"

#define TYPE(charset)  "Content-Type: text/plain; charset=" charset "\r\n"


static void
test_multipart_charset(void)
{
    charset("", PART("", "\u0e01"), "{\"a\":\"\u0e01\"}");
    charset("", PART("", "\xa1"), NULL);
    charset("", PART(TYPE("tis-620"), "\xc3\xa1"),
            "{\"a\":\"\u0e23\u0e01\"}");
    charset("", PART(TYPE("\"windows-874\""), "\xa1"),
            "{\"a\":\"\u0e01\"}");
    charset("", PART(TYPE("us-ascii"), "\u0e01"), NULL);
    charset("", PART(TYPE("utf8"), "\xef\xbb\xbf" "1"), "{\"a\":\"1\"}");
    charset("", PART(TYPE("utf-16"), "\xff\xfe\x01\x0e"),
            "{\"a\":\"\u0e01\"}");
    charset("", PART(TYPE("utf-16"), "\x01\x0e"), NULL);
    charset("", PART(TYPE("nonsense"), "1"), "(unknown)");

    charset("tis-620", "--XX\r\n" FIELD("\xa1") "\r\n\xa1\r\n--XX\r\n"
            FIELD("b") TYPE("utf-8") "\r\n\u0e01\r\n--XX--",
            "{\"\u0e01\":\"\u0e01\",\"b\":\"\u0e01\"}");
    charset("", "--XX\r\n" FIELD("\xa1") "\r\n1\r\n--XX--", NULL);
    charset("utf-16", PART("", "1"), "(unknown)");

    charset("", "--XX\r\n" FIELD("a") "\r\n\xa1\r\n--XX\r\n"
            FIELD("_charset_") "\r\ntis-620\r\n--XX--",
            "{\"a\":\"\u0e01\",\"_charset_\":\"tis-620\"}");
    charset("", "--XX\r\n" FIELD("_charset_") "\r\nx\r\n--XX--",
            "(unknown)");
    charset("", PART("", "_charset_"), "{\"a\":\"_charset_\"}");

    charset("", PART(TYPE("koi8-r"), "1\r\n--XX\r\n" FIELD("b")
                        TYPE("koi8-u") "\r\n2\r\n--XX\r\n" FIELD("c")
                        TYPE("tis-620") "\r\n3\r\n--XX\r\n" FIELD("d")
                        TYPE("big5") "\r\n4"), NULL);

    charset("tis-620", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=\"\xa1\"\r\nContent-Type: image/png\r\n\r\n\xff\xff"
            "\r\n--XX--", "{\"a\":{\"filename\":\"\u0e01\","
            "\"content_type\":\"image/png\",\"size\":2}}");
    charset("", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=\"\xa1\"\r\n\r\n\r\n--XX--", NULL);
    charset("", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=b\r\nContent-Type: \xa1\r\n\r\n\r\n--XX--", NULL);

    charset("", PART("Content-Transfer-Encoding: 8bit \r\n", "1"),
            "{\"a\":\"1\"}");
    charset("", PART("content-transfer-encoding: BINARY\r\n", "1"),
            "{\"a\":\"1\"}");
    charset("", PART("Content-Transfer-Encoding: base64\r\n", "MQ=="), NULL);

    charset("", "\xef\xbb\xbf" PART("", "1"), "{\"a\":\"1\"}");
    multipart("\xef\xbb\xbf" PART("", "\xa1"), "{\"a\":\"\xef\xbf\xbd\"}",
              "a mark, and bytes that nobody has to understand");
}


#define LINE(name)  "Content-Disposition: form-data; name=" name "\n"
#define MIXED       "some lines end in CR and LF, and others in LF alone"


static void
test_multipart_lines(void)
{
    multipart("--XX\n" LINE("a") "\n1\n--XX--\n", "{\"a\":\"1\"}",
              "lines that end in LF");
    multipart("preamble\n--XX\n" LINE("a") "\n1\n--XX\n" LINE("b") "X: y\n\n"
              "two\n\nlines\n\n--XX--", "{\"a\":\"1\","
              "\"b\":\"two\\n\\nlines\\n\"}", "more of them");
    multipart("--XX \t\n" LINE("a") "\n\n--XX--", "{\"a\":\"\"}",
              "an empty field");
    multipart("--XX\n" LINE("a") "\n--XX--", "{\"a\":\"\"}",
              "an empty field, one line's end less");
    multipart("--XX\n" FIELD("a") "\r\n1\n--XX--", "{\"a\":\"1\"}",
              "heads that end in both");
    multipart("--XX\n" LINE("a") "\n1\r\n2\n--XX--", "{\"a\":\"1\\r\\n2\"}",
              "a text that has both");

    multipart("--XX\n" LINE("a") "\n1\r\n--XX--", MIXED,
              "the last line ends in both");
    multipart("--XX\r\n" FIELD("a") "\r\n1\n--XX--", MIXED,
              "the last line ends in LF");
    multipart("--XX\r\n" FIELD("a") "\r\n\n--XX--", MIXED,
              "an empty one does");
    multipart("--XX\r\n" LINE("a") "\n1\r\n--XX--",
              "the body is cut short", "the head's do");
    multipart("--XX\n" LINE("a") "\n1", "the body is cut short", "no end");
    multipart("--XX\n" LINE("a"), "the body is cut short", "no content");
    multipart("--XX\n", "the body is cut short", "no header");
}


static void
test_multipart_limits(void)
{
    char           *big;
    const char     *what;
    webhook_str_t   s, b;
    webhook_buf_t   out;

    webhook_buf_init(&out, 0);

    b = str("XX");
    s = str("--XX\r\n" FIELD("a") "\r\n1\r\n--XX\r\n" FIELD("b")
            "\r\n2\r\n--XX--");

    tap_ok(webhook_multipart_json(&s, &b, NULL, 1, &out, &what) == WEBHOOK_LIMIT
           && strcmp(what, "there are too many parts") == 0,
           "multipart: too many parts");
    tap_ok(webhook_multipart_json(&s, &b, NULL, 2, &out, NULL) == WEBHOOK_OK,
           "multipart: as many as allowed");

    b.len = 0;
    tap_ok(webhook_multipart_json(&s, &b, NULL, 1, &out, &what)
           == WEBHOOK_ERROR, "multipart: no boundary");

    big = malloc(20000);

    if (big) {
        memset(big, 'a', 20000);
        memcpy(big, "--XX\r\nX: ", 9);
        memcpy(big + 20000 - 10, "\r\n\r\n--XX--", 10);

        s.data = (unsigned char *) big;
        s.len = 20000;
        b = str("XX");

        tap_ok(webhook_multipart_json(&s, &b, NULL, 1, &out, &what)
               == WEBHOOK_LIMIT
               && strcmp(what, "a part's headers are too long") == 0,
               "multipart: headers too long");
        free(big);
    }

    webhook_buf_free(&out);
}


static void
test_nomem(void)
{
    int            i, rc, failed;
    webhook_str_t  s, b;
    webhook_buf_t  out;

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    s = str("--XX\r\nContent-Disposition: form-data; name=\"p\"; "
            "filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
            "12345\r\n--XX\r\n" FIELD("q") "\r\n1\r\n--XX--");
    b = str("XX");
    failed = 0;
    rc = WEBHOOK_ERROR;

    for (i = 0; i < 50 && rc != WEBHOOK_OK; i++) {
        webhook_buf_init(&out, 0);

        nomem_after = i;
        rc = webhook_multipart_json(&s, &b, NULL, 0, &out, NULL);
        nomem_after = -1;

        failed += (rc == WEBHOOK_NOMEM);
        webhook_buf_free(&out);
    }

    tap_ok(rc == WEBHOOK_OK && failed > 3 && failed == i - 1,
           "nomem: a multipart form, after %d failures", failed);
}


int
main(void)
{
    test_boundary();
    test_multipart();
    test_multipart_charset();
    test_multipart_lines();
    test_multipart_limits();
    test_nomem();

    return tap_done();
}
