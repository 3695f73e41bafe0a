
/*
 * Copyright (C) the ngx_http_webhook_module authors
 *
 * Public keys: in all forms that they come in, with signatures that OpenSSL
 * made with the private ones.
 */

#include "tap.h"
#include "core/signature/presets/webhook_presets.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>


#define SIGNED_TEXT  "1700000000{\"a\": 1}"


typedef enum { PUBKEY, CERTIFICATE, DER, RAW_HEX, RAW_BASE64 } form_e;


static webhook_str_t  body = webhook_str("{\"a\": 1}");
static webhook_str_t  value;


static int
find_header(void *data, const webhook_str_t *name, webhook_str_t *out)
{
    (void) data;

    if (name->data[0] == 't') {
        out->data = (unsigned char *) "1700000000";
        out->len = 10;

    } else {
        *out = value;
    }

    return 1;
}


/* A key as a text, which the caller frees. */

static char *
text_of(EVP_PKEY *pkey, form_e form)
{
    int             n, i;
    BIO            *bio;
    char           *text, *p;
    X509           *cert;
    size_t          len;
    unsigned char  *der, raw[32];

    text = calloc(1, 8192);

    switch (form) {

    case DER:
        der = NULL;
        n = i2d_PUBKEY(pkey, &der);
        (void) EVP_EncodeBlock((unsigned char *) text, der, n);
        OPENSSL_free(der);

        /* padding may be left out */

        while (text[strlen(text) - 1] == '=') {
            text[strlen(text) - 1] = '\0';
        }

        return text;

    case RAW_HEX:
    case RAW_BASE64:
        len = sizeof(raw);
        (void) EVP_PKEY_get_raw_public_key(pkey, raw, &len);

        if (form == RAW_BASE64) {
            (void) EVP_EncodeBlock((unsigned char *) text, raw, 32);
            return text;
        }

        for (i = 0; i < 32; i++) {
            sprintf(text + 2 * i, "%02x", raw[i]);
        }

        return text;

    default:
        break;
    }

    bio = BIO_new(BIO_s_mem());

    if (form == CERTIFICATE) {
        cert = X509_new();
        (void) X509_set_pubkey(cert, pkey);
        (void) X509_gmtime_adj(X509_getm_notBefore(cert), 0);
        (void) X509_gmtime_adj(X509_getm_notAfter(cert), 60);
        (void) X509_sign(cert, pkey, EVP_PKEY_get_base_id(pkey)
                                     == EVP_PKEY_ED25519 ? NULL
                                                         : EVP_sha256());
        (void) PEM_write_bio_X509(bio, cert);
        X509_free(cert);

    } else {
        (void) PEM_write_bio_PUBKEY(bio, pkey);
    }

    n = (int) BIO_get_mem_data(bio, &p);
    memcpy(text, p, (size_t) n);

    BIO_free(bio);

    return text;
}


/* A signature in base64. */

static void
sign(EVP_PKEY *pkey, const EVP_MD *md, int pss, int raw, char *out)
{
    size_t                len;
    ECDSA_SIG            *sig;
    EVP_MD_CTX           *ctx;
    EVP_PKEY_CTX         *pctx;
    unsigned char         bytes[1024], numbers[64];
    const unsigned char  *p;

    len = sizeof(bytes);
    ctx = EVP_MD_CTX_new();

    (void) EVP_DigestSignInit(ctx, &pctx, md, NULL, pkey);

    if (pss) {
        (void) EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING);
        (void) EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST);
    }

    (void) EVP_DigestSign(ctx, bytes, &len, (unsigned char *) SIGNED_TEXT,
                          sizeof(SIGNED_TEXT) - 1);

    EVP_MD_CTX_free(ctx);

    if (raw) {
        p = bytes;
        sig = d2i_ECDSA_SIG(NULL, &p, (long) len);
        (void) BN_bn2binpad(ECDSA_SIG_get0_r(sig), numbers, 32);
        (void) BN_bn2binpad(ECDSA_SIG_get0_s(sig), numbers + 32, 32);
        ECDSA_SIG_free(sig);

        memcpy(bytes, numbers, 64);
        len = 64;
    }

    (void) EVP_EncodeBlock((unsigned char *) out, bytes, (int) len);
}


