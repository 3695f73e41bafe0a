
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "core/seal/webhook_seal.h"
#include "core/base/webhook_hash.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>


#define WEBHOOK_SEAL_VERSION  1
#define WEBHOOK_SEAL_NONCE    12
#define WEBHOOK_SEAL_TAG      16
#define WEBHOOK_SEAL_HEAD     (1 + WEBHOOK_SEAL_ID_LEN + WEBHOOK_SEAL_NONCE)

/* Characters of a key in base64, with its padding. */
#define WEBHOOK_SEAL_TEXT     44


static int webhook_seal_run(const unsigned char *key, unsigned char *head,
    const unsigned char *digest, const unsigned char *in, size_t len,
    unsigned char *out, unsigned char *tag, int encrypt);
static void webhook_seal_digest(const webhook_str_t *bound, uint32_t nbound,
    unsigned char digest[WEBHOOK_HASH_LEN]);
static void webhook_seal_forget(void *p);


int
webhook_seal_add(webhook_seal_ring_t *ring, const webhook_str_t *text,
    const char **err)
{
    int             n;
    size_t          len;
    uint32_t        i;
    webhook_hash_t  hash;
    unsigned char   padded[WEBHOOK_SEAL_TEXT], bytes[WEBHOOK_SEAL_TEXT];
    unsigned char   digest[WEBHOOK_HASH_LEN];

    if (ring->n == WEBHOOK_SEAL_KEYS_MAX) {
        *err = "there are more than 8 keys";
        return WEBHOOK_ERROR;
    }

    len = text->len;

    if (len != WEBHOOK_SEAL_TEXT && len != WEBHOOK_SEAL_TEXT - 1) {
        *err = "the key must be 32 random bytes in base64, as \"openssl rand "
               "-base64 32\" makes them";
        return WEBHOOK_ERROR;
    }

    memcpy(padded, text->data, len);

    if (len == WEBHOOK_SEAL_TEXT - 1) {
        padded[len] = '=';
    }

    n = EVP_DecodeBlock(bytes, padded, WEBHOOK_SEAL_TEXT);

    /* 32 bytes, and what the padding stands for; the padding is one sign */

    if (n != WEBHOOK_SEAL_KEY_LEN + 1 || padded[WEBHOOK_SEAL_TEXT - 1] != '='
        || padded[WEBHOOK_SEAL_TEXT - 2] == '=')
    {
        OPENSSL_cleanse(padded, sizeof(padded));
        OPENSSL_cleanse(bytes, sizeof(bytes));

        *err = "the key is no base64 of 32 bytes";
        return WEBHOOK_ERROR;
    }

    webhook_hash_init(&hash);
    webhook_hash_add(&hash, bytes, WEBHOOK_SEAL_KEY_LEN);
    webhook_hash_end(&hash, digest);

    *err = NULL;

    for (i = 0; i < ring->n; i++) {
        if (memcmp(ring->keys[i].id, digest, WEBHOOK_SEAL_ID_LEN) == 0) {
            *err = "the key is given again";
        }
    }

    if (*err == NULL) {
        memcpy(ring->keys[ring->n].id, digest, WEBHOOK_SEAL_ID_LEN);
        memcpy(ring->keys[ring->n].bytes, bytes, WEBHOOK_SEAL_KEY_LEN);
        ring->n++;
    }

    OPENSSL_cleanse(&hash, sizeof(hash));
    OPENSSL_cleanse(padded, sizeof(padded));
    OPENSSL_cleanse(bytes, sizeof(bytes));

    return *err ? WEBHOOK_ERROR : WEBHOOK_OK;
}


void
webhook_seal_wipe(webhook_seal_ring_t *ring)
{
    OPENSSL_cleanse(ring, sizeof(webhook_seal_ring_t));
}


int
webhook_seal(const webhook_seal_ring_t *ring, const webhook_str_t *bound,
    uint32_t nbound, const webhook_str_t *plain, webhook_buf_t *out)
{
    unsigned char  *p, digest[WEBHOOK_HASH_LEN];

    if (ring == NULL || ring->n == 0) {
        return WEBHOOK_SEAL_NO_KEY;
    }

    if (plain->len > WEBHOOK_SEAL_MAX - WEBHOOK_SEAL_MORE) {
        return WEBHOOK_LIMIT;
    }

    if (webhook_buf_reserve(out, plain->len + WEBHOOK_SEAL_MORE)
        != WEBHOOK_OK)
    {
        return out->failed;
    }

    p = out->data + out->len;

    p[0] = WEBHOOK_SEAL_VERSION;
    memcpy(p + 1, ring->keys[0].id, WEBHOOK_SEAL_ID_LEN);

    if (RAND_bytes(p + 1 + WEBHOOK_SEAL_ID_LEN, WEBHOOK_SEAL_NONCE) != 1) {
        return WEBHOOK_ERROR;
    }

    webhook_seal_digest(bound, nbound, digest);

    if (webhook_seal_run(ring->keys[0].bytes, p, digest, plain->data,
                         plain->len, p + WEBHOOK_SEAL_HEAD,
                         p + WEBHOOK_SEAL_HEAD + plain->len, 1)
        != WEBHOOK_OK)
    {
        return WEBHOOK_NOMEM;
    }

    out->len += plain->len + WEBHOOK_SEAL_MORE;

    return WEBHOOK_OK;
}


