
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Tests of webhook_str: views and growing buffers.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "nomem.h"
#include "core/base/webhook_str.h"


static void
test_eq(void)
{
    size_t         i;
    webhook_str_t  a, b;

    static const struct {
        webhook_str_t  a, b;
        int            eq;
    } t[] = {
        { webhook_str("a"), webhook_str("a"), 1 },
        { webhook_str("a"), webhook_str("b"), 0 },
        { webhook_str("ab"), webhook_str("a"), 0 },
        { webhook_str("a"), webhook_str("ab"), 0 },
        { webhook_str("a\0b"), webhook_str("a\0b"), 1 },
        { webhook_str("a\0b"), webhook_str("a\0c"), 0 },
        { webhook_str(""), webhook_str(""), 1 },
        { webhook_str(""), webhook_str("a"), 0 },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        tap_ok(webhook_str_eq(&t[i].a, &t[i].b) == t[i].eq,
               "eq: \"%s\" and \"%s\" are %s", (char *) t[i].a.data,
               (char *) t[i].b.data, t[i].eq ? "the same" : "not the same");
    }

    a.len = 0;
    a.data = NULL;
    b = a;

    tap_ok(webhook_str_eq(&a, &b) == 1, "eq: empty views without data");
}


static void
test_add(void)
{
    int            ok;
    size_t         i;
    webhook_buf_t  b;

    webhook_buf_init(&b, 0);

    tap_ok(b.data == NULL && b.len == 0 && b.size == 0 && b.failed == 0,
           "init: nothing is allocated yet");

    tap_ok(webhook_buf_add(&b, NULL, 0) == WEBHOOK_OK && b.len == 0,
           "add: nothing, without data");

    webhook_buf_add(&b, "ab", 2);
    webhook_buf_byte(&b, 'c');
    webhook_buf_add(&b, "", 0);
    tap_ok(webhook_buf_add(&b, "d\0e", 3) == WEBHOOK_OK, "add: returns OK");

    tap_ok(b.len == 6 && memcmp(b.data, "abcd\0e", 6) == 0,
           "add: bytes stand in a row, zero bytes too");

    webhook_buf_free(&b);

    tap_ok(b.data == NULL && b.len == 0 && b.size == 0,
           "free: leaves the buffer empty");

    webhook_buf_free(&b);
    tap_ok(1, "free: twice does no harm");

    webhook_buf_init(&b, 0);
    ok = 1;

    for (i = 0; i < 100000; i++) {
        if (webhook_buf_byte(&b, (unsigned char) (i * 7)) != WEBHOOK_OK) {
            ok = 0;
        }
    }

    for (i = 0; i < b.len; i++) {
        if (b.data[i] != (unsigned char) (i * 7)) {
            ok = 0;
        }
    }

    tap_ok(ok && b.len == 100000, "byte: 100000 of them, all kept");
    tap_ok(b.size < 4 * b.len, "byte: no more than a few times the room");

    webhook_buf_free(&b);
}


static void
test_number(void)
{
    size_t         i;
    webhook_buf_t  b;

    static const struct {
        int64_t      n;
        const char  *text;
    } t[] = {
        { 0, "0" },
        { 7, "7" },
        { -1, "-1" },
        { 10, "10" },
        { 1498187860, "1498187860" },
        { INT64_MAX, "9223372036854775807" },
        { INT64_MIN, "-9223372036854775808" },
    };

    for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
        webhook_buf_init(&b, 0);
        webhook_buf_number(&b, t[i].n);
        tap_bytes(b.data, b.len, t[i].text, t[i].text);
        webhook_buf_free(&b);
    }
}


