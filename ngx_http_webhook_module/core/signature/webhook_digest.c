
/*
 * Copyright (C) the ngx_http_webhook_module authors
 */

/*
 * EVP_MAC and EVP_MD of OpenSSL 3 fetch, lock and allocate for each digest,
 * which takes several times as long as that of a small body, and fails where
 * there is no memory.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/signature/webhook_digest.h"
#include "core/base/webhook_hash.h"

#include <openssl/crypto.h>


#define WEBHOOK_HMAC_BLOCK  128         /* bytes, the most that one has */

#define WEBHOOK_HMAC_INNER  0x36
#define WEBHOOK_HMAC_OUTER  0x5c


static void webhook_hmac_half(webhook_digest_t *d, const SHA_LONG state[8]);
static ssize_t webhook_base64_bytes(const webhook_str_t *text, size_t pad,
    int url, unsigned char *out, size_t size);


static const struct {
    const char  *name;
    size_t       len;
    size_t       block;
} webhook_digests[] = {
    { "SHA256", 32, 64 },
    { "SHA1", 20, 64 },
    { "SHA384", 48, 128 },
    { "SHA512", 64, 128 },
    { "MD5", 16, 64 }
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


void
webhook_digest_init(webhook_digest_t *d, webhook_digest_e digest)
{
    d->digest = digest;

    switch (digest) {

    case WEBHOOK_DIGEST_SHA1:
        SHA1_Init(&d->ctx.sha1);
        break;

    case WEBHOOK_DIGEST_SHA384:
        SHA384_Init(&d->ctx.sha512);
        break;

    case WEBHOOK_DIGEST_SHA512:
        SHA512_Init(&d->ctx.sha512);
        break;

    case WEBHOOK_DIGEST_MD5:
        MD5_Init(&d->ctx.md5);
        break;

    default:
        SHA256_Init(&d->ctx.sha256);
    }
}


void
webhook_digest_add(webhook_digest_t *d, const void *data, size_t len)
{
    if (len == 0) {
        return;
    }

    switch (d->digest) {

    case WEBHOOK_DIGEST_SHA1:
        SHA1_Update(&d->ctx.sha1, data, len);
        break;

    case WEBHOOK_DIGEST_SHA384:
        SHA384_Update(&d->ctx.sha512, data, len);
        break;

    case WEBHOOK_DIGEST_SHA512:
        SHA512_Update(&d->ctx.sha512, data, len);
        break;

    case WEBHOOK_DIGEST_MD5:
        MD5_Update(&d->ctx.md5, data, len);
        break;

    default:
        SHA256_Update(&d->ctx.sha256, data, len);
    }
}


void
webhook_digest_end(webhook_digest_t *d, unsigned char out[WEBHOOK_DIGEST_MAX])
{
    switch (d->digest) {

    case WEBHOOK_DIGEST_SHA1:
        SHA1_Final(out, &d->ctx.sha1);
        break;

    case WEBHOOK_DIGEST_SHA384:
        SHA384_Final(out, &d->ctx.sha512);
        break;

    case WEBHOOK_DIGEST_SHA512:
        SHA512_Final(out, &d->ctx.sha512);
        break;

    case WEBHOOK_DIGEST_MD5:
        MD5_Final(out, &d->ctx.md5);
        break;

    default:
        SHA256_Final(out, &d->ctx.sha256);
    }

    /* it may have been of a secret */

    OPENSSL_cleanse(d, sizeof(webhook_digest_t));
}


/* RFC 2104. */

void
webhook_hmac_init(webhook_hmac_t *h, webhook_digest_e digest,
    const unsigned char *key, size_t len)
{
    size_t         i, block;
    unsigned char  pad[WEBHOOK_HMAC_BLOCK];

    block = webhook_digests[digest].block;

    memset(pad, 0, block);

    if (len > block) {
        webhook_digest_init(&h->inner, digest);
        webhook_digest_add(&h->inner, key, len);
        webhook_digest_end(&h->inner, pad);

    } else if (len) {
        memcpy(pad, key, len);
    }

    for (i = 0; i < block; i++) {
        pad[i] ^= WEBHOOK_HMAC_INNER;
    }

    webhook_digest_init(&h->inner, digest);
    webhook_digest_add(&h->inner, pad, block);

    for (i = 0; i < block; i++) {
        pad[i] ^= WEBHOOK_HMAC_INNER ^ WEBHOOK_HMAC_OUTER;
    }

    webhook_digest_init(&h->outer, digest);
    webhook_digest_add(&h->outer, pad, block);

    OPENSSL_cleanse(pad, sizeof(pad));
}


void
webhook_hmac_prepare(webhook_hmac_key_t *k, const unsigned char *key,
    size_t len)
{
    webhook_hmac_t  h;

    webhook_hmac_init(&h, WEBHOOK_DIGEST_SHA256, key, len);

    memcpy(k->inner, h.inner.ctx.sha256.h, sizeof(k->inner));
    memcpy(k->outer, h.outer.ctx.sha256.h, sizeof(k->outer));

    OPENSSL_cleanse(&h, sizeof(webhook_hmac_t));
}


void
webhook_hmac_resume(webhook_hmac_t *h, const webhook_hmac_key_t *k)
{
    webhook_hmac_half(&h->inner, k->inner);
    webhook_hmac_half(&h->outer, k->outer);
}


/* As it is behind its first block. */

static void
webhook_hmac_half(webhook_digest_t *d, const SHA_LONG state[8])
{
    webhook_digest_init(d, WEBHOOK_DIGEST_SHA256);

    memcpy(d->ctx.sha256.h, state, sizeof(d->ctx.sha256.h));

    d->ctx.sha256.Nl = SHA256_CBLOCK * 8;
}


void
webhook_hmac_add(webhook_hmac_t *h, const void *data, size_t len)
{
    webhook_digest_add(&h->inner, data, len);
}


void
webhook_hmac_end(webhook_hmac_t *h, unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t  len;

    len = webhook_digests[h->inner.digest].len;

    webhook_digest_end(&h->inner, out);
    webhook_digest_add(&h->outer, out, len);
    webhook_digest_end(&h->outer, out);
}


void
webhook_digest(webhook_digest_e digest, const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_DIGEST_MAX])
{
    size_t            i;
    webhook_digest_t  d;

    webhook_digest_init(&d, digest);

    for (i = 0; i < n; i++) {
        webhook_digest_add(&d, pieces[i].data, pieces[i].len);
    }

    webhook_digest_end(&d, out);
}


void
webhook_sha256(const webhook_str_t *pieces, size_t n,
    unsigned char out[WEBHOOK_SHA256_LEN])
{
    size_t          i;
    webhook_hash_t  hash;

    webhook_hash_init(&hash);

    for (i = 0; i < n; i++) {
        webhook_hash_add(&hash, pieces[i].data, pieces[i].len);
    }

    webhook_hash_end(&hash, out);

    OPENSSL_cleanse(&hash, sizeof(webhook_hash_t));
}


int
webhook_secret_eq(const webhook_str_t *a, const webhook_str_t *b)
{
    int            eq;
    unsigned char  da[WEBHOOK_SHA256_LEN], db[WEBHOOK_SHA256_LEN];

    webhook_sha256(a, 1, da);
    webhook_sha256(b, 1, db);

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
