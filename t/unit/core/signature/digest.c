
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Digests and HMACs against OpenSSL's own, with keys and texts of all lengths
 * around the blocks that they are made of.
 */

#include "tap.h"
#include "core/signature/webhook_digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>


#define LONGEST  300


static unsigned char  key[LONGEST];
static unsigned char  text[LONGEST];


static const EVP_MD *
digest_of_openssl(webhook_digest_e digest)
{
    return EVP_get_digestbyname(webhook_digest_name(digest));
}


/* In two pieces, of which the first has "cut" bytes. */

static int
hmac_agrees(webhook_digest_e digest, size_t nkey, size_t ntext, size_t cut)
{
    unsigned            n;
    webhook_hmac_t      h, zero;
    unsigned char       got[WEBHOOK_DIGEST_MAX], want[EVP_MAX_MD_SIZE];
    webhook_hmac_key_t  prepared;

    memset(&zero, 0, sizeof(zero));

    if (HMAC(digest_of_openssl(digest), key, (int) nkey, text, ntext, want, &n)
        == NULL)
    {
        return 0;
    }

    if (digest == WEBHOOK_DIGEST_SHA256) {

        webhook_hmac_prepare(&prepared, nkey ? key : NULL, nkey);

        webhook_hmac_resume(&h, &prepared);
        webhook_hmac_add(&h, text, cut);
        webhook_hmac_add(&h, text + cut, ntext - cut);
        webhook_hmac_end(&h, got);

        if (memcmp(got, want, n) != 0 || memcmp(&h, &zero, sizeof(h)) != 0) {
            return 0;
        }
    }

    webhook_hmac_init(&h, digest, nkey ? key : NULL, nkey);
    webhook_hmac_add(&h, text, cut);
    webhook_hmac_add(&h, text + cut, ntext - cut);
    webhook_hmac_end(&h, got);

    return n == webhook_digest_len(digest) && memcmp(got, want, n) == 0
           && memcmp(&h, &zero, sizeof(h)) == 0;
}


static int
digest_agrees(webhook_digest_e digest, size_t ntext, size_t cut)
{
    unsigned          n;
    webhook_str_t     pieces[3];
    webhook_digest_t  d, zero;
    unsigned char     got[WEBHOOK_DIGEST_MAX], want[EVP_MAX_MD_SIZE];

    memset(&zero, 0, sizeof(zero));

    if (EVP_Digest(text, ntext, want, &n, digest_of_openssl(digest), NULL)
        != 1)
    {
        return 0;
    }

    webhook_digest_init(&d, digest);
    webhook_digest_add(&d, text, cut);
    webhook_digest_add(&d, NULL, 0);
    webhook_digest_add(&d, text + cut, ntext - cut);
    webhook_digest_end(&d, got);

    if (n != webhook_digest_len(digest) || memcmp(got, want, n) != 0
        || memcmp(&d, &zero, sizeof(d)) != 0)
    {
        return 0;
    }

    memset(pieces, 0, sizeof(pieces));

    pieces[0].data = text;
    pieces[0].len = cut;
    pieces[2].data = text + cut;
    pieces[2].len = ntext - cut;

    webhook_digest(digest, pieces, 3, got);

    return memcmp(got, want, n) == 0;
}


static void
test_digest(webhook_digest_e digest)
{
    size_t  n, nkey, bad;

    bad = 0;

    for (n = 0; n <= LONGEST; n++) {
        bad += !digest_agrees(digest, n, n / 3);
    }

    tap_ok(bad == 0, "%s: texts of 0 to %d bytes", webhook_digest_name(digest),
           LONGEST);

    bad = 0;

    for (nkey = 0; nkey <= LONGEST; nkey++) {
        bad += !hmac_agrees(digest, nkey, 200, nkey % 200);
    }

    tap_ok(bad == 0, "%s: an HMAC by keys of 0 to %d bytes, and nothing stays "
           "of it", webhook_digest_name(digest), LONGEST);

    bad = 0;

    for (n = 0; n <= LONGEST; n++) {
        bad += !hmac_agrees(digest, 32, n, n / 2);
    }

    tap_ok(bad == 0, "%s: an HMAC of texts of 0 to %d bytes",
           webhook_digest_name(digest), LONGEST);
}


static void
test_eq(void)
{
    size_t         i, bad;
    webhook_str_t  a, b;
    unsigned char  other[LONGEST];

    memcpy(other, text, sizeof(other));

    a.data = text;
    a.len = 40;
    b.data = other;
    b.len = 40;

    tap_ok(webhook_secret_eq(&a, &b) == 1, "equal secrets");

    bad = 0;

    for (i = 0; i < 8 * 40; i++) {
        other[i / 8] ^= 1 << (i % 8);
        bad += webhook_secret_eq(&a, &b) != 0;
        other[i / 8] ^= 1 << (i % 8);
    }

    tap_ok(bad == 0, "any bit makes a difference");

    b.len = 39;
    tap_ok(webhook_secret_eq(&a, &b) == 0, "and so does the length");

    a.len = 0;
    b.len = 0;
    tap_ok(webhook_secret_eq(&a, &b) == 1, "of nothing there is one");
}


int
main(void)
{
    int            i;
    webhook_str_t  s;
    unsigned char  digest[WEBHOOK_SHA256_LEN], hex[2 * WEBHOOK_SHA256_LEN];

    for (i = 0; i < LONGEST; i++) {
        key[i] = (unsigned char) (i * 7 + 3);
        text[i] = (unsigned char) (i * 13 + 1);
    }

    test_digest(WEBHOOK_DIGEST_SHA256);
    test_digest(WEBHOOK_DIGEST_SHA1);
    test_digest(WEBHOOK_DIGEST_SHA384);
    test_digest(WEBHOOK_DIGEST_SHA512);
    test_digest(WEBHOOK_DIGEST_MD5);
    test_eq();

    s.data = (unsigned char *) "abc";
    s.len = 3;

    webhook_sha256(&s, 1, digest);
    webhook_hex_encode(digest, sizeof(digest), WEBHOOK_HEX_LOWER, hex);

    tap_bytes(hex, sizeof(hex), "ba7816bf8f01cfea414140de5dae2223"
              "b00361a396177a9cb410ff61f20015ad", "FIPS 180-2: abc");

    return tap_done();
}