static void
test_key(const char *title, EVP_PKEY *pkey, form_e form,
    webhook_digest_e digest, const EVP_MD *md, int pss, int raw)
{
    int                     wrong;
    char                   *text, signature[2048];
    size_t                  i, step;
    const char             *err;
    webhook_key_t           key;
    webhook_str_t           s;
    webhook_part_t          parts[WEBHOOK_SCHEME_PARTS];
    webhook_scheme_t        scheme;
    webhook_preset_t        row;
    webhook_verifier_t      verifier;
    webhook_verified_t      verified;
    webhook_verify_call_t   call;

    text = text_of(pkey, form);

    s.data = (unsigned char *) text;
    s.len = strlen(text);

    if (!tap_ok(webhook_key_read(&key, &s, WEBHOOK_KEY_AS_PUBLIC, &err)
                == WEBHOOK_OK, "%s: the key is read", title))
    {
        printf("# %s\n# %s\n", err, text);
        free(text);
        return;
    }

    free(text);

    s.data = (unsigned char *) "public";
    s.len = 6;

    row = *webhook_preset_find(&s);
    row.signature.name.data = (unsigned char *) "s";
    row.signature.name.len = 1;
    row.timestamp.name.data = (unsigned char *) "t";
    row.timestamp.name.len = 1;
    row.string.data = (unsigned char *) "{timestamp}{body}";
    row.string.len = 17;
    row.digest = digest;
    row.pss = pss;
    row.raw = raw;

    memset(&verifier, 0, sizeof(verifier));
    memset(&call, 0, sizeof(call));

    verifier.preset = &row;
    verifier.keys = &key;
    verifier.nkeys = 1;

    (void) webhook_verifier_init(&verifier, &scheme, parts, &err);

    sign(pkey, md, pss, raw, signature);

    value.data = (unsigned char *) signature;
    value.len = strlen(signature);

    call.header = find_header;
    call.body = &body;
    call.pieces = 1;
    call.now = 1700000000;

    tap_ok(webhook_verify(&verifier, &call, &verified) == WEBHOOK_VERIFY_OK,
           "%s: holds", title);

    wrong = 0;

    /* by RSA that takes its time */

    step = key.kind == WEBHOOK_KEY_RSA ? 7 : 1;

    for (i = 0; i < 8 * value.len; i += step) {
        signature[i / 8] ^= (char) (1 << (i % 8));
        wrong += webhook_verify(&verifier, &call, &verified)
                 == WEBHOOK_VERIFY_OK;
        signature[i / 8] ^= (char) (1 << (i % 8));
    }

    for (i = 0; i < key.len; i += step) {
        key.bytes[i] ^= 1 << (i % 8);
        wrong += webhook_verify(&verifier, &call, &verified)
                 == WEBHOOK_VERIFY_OK;
        key.bytes[i] ^= 1 << (i % 8);
    }

    tap_ok(wrong == 0, "%s: no bit can be changed", title);

    value.len = 4;
    tap_ok(webhook_verify(&verifier, &call, &verified)
           == WEBHOOK_VERIFY_MISMATCH, "%s: nor much be cut off", title);

    value.len = strlen(signature);
    row.digest = digest == WEBHOOK_DIGEST_SHA256 ? WEBHOOK_DIGEST_SHA512
                                                 : WEBHOOK_DIGEST_SHA256;
    (void) webhook_verifier_init(&verifier, &scheme, parts, &err);

    tap_ok(key.kind == WEBHOOK_KEY_PUBLIC
           || webhook_verify(&verifier, &call, &verified)
              == WEBHOOK_VERIFY_MISMATCH, "%s: by that digest alone", title);
}


