
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_form_json, and of webhook_fields under it.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/format/webhook_form_json.h"
#include "core/json/webhook_json.h"

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

    tap_ok(webhook_form_json(&s, NULL, 2, &out, NULL) == WEBHOOK_LIMIT
           && out.len == 0, "form: more fields than allowed");
    tap_ok(webhook_form_json(&s, NULL, 3, &out, NULL) == WEBHOOK_OK,
           "form: as many as allowed");
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
charset(const char *label, const char *text, const char *want)
{
    int            rc, ok;
    const char    *what;
    webhook_str_t  s, of;
    webhook_buf_t  out;

    webhook_buf_init(&out, 0);

    of = str(label);
    s = copy(text);
    what = NULL;

    rc = webhook_form_json(&s, &of, 0, &out, &what);
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

    charset("", "a=%E0%B8%81", "{\"a\":\"\u0e01\"}");
    charset("", "a=\u0e01", "{\"a\":\"\u0e01\"}");
    charset("utf8", "a=%E0%B8%81", "{\"a\":\"\u0e01\"}");
    charset("", "a=%A1", NULL);
    charset("", "%A1=a", NULL);
    charset("", "a=\xa1", NULL);
    charset("", "a=%4", NULL);
    charset("us-ascii", "a=b", "{\"a\":\"b\"}");
    charset("us-ascii", "a=%E0%B8%81", NULL);

    charset("tis-620", "%A1=%C3%A1&b=c", "{\"\u0e01\":\"\u0e23\u0e01\","
            "\"b\":\"c\"}");
    charset("windows-874", "a=\xc3\xa1", "{\"a\":\"\u0e23\u0e01\"}");
    charset("tis-620", "a=%FF", NULL);
    charset("windows-1258", "a=Vi%EA%F2t&b=%EA&c=%F2",
            "{\"a\":\"Vi\u1ec7t\",\"b\":\"\u00ea\",\"c\":\"\u0323\"}");
    charset("iso-8859-1", "a=%E9", "{\"a\":\"\u00e9\"}");
    charset("nonsense", "a=1", "(unknown)");
    charset("utf-16", "a=1", "(unknown)");

    /* Two names that the bytes keep apart and the characters do not. */

    charset("latin1", "%E9=1&%E9=2", "{\"\u00e9\":[\"1\",\"2\"]}");

    /* A form may tell of itself. */

    charset("", "a=%A1&_charset_=tis-620",
            "{\"a\":\"\u0e01\",\"_charset_\":\"tis-620\"}");
    charset("", "_charset_=UTF-8&a=%E0%B8%81",
            "{\"_charset_\":\"UTF-8\",\"a\":\"\u0e01\"}");
    charset("", "_charset_=&a=1", "{\"_charset_\":\"\",\"a\":\"1\"}");
    charset("", "_charset_=x&a=1", "(unknown)");
    charset("utf-8", "_charset_=x&a=1",
            "{\"_charset_\":\"x\",\"a\":\"1\"}");

    /* A byte order mark is no part of a name or value. */

    charset("", "\xef\xbb\xbf" "a=1", "{\"a\":\"1\"}");
    charset("", "\xef\xbb\xbf\r\na=%EF%BB%BF1", "{\"a\":\"1\"}");
    charset("", "\xff\xfe" "a=1", NULL);

    form("\xef\xbb\xbf" "a=1", "{\"a\":\"1\"}");
}


static void
test_nomem(void)
{
    int            i, rc, failed;
    webhook_str_t  s;
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
}


int
main(void)
{
    test_form();
    test_form_charset();
    test_nomem();

    return tap_done();
}
