
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_form_json and webhook_multipart, and of webhook_fields
 * under both.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/format/webhook_form_json.h"
#include "core/json/webhook_json.h"
#include "core/multipart/webhook_multipart.h"

#include <time.h>


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
form(const char *text, const char *want)
{
    int            rc;
    webhook_str_t  s;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);

    s = copy(text);
    rc = webhook_form_json(&s, NULL, 0, &out, NULL);
    free(s.data);

    if (want == NULL) {
        tap_ok(rc == WEBHOOK_ERROR && out.len == 0, "form: no: %s", text);

    } else if (rc != WEBHOOK_OK) {
        tap_ok(0, "form: %s (%d)", text, rc);

    } else {
        tap_bytes(out.data, out.len, want, want);
    }

    webhook_buf_free(&out);
}


static void
test_form(void)
{
    int             i;
    char           *big, *p;
    clock_t         begin;
    webhook_str_t   s;
    webhook_buf_t   out;

    form("", "{}");
    form("&&&", "{}");
    form(" \r\n", "{}");
    form("a=1", "{\"a\":\"1\"}");
    form("a=1\r\n", "{\"a\":\"1\"}");
    form("name=Linh&tag=a&tag=b&note=",
         "{\"name\":\"Linh\",\"tag\":[\"a\",\"b\"],\"note\":\"\"}");
    form("a=1&b=2&a=3&b=4&a=5", "{\"a\":[\"1\",\"3\",\"5\"],"
         "\"b\":[\"2\",\"4\"]}");
    form("a", "{\"a\":\"\"}");
    form("=1&=2", "{\"\":[\"1\",\"2\"]}");
    form("a=b=c", "{\"a\":\"b=c\"}");
    form("a+b=c+d%2B", "{\"a b\":\"c d+\"}");
    form("%61=1&a=2", "{\"a\":[\"1\",\"2\"]}");
    form("lines[0][sku]=x&tag%5B%5D=1&tag[]=2",
         "{\"lines[0][sku]\":\"x\",\"tag[]\":[\"1\",\"2\"]}");
    form("n=Nguy%E1%BB%85n%20Th%C3%BAy", "{\"n\":\"Nguy\xe1\xbb\x85n "
         "Th\xc3\xbay\"}");
    form("a=%22%5C%0A%00", "{\"a\":\"\\\"\\\\\\n\\u0000\"}");

    /* bytes that differ and make the same key */

    form("%ff=1&%fe=2", "{\"\xef\xbf\xbd\":[\"1\",\"2\"]}");

    form("a=100%", NULL);
    form("a=%4", NULL);
    form("%zz=1", NULL);

    webhook_buf_init(&out, 0);
    s = str("a=1&b=2&c=3");

    tap_ok(webhook_form_json(&s, NULL, 2, &out, NULL) == WEBHOOK_LIMIT && out.len == 0,
           "form: more fields than allowed");
    tap_ok(webhook_form_json(&s, NULL, 3, &out, NULL) == WEBHOOK_OK, "form: as many as "
           "allowed");
    webhook_buf_free(&out);

    webhook_buf_init(&out, 10);
    tap_ok(webhook_form_json(&s, NULL, 0, &out, NULL) == WEBHOOK_LIMIT,
           "form: more than the buffer may hold");
    webhook_buf_free(&out);

    /* names chosen to be many, or all the same */

    big = malloc(16 * 200000);

    if (big) {
        p = big;

        for (i = 0; i < 200000; i++) {
            p += sprintf(p, "k%d=1&", i % 2 ? 7 : i);
        }

        s.data = (unsigned char *) big;
        s.len = p - big;

        webhook_buf_init(&out, 0);
        begin = clock();

        tap_ok(webhook_form_json(&s, NULL, 200000, &out, NULL) == WEBHOOK_OK
               && clock() - begin < 20 * CLOCKS_PER_SEC,
               "form: 200000 fields");
        webhook_buf_free(&out);
        free(big);
    }
}


