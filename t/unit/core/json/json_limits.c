
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_json's bounds, of large documents, and of what happens when
 * there is no memory.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
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


static int
is(const webhook_json_value_t *v, const char *text)
{
    return v->span.len == strlen(text)
           && memcmp(v->span.data, text, v->span.len) == 0;
}


static void
test_limits(void)
{
    int                     i;
    char                    text[1024], *p;
    webhook_str_t           s;
    webhook_json_doc_t     *doc;
    webhook_json_error_t    err;
    webhook_json_limits_t   limits;

    memset(text, '[', 64);
    memset(text + 64, ']', 64);

    s.data = (unsigned char *) text;
    s.len = 128;

    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_OK,
           "limits: 64 levels");
    webhook_json_free(doc);

    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    s.len = 130;

    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_LIMIT
           && doc == NULL && err.offset == 64
           && strcmp(err.what, "values are nested too deep") == 0,
           "limits: not 65");

    limits.max_depth = 65;
    limits.max_values = 0;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_OK,
           "limits: unless it is allowed");
    webhook_json_free(doc);

    p = text;

    for (i = 0; i < 65; i++) {
        p += sprintf(p, "{\"a\":");
    }

    s.len = p - text;
    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_LIMIT
           && err.offset == 64 * 5, "limits: objects count as well");

    s = str("{\"a\":[1,2],\"b\":3}");       /* 2 keys, 5 values */

    limits.max_depth = 2;
    limits.max_values = 7;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_OK,
           "limits: keys and values up to the bound");
    webhook_json_free(doc);

    limits.max_values = 6;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_LIMIT
           && doc == NULL && err.offset == 15
           && strcmp(err.what, "there are too many values") == 0,
           "limits: one too many");

    limits.max_values = 1;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_LIMIT
           && err.offset == 1, "limits: a root alone");

    limits.max_depth = 1;
    limits.max_values = UINT32_MAX;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_LIMIT
           && err.offset == 5, "limits: one level alone");

    s = str("[1,2]");

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_OK,
           "limits: the largest numbers are no trouble");
    webhook_json_free(doc);

#if (SIZE_MAX > UINT32_MAX)
    s.len = (size_t) UINT32_MAX + 1;

    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_LIMIT
           && doc == NULL && err.offset == 0
           && strcmp(err.what, "the text is too long") == 0,
           "limits: 4 GB is too long, and not looked at");
#endif
}


/* A text of n elements "1" in an array, n members "k": 1 in an object. */

static webhook_str_t
make_flat(size_t n, int object)
{
    char           *p;
    size_t          i;
    webhook_str_t   s;

    s.data = malloc(n * 16 + 2);
    s.len = 0;

    if (s.data == NULL) {
        return s;
    }

    p = (char *) s.data;
    *p++ = object ? '{' : '[';

    for (i = 0; i < n; i++) {
        p += sprintf(p, object ? "%s\"%d\":1" : "%s%d", i ? "," : "",
                     (int) i);
    }

    *p++ = object ? '}' : ']';
    s.len = p - (char *) s.data;

    return s;
}


static double
now(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}


static void
test_large(void)
{
    int                     ok;
    char                    name[16];
    double                  start, spent;
    uint32_t                i, n, iter;
    webhook_str_t           s, key;
    webhook_json_doc_t     *doc;
    webhook_json_error_t    err;
    webhook_json_value_t    root, v;
    webhook_json_limits_t   limits;

    s = make_flat(65535, 0);

    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_OK,
           "large: an array of 65535, and itself");

    webhook_json_root(doc, &root);

    tap_ok(webhook_json_count(doc, &root) == 65535
           && webhook_json_element(doc, &root, 54321, &v) == WEBHOOK_OK
           && is(&v, "54321"), "large: its element 54321");

    webhook_json_free(doc);
    free(s.data);

    s = make_flat(65536, 0);
    tap_ok(webhook_json_read(&s, NULL, &doc, &err) == WEBHOOK_LIMIT,
           "large: but not of 65536");
    free(s.data);

    n = 1000000;
    s = make_flat(n, 1);

    limits.max_depth = 0;
    limits.max_values = 2 * n + 1;

    tap_ok(webhook_json_read(&s, &limits, &doc, &err) == WEBHOOK_OK,
           "large: an object of a million");

    webhook_json_root(doc, &root);

    iter = 0;
    ok = 1;
    start = now();

    for (i = 0; i < n; i++) {

        if (webhook_json_next(doc, &root, &iter, &key, &v) != WEBHOOK_OK) {
            ok = 0;
            break;
        }

        sprintf(name, "\"%d\"", (int) i);
        ok &= key.len == strlen(name)
              && memcmp(key.data, name, key.len) == 0;
    }

    spent = now() - start;

    /* a walk that began anew at each step would take many minutes */

    tap_ok(ok && spent < 20, "large: walked from end to end, %.2f s", spent);

    key = str("999999");
    tap_ok(webhook_json_member(doc, &root, &key, &v) == WEBHOOK_OK
           && is(&v, "1"), "large: its last member");

    webhook_json_free(doc);
    free(s.data);
}


static void
test_nomem(void)
{
    int                    n, rc;
    webhook_str_t          s;
    webhook_json_doc_t    *doc;
    webhook_json_error_t   err;

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    s = make_flat(5000, 1);

    for (n = 0; n < 20; n++) {
        nomem_after = n;
        rc = webhook_json_read(&s, NULL, &doc, &err);
        nomem_after = -1;

        if (rc == WEBHOOK_OK) {
            break;
        }

        tap_ok(rc == WEBHOOK_NOMEM && doc == NULL && err.offset < s.len
               && strcmp(err.what, "no memory is left") == 0,
               "nomem: at allocation %d", n + 1);
    }

    tap_ok(rc == WEBHOOK_OK && n > 2, "nomem: %d allocations are enough", n);

    webhook_json_free(doc);
    free(s.data);
}


int
main(void)
{
    test_limits();
    test_large();
    test_nomem();

    return tap_done();
}