static void
test_bound(void)
{
    webhook_buf_t   b;
    unsigned char  *data;

    webhook_buf_init(&b, 5);

    tap_ok(webhook_buf_add(&b, "abc", 3) == WEBHOOK_OK
           && webhook_buf_add(&b, "de", 2) == WEBHOOK_OK,
           "bound: 5 bytes fit");
    tap_ok(b.size == 5, "bound: no more room is taken than allowed");

    tap_ok(webhook_buf_byte(&b, 'f') == WEBHOOK_LIMIT
           && b.failed == WEBHOOK_LIMIT, "bound: the sixth does not");
    tap_bytes(b.data, b.len, "abcde", "bound: and is not added");

    tap_ok(webhook_buf_add(&b, "", 0) == WEBHOOK_LIMIT
           && webhook_buf_number(&b, 1) == WEBHOOK_LIMIT
           && webhook_buf_reserve(&b, 0) == WEBHOOK_LIMIT,
           "bound: once failed, it stays failed");

    webhook_buf_free(&b);

    tap_ok(b.failed == 0 && b.max == 5
           && webhook_buf_add(&b, "abcde", 5) == WEBHOOK_OK,
           "bound: freed, it can be used again with its bound");

    webhook_buf_free(&b);

    /* what was added before a failure leaves room for a byte that fits */

    webhook_buf_init(&b, 5);
    webhook_buf_add(&b, "abc", 3);

    tap_ok(webhook_buf_add(&b, "def", 3) == WEBHOOK_LIMIT && b.len == 3,
           "bound: a part of what is too long is not added");
    tap_ok(webhook_buf_byte(&b, 'd') == WEBHOOK_LIMIT && b.len == 3,
           "bound: nor anything that would fit after it");

    webhook_buf_free(&b);

    webhook_buf_init(&b, 0);

    tap_ok(webhook_buf_reserve(&b, 1000) == WEBHOOK_OK && b.len == 0
           && b.size >= 1000, "reserve: makes room and adds nothing");

    data = b.data;
    memset(b.data, 'x', 1000);
    b.len = 999;

    tap_ok(webhook_buf_byte(&b, 'x') == WEBHOOK_OK && b.data == data,
           "reserve: what was made room for does not move");

    tap_ok(webhook_buf_reserve(&b, SIZE_MAX) == WEBHOOK_NOMEM,
           "reserve: a size past all numbers is no memory");

    webhook_buf_free(&b);
}


/* Over memory of the caller's. */

