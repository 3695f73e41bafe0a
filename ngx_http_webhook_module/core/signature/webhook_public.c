
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include "core/signature/webhook_public.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>


#define WEBHOOK_EC_POINT     65         /* bytes: 4, x, y */
#define WEBHOOK_EC_NUMBER    32
#define WEBHOOK_RSA_LEAST    1024       /* bits */
#define WEBHOOK_RSA_MAX      (WEBHOOK_KEY_MAX * 8)


static int webhook_public_raw(webhook_key_t *key, const webhook_str_t *text);
static EVP_PKEY *webhook_public_pem(const webhook_str_t *text);
static EVP_PKEY *webhook_public_der(const webhook_str_t *text);
static int webhook_public_password(char *buf, int size, int rw, void *data);
static const char *webhook_public_take(webhook_key_t *key, EVP_PKEY *pkey);
static const char *webhook_public_take_ec(webhook_key_t *key, EVP_PKEY *pkey);
static const char *webhook_public_take_rsa(webhook_key_t *key,
    EVP_PKEY *pkey);
static EVP_PKEY *webhook_public_make(const webhook_key_t *key);
static int webhook_public_ecdsa(const unsigned char *raw,
    unsigned char **der);


static const char  webhook_public_none[] =
    "the key is no public key: it is PEM, \"whpk_...\", DER in base64, or the "
    "32 bytes of an ed25519 key in hexadecimal digits or base64";


const char *
webhook_public_parse(webhook_key_t *key, const webhook_str_t *text)
{
    EVP_PKEY    *pkey;
    const char  *err;

    static const char  pem[] = "-----BEGIN ";

    if (webhook_public_raw(key, text)) {
        return NULL;
    }

    if (memmem(text->data, text->len, "PRIVATE KEY", 11)) {
        return "the key is a private one: the sender's public key is wanted";
    }

    ERR_set_mark();

    if (memmem(text->data, text->len, pem, sizeof(pem) - 1)) {
        pkey = webhook_public_pem(text);

    } else {
        pkey = webhook_public_der(text);
    }

    err = pkey ? webhook_public_take(key, pkey) : webhook_public_none;

    EVP_PKEY_free(pkey);

    ERR_pop_to_mark();

    return err;
}


/* ed25519: 32 bytes, which are no DER. */

static int
webhook_public_raw(webhook_key_t *key, const webhook_str_t *text)
{
    if (webhook_hex_decode(text, WEBHOOK_HEX_ANY, key->bytes,
                           WEBHOOK_ED25519_KEY)
        != WEBHOOK_OK
        && webhook_base64_decode_loose(text, 0, key->bytes, WEBHOOK_KEY_MAX)
           != WEBHOOK_ED25519_KEY)
    {
        return 0;
    }

    key->kind = WEBHOOK_KEY_PUBLIC;
    key->len = WEBHOOK_ED25519_KEY;

    return 1;
}


/* A certificate, SubjectPublicKeyInfo, or RSA's own form. */

static EVP_PKEY *
webhook_public_pem(const webhook_str_t *text)
{
    BIO       *bio;
    X509      *cert;
    EVP_PKEY  *pkey;

    pkey = NULL;

    bio = BIO_new_mem_buf(text->data, (int) text->len);
    if (bio == NULL) {
        return NULL;
    }

    if (memmem(text->data, text->len, "BEGIN CERTIFICATE", 17)) {

        cert = PEM_read_bio_X509(bio, NULL, webhook_public_password, NULL);

        if (cert) {
            pkey = X509_get_pubkey(cert);
            X509_free(cert);
        }

    } else {
        pkey = PEM_read_bio_PUBKEY(bio, NULL, webhook_public_password, NULL);
    }

    BIO_free(bio);

    return pkey;
}


static EVP_PKEY *
webhook_public_der(const webhook_str_t *text)
{
    ssize_t               n;
    unsigned char         der[WEBHOOK_KEY_PEM_MAX];
    const unsigned char  *p;

    n = webhook_base64_decode_loose(text, 0, der, sizeof(der));

    if (n <= 0) {
        return NULL;
    }

    p = der;

    return d2i_PUBKEY(NULL, &p, (long) n);
}


/* Nobody is asked. */

static int
webhook_public_password(char *buf, int size, int rw, void *data)
{
    (void) buf;
    (void) size;
    (void) rw;
    (void) data;

    return 0;
}


static const char *
webhook_public_take(webhook_key_t *key, EVP_PKEY *pkey)
{
    size_t  len;

    switch (EVP_PKEY_get_base_id(pkey)) {

    case EVP_PKEY_ED25519:
        len = WEBHOOK_ED25519_KEY;

        if (EVP_PKEY_get_raw_public_key(pkey, key->bytes, &len) != 1) {
            return webhook_public_none;
        }

        key->kind = WEBHOOK_KEY_PUBLIC;
        key->len = WEBHOOK_ED25519_KEY;

        return NULL;

    case EVP_PKEY_EC:
        return webhook_public_take_ec(key, pkey);

    case EVP_PKEY_RSA:
        return webhook_public_take_rsa(key, pkey);

    default:
        return "the public key is none of ed25519, ECDSA with P-256, and RSA";
    }
}


