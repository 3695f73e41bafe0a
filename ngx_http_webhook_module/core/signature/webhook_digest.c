
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

#include "core/signature/webhook_digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdatomic.h>


static EVP_MAC_CTX *webhook_hmac_template(webhook_digest_e digest);
static ssize_t webhook_base64_bytes(const webhook_str_t *text, size_t pad,
    int url, unsigned char *out, size_t size);


/*
 * A context of each digest without a key.  To copy one and give the copy its
 * key takes 1.1 us, to fetch HMAC and digest by name each time 1.9 us.  To
 * copy one that has its key already would take 0.8 us, but then something as
 * good as the key would stay on the heap, where a core dump finds it.
 */

static _Atomic(EVP_MAC_CTX *)  webhook_hmac_templates[5];

static const struct {
    const char  *name;
    size_t       len;
} webhook_digests[] = {
    { "SHA256", 32 },
    { "SHA1", 20 },
    { "SHA384", 48 },
    { "SHA512", 64 },
    { "MD5", 16 }
};


size_t
webhook_digest_len(webhook_digest_e digest)
{
    return webhook_digests[digest].len;
}


const char *
webhook_digest_name(webhook_digest_e digest)
{
    return webhook_digests[digest].name;
}


static EVP_MAC_CTX *
webhook_hmac_template(webhook_digest_e digest)
{
    char          name[8];
    EVP_MAC      *mac;
    OSSL_PARAM    params[2];
    EVP_MAC_CTX  *ctx, *other;

    ctx = atomic_load_explicit(&webhook_hmac_templates[digest],
                               memory_order_acquire);
    if (ctx) {
        return ctx;
    }

    mac = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
    if (mac == NULL) {
        return NULL;
    }

    ctx = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);

    if (ctx == NULL) {
        return NULL;
    }

    memcpy(name, webhook_digests[digest].name,
           strlen(webhook_digests[digest].name) + 1);

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name,
                                                 0);
    params[1] = OSSL_PARAM_construct_end();

    if (EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        return NULL;
    }

    other = NULL;

    if (!atomic_compare_exchange_strong_explicit(
            &webhook_hmac_templates[digest], &other, ctx,
            memory_order_acq_rel, memory_order_acquire))
    {
        /* another thread was faster */
        EVP_MAC_CTX_free(ctx);
        return other;
    }

    return ctx;
}


EVP_MAC_CTX *
webhook_hmac_begin(webhook_digest_e digest, const unsigned char *key,
    size_t len)
{
    EVP_MAC_CTX  *template, *ctx;

    ERR_set_mark();

    ctx = NULL;
    template = webhook_hmac_template(digest);

    if (template) {
        ctx = EVP_MAC_CTX_dup(template);
    }

    if (ctx && EVP_MAC_init(ctx, key, len, NULL) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }

    ERR_pop_to_mark();

    return ctx;
}


int
webhook_hmac_end(EVP_MAC_CTX *ctx, int updated,
    unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t  len;

    ERR_set_mark();

    if (updated && EVP_MAC_final(ctx, out, &len, WEBHOOK_DIGEST_MAX) != 1) {
        updated = 0;
    }

    /* which wipes the key and all that was made of it */

    EVP_MAC_CTX_free(ctx);

    ERR_pop_to_mark();

    return updated ? WEBHOOK_OK : WEBHOOK_ERROR;
}


EVP_MD_CTX *
webhook_digest_begin(webhook_digest_e digest)
{
    EVP_MD_CTX    *ctx;
    const EVP_MD  *md;

    ERR_set_mark();

    switch (digest) {

    case WEBHOOK_DIGEST_SHA1:
        md = EVP_sha1();
        break;

    case WEBHOOK_DIGEST_SHA384:
        md = EVP_sha384();
        break;

    case WEBHOOK_DIGEST_SHA512:
        md = EVP_sha512();
        break;

    case WEBHOOK_DIGEST_MD5:
        md = EVP_md5();
        break;

    default:
        md = EVP_sha256();
    }

    ctx = EVP_MD_CTX_new();

    if (ctx && EVP_DigestInit_ex(ctx, md, NULL) != 1) {
        EVP_MD_CTX_free(ctx);
        ctx = NULL;
    }

    ERR_pop_to_mark();

    return ctx;
}


