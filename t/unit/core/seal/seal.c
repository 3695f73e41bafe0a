
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Texts that are sealed, and what does not open them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tap.h"
#include "core/seal/webhook_seal.h"

#include <stdlib.h>

#include <jansson.h>


static const char  key_one[] = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
static const char  key_two[] = "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";


static webhook_str_t
text(const char *s)
{
    webhook_str_t  t;

    t.data = (unsigned char *) s;
    t.len = strlen(s);

    return t;
}


static int
add(webhook_seal_ring_t *ring, const char *key)
{
    const char     *err;
    webhook_str_t   t;

    t = text(key);

    return webhook_seal_add(ring, &t, &err);
}


/* What comes of opening what is sealed in b, bound to these two. */

static int
open_as(const webhook_seal_ring_t *ring, const char *one, const char *two,
    const webhook_buf_t *b, const char *want)
{
    int            rc;
    webhook_buf_t  plain;
    webhook_str_t  sealed, bound[2];

    bound[0] = text(one);
    bound[1] = text(two);

    sealed.data = b->data;
    sealed.len = b->len;

    webhook_buf_init(&plain, 0);

    rc = webhook_seal_open(ring, bound, 2, &sealed, &plain);

    if (rc == WEBHOOK_OK
        && (plain.len != strlen(want)
            || (plain.len && memcmp(plain.data, want, plain.len) != 0)))
    {
        rc = 99;
    }

    if (rc != WEBHOOK_OK && plain.len) {
        rc = 98;
    }

    webhook_seal_free(&plain);

    return rc;
}


static void
test_keys(void)
{
    size_t               i;
    char                 key[48];
    webhook_seal_ring_t  ring;

    static const char  *wrong[] = {
        "",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZQ==",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYw",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZW=",
        " DEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZW!=",
        "0123456789abcdef0123456789abcdef"
    };

    memset(&ring, 0, sizeof(ring));

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {

        if (i == 3) {
            tap_ok(add(&ring, wrong[i]) == WEBHOOK_OK, "without its padding");
            webhook_seal_wipe(&ring);
            continue;
        }

        tap_ok(add(&ring, wrong[i]) == WEBHOOK_ERROR && ring.n == 0,
               "no key: \"%s\"", wrong[i]);
    }

    tap_ok(add(&ring, key_one) == WEBHOOK_OK && ring.n == 1, "a key");
    tap_ok(add(&ring, key_one) == WEBHOOK_ERROR && ring.n == 1,
           "the same again");

    for (i = 1; i < WEBHOOK_SEAL_KEYS_MAX; i++) {
        memcpy(key, key_two, sizeof(key_two));
        key[0] = (char) ('a' + i);
        (void) add(&ring, key);
    }

    tap_ok(ring.n == WEBHOOK_SEAL_KEYS_MAX, "as many as there may be");
    tap_ok(add(&ring, key_two) == WEBHOOK_ERROR, "one more");

    webhook_seal_wipe(&ring);

    tap_ok(ring.n == 0 && ring.keys[0].bytes[0] == 0, "wiped");
}


static void
test_seal(void)
{
    size_t               i, opened;
    webhook_buf_t        b, other, none;
    webhook_str_t        plain, bound[2], sealed;
    webhook_seal_ring_t  ring, two;

    memset(&ring, 0, sizeof(ring));
    memset(&two, 0, sizeof(two));

    webhook_buf_init(&b, 0);
    webhook_buf_init(&other, 0);
    webhook_buf_init(&none, 0);

    bound[0] = text("endpoint");
    bound[1] = text("ep_1");
    plain = text("whsec_a secret");

    tap_ok(webhook_seal(&ring, bound, 2, &plain, &b) == WEBHOOK_SEAL_NO_KEY
           && webhook_seal(NULL, bound, 2, &plain, &b) == WEBHOOK_SEAL_NO_KEY
           && b.len == 0,
           "no key, nothing is sealed");

    (void) add(&ring, key_one);
    (void) add(&two, key_two);
    (void) add(&two, key_one);

    tap_ok(webhook_seal(&ring, bound, 2, &plain, &b) == WEBHOOK_OK
           && b.len == plain.len + WEBHOOK_SEAL_MORE,
           "sealed");
    tap_ok(memmem(b.data, b.len, "secret", 6) == NULL, "it is not in it");

    (void) webhook_seal(&ring, bound, 2, &plain, &other);

    tap_ok(memcmp(b.data, other.data, 9) == 0
           && memcmp(b.data + 9, other.data + 9, b.len - 9) != 0,
           "again, and otherwise");

    tap_ok(open_as(&ring, "endpoint", "ep_1", &b, "whsec_a secret") == 0,
           "opened");
    tap_ok(open_as(&two, "endpoint", "ep_1", &b, "whsec_a secret") == 0,
           "opened with the second key");
    tap_ok(open_as(&ring, "endpoint", "ep_2", &b, "") == WEBHOOK_ERROR,
           "not for another");
    tap_ok(open_as(&ring, "endpointe", "p_1", &b, "") == WEBHOOK_ERROR,
           "nor where the texts are cut elsewhere");

    sealed.data = b.data;
    sealed.len = b.len;

    tap_ok(webhook_seal_current(&ring, &sealed)
           && !webhook_seal_current(&two, &sealed)
           && !webhook_seal_current(NULL, &sealed),
           "by the first key, by the second, without one");

    two.n = 1;

    tap_ok(open_as(&two, "endpoint", "ep_1", &b, "") == WEBHOOK_SEAL_NO_KEY
           && open_as(NULL, "endpoint", "ep_1", &b, "") == WEBHOOK_SEAL_NO_KEY,
           "without its key");

    opened = 0;

    for (i = 0; i < b.len * 8; i++) {
        b.data[i / 8] ^= (unsigned char) (1 << i % 8);
        opened += open_as(&ring, "endpoint", "ep_1", &b, "whsec_a secret")
                  == WEBHOOK_OK;
        b.data[i / 8] ^= (unsigned char) (1 << i % 8);
    }

    tap_ok(opened == 0, "not with any bit changed");

    for (i = b.len; i; i--) {
        b.len = i - 1;
        opened += open_as(&ring, "endpoint", "ep_1", &b, "") == WEBHOOK_OK;
    }

    tap_ok(opened == 0, "not with any byte cut off");

    plain = text("");

    tap_ok(webhook_seal(&ring, bound, 2, &plain, &none) == WEBHOOK_OK
           && open_as(&ring, "endpoint", "ep_1", &none, "") == WEBHOOK_OK,
           "an empty text");

    plain.data = calloc(1, WEBHOOK_SEAL_MAX);
    plain.len = WEBHOOK_SEAL_MAX - WEBHOOK_SEAL_MORE + 1;

    tap_ok(webhook_seal(&ring, bound, 2, &plain, &none) == WEBHOOK_LIMIT,
           "one that is too long");

    free(plain.data);

    webhook_buf_free(&b);
    webhook_buf_free(&other);
    webhook_buf_free(&none);
}


/* The block is looked at after it was given back, before it is used again. */

static void
test_jansson(void)
{
    void    *(*get)(size_t size);
    void    (*put)(void *p);
    json_t   *json;
    char     *p;

    json = json_string("made before");

    webhook_seal_jansson();

    json_decref(json);

    json_get_alloc_funcs(&get, &put);

    p = get(64);
    memset(p, 'x', 64);

    tap_ok(put != free && get == malloc, "what jansson frees is overwritten");

    put(p);
    put(NULL);
}


int
main(void)
{
    test_keys();
    test_seal();
    test_jansson();

    return tap_done();
}