/* want NULL: bytes do not fit; "(unknown)": a charset that nobody knows. */

static void
charset(int parts, const char *label, const char *text, const char *want)
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

    rc = parts ? webhook_multipart_json(&s, &b, &of, 0, &out, &what)
               : webhook_form_json(&s, &of, 0, &out, &what);
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


static void
test_form_charset(void)
{
    /* Without a label the bytes have to be UTF-8, but on the outbound side. */

    charset(0, "", "a=%E0%B8%81", "{\"a\":\"\u0e01\"}");
    charset(0, "", "a=\u0e01", "{\"a\":\"\u0e01\"}");
    charset(0, "utf8", "a=%E0%B8%81", "{\"a\":\"\u0e01\"}");
    charset(0, "", "a=%A1", NULL);
    charset(0, "", "%A1=a", NULL);
    charset(0, "", "a=\xa1", NULL);
    charset(0, "", "a=%4", NULL);
    charset(0, "us-ascii", "a=b", "{\"a\":\"b\"}");
    charset(0, "us-ascii", "a=%E0%B8%81", NULL);

    charset(0, "tis-620", "%A1=%C3%A1&b=c", "{\"\u0e01\":\"\u0e23\u0e01\","
            "\"b\":\"c\"}");
    charset(0, "windows-874", "a=\xc3\xa1", "{\"a\":\"\u0e23\u0e01\"}");
    charset(0, "tis-620", "a=%FF", NULL);
    charset(0, "windows-1258", "a=Vi%EA%F2t&b=%EA&c=%F2",
            "{\"a\":\"Vi\u1ec7t\",\"b\":\"\u00ea\",\"c\":\"\u0323\"}");
    charset(0, "iso-8859-1", "a=%E9", "{\"a\":\"\u00e9\"}");
    charset(0, "nonsense", "a=1", "(unknown)");
    charset(0, "utf-16", "a=1", "(unknown)");

    /* Two names that the bytes keep apart and the characters do not. */

    charset(0, "latin1", "%E9=1&%E9=2", "{\"\u00e9\":[\"1\",\"2\"]}");

    /* A form may tell of itself. */

    charset(0, "", "a=%A1&_charset_=tis-620",
            "{\"a\":\"\u0e01\",\"_charset_\":\"tis-620\"}");
    charset(0, "", "_charset_=UTF-8&a=%E0%B8%81",
            "{\"_charset_\":\"UTF-8\",\"a\":\"\u0e01\"}");
    charset(0, "", "_charset_=&a=1", "{\"_charset_\":\"\",\"a\":\"1\"}");
    charset(0, "", "_charset_=x&a=1", "(unknown)");
    charset(0, "utf-8", "_charset_=x&a=1",
            "{\"_charset_\":\"x\",\"a\":\"1\"}");

    /* A byte order mark is no part of a name or value. */

    charset(0, "", "\xef\xbb\xbf" "a=1", "{\"a\":\"1\"}");
    charset(0, "", "\xef\xbb\xbf\r\na=%EF%BB%BF1", "{\"a\":\"1\"}");
    charset(0, "", "\xff\xfe" "a=1", NULL);

    form("\xef\xbb\xbf" "a=1", "{\"a\":\"1\"}");
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
    charset(1, "", PART("", "\u0e01"), "{\"a\":\"\u0e01\"}");
    charset(1, "", PART("", "\xa1"), NULL);
    charset(1, "", PART(TYPE("tis-620"), "\xc3\xa1"),
            "{\"a\":\"\u0e23\u0e01\"}");
    charset(1, "", PART(TYPE("\"windows-874\""), "\xa1"),
            "{\"a\":\"\u0e01\"}");
    charset(1, "", PART(TYPE("us-ascii"), "\u0e01"), NULL);
    charset(1, "", PART(TYPE("utf8"), "\xef\xbb\xbf" "1"), "{\"a\":\"1\"}");
    charset(1, "", PART(TYPE("utf-16"), "\xff\xfe\x01\x0e"),
            "{\"a\":\"\u0e01\"}");
    charset(1, "", PART(TYPE("utf-16"), "\x01\x0e"), NULL);
    charset(1, "", PART(TYPE("nonsense"), "1"), "(unknown)");

    charset(1, "tis-620", "--XX\r\n" FIELD("\xa1") "\r\n\xa1\r\n--XX\r\n"
            FIELD("b") TYPE("utf-8") "\r\n\u0e01\r\n--XX--",
            "{\"\u0e01\":\"\u0e01\",\"b\":\"\u0e01\"}");
    charset(1, "", "--XX\r\n" FIELD("\xa1") "\r\n1\r\n--XX--", NULL);
    charset(1, "utf-16", PART("", "1"), "(unknown)");

    charset(1, "", "--XX\r\n" FIELD("a") "\r\n\xa1\r\n--XX\r\n"
            FIELD("_charset_") "\r\ntis-620\r\n--XX--",
            "{\"a\":\"\u0e01\",\"_charset_\":\"tis-620\"}");
    charset(1, "", "--XX\r\n" FIELD("_charset_") "\r\nx\r\n--XX--",
            "(unknown)");
    charset(1, "", PART("", "_charset_"), "{\"a\":\"_charset_\"}");

    charset(1, "", PART(TYPE("koi8-r"), "1\r\n--XX\r\n" FIELD("b")
                        TYPE("koi8-u") "\r\n2\r\n--XX\r\n" FIELD("c")
                        TYPE("tis-620") "\r\n3\r\n--XX\r\n" FIELD("d")
                        TYPE("big5") "\r\n4"), NULL);

    charset(1, "tis-620", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=\"\xa1\"\r\nContent-Type: image/png\r\n\r\n\xff\xff"
            "\r\n--XX--", "{\"a\":{\"filename\":\"\u0e01\","
            "\"content_type\":\"image/png\",\"size\":2}}");
    charset(1, "", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=\"\xa1\"\r\n\r\n\r\n--XX--", NULL);
    charset(1, "", "--XX\r\nContent-Disposition: form-data; name=a; "
            "filename=b\r\nContent-Type: \xa1\r\n\r\n\r\n--XX--", NULL);

    charset(1, "", PART("Content-Transfer-Encoding: 8bit \r\n", "1"),
            "{\"a\":\"1\"}");
    charset(1, "", PART("content-transfer-encoding: BINARY\r\n", "1"),
            "{\"a\":\"1\"}");
    charset(1, "", PART("Content-Transfer-Encoding: base64\r\n", "MQ=="), NULL);

    charset(1, "", "\xef\xbb\xbf" PART("", "1"), "{\"a\":\"1\"}");
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
    tap_ok(webhook_multipart_json(&s, &b, NULL, 1, &out, &what) == WEBHOOK_ERROR,
           "multipart: no boundary");

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

    s = str("a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11&l=12&m=13&n=14&o=5"
            "&p=16&q=17&r=18&s=a+text+that+is+longer+than+all+of+the+others+"
            "so+that+the+buffers+have+to+grow+and+grow+again+and+again+and+a"
            "gain+and+again+and+again+and+again+and+again+and+again+and+aga"
            "in+and+again+and+again");
    failed = 0;
    rc = WEBHOOK_ERROR;

    for (i = 0; i < 50 && rc != WEBHOOK_OK; i++) {
        webhook_buf_init(&out, 0);

        nomem_after = i;
        rc = webhook_form_json(&s, NULL, 0, &out, NULL);
        nomem_after = -1;

        failed += (rc == WEBHOOK_NOMEM);
        webhook_buf_free(&out);
    }

    tap_ok(rc == WEBHOOK_OK && failed > 3 && failed == i - 1,
           "nomem: a form, after %d failures", failed);

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
    test_form();
    test_form_charset();
    test_boundary();
    test_multipart();
    test_multipart_charset();
    test_multipart_lines();
    test_multipart_limits();
    test_nomem();

    return tap_done();
}