int
webhook_digest_end(EVP_MD_CTX *ctx, int updated,
    unsigned char out[WEBHOOK_DIGEST_MAX])
{
    ERR_set_mark();

    if (updated && EVP_DigestFinal_ex(ctx, out, NULL) != 1) {
        updated = 0;
    }

    EVP_MD_CTX_free(ctx);

    ERR_pop_to_mark();

    return updated ? WEBHOOK_OK : WEBHOOK_ERROR;
}


int
webhook_digest(webhook_digest_e digest, const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_DIGEST_MAX])
{
    int          ok;
    size_t       i;
    EVP_MD_CTX  *ctx;

    ctx = webhook_digest_begin(digest);
    if (ctx == NULL) {
        return WEBHOOK_ERROR;
    }

    ok = 1;

    for (i = 0; ok && i < n; i++) {
        ok = EVP_DigestUpdate(ctx, pieces[i].data, pieces[i].len) == 1;
    }

    return webhook_digest_end(ctx, ok, out);
}


int
webhook_sha256(const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_SHA256_LEN])
{
    int            rc;
    unsigned char  digest[WEBHOOK_DIGEST_MAX];

    rc = webhook_digest(WEBHOOK_DIGEST_SHA256, pieces, n, digest);

    if (rc == WEBHOOK_OK) {
        memcpy(out, digest, WEBHOOK_SHA256_LEN);
    }

    /* it may be a secret's */

    OPENSSL_cleanse(digest, sizeof(digest));

    return rc;
}


int
webhook_secret_eq(const webhook_str_t *a, const webhook_str_t *b)
{
    int            eq;
    unsigned char  da[WEBHOOK_SHA256_LEN], db[WEBHOOK_SHA256_LEN];

    if (webhook_sha256(a, 1, da) != WEBHOOK_OK
        || webhook_sha256(b, 1, db) != WEBHOOK_OK)
    {
        return -1;
    }

    eq = (CRYPTO_memcmp(da, db, WEBHOOK_SHA256_LEN) == 0);

    OPENSSL_cleanse(da, sizeof(da));
    OPENSSL_cleanse(db, sizeof(db));

    return eq;
}


void
webhook_hex_encode(const unsigned char *in, size_t len,
    webhook_hex_e letters, unsigned char *out)
{
    size_t                i;
    const unsigned char  *digits;

    static const unsigned char  lower_digits[] = "0123456789abcdef";
    static const unsigned char  upper_digits[] = "0123456789ABCDEF";

    digits = letters == WEBHOOK_HEX_UPPER ? upper_digits : lower_digits;

    for (i = 0; i < len; i++) {
        *out++ = digits[in[i] >> 4];
        *out++ = digits[in[i] & 0xf];
    }
}


/* What a digit is worth, that it is one, and in which case it is written. */

#define WEBHOOK_HEX_DIGIT   0x10
#define WEBHOOK_HEX_SMALL   0x20
#define WEBHOOK_HEX_LARGE   0x40

#define WEBHOOK_HEX_LETTERS(small, large, n)                                  \
    [small] = WEBHOOK_HEX_DIGIT | WEBHOOK_HEX_SMALL | n,                      \
    [large] = WEBHOOK_HEX_DIGIT | WEBHOOK_HEX_LARGE | n

static const unsigned char  webhook_hex_values[256] = {
    ['0'] = WEBHOOK_HEX_DIGIT,     ['1'] = WEBHOOK_HEX_DIGIT | 1,
    ['2'] = WEBHOOK_HEX_DIGIT | 2, ['3'] = WEBHOOK_HEX_DIGIT | 3,
    ['4'] = WEBHOOK_HEX_DIGIT | 4, ['5'] = WEBHOOK_HEX_DIGIT | 5,
    ['6'] = WEBHOOK_HEX_DIGIT | 6, ['7'] = WEBHOOK_HEX_DIGIT | 7,
    ['8'] = WEBHOOK_HEX_DIGIT | 8, ['9'] = WEBHOOK_HEX_DIGIT | 9,
    WEBHOOK_HEX_LETTERS('a', 'A', 10), WEBHOOK_HEX_LETTERS('b', 'B', 11),
    WEBHOOK_HEX_LETTERS('c', 'C', 12), WEBHOOK_HEX_LETTERS('d', 'D', 13),
    WEBHOOK_HEX_LETTERS('e', 'E', 14), WEBHOOK_HEX_LETTERS('f', 'F', 15)
};