int
webhook_seal_open(const webhook_seal_ring_t *ring, const webhook_str_t *bound,
    uint32_t nbound, const webhook_str_t *sealed, webhook_buf_t *plain)
{
    int             rc;
    size_t          len;
    uint32_t        i;
    unsigned char  *p, digest[WEBHOOK_HASH_LEN];

    if (sealed->len < WEBHOOK_SEAL_MORE || sealed->len > WEBHOOK_SEAL_MAX
        || sealed->data[0] != WEBHOOK_SEAL_VERSION)
    {
        return WEBHOOK_ERROR;
    }

    for (i = 0; ring && i < ring->n; i++) {
        if (memcmp(sealed->data + 1, ring->keys[i].id, WEBHOOK_SEAL_ID_LEN)
            == 0)
        {
            break;
        }
    }

    if (ring == NULL || i == ring->n) {
        return WEBHOOK_SEAL_NO_KEY;
    }

    len = sealed->len - WEBHOOK_SEAL_MORE;

    if (webhook_buf_reserve(plain, len) != WEBHOOK_OK) {
        return plain->failed;
    }

    /* a text of no bytes has been given no memory */

    p = plain->data ? plain->data + plain->len : digest;

    webhook_seal_digest(bound, nbound, digest);

    rc = webhook_seal_run(ring->keys[i].bytes, sealed->data, digest,
                          sealed->data + WEBHOOK_SEAL_HEAD, len, p,
                          sealed->data + WEBHOOK_SEAL_HEAD + len, 0);

    if (rc != WEBHOOK_OK) {
        OPENSSL_cleanse(p, len);
        return rc;
    }

    plain->len += len;

    return WEBHOOK_OK;
}


/* Of lengths and texts, so that none can pass for a part of its neighbour. */

static void
webhook_seal_digest(const webhook_str_t *bound, uint32_t nbound,
    unsigned char digest[WEBHOOK_HASH_LEN])
{
    uint32_t        i;
    webhook_hash_t  hash;

    webhook_hash_init(&hash);

    for (i = 0; i < nbound; i++) {
        webhook_hash_text(&hash, &bound[i]);
    }

    webhook_hash_end(&hash, digest);
}


/* The head is authenticated too: its nonce by itself, its other bytes here. */

static int
webhook_seal_run(const unsigned char *key, unsigned char *head,
    const unsigned char *digest, const unsigned char *in, size_t len,
    unsigned char *out, unsigned char *tag, int encrypt)
{
    int              n, rc;
    unsigned char   *nonce, rest[WEBHOOK_SEAL_TAG];
    EVP_CIPHER_CTX  *ctx;

    ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL) {
        return WEBHOOK_NOMEM;
    }

    nonce = head + 1 + WEBHOOK_SEAL_ID_LEN;

    rc = WEBHOOK_NOMEM;

    if (!EVP_CipherInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce, encrypt)
        || !EVP_CipherUpdate(ctx, NULL, &n, head, 1 + WEBHOOK_SEAL_ID_LEN)
        || !EVP_CipherUpdate(ctx, NULL, &n, digest, WEBHOOK_HASH_LEN)
        || (len && !EVP_CipherUpdate(ctx, out, &n, in, (int) len))
        || (!encrypt && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
                                             WEBHOOK_SEAL_TAG, tag)))
    {
        goto done;
    }

    rc = WEBHOOK_ERROR;

    if (!EVP_CipherFinal_ex(ctx, rest, &n)
        || (encrypt && !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
                                            WEBHOOK_SEAL_TAG, tag)))
    {
        goto done;
    }

    rc = WEBHOOK_OK;

done:

    EVP_CIPHER_CTX_free(ctx);

    if (rc != WEBHOOK_OK) {
        ERR_clear_error();
    }

    return rc;
}


int
webhook_seal_current(const webhook_seal_ring_t *ring,
    const webhook_str_t *sealed)
{
    return ring && ring->n && sealed->len >= WEBHOOK_SEAL_MORE
           && memcmp(sealed->data + 1, ring->keys[0].id, WEBHOOK_SEAL_ID_LEN)
              == 0;
}


void
webhook_seal_free(webhook_buf_t *b)
{
    if (b->data) {
        OPENSSL_cleanse(b->data, b->size);
    }

    webhook_buf_free(b);
}


/*
 * jansson may be another module's, too, and outlive this one: what it calls has
 * to stay where it is.
 */

void
webhook_seal_jansson(void)
{
    Dl_info  info;

    static const char  here = 0;

    if (dladdr(&here, &info) && info.dli_fname) {
        (void) dlopen(info.dli_fname, RTLD_NOW|RTLD_NOLOAD|RTLD_NODELETE);
    }

    json_set_alloc_funcs(malloc, webhook_seal_forget);
}


static void
webhook_seal_forget(void *p)
{
    if (p) {
        OPENSSL_cleanse(p, malloc_usable_size(p));
        free(p);
    }
}