static void
test_lent(void)
{
    webhook_buf_t  b;
    unsigned char  room[8];

    webhook_buf_init_over(&b, 0, room, sizeof(room));

    tap_ok(webhook_buf_add(&b, "abcdefgh", 8) == WEBHOOK_OK && b.data == room,
           "lent: it is used as long as it suffices");

    tap_ok(webhook_buf_byte(&b, 'i') == WEBHOOK_OK && b.data != room,
           "lent: and no longer");

    memset(room, 'x', sizeof(room));
    tap_bytes(b.data, b.len, "abcdefghi", "lent: what was there is moved");

    webhook_buf_add(&b, "jklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz0123456789",
                    53);
    tap_ok(b.len == 62 && memcmp(b.data + 52, "0123456789", 10) == 0,
           "lent: it grows on");

    webhook_buf_free(&b);

    tap_ok(b.data == NULL && b.size == 0
           && webhook_buf_byte(&b, 'a') == WEBHOOK_OK && b.data != room,
           "lent: freed, it is a buffer like any other");

    webhook_buf_free(&b);

    webhook_buf_init_over(&b, 3, room, sizeof(room));

    tap_ok(webhook_buf_add(&b, "abc", 3) == WEBHOOK_OK
           && webhook_buf_byte(&b, 'd') == WEBHOOK_LIMIT && b.data == room,
           "lent: the bound holds for what is larger");

    webhook_buf_free(&b);

    if (!nomem_works()) {
        tap_ok(1, "lent: nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    webhook_buf_init_over(&b, 0, room, sizeof(room));
    webhook_buf_add(&b, "abc", 3);
    nomem_after = 0;

    tap_ok(webhook_buf_add(&b, "defghi", 6) == WEBHOOK_NOMEM
           && b.data == room && b.len == 3,
           "lent: without more memory what was there is still there");

    nomem_after = -1;
    webhook_buf_free(&b);
}


static void
test_nomem(void)
{
    webhook_buf_t  b;

    if (!nomem_works()) {
        tap_ok(1, "nomem # SKIP realloc() cannot be made to fail here");
        return;
    }

    webhook_buf_init(&b, 0);
    nomem_after = 0;

    tap_ok(webhook_buf_add(&b, "a", 1) == WEBHOOK_NOMEM
           && b.failed == WEBHOOK_NOMEM && b.data == NULL,
           "nomem: at the first byte");

    nomem_after = -1;

    tap_ok(webhook_buf_byte(&b, 'a') == WEBHOOK_NOMEM && b.len == 0,
           "nomem: it stays failed when there is memory again");

    webhook_buf_free(&b);

    webhook_buf_init(&b, 0);
    webhook_buf_add(&b, "abc", 3);
    nomem_after = 0;

    tap_ok(webhook_buf_reserve(&b, 100000) == WEBHOOK_NOMEM,
           "nomem: while growing");
    tap_bytes(b.data, b.len, "abc", "nomem: what was there is still there");

    nomem_after = -1;
    webhook_buf_free(&b);
}


/* Does a text stand in another one? */

static int
find(const char *small, const char *text)
{
    webhook_str_t       s;
    webhook_str_find_t  f;

    s.data = (unsigned char *) small;
    s.len = strlen(small);

    return webhook_str_find_init(&f, &s) == WEBHOOK_OK
           ? webhook_str_find(&f, text, strlen(text)) : -1;
}


/* The same, looked for at each place. */

static int
find_slowly(const char *small, const char *text)
{
    for ( /* void */ ; *text; text++) {
        if (strncmp(text, small, strlen(small)) == 0) {
            return 1;
        }
    }

    return small[0] == '\0';
}


static void
test_find(void)
{
    int                 ok;
    char                small[8], text[16], large[200];
    size_t              i, k;
    unsigned            n, m;
    webhook_str_t       s;
    webhook_str_find_t  f;

    tap_ok(find("anna", "Dear ANNA,") == 1, "a text in another one");
    tap_ok(find("ANNA", "dear anna") == 1, "letters in either case");
    tap_ok(find("anna", "ann") == 0 && find("anna", "") == 0, "none");
    tap_ok(find("", "x") == 1 && find("", "") == 1, "nothing is anywhere");
    tap_ok(find("\xc3\xa9", "caf\xc3\xa9") == 1, "bytes are bytes");

    /* all texts of two letters */

    ok = 1;

    for (i = 1; i <= 5; i++) {
        for (n = 0; n < 1u << i; n++) {

            for (k = 0; k < i; k++) {
                small[k] = n >> k & 1 ? 'b' : 'a';
            }

            small[i] = '\0';

            for (m = 0; m < 1u << 9; m++) {

                for (k = 0; k < 9; k++) {
                    text[k] = m >> k & 1 ? 'b' : 'a';
                }

                text[9] = '\0';

                ok &= find(small, text) == find_slowly(small, text);
            }
        }
    }

    tap_ok(ok, "each of two letters, in each");

    memset(large, 'x', sizeof(large));
    s.data = (unsigned char *) large;
    s.len = WEBHOOK_STR_FIND_MAX;
    tap_ok(webhook_str_find_init(&f, &s) == WEBHOOK_OK
           && webhook_str_find(&f, large, sizeof(large)) == 1
           && webhook_str_find(&f, large, s.len - 1) == 0, "a long one");

    s.len++;
    tap_ok(webhook_str_find_init(&f, &s) == WEBHOOK_LIMIT, "one too long");
}


int
main(void)
{
    test_eq();
    test_find();
    test_add();
    test_number();
    test_bound();
    test_lent();
    test_nomem();

    return tap_done();
}