int
webhook_hex_decode(const webhook_str_t *text, webhook_hex_e letters,
    unsigned char *out, size_t len)
{
    size_t                i;
    unsigned              high, low, all, any;
    const unsigned char  *p;

    if (text->len != len * 2) {
        return WEBHOOK_ERROR;
    }

    p = text->data;
    all = WEBHOOK_HEX_DIGIT;
    any = 0;

    for (i = 0; i < len; i++) {
        high = webhook_hex_values[*p++];
        low = webhook_hex_values[*p++];

        all &= high & low;
        any |= high | low;

        out[i] = (unsigned char) (high << 4 | (low & 0xf));
    }

    if (all == 0
        || (letters == WEBHOOK_HEX_LOWER && (any & WEBHOOK_HEX_LARGE))
        || (letters == WEBHOOK_HEX_UPPER && (any & WEBHOOK_HEX_SMALL)))
    {
        return WEBHOOK_ERROR;
    }

    return WEBHOOK_OK;
}


ssize_t
webhook_base64_decode(const webhook_str_t *text, unsigned char *out,
    size_t size)
{
    size_t                pad;
    const unsigned char  *p;

    if (text->len % 4 || text->len == 0) {
        return text->len ? WEBHOOK_ERROR : 0;
    }

    p = text->data;
    pad = 0;

    if (p[text->len - 1] == '=') {
        pad = p[text->len - 2] == '=' ? 2 : 1;
    }

    return webhook_base64_bytes(text, pad, 0, out, size);
}


ssize_t
webhook_base64_decode_loose(const webhook_str_t *text, int url,
    unsigned char *out, size_t size)
{
    size_t         pad;
    webhook_str_t  bare;

    bare = *text;
    pad = 0;

    while (pad < 2 && bare.len && bare.data[bare.len - 1] == '=') {
        bare.len--;
        pad++;
    }

    /* a padding is whole or not there */

    if (bare.len % 4 == 1 || (pad && (bare.len + pad) % 4)) {
        return WEBHOOK_ERROR;
    }

    return webhook_base64_bytes(&bare, 0, url, out, size);
}


/* Without the "pad" characters at the end. */

static ssize_t
webhook_base64_bytes(const webhook_str_t *text, size_t pad, int url,
    unsigned char *out, size_t size)
{
    size_t                i, len;
    uint32_t              bits;
    unsigned              n;
    const unsigned char  *p;
    unsigned char         c;

    p = text->data;

    len = (text->len - pad) / 4 * 3 + (text->len - pad) % 4 * 3 / 4;

    if (len > size) {
        return WEBHOOK_ERROR;
    }

    bits = 0;
    n = 0;

    for (i = 0; i < text->len - pad; i++) {
        c = p[i];

        if (c >= 'A' && c <= 'Z') {
            c -= 'A';

        } else if (c >= 'a' && c <= 'z') {
            c -= 'a' - 26;

        } else if (c >= '0' && c <= '9') {
            c += 52 - '0';

        } else if (c == (url ? '-' : '+')) {
            c = 62;

        } else if (c == (url ? '_' : '/')) {
            c = 63;

        } else {
            return WEBHOOK_ERROR;
        }

        bits = bits << 6 | c;
        n += 6;

        if (n >= 8) {
            n -= 8;
            *out++ = (unsigned char) (bits >> n);
        }
    }

    /* what is left over has to be zero */

    if (bits & ((1U << n) - 1)) {
        return WEBHOOK_ERROR;
    }

    return (ssize_t) len;
}
