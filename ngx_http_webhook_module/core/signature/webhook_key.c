
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_digest.h"
#include "core/signature/webhook_key.h"
#include "core/signature/webhook_public.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>


#define WEBHOOK_KEY_STANDARD_MAX 64


static const char *webhook_key_standard(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_secret(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_private(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_ed25519(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_base64(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_hex(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_of_others(webhook_key_t *key,
    const webhook_str_t *text);
static const char *webhook_key_try(const webhook_key_t *key);
static const char *webhook_key_text(webhook_key_t *key,
    const webhook_str_t *text);
static int webhook_key_begins(const webhook_str_t *text, const char *prefix,
    webhook_str_t *rest);
static int webhook_ed25519_public(const unsigned char *seed,
    unsigned char *out);
static EVP_PKEY *webhook_ed25519_pair(const webhook_key_t *key);


static const char  webhook_key_unusable[] =
    "OpenSSL could not use the ed25519 key";


int
webhook_key_read(webhook_key_t *key, const webhook_str_t *text,
    webhook_key_as_e as, const char **err)
{
    webhook_str_t  rest;

    memset(key, 0, sizeof(webhook_key_t));

    if (text->len == 0) {
        *err = "the key is empty";

    } else if (as == WEBHOOK_KEY_AS_PUBLIC) {
        *err = webhook_key_of_others(key, text);

    } else if (webhook_key_begins(text, "base64:", &rest)) {
        *err = webhook_key_base64(key, &rest);

    } else if (webhook_key_begins(text, "hex:", &rest)) {
        *err = webhook_key_hex(key, &rest);

    } else if (webhook_key_begins(text, "-----BEGIN ", &rest)) {
        *err = "the key is PEM, and a secret is wanted";

    } else if (as == WEBHOOK_KEY_AS_BASE64) {
        *err = webhook_key_base64(key, text);

    } else if (as == WEBHOOK_KEY_AS_HEX) {
        *err = webhook_key_hex(key, text);

    } else if (as == WEBHOOK_KEY_AS_STANDARD) {
        *err = webhook_key_standard(key, text);

    } else {
        *err = webhook_key_text(key, text);

        if (webhook_key_begins(text, "whsec_", &rest)) {
            key->doubt = 1;
        }
    }

    if (*err) {
        webhook_key_wipe(key);
        return WEBHOOK_ERROR;
    }

    if (key->kind == WEBHOOK_KEY_SECRET) {
        webhook_hmac_prepare(&key->hmac, key->bytes, key->len);
        key->prepared = 1;
    }

    return WEBHOOK_OK;
}


static const char *
webhook_key_standard(webhook_key_t *key, const webhook_str_t *text)
{
    ssize_t        n;
    const char    *err;
    webhook_str_t  rest;

    if (webhook_key_begins(text, "whsec_", &rest)
        || webhook_key_begins(text, "v1,whsec_", &rest))
    {
        return webhook_key_secret(key, &rest);
    }

    if (webhook_key_begins(text, "whsk_", &rest)) {
        return webhook_key_private(key, &rest);
    }

    if (webhook_key_begins(text, "whpk_", &rest)
        || webhook_key_begins(text, "v1a,whpk_", &rest))
    {
        return webhook_key_ed25519(key, &rest);
    }

    /* what is base64 is likely to lack its "whsec_" */

    n = webhook_base64_decode_loose(text, 0, key->bytes,
                                    WEBHOOK_KEY_STANDARD_MAX);

    err = webhook_key_text(key, text);

    if (err == NULL) {
        key->doubt = n >= WEBHOOK_KEY_LEAST;
    }

    return err;
}


static const char *
webhook_key_secret(webhook_key_t *key, const webhook_str_t *text)
{
    ssize_t  n;

    n = webhook_base64_decode_loose(text, 0, key->bytes, WEBHOOK_KEY_MAX);

    if (n < 0) {
        return "what follows \"whsec_\" is not base64";
    }

    if (n == 0) {
        return "nothing follows \"whsec_\"";
    }

    if (n > WEBHOOK_KEY_STANDARD_MAX) {
        return "a \"whsec_\" key has 64 bytes at most";
    }

    key->kind = WEBHOOK_KEY_SECRET;
    key->len = (uint16_t) n;
    key->weak = n < WEBHOOK_KEY_LEAST;

    return NULL;
}


static const char *
webhook_key_base64(webhook_key_t *key, const webhook_str_t *text)
{
    ssize_t  n;

    n = webhook_base64_decode_loose(text, 0, key->bytes, WEBHOOK_KEY_MAX);

    if (n <= 0) {
        return "the key is not base64 of up to 512 bytes";
    }

    key->kind = WEBHOOK_KEY_SECRET;
    key->len = (uint16_t) n;
    key->weak = n < WEBHOOK_KEY_LEAST_TEXT;

    return NULL;
}


static const char *
webhook_key_hex(webhook_key_t *key, const webhook_str_t *text)
{
    size_t  n;

    n = text->len / 2;

    if (n == 0 || n > WEBHOOK_KEY_MAX
        || webhook_hex_decode(text, WEBHOOK_HEX_ANY, key->bytes, n)
           != WEBHOOK_OK)
    {
        return "the key is not up to 512 bytes in hexadecimal digits";
    }

    key->kind = WEBHOOK_KEY_SECRET;
    key->len = (uint16_t) n;
    key->weak = n < WEBHOOK_KEY_LEAST_TEXT;

    return NULL;
}


/* A sender's public key, in any of the forms that they are shown in. */

static const char *
webhook_key_of_others(webhook_key_t *key, const webhook_str_t *text)
{
    const char    *err;
    webhook_str_t  rest;

    if (webhook_key_begins(text, "whpk_", &rest)
        || webhook_key_begins(text, "v1a,whpk_", &rest))
    {
        return webhook_key_ed25519(key, &rest);
    }

    if (webhook_key_begins(text, "hex:", &rest)
        || webhook_key_begins(text, "base64:", &rest))
    {
        err = webhook_public_parse(key, &rest);

    } else {
        err = webhook_public_parse(key, text);
    }

    if (err == NULL && key->kind == WEBHOOK_KEY_PUBLIC) {
        return webhook_key_try(key);
    }

    return err;
}


static const char *
webhook_key_private(webhook_key_t *key, const webhook_str_t *text)
{
    int             rc;
    ssize_t         n;
    unsigned char   public[WEBHOOK_ED25519_KEY];

    n = webhook_base64_decode_loose(text, 0, key->bytes, WEBHOOK_KEY_MAX);

    if (n != WEBHOOK_ED25519_KEY && n != 2 * WEBHOOK_ED25519_KEY) {
        return "what follows \"whsk_\" is not base64 of 64 or 32 bytes";
    }

    rc = webhook_ed25519_public(key->bytes, public);

    if (rc != WEBHOOK_OK) {
        return webhook_key_unusable;
    }

    /*
     * Signing with a public key that is not the seed's would give the private
     * key away to whoever sees the signature.
     */

    if (n == 2 * WEBHOOK_ED25519_KEY
        && CRYPTO_memcmp(key->bytes + WEBHOOK_ED25519_KEY, public,
                         WEBHOOK_ED25519_KEY)
           != 0)
    {
        return "the two halves of the \"whsk_\" key do not belong together";
    }

    memcpy(key->bytes + WEBHOOK_ED25519_KEY, public, WEBHOOK_ED25519_KEY);

    key->kind = WEBHOOK_KEY_PRIVATE;
    key->len = 2 * WEBHOOK_ED25519_KEY;

    return webhook_key_try(key);
}


static const char *
webhook_key_ed25519(webhook_key_t *key, const webhook_str_t *text)
{
    ssize_t  n;

    n = webhook_base64_decode_loose(text, 0, key->bytes, WEBHOOK_KEY_MAX);

    if (n != WEBHOOK_ED25519_KEY) {
        return "what follows \"whpk_\" is not base64 of 32 bytes";
    }

    key->kind = WEBHOOK_KEY_PUBLIC;
    key->len = WEBHOOK_ED25519_KEY;

    return webhook_key_try(key);
}


/*
 * Uses an ed25519 key once.  What OpenSSL makes at the first use of a method,
 * and never again if that failed, is then made while a configuration is read.
 */

static const char *
webhook_key_try(const webhook_key_t *key)
{
    int             rc;
    webhook_str_t   text = webhook_str("a trial");
    unsigned char   signature[WEBHOOK_ED25519_LEN];

    memset(signature, 0, sizeof(signature));

    if (key->kind == WEBHOOK_KEY_PRIVATE
        && webhook_ed25519_sign(key, &text, signature) != WEBHOOK_OK)
    {
        return webhook_key_unusable;
    }

    rc = webhook_ed25519_verify(key, &text, signature);

    if (rc == -1 || (key->kind == WEBHOOK_KEY_PRIVATE && rc != 1)) {
        return webhook_key_unusable;
    }

    return NULL;
}


static const char *
webhook_key_text(webhook_key_t *key, const webhook_str_t *text)
{
    if (text->len > WEBHOOK_KEY_TEXT_MAX) {
        return "the key is longer than 512 bytes";
    }

    memcpy(key->bytes, text->data, text->len);

    key->kind = WEBHOOK_KEY_SECRET;
    key->len = (uint16_t) text->len;
    key->weak = text->len < WEBHOOK_KEY_LEAST_TEXT;

    return NULL;
}


static int
webhook_key_begins(const webhook_str_t *text, const char *prefix,
    webhook_str_t *rest)
{
    size_t  len;

    len = strlen(prefix);

    if (text->len < len || memcmp(text->data, prefix, len) != 0) {
        return 0;
    }

    rest->data = text->data + len;
    rest->len = text->len - len;

    return 1;
}


int
webhook_key_live(const webhook_key_t *key, int64_t now)
{
    return key->expires == 0 || now < key->expires;
}


void
webhook_key_wipe(webhook_key_t *key)
{
    OPENSSL_cleanse(key, sizeof(webhook_key_t));
}


int
webhook_key_public(const webhook_key_t *key)
{
    return key->kind != WEBHOOK_KEY_SECRET;
}


int
webhook_key_signs(const webhook_key_t *key, int standard)
{
    return key->kind == WEBHOOK_KEY_SECRET
           || (standard && key->kind == WEBHOOK_KEY_PRIVATE);
}


static int
webhook_ed25519_public(const unsigned char *seed, unsigned char *out)
{
    int        ok;
    size_t     len;
    EVP_PKEY  *pkey;

    ERR_set_mark();

    len = WEBHOOK_ED25519_KEY;

    pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed,
                                        WEBHOOK_ED25519_KEY);
    ok = pkey && EVP_PKEY_get_raw_public_key(pkey, out, &len) == 1
         && len == WEBHOOK_ED25519_KEY;

    EVP_PKEY_free(pkey);

    ERR_pop_to_mark();

    return ok ? WEBHOOK_OK : WEBHOOK_ERROR;
}


/*
 * OpenSSL's pair of a private key.  Given both halves, which were checked when
 * the key was read, it need not find the second one again: 4 us, not 53.
 */

static EVP_PKEY *
webhook_ed25519_pair(const webhook_key_t *key)
{
    EVP_PKEY       *pkey;
    OSSL_PARAM      params[3];
    EVP_PKEY_CTX   *ctx;
    unsigned char  *bytes;

    pkey = NULL;
    bytes = (unsigned char *) key->bytes;

    params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY,
                                                  bytes, WEBHOOK_ED25519_KEY);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
                                                  bytes + WEBHOOK_ED25519_KEY,
                                                  WEBHOOK_ED25519_KEY);
    params[2] = OSSL_PARAM_construct_end();

    ctx = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", NULL);

    if (ctx == NULL
        || EVP_PKEY_fromdata_init(ctx) != 1
        || EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
    {
        pkey = NULL;
    }

    EVP_PKEY_CTX_free(ctx);

    return pkey;
}


int
webhook_ed25519_sign(const webhook_key_t *key, const webhook_str_t *text,
    unsigned char out[WEBHOOK_ED25519_LEN])
{
    int          ok;
    size_t       len;
    EVP_PKEY    *pkey;
    EVP_MD_CTX  *ctx;

    ERR_set_mark();

    len = WEBHOOK_ED25519_LEN;
    ctx = EVP_MD_CTX_new();
    pkey = webhook_ed25519_pair(key);

    ok = ctx && pkey
         && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1
         && EVP_DigestSign(ctx, out, &len, text->data, text->len) == 1
         && len == WEBHOOK_ED25519_LEN;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);

    ERR_pop_to_mark();

    return ok ? WEBHOOK_OK : WEBHOOK_ERROR;
}


int
webhook_ed25519_verify(const webhook_key_t *key, const webhook_str_t *text,
    const unsigned char signature[WEBHOOK_ED25519_LEN])
{
    int                   rc;
    EVP_PKEY             *pkey;
    EVP_MD_CTX           *ctx;
    const unsigned char  *public;

    public = key->bytes;

    if (key->kind == WEBHOOK_KEY_PRIVATE) {
        public += WEBHOOK_ED25519_KEY;
    }

    ERR_set_mark();

    rc = -1;
    ctx = EVP_MD_CTX_new();
    pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public,
                                       WEBHOOK_ED25519_KEY);

    if (ctx && pkey
        && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1)
    {
        rc = EVP_DigestVerify(ctx, signature, WEBHOOK_ED25519_LEN,
                              text->data, text->len)
             == 1;
    }

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);

    ERR_pop_to_mark();

    return rc;
}
