
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * What is said when OpenSSL or the machine has no more memory.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "nomem.h"
#include "signed_standard.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>


/* OpenSSL's memory: the call that fails, counted down; -1: none does. */

static long  openssl_after = -1;

static webhook_key_t  keys[2];


static void *
openssl_malloc(size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    if (openssl_after == 0) {
        return NULL;
    }

    if (openssl_after > 0) {
        openssl_after--;
    }

    return malloc(size);
}


static void *
openssl_realloc(void *p, size_t size, const char *file, int line)
{
    (void) file;
    (void) line;

    if (openssl_after == 0) {
        return NULL;
    }

    if (openssl_after > 0) {
        openssl_after--;
    }

    return realloc(p, size);
}


static void
openssl_free(void *p, const char *file, int line)
{
    (void) file;
    (void) line;

    free(p);
}


static void
test_hmac(void)
{
    int                rc;
    size_t             len;
    webhook_str_t      body;
    webhook_message_t  m;
    unsigned char      out[WEBHOOK_SIGN_STANDARD_MAX];

    test_message(&m, &body);

    /* what OpenSSL makes once: it never gets over a failure of that */

    (void) test_parse(&keys[1], private_text, 0);

    (void) test_parse(&keys[0], secret_text, 0);

    openssl_after = 0;
    rc = webhook_sign_standard(keys, 1, &m, out, sizeof(out), &len);
    openssl_after = -1;

    tap_ok(rc == WEBHOOK_OK, "no memory: none is needed for an HMAC");
    tap_bytes(out, len, secret_signature, "no memory: and it is right");
}


static void
test_private(void)
{
    int                rc;
    long               n;
    size_t             len;
    unsigned           wrong;
    webhook_str_t      body;
    webhook_message_t  m;
    unsigned char      out[WEBHOOK_SIGN_STANDARD_MAX];

    test_message(&m, &body);

    n = 0;
    wrong = 0;

    do {
        openssl_after = n++;
        rc = test_parse(&keys[1], private_text, 0);
        openssl_after = -1;

    } while (!rc && n < 10000);

    tap_ok(rc && n > 3, "no memory: a private key");

    n = 0;

    do {
        openssl_after = n++;
        rc = webhook_sign_standard(keys, 2, &m, out, sizeof(out), &len);
        openssl_after = -1;

        wrong += rc != WEBHOOK_OK && (rc != WEBHOOK_NOMEM || len);

    } while (rc != WEBHOOK_OK && n < 10000);

    tap_ok(rc == WEBHOOK_OK && wrong == 0 && n > 3,
           "no memory: two signatures, at %ld places", n);

    if (nomem_works()) {
        nomem_after = 0;
        rc = webhook_sign_standard(keys, 2, &m, out, sizeof(out), &len);
        nomem_after = -1;
        tap_ok(rc == WEBHOOK_NOMEM && len == 0,
               "no memory: for the text of ed25519");

    } else {
        tap_ok(1, "no memory # skip realloc() cannot be made to fail here");
    }
}


static void
test_verify(void)
{
    int             rc;
    long            n;
    unsigned        wrong;
    signed_call_t  *s;

    static const signed_case_t  c = {
        .preset = "standard", .secret = private_text,
        .body = "{\"test\": 2432232314}", .now = 1614265330,
        .headers = { { "webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek" },
                     { "webhook-timestamp", "1614265330" },
                     { "webhook-signature", private_signature } }
    };

    s = malloc(sizeof(signed_call_t));

    if (!tap_ok(s && signed_make(s, &c), "no memory: a call")) {
        free(s);
        return;
    }

    n = 0;
    wrong = 0;

    do {
        openssl_after = n++;
        rc = signed_verify(s);
        openssl_after = -1;

        /* OpenSSL does not tell a wrong signature from one it had no memory
           for: that call is refused */

        wrong += rc != WEBHOOK_VERIFY_OK && rc != WEBHOOK_VERIFY_FAULT
                 && rc != WEBHOOK_VERIFY_MISMATCH;

    } while (rc != WEBHOOK_VERIFY_OK && n < 10000);

    tap_ok(rc == WEBHOOK_VERIFY_OK && wrong == 0 && n > 3,
           "no memory: ed25519 is verified, or is not");

    (void) test_parse(&s->keys[0], secret_text, 0);
    signed_set_header(s, 2, secret_signature);

    openssl_after = 0;
    rc = signed_verify(s);
    openssl_after = -1;

    tap_ok(rc == WEBHOOK_VERIFY_OK, "no memory: an HMAC is verified");

    free(s);
}


int
main(void)
{
    int  ok;

    /* before OpenSSL allocates anything */

    ok = CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc,
                                  openssl_free);

    if (tap_ok(ok == 1, "OpenSSL's memory can be made to fail")) {
        test_hmac();
        test_private();
        test_verify();
    }

    tap_ok(ERR_peek_error() == 0, "OpenSSL's queue of errors is empty");

    return tap_done();
}