static void
test_bad(EVP_PKEY *rsa)
{
    int             i, rc;
    BIO            *bio;
    char           *p, pem[8192];
    EVP_PKEY       *others[3];
    const char     *err;
    webhook_key_t   key, zero;
    webhook_str_t   s;

    static const char  *texts[] = {
        "", "no key", "-----BEGIN PUBLIC KEY-----\nAAAA\n"
        "-----END PUBLIC KEY-----", "whpk_AAAA", "AAAA", "hex:00", "base64:"
    };

    memset(&zero, 0, sizeof(zero));

    for (i = 0; i < (int) (sizeof(texts) / sizeof(texts[0])); i++) {
        s.data = (unsigned char *) texts[i];
        s.len = strlen(texts[i]);

        rc = webhook_key_read(&key, &s, WEBHOOK_KEY_AS_PUBLIC, &err);

        tap_ok(rc == WEBHOOK_ERROR && memcmp(&key, &zero, sizeof(key)) == 0,
               "\"%.20s\": %s", texts[i], err);
    }

    bio = BIO_new(BIO_s_mem());
    (void) PEM_write_bio_PrivateKey(bio, rsa, NULL, NULL, 0, NULL, NULL);
    s.len = (size_t) BIO_get_mem_data(bio, &p);
    memcpy(pem, p, s.len);
    s.data = (unsigned char *) pem;
    BIO_free(bio);

    rc = webhook_key_read(&key, &s, WEBHOOK_KEY_AS_PUBLIC, &err);
    tap_ok(rc == WEBHOOK_ERROR && strstr(err, "private"), "%s", err);

    rc = webhook_key_read(&key, &s, WEBHOOK_KEY_AS_TEXT, &err);
    tap_ok(rc == WEBHOOK_ERROR, "%s", err);

    others[0] = EVP_EC_gen("P-384");
    others[1] = EVP_RSA_gen(512);
    others[2] = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");

    for (i = 0; i < 3; i++) {

        if (others[i] == NULL) {
            continue;
        }

        p = text_of(others[i], PUBKEY);
        s.data = (unsigned char *) p;
        s.len = strlen(p);

        rc = webhook_key_read(&key, &s, WEBHOOK_KEY_AS_PUBLIC, &err);
        tap_ok(rc == WEBHOOK_ERROR, "%s", err);

        free(p);
        EVP_PKEY_free(others[i]);
    }
}


int
main(void)
{
    EVP_PKEY  *ed, *ec, *rsa, *large;

    ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    ec = EVP_EC_gen("P-256");
    rsa = EVP_RSA_gen(2048);
    large = EVP_RSA_gen(4096);

    test_key("ed25519, PEM", ed, PUBKEY, WEBHOOK_DIGEST_SHA256, NULL, 0, 0);
    test_key("ed25519, certificate", ed, CERTIFICATE, WEBHOOK_DIGEST_SHA256,
             NULL, 0, 0);
    test_key("ed25519, DER", ed, DER, WEBHOOK_DIGEST_SHA256, NULL, 0, 0);
    test_key("ed25519, hex", ed, RAW_HEX, WEBHOOK_DIGEST_SHA256, NULL, 0, 0);
    test_key("ed25519, base64", ed, RAW_BASE64, WEBHOOK_DIGEST_SHA256, NULL, 0,
             0);

    test_key("ECDSA, PEM", ec, PUBKEY, WEBHOOK_DIGEST_SHA256, EVP_sha256(), 0,
             0);
    test_key("ECDSA, certificate", ec, CERTIFICATE, WEBHOOK_DIGEST_SHA256,
             EVP_sha256(), 0, 0);
    test_key("ECDSA, DER, two numbers", ec, DER, WEBHOOK_DIGEST_SHA256,
             EVP_sha256(), 0, 1);

    test_key("RSA, PEM", rsa, PUBKEY, WEBHOOK_DIGEST_SHA256, EVP_sha256(), 0,
             0);
    test_key("RSA, certificate, SHA-1", rsa, CERTIFICATE, WEBHOOK_DIGEST_SHA1,
             EVP_sha1(), 0, 0);
    test_key("RSA, DER, PSS", rsa, DER, WEBHOOK_DIGEST_SHA256, EVP_sha256(), 1,
             0);
    test_key("RSA of 4096 bits, SHA-512", large, PUBKEY,
             WEBHOOK_DIGEST_SHA512, EVP_sha512(), 0, 0);

    ERR_clear_error();

    test_bad(rsa);

    EVP_PKEY_free(ed);
    EVP_PKEY_free(ec);
    EVP_PKEY_free(rsa);
    EVP_PKEY_free(large);

    return tap_done();
}