static const char *
webhook_public_take_ec(webhook_key_t *key, EVP_PKEY *pkey)
{
    char    group[32];
    size_t  len;

    if (EVP_PKEY_get_group_name(pkey, group, sizeof(group), &len) != 1
        || strcmp(group, "prime256v1") != 0)
    {
        return "the public key is of another curve than P-256";
    }

    if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY,
                                        key->bytes, WEBHOOK_KEY_MAX, &len)
        != 1
        || len != WEBHOOK_EC_POINT || key->bytes[0] != 4)
    {
        return "the point of the public key is compressed, which is not "
               "understood";
    }

    key->kind = WEBHOOK_KEY_EC;
    key->len = WEBHOOK_EC_POINT;

    return NULL;
}


static const char *
webhook_public_take_rsa(webhook_key_t *key, EVP_PKEY *pkey)
{
    int          bits;
    BIGNUM      *n, *e;
    const char  *err;

    n = NULL;
    e = NULL;
    err = NULL;

    bits = EVP_PKEY_get_bits(pkey);

    if (bits < WEBHOOK_RSA_LEAST || bits > WEBHOOK_RSA_MAX) {
        return "the public key of RSA has less than 1024 or more than 4096 "
               "bits";
    }

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) != 1
        || EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1
        || BN_num_bits(e) > 32
        || BN_bn2nativepad(n, key->bytes, (bits + 7) / 8) == -1)
    {
        err = "the public key of RSA cannot be used";

    } else {
        key->kind = WEBHOOK_KEY_RSA;
        key->len = (uint16_t) ((bits + 7) / 8);
        key->exponent = (uint32_t) BN_get_word(e);
    }

    BN_free(n);
    BN_free(e);

    return err;
}


static EVP_PKEY *
webhook_public_make(const webhook_key_t *key)
{
    char           group[] = "prime256v1";
    unsigned       exponent;
    EVP_PKEY      *pkey;
    OSSL_PARAM     params[3];
    EVP_PKEY_CTX  *ctx;

    pkey = NULL;
    exponent = key->exponent;

    if (key->kind == WEBHOOK_KEY_EC) {
        ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

        params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                     group, 0);
        params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                          (void *) key->bytes, key->len);

    } else {
        ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);

        params[0] = OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N,
                                   (unsigned char *) key->bytes, key->len);
        params[1] = OSSL_PARAM_construct_uint(OSSL_PKEY_PARAM_RSA_E,
                                              &exponent);
    }

    params[2] = OSSL_PARAM_construct_end();

    if (ctx == NULL
        || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
    {
        pkey = NULL;
    }

    EVP_PKEY_CTX_free(ctx);

    return pkey;
}


int
webhook_public_verify(const webhook_key_t *key, webhook_digest_e digest,
    int pss, int raw, const webhook_str_t *text,
    const webhook_str_t *signature)
{
    int             rc, len;
    EVP_PKEY       *pkey;
    EVP_MD_CTX     *ctx;
    EVP_PKEY_CTX   *pctx;
    webhook_str_t   sign;
    unsigned char  *der;

    der = NULL;
    sign = *signature;

    if (key->kind == WEBHOOK_KEY_EC && raw) {

        if (sign.len != 2 * WEBHOOK_EC_NUMBER) {
            return 0;
        }

        len = webhook_public_ecdsa(sign.data, &der);
        if (len <= 0) {
            return -1;
        }

        sign.data = der;
        sign.len = (size_t) len;
    }

    ERR_set_mark();

    rc = -1;
    ctx = EVP_MD_CTX_new();
    pkey = webhook_public_make(key);

    if (ctx && pkey
        && EVP_DigestVerifyInit_ex(ctx, &pctx, webhook_digest_name(digest),
                                   NULL, NULL, pkey, NULL)
           == 1
        && (key->kind != WEBHOOK_KEY_RSA || !pss
            || (EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1
                && EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx,
                                                    RSA_PSS_SALTLEN_AUTO)
                   == 1)))
    {
        rc = EVP_DigestVerify(ctx, sign.data, sign.len, text->data, text->len)
             == 1;
    }

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    OPENSSL_free(der);

    ERR_pop_to_mark();

    return rc;
}


/* r and s as DER, which the caller frees; its length. */

static int
webhook_public_ecdsa(const unsigned char *raw, unsigned char **der)
{
    int         len;
    BIGNUM     *r, *s;
    ECDSA_SIG  *sig;

    len = -1;

    ERR_set_mark();

    sig = ECDSA_SIG_new();
    r = BN_bin2bn(raw, WEBHOOK_EC_NUMBER, NULL);
    s = BN_bin2bn(raw + WEBHOOK_EC_NUMBER, WEBHOOK_EC_NUMBER, NULL);

    if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {

        /* they are its own now */

        r = NULL;
        s = NULL;

        len = i2d_ECDSA_SIG(sig, der);
    }

    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);

    ERR_pop_to_mark();

    return len;
}
